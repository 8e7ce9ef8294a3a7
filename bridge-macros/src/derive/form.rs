//! How the value of a field is in C: the form that the runtime converts it by.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Expr, Type};

use super::attributes::FieldAttributes;
use crate::errors::Errors;
use crate::model::{RequiredTrait, projected_type};
use crate::settings::Encoding;
use crate::types;

/// The form of a value.
pub(crate) enum FieldForm {
    /// As its type says.
    Own(Box<Type>),
    /// `[T; N]`.
    Array { element: Box<Self>, length: Box<Expr> },
    /// A pointer to text with this encoding.
    Text { ty: Box<Type>, encoding: Encoding },
    /// `#[text(cap = …)]`: text in the struct itself.
    InlineText { ty: Box<Type>, encoding: Encoding, capacity: Box<Expr> },
}

impl FieldForm {
    /// The form of a field's type, or of the elements that it points to.
    pub(super) fn parse(ty: &Type, attributes: &FieldAttributes, errors: &Errors) -> Self {
        if let Some(array) = types::array(ty) {
            let element = Box::new(Self::parse(&array.elem, attributes, errors));
            return Self::Array { element, length: Box::new(array.len.clone()) };
        }
        let (is_text, is_optional) = (types::is_named(ty, "String"), types::is_optional_string(ty));
        let boxed = Box::new(ty.clone());
        let encoding = attributes.encoding.as_ref();
        match &attributes.text {
            Some((_, capacity)) if is_text => {
                let encoding = encoding.map_or(Encoding::Utf8, |(_, encoding)| *encoding);
                return Self::InlineText { ty: boxed, encoding, capacity: Box::new(capacity.clone()) };
            }
            Some(_) if is_optional => errors.at(ty, "text in the struct itself cannot be null; write `String`"),
            Some((name, _)) => not_text(name, errors),
            None => {}
        }
        match encoding {
            Some((_, encoding)) if is_text || is_optional => return Self::Text { ty: boxed, encoding: *encoding },
            Some((name, _)) if attributes.text.is_none() => not_text(name, errors),
            _ => {}
        }
        Self::Own(boxed)
    }

    /// The runtime's type for it.
    pub(super) fn marker(&self, private: &TokenStream) -> TokenStream {
        match self {
            Self::Own(_) => quote!(#private::native::AsItself),
            Self::Array { element, .. } => {
                let element = element.marker(private);
                quote!(#private::native::EachAs<#element>)
            }
            Self::Text { encoding, .. } => {
                let encoding = encoding.marker();
                quote!(#private::native::TextAt<#private::native::#encoding>)
            }
            Self::InlineText { encoding, capacity, .. } => {
                let encoding = encoding.marker();
                quote!(#private::native::TextIn<#private::native::#encoding, { #capacity }>)
            }
        }
    }

    /// The type of the value, as [projected types](projected_type).
    pub(super) fn checked(&self, krate: &TokenStream) -> TokenStream {
        match self {
            Self::Own(ty) => projected_type(ty, RequiredTrait::Native, krate),
            Self::Array { element, length } => {
                let element = element.checked(krate);
                quote!([#element; #length])
            }
            Self::Text { ty, .. } | Self::InlineText { ty, .. } => quote!(#ty),
        }
    }
}

fn not_text(attribute: &Ident, errors: &Errors) {
    errors.at(attribute, format_args!("`#[{attribute}]` is for text; put it before a field of type `String`"));
}
