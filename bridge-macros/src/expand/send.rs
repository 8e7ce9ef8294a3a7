//! The calling side of a call: encodes the parameters and decodes the results. The client calls methods, and the dispatcher
//! calls the client's closures.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::model::{Kind, Parameter, Passing, Signature, joined};
use crate::names::runtime;
use crate::paths::some;

/// Encodes a parameter, if it is passed. `label` is an additional first argument of the encoder's method.
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
    if let (Kind::Pointer(_, Passing::In | Passing::InOut), Some(form)) = (kind, parameter.array_form(krate)) {
        let wrap = form.sent(&ty);
        let wrapped = match (parameter.is_nullable, parameter.is_in_out()) {
            (true, true) => quote!(#name.as_deref().map(#wrap)),
            (true, false) => quote!(#name.map(#wrap)),
            (false, _) => quote!(#wrap(#name)),
        };
        return quote!(#to.value(#label &#wrapped)?;);
    }
    match kind {
        Kind::Value => quote!(#to.value::<#ty>(#label &#name)?;),
        Kind::Pointer(_, Passing::In) if parameter.is_nullable => quote!(#to.value(#label &#name)?;),
        Kind::Pointer(_, Passing::InOut) if parameter.is_nullable => quote!(#to.value(#label &#name.as_deref())?;),
        Kind::Pointer(_, Passing::In | Passing::InOut) => quote!(#to.value::<#ty>(#label #name)?;),
        Kind::Array(..) if parameter.is_nullable => quote!(#to.optional_slice::<#ty>(#label #name.as_deref())?;),
        Kind::Array(..) => quote!(#to.borrowed_slice::<#ty>(#label #name)?;),
        Kind::TextList(_) => quote!(#to.value(#label #name)?;),
        Kind::Text(_) if parameter.is_nullable => quote!(#to.value(#label &#name)?;),
        Kind::Text(_) => quote!(#to.value(#label #name)?;),
        Kind::CStr if parameter.is_nullable => quote!(#to.optional_c_str(#label #name)?;),
        Kind::CStr => quote!(#to.c_str(#label #name)?;),
        Kind::Pointer(_, Passing::Out)
        | Kind::ArrayBuffer(..)
        | Kind::TextBuffer(..)
        | Kind::LibraryPointer(_)
        | Kind::Length(_)
        | Kind::UserData(_)
        | Kind::Callback(_) => TokenStream::new(),
    }
}

/// What a call borrows, as two tuples: the arrays that it reads, and the places that it changes.
pub(super) fn borrowed(signature: &Signature) -> (TokenStream, TokenStream) {
    let slices = signature.borrowed_arrays().map(|parameter| &parameter.name);
    let places = signature.in_outs().map(|parameter| &parameter.name);
    (quote!((#(#slices,)*)), quote!((#(#places,)*)))
}

/// Decodes the results: an expression for the returned value, and statements that update the parameters passed by `&mut`.
pub(super) fn take(signature: &Signature, from: &Ident, krate: &TokenStream) -> (TokenStream, TokenStream) {
    let parts = signature.parts(krate).into_iter().map(|part| {
        let decode = part.decode(from);
        quote!(#decode?)
    });
    let parts: Vec<_> = parts.collect();
    let some = some();
    let value = if parts.is_empty() { quote!(#from.value::<()>()?) } else { joined(&parts) };
    let changed = signature.in_outs().map(|parameter| {
        let (name, ty) = (&parameter.name, signature.checked(parameter, krate));
        let into = runtime(if matches!(parameter.kind, Kind::Array(..)) { "slice_into" } else { "value_into" });
        let store = match parameter.array_form(krate) {
            Some(form) => {
                let received = form.received(&ty);
                quote!(#from.value::<#received>()?.store(#name);)
            }
            None => quote!(#from.#into::<#ty>(#name)?;),
        };
        match parameter.is_nullable {
            true => quote!(if let #some(#name) = #name { #store }),
            false => store,
        }
    });
    (value, changed.collect())
}
