//! `#[derive(Bridge)]`: structs and enums that are sent to the server and passed to C.
//!
//! For messages, the type gets serde's traits. For C, it gets a C struct of the same layout, and conversions.

mod enumeration;
mod model;
mod record;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;

pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let Some(input) = errors.take(syn::parse2::<DeriveInput>(input)) else { return errors.into_tokens() };
    let shape = model::Shape::parse(&input, &errors);
    match shape {
        Some(shape) if errors.is_empty() => match &shape.content {
            model::Content::Record(fields) => record::expand(&shape, fields),
            model::Content::Transparent(field) => record::expand_transparent(&shape, field),
            model::Content::Enumeration(enumeration) => enumeration::expand(&shape, enumeration),
        },
        _ => errors.into_tokens(),
    }
}
