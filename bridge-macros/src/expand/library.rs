//! The native implementation: the trait's methods over the library's functions.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::Expr;
use syn::ext::IdentExt as _;

use super::trampoline;
use crate::model::{
    Abi, Buffer, Encoding, Interface, Kind, Length, Method, Native, OsError, Parameter, Passing, Returns, Signature,
    Target, joined,
};
use crate::names::{self, local};
use crate::options::Threads;

/// The native implementation's type.
pub(super) fn declaration(interface: &Interface) -> TokenStream {
    let (vis, library, loaded) = (&interface.vis, interface.library(), loaded(interface));
    let doc = format!(
        "Implements [`{}`] by calling the library in this process. In the 32-bit server that is the 32-bit \
         library; a 64-bit program can load a 64-bit build of it without a bridge.",
        interface.name
    );
    let (threads, marker) = match interface.options.threads {
        Threads::Single => (
            quote!(/** The library need not bear calls from several threads at once. */),
            quote!(::core::cell::Cell<()>),
        ),
        Threads::Multi => (quote!(/** The library bears calls from several threads at once. */), quote!(())),
    };
    quote! {
        #[doc = #doc]
        #[derive(::core::fmt::Debug)]
        #vis struct #library {
            library: #loaded,
            #threads
            _threads: ::core::marker::PhantomData<#marker>,
        }
    }
}

/// The runtime's type for a loaded library of the interface's kind.
fn loaded(interface: &Interface) -> TokenStream {
    let krate = interface.options.krate();
    match &interface.options.dotnet {
        Some(_) => quote!(#krate::__private::dotnet::ManagedLibrary),
        None => quote!(#krate::__private::NativeLibrary),
    }
}

/// Loading, serving, and the trait's methods.
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let (krate, vis, library, trait_name) =
        (interface.options.krate(), &interface.vis, interface.library(), &interface.name);
    let (result, loaded) = (quote!(::core::result::Result), loaded(interface));
    let description = quote!(<dyn #trait_name as #krate::__private::Interface>::description());
    let args = quote!(<dyn #trait_name as #krate::__private::Interface>::Args);
    let methods = interface.methods.iter().filter_map(|method| {
        let target = method.target.as_ref()?;
        Some(self::method(method, target, &krate))
    });
    let in_place = interface.methods.iter().filter_map(|method| {
        let native = method.native().filter(|_| method.signature.passes_arrays())?;
        Some(by_place(method, native, &krate))
    });
    let own_library = super::interface::own_library(interface, &quote!(::core::option::Option::Some(self)));
    let allow = quote!(#[allow(clippy::unused_unit)]);
    quote! {
        impl #library {
            /// Loads the library that the interface names: from beside this program, or from where the system looks.
            ///
            /// # Errors
            /// Why it could not be loaded, or which functions it lacks.
            #vis fn load() -> #result<Self, #krate::LibraryError> {
                #loaded::load(#description, ::core::option::Option::None, &[]).map(Self::new)
            }

            /// Loads a library from a file.
            ///
            /// # Errors
            /// Why it could not be loaded, or which functions it lacks.
            #vis fn load_from(
                path: impl ::core::convert::AsRef<::std::path::Path>,
            ) -> #result<Self, #krate::LibraryError> {
                let path = ::core::option::Option::Some(::core::convert::AsRef::as_ref(&path));
                #loaded::load(#description, path, &[]).map(Self::new)
            }

            fn new(library: #loaded) -> Self {
                Self { library, _threads: ::core::marker::PhantomData }
            }

            #(#in_place)*
        }

        #[automatically_derived]
        impl #krate::Serve for #library {
            type Interface = dyn #trait_name;

            fn start(
                context: #krate::ServerContext<#args>,
            ) -> #result<
                Self,
                ::std::boxed::Box<dyn ::core::error::Error + ::core::marker::Send + ::core::marker::Sync>,
            > {
                let (path, dirs) = (context.library_path(), context.library_dirs());
                #result::Ok(Self::new(#loaded::load(#description, path, dirs)?))
            }

            fn library_path(&self) -> ::core::option::Option<&::core::primitive::str> {
                ::core::option::Option::Some(self.library.path())
            }
        }

        #[automatically_derived]
        #allow
        impl #trait_name for #library {
            #(#methods)*
            #own_library
        }
    }
}

