//! Items of the standard library, by paths that the user's items cannot hide.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// `Option::Some`.
pub(crate) fn some() -> TokenStream {
    quote!(::core::option::Option::Some)
}

/// `Option::None`.
pub(crate) fn none() -> TokenStream {
    quote!(::core::option::Option::None)
}

/// An `Option`.
pub(crate) fn option(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => none(),
    }
}
