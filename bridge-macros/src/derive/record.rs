//! Expands structs: a C struct of the same layout, and conversions field by field.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Member, TypeArray};

use super::model::{Field, FieldKind, Shape};
use crate::names::{self, local, runtime, type_name};
use crate::types;

pub(super) fn expand(shape: &Shape, fields: &[Field]) -> TokenStream {
    let Shape { name, krate, repr, .. } = shape;
    let private = quote!(#krate::__private);
    let text = names::text(name);
    let c_struct = type_name("CStruct");
    let serde = serde(shape, fields);
    let size = size(shape, &quote!(#c_struct));
    let (value, scope) = (local("value"), local("scope"));
    let names: Vec<_> = fields.iter().map(c_field).collect();
    let types = fields.iter().map(|field| c_field_type(field, &private));
    let points = fields.iter().map(|field| points(field, &private));
    let returned = returned(&c_struct, fields, &private);
    let to = fields.iter().map(|field| to_c(shape, field, &private));
    let from = fields.iter().map(|field| from_c(shape, field, &private));
    quote! {
        const _: () = {
            #[derive(::core::clone::Clone, ::core::marker::Copy)]
            #(#repr)*
            #[allow(missing_debug_implementations, unreachable_pub)]
            pub struct #c_struct { #(#names: #types),* }

            // SAFETY: all fields are C types, for which all-zero bytes are valid.
            unsafe impl #private::native::Zeroable for #c_struct {}

            #size

            #returned

            #[automatically_derived]
            impl #private::native::Native for #name {
                type Value = Self;
                type C = #c_struct;
                const C_NAME: &'static ::core::primitive::str = #text;
                const POINTS: ::core::primitive::bool = #(#points)||*;

                fn to_c(&self, #scope: &mut #private::native::Scope) -> ::core::result::Result<#c_struct, #private::Fault> {
                    ::core::result::Result::Ok(#c_struct { #(#names: #to),* })
                }

                unsafe fn from_c(#value: #c_struct, #scope: &#private::native::Scope) -> ::core::result::Result<Self, #private::Fault> {
                    ::core::result::Result::Ok(Self { #(#from),* })
                }
            }

            #private::native::returned_as_taken!(#name);

            #serde
        };
    }
}

/// Expands a newtype, which is its only field in C and on the wire.
pub(super) fn expand_transparent(shape: &Shape, field: &Field) -> TokenStream {
    let Shape { name, krate, .. } = shape;
    let private = quote!(#krate::__private);
    let Field { member, ty, .. } = field;
    let size = size(shape, &quote!(<#ty as #private::native::Native>::C));
    let serde = serde(shape, std::slice::from_ref(field));
    let (value, scope) = (local("value"), local("scope"));
    quote! {
        const _: () = {
            #size

            #[automatically_derived]
            impl #private::native::Native for #name {
                type Value = Self;
                type C = <#ty as #private::native::Native>::C;
                const C_NAME: &'static ::core::primitive::str = <#ty as #private::native::Native>::C_NAME;
                const POINTS: ::core::primitive::bool = <#ty as #private::native::Native>::POINTS;

                fn to_c(&self, #scope: &mut #private::native::Scope) -> ::core::result::Result<Self::C, #private::Fault> {
                    #private::native::Native::to_c(&self.#member, #scope)
                }

                unsafe fn from_c(#value: Self::C, #scope: &#private::native::Scope) -> ::core::result::Result<Self, #private::Fault> {
                    // SAFETY: guaranteed by the caller.
                    let #value = unsafe { #private::native::Native::from_c(#value, #scope) }?;
                    ::core::result::Result::Ok(Self { #member: #value })
                }
            }

            #private::native::returned_as_taken!(#name);

            #serde
        };
    }
}

/// How the compilers of C return the struct. It depends on its only field, if there is just one.
fn returned(c_struct: &Ident, fields: &[Field], private: &TokenStream) -> TokenStream {
    let (outer, place) = (type_name("Struct"), local("place"));
    let (by_gnu, in_struct) = match fields {
        [field @ Field { kind: FieldKind::Plain, .. }] => {
            let only = c_field_type(field, private);
            let by_gnu = |outer| quote!(<#only as #private::native::CReturn>::InStruct<#outer>);
            (by_gnu(c_struct), by_gnu(&outer))
        }
        _ => (quote!(#c_struct), quote!(#outer)),
    };
    quote! {
        impl #private::native::CReturn for #c_struct {
            type Msvc = #private::native::StructByMsvc<Self>;
            type Gnu = #by_gnu;
            type InStruct<#outer: ::core::marker::Copy + #private::native::Zeroable> = #in_struct;
            type MemberPointer = *mut Self;
            type Member = *mut Self;

            fn member_pointer(#place: *mut Self) -> *mut Self {
                #place
            }

            fn from_member(_: *mut Self, #place: Self) -> Self {
                #place
            }
        }
    }
}

/// Asserts the size that `#[bridge(size = …)]` states. It is that of 32-bit C, so only the 32-bit build checks it.
fn size(shape: &Shape, c_struct: &TokenStream) -> Option<TokenStream> {
    let size = shape.size.as_ref()?;
    let message = format!("`{}` does not have the size in `#[bridge(size = …)]`", shape.name);
    Some(quote! {
        #[cfg(target_pointer_width = "32")]
        const _: () = ::core::assert!(::core::mem::size_of::<#c_struct>() == #size, #message);
    })
}

/// A field's name in the C struct.
fn c_field(field: &Field) -> Ident {
    match &field.member {
        Member::Named(name) => name.clone(),
        Member::Unnamed(index) => local(&format!("field_{}", index.index)),
    }
}

fn c_field_type(field: &Field, private: &TokenStream) -> TokenStream {
    let Field { ty, kind, .. } = field;
    match kind {
        FieldKind::Plain | FieldKind::Length { .. } => quote!(<#ty as #private::native::Native>::C),
        FieldKind::Array => match types::array(ty) {
            Some(TypeArray { elem, len, .. }) => quote!([<#elem as #private::native::Native>::C; #len]),
            None => TokenStream::new(),
        },
        FieldKind::Pointer { element, .. } => quote!(*const <#element as #private::native::Native>::C),
    }
}

/// Whether a field is or contains a pointer.
fn points(field: &Field, private: &TokenStream) -> TokenStream {
    let ty = match (&field.kind, types::array(&field.ty)) {
        (FieldKind::Pointer { .. }, _) => return quote!(true),
        (FieldKind::Array, Some(TypeArray { elem, .. })) => &**elem,
        _ => &field.ty,
    };
    quote!(<#ty as #private::native::Native>::POINTS)
}

fn to_c(shape: &Shape, field: &Field, private: &TokenStream) -> TokenStream {
    let scope = local("scope");
    let Field { member, ty, text, kind, .. } = field;
    let field = place(shape, member);
    let path = format!("{}.{text}", shape.name);
    match kind {
        FieldKind::Plain => quote!(#private::native::in_field(#path, #private::native::Native::to_c(#field, #scope))?),
        FieldKind::Array => quote!(#private::native::in_field(#path, #private::native::array_to_c(#field, #scope))?),
        FieldKind::Pointer { is_optional, .. } => {
            let elements = if *is_optional { quote!(#field.as_deref().unwrap_or_default()) } else { field };
            quote!(#private::native::in_field(#path, #private::native::array_field(#elements, #scope))?)
        }
        // Computed: the value in the field is ignored.
        FieldKind::Length { of, is_optional } => {
            let of_text = names::text(of);
            let length = match is_optional {
                true => quote!(self.#of.as_deref().map_or(0, <[_]>::len)),
                false => quote!(self.#of.len()),
            };
            quote!(#private::native::common_length::<#ty>(#text, &[(#of_text, #length)])?)
        }
    }
}

fn from_c(shape: &Shape, field: &Field, private: &TokenStream) -> TokenStream {
    let (value, scope) = (local("value"), local("scope"));
    let (name, Field { member, ty, text, kind, .. }) = (c_field(field), field);
    let path = format!("{}.{text}", shape.name);
    let taken = match kind {
        FieldKind::Plain | FieldKind::Length { .. } => {
            quote!(<#ty as #private::native::Native>::from_c(#value.#name, #scope))
        }
        FieldKind::Array => quote!(#private::native::array_from_c(#value.#name, #scope)),
        FieldKind::Pointer { length, element, is_optional } => {
            let function = runtime(if *is_optional { "optional_array_from_field" } else { "array_from_field" });
            quote!(#private::native::#function::<#element, _>(#path, #value.#name, #value.#length, #scope))
        }
    };
    quote! {
        // SAFETY: guaranteed by the caller.
        #member: unsafe { #taken }?
    }
}

/// A reference to a field, or to a copy of it if the struct is packed.
fn place(shape: &Shape, member: &Member) -> TokenStream {
    if shape.is_packed { quote!(&{ self.#member }) } else { quote!(&self.#member) }
}

/// The implementations of serde's traits, equivalent to those of serde's own derive.
fn serde(shape: &Shape, fields: &[Field]) -> TokenStream {
    let Shape { name, krate, .. } = shape;
    let private = quote!(#krate::__private);
    let text = names::text(name);
    let (serializer, deserializer, record) = (local("serializer"), local("deserializer"), local("record"));
    let (serializer_type, deserializer_type) = (type_name("Serializer"), type_name("Deserializer"));
    let count = fields.len();
    let put = fields.iter().map(|Field { member, text, kind, .. }| {
        let field = place(shape, member);
        let value = match kind {
            FieldKind::Array => quote!(&#private::native::ArrayRef(#field)),
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
        impl<'__bridge32_de> #private::serde::Deserialize<'__bridge32_de> for #name {
            fn deserialize<#deserializer_type: #private::serde::Deserializer<'__bridge32_de>>(
                #deserializer: #deserializer_type,
            ) -> ::core::result::Result<Self, #deserializer_type::Error> {
                let #pattern: #ty =
                    #private::native::deserialize_record(#deserializer, #text, &[#(#names),*])?;
                ::core::result::Result::Ok(Self { #(#members),* })
            }
        }
    }
}

/// The type that a field is deserialized as. serde supports arrays of up to 32 elements, the runtime's `Array` any number.
fn wire_type(field: &Field, private: &TokenStream) -> TokenStream {
    let ty = &field.ty;
    match (&field.kind, types::array(ty)) {
        (FieldKind::Array, Some(TypeArray { elem, len, .. })) => quote!(#private::native::Array<#elem, { #len }>),
        _ => quote!(#ty),
    }
}
