//! Stands in for the implementations of a type with mistakes, so that interfaces that use it report nothing more.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_quote};

use super::model;
use crate::errors::Errors;
use crate::names::{local, type_name};

pub(super) fn expand(input: &DeriveInput) -> TokenStream {
    let name = &input.ident;
    let krate = model::options(&input.attrs, &Errors::default()).krate;
    let private = quote!(#krate::__private);
    let (scope, serializer, deserializer) = (local("scope"), local("serializer"), local("deserializer"));
    let (serializer_type, deserializer_type) = (type_name("Serializer"), type_name("Deserializer"));
    let mut with_lifetime = input.generics.clone();
    with_lifetime.params.insert(0, parse_quote!('__bridge32_de));
    let (with_lifetime, ..) = with_lifetime.split_for_impl();
    let (generics, arguments, conditions) = input.generics.split_for_impl();
    // What the traits demand, and a type may lack: a mistake of its own, if it is not generic.
    let mut cloned = input.generics.clone();
    if !input.generics.params.is_empty() {
        cloned.make_where_clause().predicates.push(parse_quote!(Self: ::core::clone::Clone + 'static));
    }
    let (.., cloned) = cloned.split_for_impl();
    quote! {
        const _: () = {
            impl #generics #private::native::Native for #name #arguments #cloned {
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

            impl #generics #private::native::NativeReturn for #name #arguments #cloned {
                type Value = Self;
                type C = ::core::primitive::u8;
                const C_NAME: &'static ::core::primitive::str = "";

                unsafe fn from_c(_: Self::C, #scope: &#private::native::Scope) -> ::core::result::Result<Self, #private::Fault> {
                    ::core::unreachable!()
                }
            }

            impl #generics #private::native::UnionField for #name #arguments #conditions {
                type Value = Self;
                type Read = Self;

                fn declare(_: &::core::primitive::str) -> ::std::string::String {
                    ::core::unreachable!()
                }

                fn read(_: &[::core::primitive::u8]) -> Self {
                    ::core::unreachable!()
                }
            }

            impl #generics #private::native::Status for #name #arguments #conditions {
                fn number(&self) -> ::core::primitive::i64 {
                    ::core::unreachable!()
                }
            }

            impl #generics #private::serde::Serialize for #name #arguments #conditions {
                fn serialize<#serializer_type: #private::serde::Serializer>(
                    &self,
                    #serializer: #serializer_type,
                ) -> ::core::result::Result<#serializer_type::Ok, #serializer_type::Error> {
                    ::core::unreachable!()
                }
            }

            impl #with_lifetime #private::serde::Deserialize<'__bridge32_de> for #name #arguments #conditions {
                fn deserialize<#deserializer_type: #private::serde::Deserializer<'__bridge32_de>>(
                    #deserializer: #deserializer_type,
                ) -> ::core::result::Result<Self, #deserializer_type::Error> {
                    ::core::unreachable!()
                }
            }
        };
    }
}