fn method(method: &Method, target: &Target, krate: &TokenStream) -> TokenStream {
    let (cfgs, signature, name) =
        (method.cfgs(), super::interface::signature(method, false, krate), names::text(&method.name));
    let (items, body) = match target {
        Target::Native(native) if native.is_variable => (TokenStream::new(), variable(method, krate)),
        Target::Native(_) if method.signature.passes_arrays() => (TokenStream::new(), by_slices(method, krate)),
        Target::Native(native) => (items(method, native, krate), function(method, native, krate)),
        Target::Managed(managed) => (TokenStream::new(), super::dotnet::body(method, managed, krate)),
    };
    quote! {
        #(#cfgs)*
        #[allow(unused_mut, unused_variables, clippy::shadow_reuse, clippy::shadow_unrelated)]
        #signature {
            #items
            #krate::__private::native(#name, || { #body })
        }
    }
}

/// The method that is passed arrays where they are: in a message, or beside it.
fn by_place(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let (cfgs, name, room) = (method.cfgs(), names::in_place(&method.name), local("room"));
    let parameters = method.signature.visible().map(|parameter| {
        let Parameter { name, ty, kind, .. } = parameter;
        match kind {
            Kind::Array(element, Passing::In) => quote!(#name: &#krate::__private::Slice<'_, #element>),
            Kind::Array(element, _) => quote!(#name: &mut #krate::__private::SliceMut<'_, #element>),
            Kind::Callback(callback) => {
                let ty = super::interface::callback_type(callback);
                quote!(#name: #ty)
            }
            _ => quote!(#name: #ty),
        }
    });
    let out = |parameter: &Parameter| match &parameter.kind {
        Kind::ArrayBuffer(element, _) => quote!(#krate::__private::OutVec<#element>),
        _ => parameter.ty.to_token_stream(),
    };
    let returns = joined(&method.signature.returned_types(out, krate));
    let (items, body) = (items(method, native, krate), function(method, native, krate));
    quote! {
        #(#cfgs)*
        #[allow(
            unused_mut, unused_variables, clippy::shadow_reuse, clippy::shadow_unrelated, clippy::too_many_arguments,
            clippy::type_complexity
        )]
        fn #name(
            &self,
            #room: #krate::__private::Room<'_>
            #(, #parameters)*
        ) -> ::core::result::Result<#returns, #krate::__private::Fault> {
            #items
            #body
        }
    }
}

/// Calls the method that is passed arrays where they are, with slices.
fn by_slices(method: &Method, krate: &TokenStream) -> TokenStream {
    let (signature, in_place) = (&method.signature, names::in_place(&method.name));
    let pass = signature.visible().map(|Parameter { name, kind, .. }| match kind {
        Kind::Array(_, Passing::In) => quote!(&#krate::__private::Slice::of(#name)),
        Kind::Array(..) => quote!(&mut #krate::__private::SliceMut::of(#name)),
        _ => quote!(#name),
    });
    let map = out_vecs(signature, &quote!(#krate::__private::OutVec::into_vec))
        .map(|(parts, values)| quote!(.map(|#parts| #values)));
    quote!(self.#in_place(::core::default::Default::default() #(, #pass)*) #map)
}

/// What a method returns, as a pattern, and the same with another type for the arrays that came out; `None` where there
/// are none.
pub(super) fn out_vecs(signature: &Signature, convert: &TokenStream) -> Option<(TokenStream, TokenStream)> {
    if !signature.parameters.iter().any(|parameter| matches!(parameter.kind, Kind::ArrayBuffer(..))) {
        return None;
    }
    let own = (!matches!(signature.returns, Returns::Nothing)).then_some(false);
    let outs = signature.outs().map(|parameter| matches!(parameter.kind, Kind::ArrayBuffer(..)));
    let registered = signature.registered().map(|_| false);
    let is_out_vec = own.into_iter().chain(outs).chain(registered).enumerate();
    let (names, values): (Vec<_>, Vec<_>) = is_out_vec
        .map(|(place, is_out_vec)| {
            let name = local(&format!("part_{place}"));
            let value = if is_out_vec { quote!(#convert(#name)) } else { quote!(#name) };
            (name.to_token_stream(), value)
        })
        .unzip();
    Some((joined(&names), joined(&values)))
}

/// The types of the function's pointer, and what C calls back.
fn items(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let declaration = function_declaration(method, native);
    let callbacks = method.signature.callbacks();
    let callbacks = callbacks.map(|(parameter, callback)| trampoline::items(method, parameter, callback, krate));
    quote!(#declaration #(#callbacks)*)
}

/// Reads or writes a variable.
fn variable(method: &Method, krate: &TokenStream) -> TokenStream {
    let number = names::number(&method.name);
    let (variable, scope) = (local("variable"), local("scope"));
    match method.signature.parameters.first() {
        None => {
            let (_, returns) = method.signature.checked_return(krate);
            let span = start(&returns);
            let from_c = quote_spanned!(span=> <#returns as #krate::__private::NativeReturn>::from_c);
            quote! {
                let #variable = self.library.variable(#number)?;
                // SAFETY: that the variable has this type is what the interface says.
                unsafe { #krate::__private::read_variable(#variable, #from_c) }
            }
        }
        Some(parameter) => {
            let slot = slot(method, parameter, krate);
            let value = slot_name(&parameter.name);
            quote! {
                let #variable = self.library.variable(#number)?;
                let mut #scope = #krate::__private::Scope::new();
                #slot
                // SAFETY: that the variable has this type is what the interface says.
                unsafe { #krate::__private::write_variable(#variable, #value) };
                ::core::result::Result::Ok(())
            }
        }
    }
}

/// Calls a function: makes the slots of its parameters, passes them, and takes what comes back.
fn function(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let number = names::number(&method.name);
    let (function_type, function, scope, returned) =
        (local("__Function"), local("function"), local("scope"), local("returned"));
    let inferred = method.signature.parameters.iter().map(|_| quote!(_));
    // A length is told by the slot that it is of, and a callback takes its context.
    let mut slots: Vec<_> = method.signature.parameters.iter().collect();
    slots.sort_by_key(|parameter| match parameter.kind {
        Kind::UserData(_) => 0,
        Kind::Length(_) => 2,
        _ => 1,
    });
    let slots = slots.into_iter().map(|parameter| slot(method, parameter, krate));
    let rooms = rooms(method, native, krate);
    let pass = method.signature.parameters.iter().map(pass);
    let finish = method.signature.called().map(|(parameter, callback)| trampoline::finish(parameter, callback));
    let (clear, capture) = os_error(native, krate);
    let close = method.signature.closed().map(|parameter| {
        let Parameter { name, kind, .. } = parameter;
        let closed = closed_name(name);
        let value = if matches!(kind, Kind::Value) { quote!(&#name) } else { quote!(&*#name) };
        let ty = Signature::checked_handle(parameter, krate);
        let span = start(&ty);
        let handle = quote_spanned!(span=> <#ty as #krate::__private::Closes>::handle);
        quote!(let #closed = #krate::__private::close(#value, #handle);)
    });
    let returns = returned_value(method, native, krate);
    let check = check(method, native, krate);
    let take = take(method, krate);
    let own = (!matches!(method.signature.returns, Returns::Nothing))
        .then(|| returned_name(method, native).to_token_stream());
    let outs = method.signature.outs().map(|out| out.name.to_token_stream());
    let registered = method.signature.registered();
    let registered = registered.map(|(parameter, callback)| trampoline::registration(parameter, callback, krate));
    let parts: Vec<_> = own.into_iter().chain(outs).chain(registered).collect();
    let value = joined(&parts);
    quote! {
        // SAFETY: that the function has this signature is what the interface says.
        let #function: #function_type<#(#inferred,)* _> = unsafe { self.library.function(#number) }?;
        let mut #scope = #krate::__private::Scope::new();
        #rooms
        #(#slots)*
        #clear
        // SAFETY: as above; what the pointers point to lives until the end of the call.
        let #returned = unsafe { #function(#(#pass),*) };
        #capture
        #(#close)*
        #(#finish)*
        #returns
        #check
        #take
        ::core::result::Result::Ok(#value)
    }
}

/// What the user's expressions say of lengths and capacities. They are over the parameters, which the slots borrow, and
/// come first: what they refuse is refused before the call.
fn rooms(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let room = |name: &Ident, room: Ident, length: &Expr| {
        let text = names::text(name);
        quote!(let #room = #krate::__private::to_length(#text, #length)?;)
    };
    let buffers = method.signature.parameters.iter().filter_map(|parameter| match &parameter.kind {
        Kind::ArrayBuffer(_, buffer) | Kind::TextBuffer(_, buffer) => {
            Some(room(&parameter.name, room_name(&parameter.name), buffer.capacity.as_ref()?))
        }
        _ => None,
    });
    let returned = native.returned_length.iter().map(|length| room(&method.name, local("returned_length"), length));
    buffers.chain(returned).collect()
}

/// The name of the capacity of a parameter's buffer.
fn room_name(name: &Ident) -> Ident {
    format_ident!("room_for_{}", name.unraw(), span = Span::mixed_site())
}

/// The name of what the function returned: the user's own where an expression of the user's is over it.
fn returned_name(method: &Method, native: &Native) -> Ident {
    let is_length = |parameter: &Parameter| match &parameter.kind {
        Kind::ArrayBuffer(_, buffer) | Kind::TextBuffer(_, buffer) => {
            buffer.length.as_ref().filter(|length| *length == "ret").cloned()
        }
        _ => None,
    };
    match method.signature.parameters.iter().find_map(is_length) {
        Some(name) => name,
        None if native.check.is_some() => Ident::new("ret", Span::call_site()),
        None => local("ret"),
    }
}

/// Takes the returned value, and gives back what it points to.
fn returned_value(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let (returned, name) = (local("returned"), returned_name(method, native));
    let (_, returns) = method.signature.checked_return(krate);
    let span = start(&returns);
    let take = match &method.signature.returns {
        Returns::Vec { .. } => {
            let (length, from_c) = (local("returned_length"), self::native(returns, "from_c", krate));
            quote!(#krate::__private::returned_array(#returned, #length, #from_c))
        }
        Returns::Value(ty) if native.encoding != Encoding::Utf8 => {
            let encoding = native.encoding.name();
            quote!(<#ty as #krate::__private::ReturnedText>::from_c::<#krate::__private::#encoding>(#returned))
        }
        _ => {
            let from_c = quote_spanned!(span=> <#returns as #krate::__private::NativeReturn>::from_c);
            quote!(#krate::__private::from_c(#returned, #from_c))
        }
    };
    let release = native.free_with.as_ref().map(|_| {
        let (number, release) = (names::number(&method.name), local("__Release"));
        quote! {
            if !#returned.is_null() {
                // SAFETY: that the function takes back what was returned is what the interface says.
                let release: #release<_> = unsafe { self.library.release(#number) }?;
                // SAFETY: as above, and it was copied.
                unsafe { release(#returned) };
            }
        }
    });
    match &method.signature.returns {
        Returns::Nothing => quote! {
            // SAFETY: nothing was returned.
            unsafe { #take }?;
        },
        _ => quote! {
            // SAFETY: that the function returns this is what the interface says.
            let #name = unsafe { #take };
            #release
            let #name = #name?;
        },
    }
}

/// Forgets the last error before the call, and asks for it right after.
fn os_error(native: &Native, krate: &TokenStream) -> (Option<TokenStream>, Option<TokenStream>) {
    let name = local("os_error");
    let functions = match native.os_error {
        Some(OsError::Last) => ("clear_last_error", "last_error"),
        Some(OsError::Errno) => ("clear_errno", "errno"),
        None => return (None, None),
    };
    let (clear, ask) = (local(functions.0), local(functions.1));
    (Some(quote!(#krate::__private::#clear();)), Some(quote!(let #name = #krate::__private::#ask();)))
}

/// Where the user's condition is false the call has failed: what it wrote is dropped, and nothing was closed.
fn check(method: &Method, native: &Native, krate: &TokenStream) -> Option<TokenStream> {
    let check = native.check.as_ref()?;
    let ret = Ident::new("ret", Span::call_site());
    let os_error = match native.os_error {
        Some(_) => {
            let name = local("os_error");
            quote!(::core::option::Option::Some(#name))
        }
        None => quote!(::core::option::Option::None),
    };
    let closed = method.signature.closed().map(|parameter| closed_name(&parameter.name));
    Some(quote! {
        if !(#check) {
            #(#closed.undo();)*
            return ::core::result::Result::Err(#krate::__private::Fault::Status {
                value: #krate::__private::Status::number(&#ret),
                os_error: #os_error,
            });
        }
    })
}

/// The name of what a function has closed.
fn closed_name(parameter: &Ident) -> Ident {
    format_ident!("closed_{}", parameter.unraw(), span = Span::mixed_site())
}

/// Takes what came back: single values first, because buffers may be told their length by one.
fn take(method: &Method, krate: &TokenStream) -> TokenStream {
    let singles = method.signature.parameters.iter().filter_map(|parameter| {
        let (name, slot) = (&parameter.name, slot_name(&parameter.name));
        let from_c = native(method.signature.checked(parameter, krate), "from_c", krate);
        let take = quote! {
            // SAFETY: that what the library left is of this type is what the interface says.
            unsafe { #krate::__private::from_c(#slot.get(), #from_c) }?
        };
        match parameter.kind {
            Kind::Pointer(_, Passing::Out) => Some(quote!(let #name = #take;)),
            Kind::Pointer(_, Passing::InOut) => Some(quote!(*#name = #take;)),
            Kind::Array(_, Passing::InOut) => Some(quote! {
                // SAFETY: as above.
                unsafe { #slot.take() }?;
            }),
            _ => None,
        }
    });
    let buffers = method.signature.parameters.iter().filter_map(|parameter| match &parameter.kind {
        Kind::ArrayBuffer(_, buffer) | Kind::TextBuffer(_, buffer) => {
            let (name, slot, text) = (&parameter.name, slot_name(&parameter.name), names::text(&parameter.name));
            let length = written(method, parameter, buffer, krate);
            let written = local("written");
            Some(quote! {
                let #written = #length;
                // SAFETY: that what the library left is of this type is what the interface says.
                let #name = unsafe { #slot.take(#text, #written) }?;
            })
        }
        _ => None,
    });
    quote!(#(#singles)* #(#buffers)*)
}

/// How much the library has written to a buffer.
fn written(method: &Method, parameter: &Parameter, buffer: &Buffer, krate: &TokenStream) -> TokenStream {
    let (slot, text) = (slot_name(&parameter.name), names::text(&parameter.name));
    if let Some(length) = &buffer.length {
        let is_borrowed = method.signature.in_outs().any(|parameter| parameter.name == *length);
        let star = is_borrowed.then(|| quote!(*));
        return quote!(#krate::__private::reported_length(#text, #star #length)?);
    }
    let is_of = |candidate: &&Parameter| matches!(&candidate.kind, Kind::Length(Length { of, passing: Some(Passing::InOut), .. }) if of.contains(&parameter.name));
    match method.signature.parameters.iter().find(is_of) {
        Some(length) => {
            let length = slot_name(&length.name);
            quote!(#length.take(#text)?)
        }
        None => quote!(#slot.len()),
    }
}

/// The name of a parameter's slot.
pub(super) fn slot_name(parameter: &Ident) -> Ident {
    format_ident!("slot_{}", parameter.unraw(), span = Span::mixed_site())
}

/// The type of the function's pointer, for the types that are passed and taken. Calling conventions that Rust knows on
/// 32-bit x86 only are C's elsewhere, as they are for C compilers.
fn function_declaration(method: &Method, native: &Native) -> TokenStream {
    let (function_type, returns) = (local("__Function"), local("__Returns"));
    let parameters: Vec<_> = (0..method.signature.parameters.len())
        .map(|place| format_ident!("__P{place}", span = Span::mixed_site()))
        .collect();
    let release = local("__Release");
    by_abi(native.abi, |abi| {
        let declared = quote! {
            type #function_type<#(#parameters,)* #returns> = unsafe extern #abi fn(#(#parameters),*) -> #returns;
        };
        let release =
            native.free_with.as_ref().map(|_| quote!(type #release<#returns> = unsafe extern #abi fn(#returns);));
        [declared].into_iter().chain(release).collect()
    })
}

/// Items that name a calling convention. One that Rust knows on 32-bit x86 only is C's elsewhere, as it is for C
/// compilers.
pub(super) fn by_abi(abi: Abi, items: impl Fn(&str) -> Vec<TokenStream>) -> TokenStream {
    let (own, c) = (items(abi.name()), items("C"));
    match abi.is_x86_only() {
        true => quote! {
            #(#[cfg(target_arch = "x86")] #own)*
            #(#[cfg(not(target_arch = "x86"))] #c)*
        },
        false => quote!(#(#own)*),
    }
}

/// A parameter's type in C.
pub(super) fn c_type(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    match &parameter.kind {
        Kind::Value | Kind::Length(Length { passing: None, .. }) => {
            native(signature.checked(parameter, krate), "C", krate)
        }
        // Every pointer is of one size.
        _ => quote!(*const ()),
    }
}

/// Makes the slot of a parameter.
fn slot(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let Parameter { name, kind, .. } = parameter;
    let private = quote!(#krate::__private);
    let ty = method.signature.checked(parameter, krate);
    let span = start(&ty);
    let (slot, scope, text) = (slot_name(name), local("scope"), names::text(name));
    let value = match kind {
        Kind::UserData(_) => quote!(#private::Context::new()),
        Kind::Callback(callback) => return trampoline::slot(method, parameter, callback, krate),
        Kind::Value => {
            let to_c = native(ty, "to_c", krate);
            quote_spanned!(span=> #private::in_field(#text, #to_c(&#name, &mut #scope))?)
        }
        Kind::Pointer(_, Passing::Out) => {
            let from_c = native(ty, "from_c", krate);
            quote!(#private::Pointer::out(#from_c))
        }
        Kind::Pointer(..) => {
            let to_c = native(ty, "to_c", krate);
            quote_spanned!(span=> #private::Pointer::to(#private::in_field(#text, #to_c(#name, &mut #scope))?))
        }
        Kind::Array(_, Passing::In) => {
            let to_c = native(ty, "to_c", krate);
            quote!(#private::in_field(#text, #private::ArrayIn::new(#name, #to_c, &mut #scope))?)
        }
        Kind::Array(..) => {
            let (to_c, from_c) = (native(ty.clone(), "to_c", krate), native(ty, "from_c", krate));
            quote!(#private::in_field(#text, #private::ArrayInOut::new(&mut *#name, #to_c, #from_c, &mut #scope))?)
        }
        Kind::ArrayBuffer(..) => {
            let room = room_name(name);
            let from_c = native(ty, "from_c", krate);
            let results = local("room");
            quote!(#private::ArrayBuffer::new(#text, #room, #from_c, #results)?)
        }
        Kind::CStr { .. } => quote!(#private::CText::new(#name)),
        Kind::Text { encoding, .. } => {
            let encoding = encoding.name();
            quote!(#private::Text::<#private::#encoding>::new(#text, #name)?)
        }
        Kind::TextBuffer(encoding, _) => {
            let room = room_name(name);
            let encoding = encoding.name();
            quote!(#private::TextBuffer::<#private::#encoding>::new(#text, #room)?)
        }
        Kind::Length(Length { of, passing, .. }) => {
            let (slots, texts) = (of.iter().map(slot_name), of.iter().map(names::text));
            match (passing, of.as_slice()) {
                (Some(Passing::InOut), [of, ..]) => {
                    let (of_slot, of_text) = (slot_name(of), names::text(of));
                    quote!(#private::OutLength::<#ty>::new(#text, #of_text, #of_slot.len())?)
                }
                (None, _) => quote!(#private::common_length::<#ty>(#text, &[#((#texts, #slots.len())),*])?),
                (Some(_), _) => quote! {
                    #private::Pointer::to(#private::common_length::<#ty>(#text, &[#((#texts, #slots.len())),*])?)
                },
            }
        }
    };
    quote!(let mut #slot = #value;)
}

/// The C value of a parameter in the call.
fn pass(parameter: &Parameter) -> TokenStream {
    let slot = slot_name(&parameter.name);
    match &parameter.kind {
        Kind::Callback(callback) => trampoline::pass(parameter, callback),
        Kind::Value | Kind::Length(Length { passing: None, .. }) => quote!(#slot),
        _ => quote!(#slot.pass()),
    }
}

/// What the runtime says of a type in C, standing where the type does: an error in it is one with the type's own.
pub(super) fn native(ty: TokenStream, item: &str, krate: &TokenStream) -> TokenStream {
    let span = start(&ty);
    let item = Ident::new(item, span);
    quote_spanned!(span=> <#ty as #krate::__private::Native>::#item)
}

/// Where a type that came [by way of](crate::model::by_way_of) a trait stands.
pub(super) fn start(ty: &TokenStream) -> Span {
    ty.clone().into_iter().next().map_or_else(Span::mixed_site, |first| first.span())
}
