//! Stands in for the implementations of a type with mistakes, so that interfaces that use it report nothing more.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use super::model;
use crate::errors::Errors;
use crate::names::{local, type_name};

pub(super) fn expand(input: &DeriveInput) -> Option<TokenStream> {
    // Bounds of the parameters would be needed for the traits' supertraits.
    if !input.generics.params.is_empty() {
        return None;
    }
    let name = &input.ident;
    let krate = model::options(&input.attrs, &Errors::default()).krate;
    let private = quote!(#krate::__private);
    let (scope, serializer, deserializer) = (local("scope"), local("serializer"), local("deserializer"));
    let (serializer_type, deserializer_type) = (type_name("Serializer"), type_name("Deserializer"));
    Some(quote! {
        const _: () = {
            impl #private::native::Native for #name {
                type Value = Self;
                type C = ::core::primitive::u8;
                const C_NAME: &'static ::core::primitive::str = "";

                fn to_c(&self, _: &mut #private::native::Scope) -> ::core::result::Result<Self::C, #private::Fault> {
                    ::core::unreachable!()
                }

                unsafe fn from_c(_: Self::C, #scope: &#private::native::Scope) -> ::core::result::Result<Self, #private::Fault> {
                    ::core::unreachable!()
                }
            }

            #private::native::returned_as_taken!(#name);

            impl #private::native::Status for #name {
                fn number(&self) -> ::core::primitive::i64 {
                    ::core::unreachable!()
                }
            }

            impl #private::serde::Serialize for #name {
                fn serialize<#serializer_type: #private::serde::Serializer>(
                    &self,
                    #serializer: #serializer_type,
                ) -> ::core::result::Result<#serializer_type::Ok, #serializer_type::Error> {
                    ::core::unreachable!()
                }
            }

            impl<'__bridge32_de> #private::serde::Deserialize<'__bridge32_de> for #name {
                fn deserialize<#deserializer_type: #private::serde::Deserializer<'__bridge32_de>>(
                    #deserializer: #deserializer_type,
                ) -> ::core::result::Result<Self, #deserializer_type::Error> {
                    ::core::unreachable!()
                }
            }
        };
    })
}
