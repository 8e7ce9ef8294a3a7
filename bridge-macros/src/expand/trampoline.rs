//! The functions that C calls back, and the slots of the closures behind them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::library::{native, slot_name, start};
use crate::model::{Buffer, Callback, Kind, Length, Method, Parameter, Passing, Returns, Signature, joined};
use crate::names::{self, local};

/// What a callback needs beside the function that takes it: the closures behind it, and what C calls.
///
/// The types of C are left to inference wherever they can be: the compiler then reports a type that has none once.
pub(super) fn items(method: &Method, parameter: &Parameter, callback: &Callback, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let Names { closure, closures, trampoline, function, entry, table, table_row, lend, pointer, .. } =
        Names::of(&parameter.name);
    let text = names::text(&parameter.name);
    let c_parameters: Vec<_> = callback.signature.parameters.iter().map(CParameter::of).collect();
    let c_names: Vec<_> = c_parameters.iter().map(|parameter| &parameter.name).collect();
    let c_types: Vec<_> = c_parameters.iter().map(|parameter| &parameter.ty).collect();
    let passed: Vec<_> = passed(&callback.signature).collect();
    let generics: Vec<_> = passed.iter().map(|parameter| &parameter.ty).collect();
    let names: Vec<_> = passed.iter().map(|parameter| &parameter.name).collect();
    let (returns, lent, entry_key) = (local("__R"), local("lent"), local("key"));
    let scope = quote!(&mut #private::Scope);
    let called = quote! {
        dyn ::core::ops::FnMut(#(#generics,)* #scope) -> ::core::result::Result<#returns, ::std::boxed::Box<#private::Fault>>
            + ::core::marker::Send
    };
    let all = quote!(#(#generics,)* #returns);
    // What is registered lasts as long as it must; any other is the call's.
    let (declared, run) = match callback.is_registered {
        true => (quote!(type #closure<#all> = ::std::boxed::Box<#called>;), quote!(#closure<#all>)),
        false => {
            let run = quote!(#closure<'static, #all>);
            let declared = quote! {
                type #closure<'c, #all> = &'c mut (#called + 'c);

                /// # Safety
                /// Nobody has it any more when what it borrows is gone.
                unsafe fn #lend<#all>(closure: #closure<'_, #all>) -> #run {
                    // SAFETY: the types differ in how long the closure may be used, and the caller sees to that.
                    unsafe { ::core::mem::transmute::<#closure<'_, #all>, #run>(closure) }
                }
            };
            (declared, run)
        }
    };
    let bounds = quote!(#(#generics: 'static,)* #returns: #private::Zeroable + 'static);
    let context = context(method, &parameter.name).and_then(|_| {
        let is_context = |parameter: &&Parameter| matches!(parameter.kind, Kind::UserData(_));
        callback.signature.parameters.iter().find(is_context).map(|parameter| c_name(&parameter.name))
    });
    let pointers = super::library::by_abi(callback.abi, |abi| {
        vec![quote!(type #trampoline<#all> = unsafe extern #abi fn(#(#c_types),*) -> #returns;)]
    });
    let defined = |number: TokenStream, key: TokenStream| {
        super::library::by_abi(callback.abi, |abi| {
            vec![quote! {
                #[allow(unused_variables)]
                unsafe extern #abi fn #function #number(#(#c_names: #c_types),*) -> #returns {
                    #table::<#all>::#entry(#key #(, #names)*)
                }
            }]
        })
    };
    let (row, column) = (local("ROW"), local("COLUMN"));
    let (functions, found) = match &context {
        Some(context) => {
            let defined = defined(quote!(), quote!(#private::context_key(#context)));
            (quote!(impl<#bounds> #table<#all> { #defined }), quote!(#table::<#all>::#function))
        }
        None => {
            let u32 = quote!(::core::primitive::u32);
            let defined = defined(quote!(<const #column: #u32>), quote!(const { #private::slot(#row, #column) }));
            let functions = quote! {
                struct #table_row<const #row: #u32, #all>(::core::marker::PhantomData<(#all,)>);

                impl<const #row: #u32, #bounds> #table_row<#row, #all> {
                    const FUNCTIONS: #private::SlotRow<#trampoline<#all>> = #private::slot_row!(#function);

                    #defined
                }

                impl<#bounds> #table<#all> {
                    const FUNCTIONS: &'static #private::Slots<#trampoline<#all>> = &#private::slots!(#table_row (#all));
                }
            };
            (functions, quote!(#lent.function(#table::<#all>::FUNCTIONS)))
        }
    };
    // Apart from the functions that C calls, which there may be many of; they have nothing to clean up, because it does not
    // unwind.
    let entered = quote! {
        #[inline(never)]
        #[allow(clippy::too_many_arguments)]
        extern "C" fn #entry(#entry_key: ::core::primitive::u32 #(, #names: #generics)*) -> #returns {
            #closures.run::<#run, #returns>(#entry_key, |closure, scope| closure(#(#names,)* scope))
        }
    };
    quote! {
        #declared

        static #closures: #private::CallbackTable = #private::CallbackTable::new(#text);

        #pointers

        struct #table<#all>(::core::marker::PhantomData<(#all,)>);

        impl<#bounds> #table<#all> {
            #entered
        }

        #functions

        fn #pointer<#bounds>(#lent: &#private::LentClosure<'_, #run>) -> #trampoline<#all> {
            #found
        }
    }
}

/// The statements that make the slot of a callback's closure.
pub(super) fn slot(method: &Method, parameter: &Parameter, callback: &Callback, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let Names { closure: ty, closures, own, tied, run, lend, .. } = Names::of(&parameter.name);
    let (name, scope) = (&parameter.name, local("scope"));
    let names: Vec<_> = passed(&callback.signature).map(|parameter| parameter.name).collect();
    let inferred: Vec<_> = names.iter().map(|_| quote!(_)).collect();
    let body = body(&own, &callback.signature, krate);
    let closure = quote!(|#(#names,)* #scope: &mut #private::Scope| { #body });
    let (declare, make, closure) = match callback.is_registered {
        true => (
            TokenStream::new(),
            quote! {
                let mut #own = #name;
                let #run: #ty<#(#inferred,)* _> = ::std::boxed::Box::new(move #closure);
            },
            quote!(#private::CClosure::kept(#run)),
        ),
        false => (
            quote!(let (#own, mut #tied, mut #run);),
            quote! {
                #own = #name;
                #tied = #closure;
                // SAFETY: the slot, which is made later, is gone before what the closure borrows.
                #run = unsafe { #lend(&mut #tied) };
            },
            // SAFETY: as above.
            quote!(unsafe { #private::CClosure::lent(&mut #run) }),
        ),
    };
    let put = match context(method, name) {
        Some(context) => {
            let context = slot_name(context);
            quote!({ #make #closures.behind(&#context, #closure) })
        }
        None => quote!({ #make #closures.in_slot(#closure)? }),
    };
    let slot = slot_name(name);
    let put = match callback.is_optional {
        true => quote! {
            match #name {
                ::core::option::Option::Some(#name) => ::core::option::Option::Some(#put),
                ::core::option::Option::None => ::core::option::Option::None,
            }
        },
        false => put,
    };
    quote! {
        #declare
        let mut #slot = #put;
    }
}

/// The function pointer that C gets.
pub(super) fn pass(parameter: &Parameter, callback: &Callback) -> TokenStream {
    let Names { pointer, .. } = Names::of(&parameter.name);
    let slot = slot_name(&parameter.name);
    match callback.is_optional {
        true => quote!(#slot.as_ref().map(#pointer)),
        false => quote!(#pointer(&#slot)),
    }
}

/// Right after the call: goes on with what a closure has failed with.
pub(super) fn finish(parameter: &Parameter, callback: &Callback) -> TokenStream {
    let (slot, lent) = (slot_name(&parameter.name), local("lent"));
    match callback.is_optional {
        true => quote! {
            if let ::core::option::Option::Some(#lent) = &#slot {
                #lent.finish();
            }
        },
        false => quote!(#slot.finish();),
    }
}

/// What keeps a closure that is registered.
pub(super) fn registration(parameter: &Parameter, callback: &Callback, krate: &TokenStream) -> TokenStream {
    let slot = slot_name(&parameter.name);
    match callback.is_optional {
        true => {
            quote!(#slot.map_or_else(#krate::Registration::none, #krate::__private::LentClosure::into_registration))
        }
        false => quote!(#slot.into_registration()),
    }
}

/// The names of what is generated for a callback.
struct Names {
    closure: Ident,
    closures: Ident,
    trampoline: Ident,
    function: Ident,
    entry: Ident,
    table: Ident,
    table_row: Ident,
    own: Ident,
    tied: Ident,
    run: Ident,
    lend: Ident,
    pointer: Ident,
}

impl Names {
    fn of(parameter: &Ident) -> Self {
        let name = |prefix: &str| local(&format!("{prefix}_{}", names::text(parameter)));
        Self {
            closure: name("__Closure"),
            closures: name("__CLOSURES"),
            trampoline: name("__Trampoline"),
            function: name("trampoline"),
            entry: name("entry"),
            table: name("__Table"),
            table_row: name("__TableRow"),
            own: name("closure"),
            tied: name("tied"),
            run: name("run"),
            lend: name("lend"),
            pointer: name("pointer"),
        }
    }
}

/// A parameter of what C calls.
struct CParameter {
    name: Ident,
    /// A type parameter; but a context is known to be one.
    ty: TokenStream,
    is_context: bool,
}

impl CParameter {
    fn of(parameter: &Parameter) -> Self {
        let is_context = matches!(parameter.kind, Kind::UserData(_));
        let generic = local(&format!("__C_{}", names::text(&parameter.name)));
        let ty = if is_context { quote!(*mut ::core::ffi::c_void) } else { quote!(#generic) };
        Self { name: c_name(&parameter.name), ty, is_context }
    }
}

/// What the closure sees of it.
fn passed(signature: &Signature) -> impl Iterator<Item = CParameter> {
    signature.parameters.iter().map(CParameter::of).filter(|parameter| !parameter.is_context)
}

/// The context of a callback.
fn context<'m>(method: &'m Method, callback: &Ident) -> Option<&'m Ident> {
    let is_of = |parameter: &&Parameter| match &parameter.kind {
        Kind::UserData(of) => of.is_empty() || of.contains(callback),
        _ => false,
    };
    method.signature.parameters.iter().find(is_of).map(|parameter| &parameter.name)
}

/// The name of what C passes.
fn c_name(parameter: &Ident) -> Ident {
    local(&format!("c_{}", names::text(parameter)))
}

/// Takes what C passes, runs the closure, and gives C what comes back.
fn body(closure: &Ident, signature: &Signature, krate: &TokenStream) -> TokenStream {
    let scope = local("scope");
    let is_length = |parameter: &&Parameter| matches!(parameter.kind, Kind::Length(_));
    let take_lengths = signature.parameters.iter().filter(is_length).map(|parameter| take(signature, parameter, krate));
    let take = signature.visible().map(|parameter| take(signature, parameter, krate));
    let pass = signature.visible().map(|Parameter { name, kind, .. }| match kind {
        Kind::Pointer(_, Passing::In) | Kind::Array(_, Passing::In) | Kind::Text { is_optional: false, .. } => {
            quote!(&#name)
        }
        Kind::Pointer(..) | Kind::Array(..) => quote!(&mut #name),
        Kind::Text { .. } => quote!(#name.as_deref()),
        _ => quote!(#name),
    });
    let own = (!matches!(signature.returns, Returns::Nothing)).then(|| local("ret"));
    let results: Vec<_> = own.iter().chain(signature.outs().map(|out| &out.name)).map(|name| quote!(#name)).collect();
    let pattern = if results.is_empty() { quote!(()) } else { joined(&results) };
    let give = signature.parameters.iter().map(|parameter| give(signature, parameter, krate));
    let value = own.map_or_else(
        || quote!(::core::result::Result::Ok(())),
        |own| {
            let to_c = native(signature.checked_return(krate).1, "to_c", krate);
            quote!(#krate::__private::returned_value(&#own, #to_c, #scope))
        },
    );
    quote! {
        #(#take_lengths)*
        #(#take)*
        let #pattern = #closure(#(#pass),*);
        #(#give)*
        #value
    }
}

/// Takes a parameter that C has passed.
fn take(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let Parameter { name, kind, .. } = parameter;
    let (c, text) = (c_name(name), names::text(name));
    let ty = signature.checked(parameter, krate);
    let span = start(&ty);
    let from_c = || native(ty.clone(), "from_c", krate);
    let taken = match kind {
        Kind::Value => {
            let from_c = from_c();
            quote!(#private::from_c(#c, #from_c))
        }
        Kind::Pointer(_, passing @ (Passing::In | Passing::InOut)) => {
            let (from_c, passed) = (from_c(), for_passing("passed_pointer", *passing));
            quote!(#private::#passed(#c, #from_c))
        }
        Kind::Array(_, passing) => {
            let (from_c, length, passed) = (from_c(), length(signature, name), for_passing("passed_array", *passing));
            quote!(#private::#passed(#c, #length, #from_c))
        }
        Kind::CStr { is_optional } => {
            let passed = local(if *is_optional { "passed_optional_c_str" } else { "passed_c_str" });
            quote!(#private::#passed(#c))
        }
        Kind::Text { is_optional, encoding } => {
            let encoding = encoding.name();
            let ty = match is_optional {
                true => quote!(::core::option::Option<::std::string::String>),
                false => quote!(::std::string::String),
            };
            quote!(<#ty as #private::ReturnedText>::from_c::<#private::#encoding>(#c))
        }
        Kind::Length(Length { passing, .. }) => {
            let slot = slot_name(name);
            let from_c = quote::quote_spanned!(span=> <#ty as #private::Native>::from_c);
            let value = match passing {
                None => quote!(#private::from_c(#c, #from_c)),
                Some(passing) => {
                    let passed = for_passing("passed_pointer", *passing);
                    quote!(#private::#passed(#c, #from_c))
                }
            };
            return quote! {
                // SAFETY: that C passes this is what the interface says.
                let #slot = #private::passed(#text, unsafe { #value })?;
                let #slot = #private::passed(#text, #private::reported_length(#text, #slot))?;
            };
        }
        _ => return TokenStream::new(),
    };
    let mutable = parameter.is_in_out().then(|| quote!(mut));
    quote! {
        // SAFETY: that C passes this is what the interface says.
        let #mutable #name = #private::passed(#text, unsafe { #taken })?;
    }
}

/// What takes from `const T *`, or from `T *`.
fn for_passing(taker: &str, passing: Passing) -> Ident {
    match passing {
        Passing::In => local(taker),
        Passing::InOut | Passing::Out => local(&format!("{taker}_mut")),
    }
}

/// The length of an array, which its own parameter tells.
fn length(signature: &Signature, array: &Ident) -> TokenStream {
    let is_of = |parameter: &&Parameter| matches!(&parameter.kind, Kind::Length(length) if length.of.contains(array));
    match signature.parameters.iter().find(is_of) {
        Some(length) => {
            let slot = slot_name(&length.name);
            quote!(#slot)
        }
        None => quote!(0),
    }
}

/// Gives C what comes out of a parameter.
fn give(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let Parameter { name, kind, .. } = parameter;
    let (c, text, scope) = (c_name(name), names::text(name), local("scope"));
    let to_c = || native(signature.checked(parameter, krate), "to_c", krate);
    let capacity = |buffer: &Buffer| match &buffer.capacity {
        Some(capacity) => quote!(#private::to_length(#text, #capacity)?),
        None => length(signature, name),
    };
    let given = match kind {
        Kind::Pointer(_, Passing::InOut | Passing::Out) => {
            let to_c = to_c();
            quote!(#private::give(#c, &#name, #to_c, #scope))
        }
        Kind::Array(_, Passing::InOut) => {
            let (to_c, length) = (to_c(), length(signature, name));
            quote!(#private::give_array(#text, #c, #length, &#name, #to_c, #scope))
        }
        Kind::ArrayBuffer(_, buffer) => {
            let (to_c, capacity) = (to_c(), capacity(buffer));
            let tell = tell_length(signature, name, &quote!(#name.len()), krate);
            return quote! {
                // SAFETY: that C passes room for as many is what the interface says.
                #private::given(unsafe { #private::give_array(#text, #c, #capacity, &#name, #to_c, #scope) })?;
                #tell
            };
        }
        Kind::TextBuffer(encoding, buffer) => {
            let (encoding, capacity, written) = (encoding.name(), capacity(buffer), local("written"));
            let tell = tell_length(signature, name, &quote!(#written), krate);
            return quote! {
                // SAFETY: as above.
                let #written = unsafe { #private::give_text::<#private::#encoding>(#text, #c, #capacity, &#name) };
                let #written = #private::given(#written)?;
                #tell
            };
        }
        _ => return TokenStream::new(),
    };
    quote! {
        // SAFETY: that C passes a pointer to this is what the interface says.
        #private::given(unsafe { #given })?;
    }
}

/// Tells C how much was written to a buffer, where its length is passed by `&mut`.
fn tell_length(signature: &Signature, buffer: &Ident, written: &TokenStream, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let text = names::text(buffer);
    let tell = signature.parameters.iter().filter_map(|parameter| match &parameter.kind {
        Kind::Length(Length { of, passing: Some(Passing::InOut), .. }) if of.contains(buffer) => {
            let (c, ty) = (c_name(&parameter.name), signature.checked(parameter, krate));
            let (to_c, scope) = (native(ty.clone(), "to_c", krate), local("scope"));
            Some(quote! {
                let told = #private::given_length::<#ty>(#text, #written)?;
                // SAFETY: that C passes a pointer to this is what the interface says.
                #private::given(unsafe { #private::give(#c, &told, #to_c, #scope) })?;
            })
        }
        _ => None,
    });
    tell.collect()
}
