//! `#[derive(Bridge)]`: structs and enums that cross the bridge and are handed to C.
//!
//! For the wire the type gets serde's traits, as serde's own derive would make them. For C it gets a twin with C's
//! layout, field by field, and conversions.

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
