//! `#[derive(Bridge)]`: structs, unions and enums that are sent to the server and passed to C.
//!
//! For messages, the type gets serde's traits. For C, it gets a C struct of the same layout, and conversions. With .NET support, an
//! enum or newtype also gets the conversion of its integer.

mod attributes;
mod enumeration;
mod form;
mod managed;
mod model;
mod record;
mod stub;
mod union;

use proc_macro2::TokenStream;
use quote::quote;
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
            model::Content::Union(alternatives) => union::expand(&shape, alternatives),
            model::Content::Enumeration(enumeration) => enumeration::expand(&shape, enumeration),
        },
        _ => {
            let (errors, stub) = (errors.into_tokens(), stub::expand(&input));
            quote!(#errors #stub)
        }
    }
}
