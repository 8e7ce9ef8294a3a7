//! Expands structs: a C struct of the same layout, and conversions field by field.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Expr, Member, Type};

use super::form::FieldForm;
use super::managed;
use super::model::{ArrayLength, Count, Elements, Field, FieldKind, Fixed, Shape};
use crate::expressions;
use crate::model::{RequiredTrait, projected_type};
use crate::names::{self, local, type_name};

pub(super) fn expand(shape: &Shape, fields: &[Field]) -> TokenStream {
    let Shape { name, krate, .. } = shape;
    let private = quote!(#krate::__private);
    let text = names::text(name);
    let repr = c_repr(shape);
    let c_struct = type_name("CStruct");
    let serde = serde(shape, fields);
    let size = size(shape, &quote!(#c_struct));
    let (value, scope) = (local("value"), local("scope"));
    let names: Vec<_> = fields.iter().map(c_field).collect();
    let types = fields.iter().map(|field| c_field_type(field, krate));
    let points = fields.iter().map(|field| points(field, krate));
    let types_name = local("types");
    let declared = fields.iter().map(|field| declared(field, &c_struct, krate));
    let only = match fields {
        [field @ Field { kind: FieldKind::Value(FieldForm::Own(_)), .. }] => Some(c_field_type(field, krate)),
        _ => None,
    };
    let returned = returned(&c_struct, only, &private);
    let (assert_clone, clone) = cloned(name);
    let computed = fields.iter().filter_map(|field| compute(shape, field));
    let (arrays, values): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.elements().is_some());
    // In the order of `from_c`.
    let to = values.into_iter().chain(arrays).map(|field| {
        let (converted, value) = (converted(field), to_c(shape, fields, field));
        quote!(let #converted = #value;)
    });
    let converted = fields.iter().map(converted);
    let from = from_c(shape, fields);
    quote! {
        const _: () = {
            #[derive(::core::clone::Clone, ::core::marker::Copy)]
            #repr
            #[allow(missing_debug_implementations, unreachable_pub)]
            pub struct #c_struct { #(#names: #types),* }

            // SAFETY: all fields are C types, for which all-zero bytes are valid.
            unsafe impl #private::native::Zeroable for #c_struct {}

            #size

            #returned

            #assert_clone

            #[automatically_derived]
            impl #private::native::Native for #name where #clone {
                type Value = Self;
                type C = #c_struct;
                const C_NAME: &'static ::core::primitive::str = #text;
                const POINTS: ::core::primitive::bool = #(#points)||*;

                fn add_types(#types_name: &mut #private::interface::CTypes) {
                    #types_name.add::<Self>("struct", #text, (::core::mem::size_of::<#c_struct>(), ::core::mem::align_of::<#c_struct>()), &[#(#declared),*]);
                }

                fn to_c(&self, #scope: &mut #private::native::Scope) -> ::core::result::Result<#c_struct, #private::Fault> {
                    #(#computed)*
                    #(#to)*
                    ::core::result::Result::Ok(#c_struct { #(#names: #converted),* })
                }

                unsafe fn from_c(#value: #c_struct, #scope: &#private::native::Scope) -> ::core::result::Result<Self, #private::Fault> {
                    #from
                }
            }

            #private::native::returned_as_taken!(#name);

            #serde
        };
    }
}

/// The representation of the C struct.
fn c_repr(Shape { repr, pack, .. }: &Shape) -> TokenStream {
    match pack {
        Some(pack) => quote!(#[repr(C, packed(#pack))]),
        None => quote!(#(#repr)*),
    }
}

/// Expands a newtype, which is its only field in C and on the wire.
pub(super) fn expand_transparent(shape: &Shape, field: &Field) -> TokenStream {
    let Shape { name, krate, .. } = shape;
    let private = quote!(#krate::__private);
    let (assert_clone, clone) = cloned(name);
    let (member, form) = (&field.member, conversions(&field.kind, &field.ty, krate));
    let size = size(shape, &quote!(#form::C));
    let serde = serde(shape, std::slice::from_ref(field));
    let c_name = match &field.kind {
        FieldKind::Value(FieldForm::Own(ty)) => {
            let ty = projected_type(ty, RequiredTrait::Native, krate);
            quote!(<#ty as #private::native::Native>::C_NAME)
        }
        _ => quote!(::core::stringify!(#name)),
    };
    let (value, scope, declarator, types) = (local("value"), local("scope"), local("declarator"), local("types"));
    let field_type = &field.ty;
    let integer = if let Type::Path(path) = field_type { path.path.get_ident() } else { None };
    let managed = integer.and_then(|integer| {
        let from_integer = quote!(::core::result::Result::Ok(Self { #member: #value }));
        managed::expand(shape, integer, &quote!(self.#member), &from_integer)
    });
    quote! {
        const _: () = {
            #size

            #assert_clone

            #[automatically_derived]
            impl #private::native::Native for #name where #clone {
                type Value = Self;
                type C = #form::C;
                const C_NAME: &'static ::core::primitive::str = #c_name;
                const POINTS: ::core::primitive::bool = #form::POINTS;

                fn declare(#declarator: &::core::primitive::str) -> ::std::string::String {
                    #form::declare(#declarator)
                }

                fn add_types(#types: &mut #private::interface::CTypes) {
                    #form::add_types(#types);
                }

                fn to_c(&self, #scope: &mut #private::native::Scope) -> ::core::result::Result<Self::C, #private::Fault> {
                    #form::to_c(&self.#member, #scope)
                }

                unsafe fn from_c(#value: Self::C, #scope: &#private::native::Scope) -> ::core::result::Result<Self, #private::Fault> {
                    // SAFETY: guaranteed by the caller.
                    let #value = unsafe { #form::from_c(#value, #scope) }?;
                    ::core::result::Result::Ok(Self { #member: #value })
                }
            }

            #private::native::returned_as_taken!(#name);

            // As for `cloned`: only a newtype of a number is one.
            #[automatically_derived]
            impl #private::native::Status for #name where for<'__bridge32_any> #field_type: #private::native::Status {
                fn number(&self) -> ::core::primitive::i64 {
                    #private::native::Status::number(&self.#member)
                }
            }

            #managed

            #serde
        };
    }
}

/// An assertion that the type is `Clone`, and a bound which says that and, with a lifetime in it, is not checked where it stands: so the
/// compiler reports a type that is not once.
pub(super) fn cloned(name: &Ident) -> (TokenStream, TokenStream) {
    let assert = local("is_clone");
    let ty = type_name("Cloned");
    let assertion = quote! {
        const _: fn() = || {
            fn #assert<#ty: ::core::clone::Clone>() {}
            #assert::<#name>();
        };
    };
    (assertion, quote!(for<'__bridge32_any> #name: ::core::clone::Clone))
}

/// The conversions of a value, or of each of the elements that a field points to: a path to their items.
fn conversions(kind: &FieldKind, ty: &Type, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let (form, checked) = match kind {
        FieldKind::Value(form) | FieldKind::Elements(Elements { form, .. }) => {
            (form.marker(&private), form.checked(krate))
        }
        // It must hold a length.
        FieldKind::Length(_) | FieldKind::Fixed(Fixed::Size) => {
            (quote!(#private::native::AsItself), projected_type(ty, RequiredTrait::IsLength, krate))
        }
        FieldKind::Fixed(Fixed::Expression(_)) => {
            (quote!(#private::native::AsItself), projected_type(ty, RequiredTrait::Native, krate))
        }
    };
    quote!(<#form as #private::native::FieldForm<#checked>>)
}

/// How the compilers of C return the type. A struct whose only content is `only` may be returned like that.
pub(super) fn returned(c_type: &Ident, only: Option<TokenStream>, private: &TokenStream) -> TokenStream {
    let (outer, place) = (type_name("Struct"), local("place"));
    let (by_gnu, in_struct) = match only {
        Some(only) => {
            let by_gnu = |outer| quote!(<#only as #private::native::CReturn>::InStruct<#outer>);
            (by_gnu(c_type), by_gnu(&outer))
        }
        None => (quote!(#c_type), quote!(#outer)),
    };
    quote! {
        impl #private::native::CReturn for #c_type {
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
pub(super) fn size(shape: &Shape, c_struct: &TokenStream) -> Option<TokenStream> {
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

fn c_field_type(field: &Field, krate: &TokenStream) -> TokenStream {
    let conversions = conversions(&field.kind, &field.ty, krate);
    match &field.kind {
        FieldKind::Elements(_) => quote!(*const #conversions::C),
        _ => quote!(#conversions::C),
    }
}

/// The field of the C struct, for its description.
fn declared(field: &Field, c_struct: &Ident, krate: &TokenStream) -> TokenStream {
    let interface = quote!(#krate::__private::interface);
    let (name, conversions) = (c_field(field), conversions(&field.kind, &field.ty, krate));
    let text = names::text(&name);
    let declare = match &field.kind {
        FieldKind::Elements(_) => {
            let declarator = local("declarator");
            quote!(|#declarator| #interface::declare_pointer(#declarator, #conversions::declare))
        }
        _ => quote!(#conversions::declare),
    };
    quote!(#interface::CField::new(::core::mem::offset_of!(#c_struct, #name), #text, #declare, #conversions::add_types))
}

/// Whether a field is or contains a pointer.
fn points(field: &Field, krate: &TokenStream) -> TokenStream {
    match &field.kind {
        FieldKind::Elements(_) => quote!(true),
        _ => {
            let conversions = conversions(&field.kind, &field.ty, krate);
            quote!(#conversions::POINTS)
        }
    }
}

/// The variable that holds a field's value, if that is computed or converted.
fn variable(field: &Field) -> Ident {
    local(&format!("value_of_{}", field.text))
}

/// The variable that holds a field's C value.
fn converted(field: &Field) -> Ident {
    local(&format!("converted_{}", field.text))
}

/// The path of a field in faults.
fn path(shape: &Shape, field: &Field) -> String {
    format!("{}.{}", names::text(&shape.name), field.text)
}

/// Computes the value of a field that the caller does not choose.
fn compute(shape: &Shape, field: &Field) -> Option<TokenStream> {
    let krate = &shape.krate;
    let private = quote!(#krate::__private);
    let Field { ty, text, kind, .. } = field;
    let (variable, path) = (variable(field), path(shape, field));
    let checked = || projected_type(ty, RequiredTrait::IsLength, krate);
    let value = match kind {
        FieldKind::Value(_) | FieldKind::Elements(_) => return None,
        FieldKind::Length(of) => {
            let lengths = of.iter().map(|ArrayLength { array, is_optional }| {
                let array_text = names::text(array);
                let length = match is_optional {
                    true => quote!(self.#array.as_ref().map(::std::vec::Vec::len)),
                    false => quote!(::core::option::Option::Some(self.#array.len())),
                };
                quote!((#array_text, #length))
            });
            let (ty, declared) = (checked(), place(shape, &field.member));
            quote!(#private::native::length_in_struct::<#ty>(#text, *#declared, &[#(#lengths),*])?)
        }
        FieldKind::Fixed(Fixed::Size) => {
            let (ty, c_struct) = (checked(), type_name("CStruct"));
            quote!(#private::native::c_size::<#ty, #c_struct>(#path)?)
        }
        FieldKind::Fixed(Fixed::Expression(value)) => quote!(#value),
    };
    Some(quote!(let #variable: #ty = #value;))
}

fn to_c(shape: &Shape, fields: &[Field], field: &Field) -> TokenStream {
    let krate = &shape.krate;
    let private = quote!(#krate::__private);
    let scope = local("scope");
    let (path, place, conversions) =
        (path(shape, field), place(shape, &field.member), conversions(&field.kind, &field.ty, krate));
    match &field.kind {
        FieldKind::Value(_) => quote!(#private::native::in_field(#path, #conversions::to_c(#place, #scope))?),
        FieldKind::Length(_) | FieldKind::Fixed(_) => {
            let variable = variable(field);
            quote!(#private::native::in_field(#path, #conversions::to_c(&#variable, #scope))?)
        }
        FieldKind::Elements(Elements { form, is_optional, count }) => {
            let (marker, ty) = (form.marker(&private), form.checked(krate));
            let elements = local("elements");
            let check = match count {
                Count::Expression(count) => {
                    let count = evaluate(shape, fields, count, Side::Before);
                    let check = quote! {
                        #private::native::check_elements_in_struct(#path, #elements.len(), #count)?;
                    };
                    Some(check)
                }
                _ => None,
            };
            let convert = quote!(#private::native::in_field(#path, #private::native::elements_to_c::<#marker, #ty>(#elements, #scope))?);
            match is_optional {
                true => quote! {
                    match #place {
                        ::core::option::Option::Some(#elements) => { #check #convert }
                        ::core::option::Option::None => #private::native::no_elements_to_c::<#marker, #ty>(#scope),
                    }
                },
                false => quote!({ let #elements = #place; #check #convert }),
            }
        }
    }
}

/// When an expression is evaluated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// When the struct is converted to C.
    Before,
    /// When it is converted from C.
    After,
}

/// The value of an expression over other fields.
fn evaluate(shape: &Shape, fields: &[Field], expr: &Expr, side: Side) -> TokenStream {
    let bindings = expressions::names(expr).into_iter().filter_map(|name| {
        let field = fields.iter().find(|field| field.is_named(&name))?;
        let value = match (&field.kind, side) {
            (FieldKind::Value(_), Side::Before) => place(shape, &field.member),
            _ => {
                let variable = variable(field);
                quote!(&#variable)
            }
        };
        Some(quote!(let #name = ::core::clone::Clone::clone(#value);))
    });
    quote!({ #(#bindings)* #expr })
}

fn from_c(shape: &Shape, fields: &[Field]) -> TokenStream {
    let krate = &shape.krate;
    let private = quote!(#krate::__private);
    let (value, scope) = (local("value"), local("scope"));
    // The numbers of elements come first.
    let (arrays, values): (Vec<_>, Vec<_>) = fields.iter().partition(|field| field.elements().is_some());
    let values = values.into_iter().map(|field| {
        let (variable, name) = (variable(field), c_field(field));
        let conversions = conversions(&field.kind, &field.ty, krate);
        quote! {
            // SAFETY: guaranteed by the caller.
            let #variable = unsafe { #conversions::from_c(#value.#name, #scope) }?;
        }
    });
    let arrays = arrays.into_iter().filter_map(|field| {
        let Elements { form, is_optional, count } = field.elements()?;
        let (variable, name, path) = (variable(field), c_field(field), path(shape, field));
        let (marker, ty) = (form.marker(&private), form.checked(krate));
        let (count, is_absent) = match count {
            Count::Expression(count) => (evaluate(shape, fields, count, Side::After), quote!(false)),
            Count::Field(length) => {
                let length = self::variable(fields.iter().find(|field| field.is_named(length))?);
                (quote!(#length), quote!(#private::native::Length::is_minus_one(#length)))
            }
            Count::Unknown => return None,
        };
        let take = match is_optional {
            true => quote! {
                #private::native::optional_elements_from_c::<#marker, #ty, _>(#path, #value.#name, #count, #is_absent, #scope)
            },
            false => quote!(#private::native::elements_from_c::<#marker, #ty, _>(#path, #value.#name, #count, #scope)),
        };
        Some(quote! {
            // SAFETY: guaranteed by the caller.
            let #variable = unsafe { #take }?;
        })
    });
    let members = fields.iter().map(|field| {
        let (member, variable) = (&field.member, variable(field));
        quote!(#member: #variable)
    });
    quote! {
        #(#values)*
        #(#arrays)*
        ::core::result::Result::Ok(Self { #(#members),* })
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
    let put = fields.iter().map(|field| {
        let (text, place) = (&field.text, place(shape, &field.member));
        let (form, ty) = wire_form(field, krate);
        let value = quote!(&#private::native::FormRef::<#form, #ty>::new(#place));
        quote!(#private::serde::ser::SerializeStruct::serialize_field(&mut #record, #text, #value)?;)
    });
    let locals: Vec<_> = (0..count).map(|place| local(&format!("field_{place}"))).collect();
    let pattern = locals.iter().rev().fold(quote!(()), |rest, name| quote!((#name, #rest)));
    let ty = fields.iter().rev().fold(quote!(()), |rest, field| {
        let (form, ty) = wire_form(field, krate);
        quote!((#private::native::FormOf<#form, #ty>, #rest))
    });
    let members = fields.iter().zip(&locals).map(|(Field { member, .. }, local)| quote!(#member: #local.0));
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

/// The form of a field in messages, and its type.
fn wire_form(field: &Field, krate: &TokenStream) -> (TokenStream, TokenStream) {
    let private = quote!(#krate::__private);
    match &field.kind {
        FieldKind::Value(form) => (form.marker(&private), form.checked(krate)),
        FieldKind::Elements(Elements { form, is_optional, .. }) => {
            let (marker, element) = (form.marker(&private), form.checked(krate));
            let ty = quote!(::std::vec::Vec<#element>);
            let ty = if *is_optional { quote!(::core::option::Option<#ty>) } else { ty };
            (quote!(#private::native::PointerTo<#marker>), ty)
        }
        FieldKind::Length(_) | FieldKind::Fixed(Fixed::Size) => {
            (quote!(#private::native::AsItself), projected_type(&field.ty, RequiredTrait::IsLength, krate))
        }
        FieldKind::Fixed(Fixed::Expression(_)) => {
            (quote!(#private::native::AsItself), projected_type(&field.ty, RequiredTrait::Native, krate))
        }
    }
}
