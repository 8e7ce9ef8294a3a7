//! Expands enums: an integer in C, of which only the variants' values are accepted.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use super::model::{Enumeration, Shape, Variant};
use super::{managed, record};
use crate::names::{self, local, type_name};

pub(super) fn expand(shape: &Shape, enumeration: &Enumeration) -> TokenStream {
    let Shape { name, krate, .. } = shape;
    let Enumeration { integer, variants } = enumeration;
    let private = quote!(#krate::__private);
    let (text, (assert_clone, clone)) = (names::text(name), record::cloned(name));
    let all: Vec<_> = variants.iter().map(|Variant { name: variant, .. }| quote!(#name::#variant)).collect();
    let numbers: Vec<_> = (0..variants.len() as u32).collect();
    // The values are part of the interface, so that the handshake detects a changed one.
    let labels = variants.iter().map(|Variant { name, value }| match value {
        Some(value) => format!("{name} = {}", value.to_token_stream()),
        None => name.to_string(),
    });
    let labels: Vec<_> = labels.collect();
    let (value, scope, serializer, deserializer) =
        (local("value"), local("scope"), local("serializer"), local("deserializer"));
    let (serializer_type, deserializer_type) = (type_name("Serializer"), type_name("Deserializer"));
    let to_integer = quote!(match self { #(#all => #all as #integer),* });
    let from_integer = quote! {
        #(if #value == #all as #integer { return ::core::result::Result::Ok(#all); })*
        ::core::result::Result::Err(#private::native::not_in_enum(#text, #private::native::Status::number(&#value)))
    };
    let managed = managed::expand(shape, integer, &to_integer, &from_integer);
    quote! {
        const _: () = {
            #assert_clone

            #[automatically_derived]
            impl #private::native::Native for #name where #clone {
                type Value = Self;
                type C = #integer;
                const C_NAME: &'static ::core::primitive::str = <#integer as #private::native::Native>::C_NAME;
                const POINTS: ::core::primitive::bool = false;

                fn to_c(&self, #scope: &mut #private::native::Scope) -> ::core::result::Result<#integer, #private::Fault> {
                    let _ = #scope;
                    ::core::result::Result::Ok(#to_integer)
                }

                unsafe fn from_c(#value: #integer, _: &#private::native::Scope) -> ::core::result::Result<Self, #private::Fault> {
                    #from_integer
                }
            }

            #private::native::returned_as_taken!(#name);

            #managed

            #[automatically_derived]
            impl #private::native::UnionField for #name {
                type Value = Self;
                type Read = ::core::option::Option<Self>;

                fn declare(#value: &::core::primitive::str) -> ::std::string::String {
                    <#integer as #private::native::UnionField>::declare(#value)
                }

                fn read(#value: &[::core::primitive::u8]) -> ::core::option::Option<Self> {
                    let #value = <#integer as #private::native::UnionField>::read(#value);
                    #(if #value == #all as #integer { return ::core::option::Option::Some(#all); })*
                    ::core::option::Option::None
                }
            }

            #[automatically_derived]
            impl #private::native::Status for #name {
                fn number(&self) -> ::core::primitive::i64 {
                    match self { #(#all => #all as #integer as ::core::primitive::i64),* }
                }
            }

            #[automatically_derived]
            impl #private::serde::Serialize for #name {
                fn serialize<#serializer_type: #private::serde::Serializer>(
                    &self,
                    #serializer: #serializer_type,
                ) -> ::core::result::Result<#serializer_type::Ok, #serializer_type::Error> {
                    let (#value, #scope) = match self { #(#all => (#numbers, #labels)),* };
                    #private::serde::Serializer::serialize_unit_variant(#serializer, #text, #value, #scope)
                }
            }

            #[automatically_derived]
            impl<'__bridge32_de> #private::serde::Deserialize<'__bridge32_de> for #name {
                fn deserialize<#deserializer_type: #private::serde::Deserializer<'__bridge32_de>>(
                    #deserializer: #deserializer_type,
                ) -> ::core::result::Result<Self, #deserializer_type::Error> {
                    let #value = #private::native::deserialize_enumeration(
                        #deserializer,
                        #text,
                        &[#(#labels),*],
                        &[#(#numbers),*],
                    )?;
                    // `deserialize_enumeration` returns one of the numbers that it was given.
                    #(if #value == #numbers { return ::core::result::Result::Ok(#all); })*
                    ::core::result::Result::Err(#private::serde::de::Error::custom(#text))
                }
            }
        };
    }
}
