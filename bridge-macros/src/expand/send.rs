//! The side that asks: parameters into a message, and what comes back out of one. The client does it for a method, the
//! dispatcher for a closure of the client's.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::model::{Kind, Parameter, Part, Passing, Signature, joined};
use crate::names::local;

/// Puts a parameter into a message; nothing for what is not passed. `label` goes before each value.
pub(super) fn put(
    signature: &Signature,
    parameter: &Parameter,
    to: &Ident,
    label: Option<&str>,
    krate: &TokenStream,
) -> TokenStream {
    let Parameter { name, kind, .. } = parameter;
    let ty = signature.checked(parameter, krate);
    let label = label.map(|label| quote!(#label,));
    match kind {
        Kind::Value => quote!(#to.value::<#ty>(#label &#name)?;),
        Kind::Pointer(_, Passing::In | Passing::InOut) => quote!(#to.value::<#ty>(#label #name)?;),
        Kind::Array(..) => quote!(#to.borrowed_slice::<#ty>(#label #name)?;),
        Kind::Text { is_optional: false, .. } => quote!(#to.value(#label #name)?;),
        Kind::Text { is_optional: true, .. } => quote!(#to.value(#label &#name)?;),
        Kind::CStr { is_optional: false } => quote!(#to.c_str(#label #name)?;),
        Kind::CStr { is_optional: true } => quote!(#to.optional_c_str(#label #name)?;),
        Kind::Pointer(_, Passing::Out)
        | Kind::ArrayBuffer(..)
        | Kind::TextBuffer(..)
        | Kind::Length(_)
        | Kind::UserData(_)
        | Kind::Callback(_) => TokenStream::new(),
    }
}

/// What a message may refer to until it is sent, as two tuples: arrays that are only read, and the places of what comes
/// back changed.
pub(super) fn lent(signature: &Signature) -> (TokenStream, TokenStream) {
    let slices = signature.lent().map(|parameter| &parameter.name);
    let places = signature.in_outs().map(|parameter| &parameter.name);
    (quote!((#(#slices,)*)), quote!((#(#places,)*)))
}

/// Takes what comes back: a value, and statements that change what was passed to be changed.
pub(super) fn take(signature: &Signature, from: &Ident, krate: &TokenStream) -> (TokenStream, TokenStream) {
    let parts = signature.parts(krate).into_iter().map(|Part { take, checked, .. }| {
        let take = local(take);
        quote!(#from.#take::<#checked>()?)
    });
    let parts: Vec<_> = parts.collect();
    let value = if parts.is_empty() { quote!(#from.value::<()>()?) } else { joined(&parts) };
    let changed = signature.in_outs().map(|parameter| {
        let (name, ty) = (&parameter.name, signature.checked(parameter, krate));
        match parameter.kind {
            Kind::Array(..) => quote!(#from.slice_into::<#ty>(#name)?;),
            _ => quote!(#from.value_into::<#ty>(#name)?;),
        }
    });
    (value, changed.collect())
}
