//! What a call of each method is, whatever takes it: the client, which makes it at once, or a batch.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Lifetime;

use super::receive::is_there;
use super::send;
use crate::model::{Interface, Kind, Length, Method, Parameter, Part, Passing, Returns};
use crate::names::{self, local};

/// A function for each method without closures; those with closures are the client's alone.
pub(super) fn functions(interface: &Interface) -> TokenStream {
    let krate = interface.options.krate();
    let methods = interface.methods.iter().filter(|method| !method.has_callbacks());
    methods.map(|method| function(method, &krate)).collect()
}

fn function(method: &Method, krate: &TokenStream) -> TokenStream {
    let (calls, kind, lent) = (local("calls"), local("C"), names::lent());
    let (name, number, attrs) = (names::call(&method.name), names::number(&method.name), method.shared_attrs());
    let (ok, error) = method.signature.answer(krate);
    let parameters = method.signature.visible().map(|shown| parameter(shown, Some(&lent)));
    let (slices, places) = send::lent(&method.signature);
    let (encode, decode, shadows) = (encode(method, krate), decode(method, krate), shadows(method));
    quote! {
        #(#attrs)*
        #[allow(non_snake_case)]
        #shadows
        fn #name<#lent, #kind: #krate::__private::CallSink<#lent>>(
            #calls: #kind #(, #parameters)*
        ) -> #kind::Output<#ok, #error> {
            #calls.call(#number, (#slices, #places), #encode, #decode)
        }
    }
}

/// A parameter that is no closure; for `lent`, where it changes.
pub(super) fn parameter(parameter: &Parameter, lent: Option<&Lifetime>) -> TokenStream {
    let Parameter { name, ty, kind, .. } = parameter;
    match kind {
        Kind::Pointer(ty, Passing::InOut) => quote!(#name: &#lent mut #ty),
        Kind::Array(element, Passing::InOut) => quote!(#name: &#lent mut [#element]),
        _ => quote!(#name: #ty),
    }
}

/// The parameters that a caller passes, as arguments.
pub(super) fn names(method: &Method) -> impl Iterator<Item = &Ident> {
    method.signature.visible().map(|parameter| &parameter.name)
}

/// Arrays, what is changed in place, and closures are passed on under their own names.
pub(super) fn shadows(method: &Method) -> Option<TokenStream> {
    let is_passed_on =
        |parameter: &Parameter| parameter.is_in_out() || matches!(parameter.kind, Kind::Array(..) | Kind::Callback(_));
    let shadows = method.signature.parameters.iter().any(is_passed_on);
    shadows.then(|| quote!(#[allow(clippy::shadow_reuse, clippy::shadow_unrelated)]))
}

/// The closure that puts the arguments into the message.
pub(super) fn encode(method: &Method, krate: &TokenStream) -> TokenStream {
    let arguments = local("arguments");
    let (slices, places) = send::lent(&method.signature);
    let put = method.signature.parameters.iter().map(|parameter| put(method, parameter, krate));
    quote! {
        |#arguments, #slices, #places| {
            #(#put)*
            ::core::result::Result::Ok(())
        }
    }
}

/// The closure that takes the result out of the message.
pub(super) fn decode(method: &Method, krate: &TokenStream) -> TokenStream {
    let (signature, outcome, value) = (&method.signature, local("outcome"), local("value"));
    let (taken, changed) = send::take(signature, &outcome, krate);
    let in_outs: Vec<_> = signature.in_outs().map(|parameter| &parameter.name).collect();
    let has_result = matches!(signature.returns, Returns::Result { .. });
    let body = match (in_outs.as_slice(), signature.parts(krate).as_slice()) {
        ([], [Part { take: way, checked, .. }]) if !has_result => {
            let way = local(way);
            quote!(#outcome.#way::<#checked>())
        }
        ([], _) if has_result => quote!(#krate::__private::method_result!(#taken)),
        ([], _) => quote!(::core::result::Result::Ok(#taken)),
        _ => {
            let given = match has_result {
                true => quote!(#krate::__private::method_result!(#value)),
                false => quote!(::core::result::Result::Ok(#value)),
            };
            quote!({ let #value = #taken; #changed #given })
        }
    };
    quote!(|#outcome, (#(#in_outs,)*)| #body)
}

/// Puts an argument into the message.
fn put(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let arguments = local("arguments");
    let Parameter { name, kind, .. } = parameter;
    let text = names::text(name);
    match kind {
        Kind::Text { encoding, .. } if method.native().is_some() => {
            let encoding = encoding.name();
            quote!(#arguments.c_text::<#krate::__private::#encoding>(#text, #name)?;)
        }
        Kind::Length(length) => check_length(method, length, &text, &method.signature.checked(parameter, krate)),
        Kind::Callback(callback) if callback.is_registered => quote!(#arguments.registered(#text)?;),
        Kind::Callback(callback) if callback.is_optional => {
            let is_there = is_there(name);
            quote!(#arguments.value::<::core::primitive::bool>(#text, &#is_there)?;)
        }
        _ => send::put(&method.signature, parameter, &arguments, Some(&text), krate),
    }
}

/// A length of arrays that are passed is checked before the call; that of a buffer, or of text, is known in the server.
fn check_length(method: &Method, length: &Length, text: &str, ty: &TokenStream) -> TokenStream {
    let arguments = local("arguments");
    let is_array = |parameter: &Parameter| matches!(parameter.kind, Kind::Array(..));
    let is_passed =
        |name: &&Ident| method.signature.visible().any(|parameter| is_array(parameter) && parameter.name == **name);
    let passed: Vec<_> = length.of.iter().filter(is_passed).collect();
    if passed.is_empty() {
        return TokenStream::new();
    }
    let texts = passed.iter().map(|name| names::text(name));
    quote!(#arguments.length::<#ty>(#text, &[#((#texts, <[_]>::len(#passed))),*])?;)
}
