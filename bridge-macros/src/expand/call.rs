//! The encoding of each method's call, which the client and the batch share.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{Lifetime, Type};

use super::receive::is_some;
use super::send;
use crate::model::{Interface, Kind, Length, Method, Parameter, Passing, Returns};
use crate::names::{self, local, type_name};

/// One function per method without callbacks. It makes the call at once for a client, and records it for a batch.
pub(super) fn functions(interface: &Interface) -> TokenStream {
    let krate = interface.options.krate();
    let methods = interface.methods.iter().filter(|method| !method.has_callbacks());
    methods.map(|method| function(method, &krate)).collect()
}

fn function(method: &Method, krate: &TokenStream) -> TokenStream {
    let (calls, sink, batch) = (local("calls"), type_name("Sink"), names::batch_lifetime());
    let (name, number, attrs) = (names::call(&method.name), names::number(&method.name), method.private_attrs());
    let (ok, error) = method.signature.call_result(krate);
    let parameters = method.signature.visible().map(|shown| parameter(shown, Some(&batch)));
    let (slices, places) = send::borrowed(&method.signature);
    let (encode, decode, shadows) = (encode(method, krate), decode(method, krate), shadows(method));
    quote! {
        #(#attrs)*
        #[allow(non_snake_case)]
        #shadows
        fn #name<#batch, #sink: #krate::__private::CallSink<#batch>>(
            #calls: #sink #(, #parameters)*
        ) -> #sink::Output<#ok, #error> {
            #calls.call(#number, (#slices, #places), #encode, #decode)
        }
    }
}

/// The declaration of a parameter that is not a callback. One that the call changes is borrowed for `lifetime`.
pub(super) fn parameter(parameter: &Parameter, lifetime: Option<&Lifetime>) -> TokenStream {
    let Parameter { name, ty, kind, .. } = parameter;
    let reference = match kind {
        Kind::Pointer(ty, Passing::InOut) => quote!(&#lifetime mut #ty),
        Kind::Array(element, Passing::InOut) => quote!(&#lifetime mut [#element]),
        _ => return quote!(#name: #ty),
    };
    match parameter.is_nullable {
        true => quote!(#name: ::core::option::Option<#reference>),
        false => quote!(#name: #reference),
    }
}

/// The names of the parameters that the caller passes.
pub(super) fn names(method: &Method) -> impl Iterator<Item = &Ident> {
    method.signature.visible().map(|parameter| &parameter.name)
}

/// Allows the lints against shadowing: the generated code binds some parameters again under their own names.
pub(super) fn shadows(method: &Method) -> Option<TokenStream> {
    let is_bound_again =
        |parameter: &Parameter| parameter.is_in_out() || matches!(parameter.kind, Kind::Array(..) | Kind::Callback(_));
    let shadows = method.signature.parameters.iter().any(is_bound_again);
    shadows.then(|| quote!(#[allow(clippy::shadow_reuse, clippy::shadow_unrelated)]))
}

/// The closure that encodes the arguments.
pub(super) fn encode(method: &Method, krate: &TokenStream) -> TokenStream {
    let arguments = local("arguments");
    let (slices, places) = send::borrowed(&method.signature);
    let put = method.signature.parameters.iter().map(|parameter| put(method, parameter, krate));
    quote! {
        |#arguments, #slices, #places| {
            #(#put)*
            ::core::result::Result::Ok(())
        }
    }
}

/// The closure that decodes the result.
pub(super) fn decode(method: &Method, krate: &TokenStream) -> TokenStream {
    let (signature, outcome, value) = (&method.signature, local("outcome"), local("value"));
    let (taken, changed) = send::take(signature, &outcome, krate);
    let in_outs: Vec<_> = signature.in_outs().map(|parameter| &parameter.name).collect();
    let error = match &signature.returns {
        Returns::Result { error, .. } => Some(&**error),
        _ => None,
    };
    let body = match (in_outs.as_slice(), signature.parts(krate).as_slice()) {
        ([], [part]) if error.is_none() => part.decode(&outcome),
        ([], _) => returned(error, &taken, krate),
        _ => {
            let returned = returned(error, &value.to_token_stream(), krate);
            quote!({ let #value = #taken; #changed #returned })
        }
    };
    quote!(|#outcome, (#(#in_outs,)*)| #body)
}

/// What the call returns, of what was decoded: all of it, or the `Result` of a method with an error of its own.
fn returned(error: Option<&Type>, decoded: &TokenStream, krate: &TokenStream) -> TokenStream {
    match error {
        Some(error) => quote!(#krate::__private::method_result!(#error, #decoded)),
        None => quote!(::core::result::Result::Ok(#decoded)),
    }
}

/// Encodes an argument.
fn put(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let arguments = local("arguments");
    let Parameter { name, kind, .. } = parameter;
    if parameter.fixed.is_some() {
        return TokenStream::new();
    }
    let text = names::text(name);
    match kind {
        Kind::Text(encoding) if method.native().is_some() => {
            let encoding = encoding.marker();
            quote!(#arguments.c_text::<#krate::__private::native::#encoding>(#text, #name)?;)
        }
        Kind::Length(length) => check_length(method, length, &text, &method.signature.checked(parameter, krate)),
        Kind::Callback(callback) if callback.is_registered => quote!(#arguments.registered(#text)?;),
        Kind::Callback(callback) if callback.is_optional => {
            let is_some = is_some(name);
            quote!(#arguments.value::<::core::primitive::bool>(#text, &#is_some)?;)
        }
        _ => send::put(&method.signature, parameter, &arguments, Some(&text), krate),
    }
}

/// Checks that all input arrays of a length have the same. The lengths of buffers and of text are known in the server only.
fn check_length(method: &Method, length: &Length, text: &str, ty: &TokenStream) -> TokenStream {
    let arguments = local("arguments");
    // The size of an element in C is known in the server only.
    let is_array = |parameter: &&Parameter| !length.in_bytes && matches!(parameter.kind, Kind::Array(..));
    let passed = method.signature.visible().filter(is_array).filter(|parameter| length.of.contains(&parameter.name));
    let lengths: Vec<_> = passed
        .map(|Parameter { name, is_nullable, .. }| {
            let text = names::text(name);
            match is_nullable {
                true => quote!((#text, #name.as_deref().map(<[_]>::len))),
                false => quote!((#text, ::core::option::Option::Some(<[_]>::len(#name)))),
            }
        })
        .collect();
    if lengths.is_empty() {
        return TokenStream::new();
    }
    quote!(#arguments.length::<#ty>(#text, &[#(#lengths),*])?;)
}
