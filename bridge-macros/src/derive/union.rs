//! Expands unions: bytes on the wire, themselves in C, and a method for each field that reads it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

use super::model::{Alternative, Shape};
use super::record;
use crate::names::{self, constant, local, type_name};

pub(super) fn expand(shape: &Shape, alternatives: &[Alternative]) -> TokenStream {
    let Shape { name, krate, .. } = shape;
    let private = quote!(#krate::__private);
    let text = names::text(name);
    let size = constant("SIZE");
    let types: Vec<_> = alternatives.iter().map(|alternative| checked(&alternative.ty, krate)).collect();
    let readers = alternatives.iter().zip(&types).map(|(Alternative { name, vis, docs, .. }, ty)| {
        let read = format!("Reads the field `{}` from the bytes of the union.", names::text(name));
        quote! {
            #[doc = #read]
            #(#docs)*
            #[must_use]
            #vis fn #name(&self) -> <#ty as #private::native::UnionField>::Read {
                // SAFETY: every field is a `UnionField`, and `SIZE` is the size of the largest.
                let bytes = unsafe { #private::native::bytes_of_union::<Self, #size>(self) };
                <#ty as #private::native::UnionField>::read(&bytes[..::core::mem::size_of::<#ty>()])
            }
        }
    });
    let declared = alternatives.iter().zip(&types).map(|(Alternative { name, .. }, ty)| {
        let text = names::text(name);
        quote!(#private::interface::CField::new(0, #text, <#ty as #private::native::UnionField>::declare, |_| {}))
    });
    let asserted = record::size(shape, &quote!(#name));
    let returned = record::returned(name, None, &private);
    let (f, other, value, scope) = (local("f"), local("other"), local("value"), local("scope"));
    let (serializer, deserializer) = (local("serializer"), local("deserializer"));
    let (serializer_type, deserializer_type) = (type_name("Serializer"), type_name("Deserializer"));
    let bytes_of = |of: TokenStream| {
        quote! {
            // SAFETY: every field is a `UnionField`, and `SIZE` is the size of the largest.
            (unsafe { #private::native::bytes_of_union::<Self, #size>(#of) })
        }
    };
    let (own, others) = (bytes_of(quote!(self)), bytes_of(quote!(#other)));
    quote! {
        const _: () = {
            const #size: ::core::primitive::usize = #private::native::largest(&[#(::core::mem::size_of::<#types>()),*]);

            #asserted

            impl #name {
                #(#readers)*
            }

            // SAFETY: every field is a `UnionField`, so any bytes are valid.
            unsafe impl #private::native::Zeroable for #name {}

            #returned

            #[automatically_derived]
            impl #private::native::Native for #name {
                type Value = Self;
                type C = Self;
                const C_NAME: &'static ::core::primitive::str = #text;
                const POINTS: ::core::primitive::bool = false;

                fn add_types(#value: &mut #private::interface::CTypes) {
                    #value.add::<Self>("union", #text, (::core::mem::size_of::<Self>(), ::core::mem::align_of::<Self>()), &[#(#declared),*]);
                }

                fn to_c(&self, _: &mut #private::native::Scope) -> ::core::result::Result<Self, #private::Fault> {
                    ::core::result::Result::Ok(*self)
                }

                unsafe fn from_c(#value: Self, #scope: &#private::native::Scope) -> ::core::result::Result<Self, #private::Fault> {
                    let _ = #scope;
                    ::core::result::Result::Ok(#value)
                }
            }

            #private::native::returned_as_taken!(#name);

            /// Shows the bytes.
            #[automatically_derived]
            impl ::core::fmt::Debug for #name {
                fn fmt(&self, #f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #private::native::debug_union(#f, #text, &#own)
                }
            }

            /// Compares the bytes.
            #[automatically_derived]
            impl ::core::cmp::PartialEq for #name {
                fn eq(&self, #other: &Self) -> ::core::primitive::bool {
                    let (#value, #other) = (#own, #others);
                    #value == #other
                }
            }

            #[automatically_derived]
            impl ::core::cmp::Eq for #name {}

            #[automatically_derived]
            impl #private::serde::Serialize for #name {
                fn serialize<#serializer_type: #private::serde::Serializer>(
                    &self,
                    #serializer: #serializer_type,
                ) -> ::core::result::Result<#serializer_type::Ok, #serializer_type::Error> {
                    #private::native::serialize_union(#serializer, #text, &#own)
                }
            }

            #[automatically_derived]
            impl<'__bridge32_de> #private::serde::Deserialize<'__bridge32_de> for #name {
                fn deserialize<#deserializer_type: #private::serde::Deserializer<'__bridge32_de>>(
                    #deserializer: #deserializer_type,
                ) -> ::core::result::Result<Self, #deserializer_type::Error> {
                    #private::native::deserialize_union::<_, Self, #size>(#deserializer, #text, |#value| {
                        // SAFETY: every field is a `UnionField`, so any bytes are valid.
                        unsafe { #private::native::union_of_bytes(#value) }
                    })
                }
            }
        };
    }
}

/// The type of a field as `<T as UnionField>::Value`, which is `T` itself; `projected_type` says why.
fn checked(ty: &Type, krate: &TokenStream) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as #krate::__private::native::UnionField>::Value)
}
