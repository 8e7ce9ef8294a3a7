//! The functions that C calls back, and the slots of the closures behind them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::library::{native, slot_name, start};
use crate::model::{Buffer, Callback, Encoding, Kind, Length, Method, Parameter, Passing, Returns, Signature, joined};
use crate::names::{self, local};

/// What a callback needs beside the function that takes it: the closures behind it, and what C calls.
pub(super) fn items(method: &Method, parameter: &Parameter, callback: &Callback, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let Names { closure, closures, trampoline, function, functions, run } = Names::of(&parameter.name);
    let (text, bound) = (names::text(&parameter.name), callback.closure());
    let signature = &callback.signature;
    let c_types: Vec<_> = signature.parameters.iter().map(|parameter| c_type(signature, parameter, krate)).collect();
    let c_names: Vec<_> = signature.parameters.iter().map(|parameter| c_name(&parameter.name)).collect();
    let returns = returned(signature, krate);
    let (key, slot) = (local("key"), local("SLOT"));
    let body = body(signature, &closures, krate);
    let context = context(method, &parameter.name).and_then(|_| {
        let is_context = |parameter: &&Parameter| matches!(parameter.kind, Kind::UserData(_));
        signature.parameters.iter().find(is_context).map(|parameter| c_name(&parameter.name))
    });
    let (generics, key_of, table) = match context {
        Some(context) => (None, quote!(#private::context_key(#context)), None),
        None => (
            Some(quote!(<const #slot: ::core::primitive::u32>)),
            quote!(#slot),
            Some(quote! {
                static #functions: [#trampoline; #private::SLOTS as ::core::primitive::usize] =
                    #private::slots!(#function);
            }),
        ),
    };
    let define = |abi: &str| {
        let pointer = quote!(type #trampoline = unsafe extern #abi fn(#(#c_types),*) -> #returns;);
        let function = quote! {
            unsafe extern #abi fn #function #generics(#(#c_names: #c_types),*) -> #returns {
                // SAFETY: that C passes what the callback's type says is what the interface says.
                unsafe { #run(#key_of #(, #c_names)*) }
            }
        };
        vec![pointer, function]
    };
    let defined = super::library::by_abi(callback.abi, define);
    quote! {
        type #closure<'c> = dyn #bound + ::core::marker::Send + 'c;

        static #closures: #private::Closures<#closure<'static>> = #private::Closures::new(#text);

        #[allow(clippy::too_many_arguments, unused_variables)]
        unsafe fn #run(#key: ::core::primitive::u32 #(, #c_names: #c_types)*) -> #returns {
            #body
        }

        #defined

        #table
    }
}

/// Makes the slot of a callback's closure.
pub(super) fn slot(method: &Method, parameter: &Parameter, callback: &Callback, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let Names { closure, closures, .. } = Names::of(&parameter.name);
    let (name, lent) = (&parameter.name, local("closure"));
    let keeping = if callback.is_registered { quote!(Registered) } else { quote!(Call) };
    // What is registered is boxed, and lasts as long as it must.
    let boxed = match callback.is_registered {
        true => quote!(#name),
        false => quote! {
            {
                let #lent: ::std::boxed::Box<#closure<'_>> = ::std::boxed::Box::new(#name);
                // SAFETY: the slot drops it before the call is over.
                unsafe {
                    ::core::mem::transmute::<::std::boxed::Box<#closure<'_>>, ::std::boxed::Box<#closure<'static>>>(#lent)
                }
            }
        },
    };
    let put = match context(method, name) {
        Some(context) => {
            let context = slot_name(context);
            quote!(#closures.behind(&#context, #boxed, #private::Keeping::#keeping))
        }
        None => quote!(#closures.in_slot(#boxed, #private::Keeping::#keeping)?),
    };
    match callback.is_optional {
        true => quote! {
            match #name {
                ::core::option::Option::Some(#name) => ::core::option::Option::Some(#put),
                ::core::option::Option::None => ::core::option::Option::None,
            }
        },
        false => put,
    }
}

/// The function pointer that C gets.
pub(super) fn pass(method: &Method, parameter: &Parameter, callback: &Callback) -> TokenStream {
    let Names { trampoline, function, functions, .. } = Names::of(&parameter.name);
    let (slot, lent) = (slot_name(&parameter.name), local("lent"));
    let pointer = |lent: &Ident| match context(method, &parameter.name) {
        Some(_) => quote!(#function as #trampoline),
        None => quote!(#functions[#lent.slot()]),
    };
    match callback.is_optional {
        true => {
            let pointer = pointer(&lent);
            quote!(#slot.as_ref().map(|#lent| #pointer))
        }
        false => pointer(&slot),
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
        true => quote!(#slot.map_or_else(#krate::Registration::none, #krate::__private::Lent::into_registration)),
        false => quote!(#slot.into_registration()),
    }
}

/// The names of what is generated for a callback.
struct Names {
    closure: Ident,
    closures: Ident,
    trampoline: Ident,
    function: Ident,
    functions: Ident,
    run: Ident,
}

impl Names {
    fn of(parameter: &Ident) -> Self {
        let name = |prefix: &str| local(&format!("{prefix}_{}", names::text(parameter)));
        Self {
            closure: name("__Closure"),
            closures: name("__CLOSURES"),
            trampoline: name("__Trampoline"),
            function: name("trampoline"),
            functions: name("__TRAMPOLINES"),
            run: name("run"),
        }
    }
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

/// A parameter of a callback in C.
fn c_type(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let ty = signature.checked(parameter, krate);
    let unit = |encoding: Encoding| {
        let encoding = encoding.name();
        quote!(<#krate::__private::#encoding as #krate::__private::Encoding>::Unit)
    };
    let c = |ty| native(ty, "C", krate);
    match &parameter.kind {
        Kind::UserData(_) | Kind::Callback(_) => quote!(*mut ::core::ffi::c_void),
        Kind::Value | Kind::Length(Length { passing: None, .. }) => c(ty),
        Kind::Text { encoding, .. } => {
            let unit = unit(*encoding);
            quote!(*const #unit)
        }
        Kind::TextBuffer(encoding, _) => {
            let unit = unit(*encoding);
            quote!(*mut #unit)
        }
        Kind::Pointer(_, Passing::In)
        | Kind::Array(_, Passing::In)
        | Kind::Length(Length { passing: Some(Passing::In), .. }) => {
            let c = c(ty);
            quote!(*const #c)
        }
        Kind::Pointer(..) | Kind::Array(..) | Kind::ArrayBuffer(..) | Kind::Length(_) => {
            let c = c(ty);
            quote!(*mut #c)
        }
    }
}

/// What a callback returns in C.
fn returned(signature: &Signature, krate: &TokenStream) -> TokenStream {
    match signature.returns {
        Returns::Nothing => quote!(()),
        _ => native(signature.checked_return(krate).1, "C", krate),
    }
}

/// Takes what C passes, runs the closure, and gives C what comes back.
fn body(signature: &Signature, closures: &Ident, krate: &TokenStream) -> TokenStream {
    let (key, closure, scope) = (local("key"), local("closure"), local("scope"));
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
        || quote!(()),
        |own| {
            let (_, ty) = signature.checked_return(krate);
            let to_c = native(ty, "to_c", krate);
            quote!(#krate::__private::given(#to_c(&#own, #scope))?)
        },
    );
    quote! {
        #closures.run(#key, |#closure, #scope| {
            #(#take_lengths)*
            #(#take)*
            let #pattern = #closure(#(#pass),*);
            #(#give)*
            ::core::result::Result::Ok(#value)
        })
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
        Kind::Pointer(..) => {
            let from_c = from_c();
            quote!(#private::passed_pointer(#c, #from_c))
        }
        Kind::Array(..) => {
            let (from_c, length) = (from_c(), length(signature, name));
            quote!(#private::passed_array(#c, #length, #from_c))
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
                Some(_) => quote!(#private::passed_pointer(#c.cast_const(), #from_c)),
            };
            let value = if matches!(passing, Some(Passing::In)) {
                quote!(#private::passed_pointer(#c, #from_c))
            } else {
                value
            };
            return quote! {
                // SAFETY: that C passes this is what the interface says.
                let #slot = #private::passed(#text, unsafe { #value })?;
                let #slot = #private::passed(#text, #private::told_length(#text, #slot))?;
            };
        }
        _ => return TokenStream::new(),
    };
    let owned = match kind {
        Kind::Array(_, Passing::InOut) => quote!(.into_owned()),
        _ => TokenStream::new(),
    };
    let mutable = parameter.is_in_out().then(|| quote!(mut));
    quote! {
        // SAFETY: that C passes this is what the interface says.
        let #mutable #name = #private::passed(#text, unsafe { #taken })? #owned;
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
