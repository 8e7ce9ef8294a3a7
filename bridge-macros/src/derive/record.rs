//! Structs: a twin with C's layout.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Member, TypeArray};

use super::model::{Field, FieldKind, Shape};
use crate::names::{self, local};
use crate::types;

pub(super) fn expand(shape: &Shape, fields: &[Field]) -> TokenStream {
    let Shape { name, krate, repr, .. } = shape;
    let private = quote!(#krate::__private);
    let text = names::text(name);
    let twin = local("__Twin");
    let serde = serde(shape, fields);
    let size = size(shape, &quote!(#twin));
    let (value, scope) = (local("value"), local("scope"));
    let names: Vec<_> = fields.iter().map(twin_field).collect();
    let types = fields.iter().map(|field| twin_type(field, &private));
    let points = fields.iter().map(|field| points(field, &private));
    let to = fields.iter().map(|field| to_c(shape, field, &private));
    let from = fields.iter().map(|field| from_c(field, &private));
    quote! {
        const _: () = {
            #[derive(::core::clone::Clone, ::core::marker::Copy)]
            #(#repr)*
            #[allow(missing_debug_implementations, unreachable_pub)]
            pub struct #twin { #(#names: #types),* }

            // SAFETY: every field is a C type, and all of its bytes being zero is a value of it.
            unsafe impl #private::Zeroable for #twin {}

            #size

            #[automatically_derived]
            impl #private::Native for #name {
                type Value = Self;
                type C = #twin;
                const C_NAME: &'static ::core::primitive::str = #text;
                const POINTS: ::core::primitive::bool = #(#points)||*;

                fn to_c(&self, #scope: &mut #private::Scope) -> ::core::result::Result<#twin, #private::Fault> {
                    ::core::result::Result::Ok(#twin { #(#names: #to),* })
                }

                unsafe fn from_c(#value: #twin) -> ::core::result::Result<Self, #private::Fault> {
                    ::core::result::Result::Ok(Self { #(#from),* })
                }
            }

            #private::returned_as_taken!(#name);

            #serde
        };
    }
}

/// A newtype is in C, and on the wire, what it holds.
pub(super) fn expand_transparent(shape: &Shape, field: &Field) -> TokenStream {
    let Shape { name, krate, .. } = shape;
    let private = quote!(#krate::__private);
    let Field { member, ty, .. } = field;
    let size = size(shape, &quote!(<#ty as #private::Native>::C));
    let serde = serde(shape, std::slice::from_ref(field));
    let (value, scope) = (local("value"), local("scope"));
    quote! {
        const _: () = {
            #size

            #[automatically_derived]
            impl #private::Native for #name {
                type Value = Self;
                type C = <#ty as #private::Native>::C;
                const C_NAME: &'static ::core::primitive::str = <#ty as #private::Native>::C_NAME;
                const POINTS: ::core::primitive::bool = <#ty as #private::Native>::POINTS;

                fn to_c(&self, #scope: &mut #private::Scope) -> ::core::result::Result<Self::C, #private::Fault> {
                    #private::Native::to_c(&self.#member, #scope)
                }

                unsafe fn from_c(#value: Self::C) -> ::core::result::Result<Self, #private::Fault> {
                    // SAFETY: the caller's promise is passed on.
                    let #value = unsafe { #private::Native::from_c(#value) }?;
                    ::core::result::Result::Ok(Self { #member: #value })
                }
            }

            #private::returned_as_taken!(#name);

            #serde
        };
    }
}

/// The size that C says, checked where it holds: in the 32-bit build.
fn size(shape: &Shape, twin: &TokenStream) -> Option<TokenStream> {
    let size = shape.size.as_ref()?;
    let message = format!("`{}` has not the size that `#[bridge(size = …)]` says", shape.name);
    Some(quote! {
        #[cfg(target_pointer_width = "32")]
        const _: () = ::core::assert!(::core::mem::size_of::<#twin>() == #size, #message);
    })
}

/// A field's name in the twin; tuple fields have numbers, which are no names.
fn twin_field(field: &Field) -> Ident {
    match &field.member {
        Member::Named(name) => name.clone(),
        Member::Unnamed(index) => format_ident!("field_{}", index.index),
    }
}

fn twin_type(field: &Field, private: &TokenStream) -> TokenStream {
    let Field { ty, kind, .. } = field;
    match kind {
        FieldKind::Plain | FieldKind::Length { .. } => quote!(<#ty as #private::Native>::C),
        FieldKind::Array => match types::array(ty) {
            Some(TypeArray { elem, len, .. }) => quote!([<#elem as #private::Native>::C; #len]),
            None => TokenStream::new(),
        },
        FieldKind::Pointer { element, .. } => quote!(*const <#element as #private::Native>::C),
    }
}

/// Whether a field is, or holds, a pointer.
fn points(field: &Field, private: &TokenStream) -> TokenStream {
    let ty = match (&field.kind, types::array(&field.ty)) {
        (FieldKind::Pointer { .. }, _) => return quote!(true),
        (FieldKind::Array, Some(TypeArray { elem, .. })) => &**elem,
        _ => &field.ty,
    };
    quote!(<#ty as #private::Native>::POINTS)
}

fn to_c(shape: &Shape, field: &Field, private: &TokenStream) -> TokenStream {
    let scope = local("scope");
    let Field { member, ty, text, kind, .. } = field;
    let field = place(shape, member);
    let path = format!("{}.{text}", shape.name);
    match kind {
        FieldKind::Plain => quote!(#private::in_field(#path, #private::Native::to_c(#field, #scope))?),
        FieldKind::Array => quote!(#private::in_field(#path, #private::array_to_c(#field, #scope))?),
        FieldKind::Pointer { .. } => quote!(#private::array_field(#field, #scope)?),
        // Filled in: what the caller wrote there does not matter.
        FieldKind::Length { of } => {
            let of_text = names::text(of);
            quote!(#private::common_length::<#ty>(#text, &[(#of_text, self.#of.len())])?)
        }
    }
}

fn from_c(field: &Field, private: &TokenStream) -> TokenStream {
    let value = local("value");
    let (name, Field { member, ty, text, kind, .. }) = (twin_field(field), field);
    match kind {
        FieldKind::Plain | FieldKind::Length { .. } => quote! {
            // SAFETY: the caller's promise is passed on.
            #member: unsafe { <#ty as #private::Native>::from_c(#value.#name) }?
        },
        FieldKind::Array => quote! {
            // SAFETY: the caller's promise is passed on.
            #member: unsafe { #private::array_from_c(#value.#name) }?
        },
        FieldKind::Pointer { length, element } => quote! {
            // SAFETY: the caller's promise is passed on.
            #member: unsafe { #private::returned_array(
                #value.#name,
                #private::reported_length(#text, #value.#length)?,
                <#element as #private::Native>::from_c,
            ) }?
        },
    }
}

/// A reference to a field; one of a packed struct has none, and is copied.
fn place(shape: &Shape, member: &Member) -> TokenStream {
    if shape.is_packed { quote!(&{ self.#member }) } else { quote!(&self.#member) }
}

/// serde's traits, as its own derive would make them.
fn serde(shape: &Shape, fields: &[Field]) -> TokenStream {
    let Shape { name, krate, .. } = shape;
    let private = quote!(#krate::__private);
    let text = names::text(name);
    let (serializer, deserializer, record) = (local("serializer"), local("deserializer"), local("record"));
    let (serializer_type, deserializer_type) = (local("S"), local("D"));
    let count = fields.len();
    let put = fields.iter().map(|Field { member, text, kind, .. }| {
        let field = place(shape, member);
        let value = match kind {
            FieldKind::Array => quote!(&#private::ArrayRef(#field)),
            _ => field,
        };
        quote!(#private::serde::ser::SerializeStruct::serialize_field(&mut #record, #text, #value)?;)
    });
    let locals: Vec<_> = (0..count).map(|place| local(&format!("field_{place}"))).collect();
    let pattern = locals.iter().rev().fold(quote!(()), |rest, name| quote!((#name, #rest)));
    let ty = fields.iter().rev().fold(quote!(()), |rest, field| {
        let ty = wire_type(field, &private);
        quote!((#ty, #rest))
    });
    let members = fields.iter().zip(&locals).map(|(Field { member, kind, .. }, local)| match kind {
        FieldKind::Array => quote!(#member: #local.0),
        _ => quote!(#member: #local),
    });
    let names = fields.iter().map(|field| &field.text);
    quote! {
        #[automatically_derived]
        impl #private::serde::Serialize for #name {
            fn serialize<#serializer_type: #private::serde::Serializer>(
                &self,
                #serializer: #serializer_type,
            ) -> ::core::result::Result<#serializer_type::Ok, #serializer_type::Error> {
                let mut #record =
                    #private::serde::Serializer::serialize_struct(#serializer, #text, #count)?;
                #(#put)*
                #private::serde::ser::SerializeStruct::end(#record)
            }
        }

        #[automatically_derived]
        impl<'de> #private::serde::Deserialize<'de> for #name {
            fn deserialize<#deserializer_type: #private::serde::Deserializer<'de>>(
                #deserializer: #deserializer_type,
            ) -> ::core::result::Result<Self, #deserializer_type::Error> {
                let #pattern: #ty =
                    #private::deserialize_record(#deserializer, #text, &[#(#names),*])?;
                ::core::result::Result::Ok(Self { #(#members),* })
            }
        }
    }
}

/// A field's type where it is read: serde goes up to arrays of 32 elements.
fn wire_type(field: &Field, private: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    match (&field.kind, types::array(ty)) {
        (FieldKind::Array, Some(TypeArray { elem, len, .. })) => quote!(#private::Array<#elem, { #len }>),
        _ => quote!(#ty),
    }
}
