//! Parses a type with `#[derive(Bridge)]`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{
    Attribute, Data, DataEnum, DataStruct, DeriveInput, Expr, Fields, LitInt, Member, Meta, Path, Token, Type,
    punctuated::Punctuated,
};

use crate::errors::Errors;
use crate::types;

/// A struct or an enum.
pub(crate) struct Shape {
    pub(crate) name: Ident,
    pub(crate) krate: TokenStream,
    /// The `repr` attributes, which the C struct gets, too.
    pub(crate) repr: Vec<Attribute>,
    pub(crate) is_packed: bool,
    /// The size in bytes on 32-bit systems that `#[bridge(size = …)]` asserts.
    pub(crate) size: Option<LitInt>,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    Record(Vec<Field>),
    /// A newtype with `#[repr(transparent)]`.
    Transparent(Box<Field>),
    Enumeration(Enumeration),
}

/// A field of a struct.
pub(crate) struct Field {
    pub(crate) member: Member,
    /// Its name or index.
    pub(crate) text: String,
    pub(crate) ty: Type,
    pub(crate) kind: FieldKind,
}

pub(crate) enum FieldKind {
    /// Any other type.
    Plain,
    /// `[T; N]`.
    Array,
    /// `Vec<T>`, `Option<Vec<T>>`: a pointer to elements. Another field holds their number.
    Pointer { element: Box<Type>, length: Option<Ident>, is_optional: bool },
    /// The number of elements in another field, which may be an `Option`.
    Length { of: Ident, is_optional: bool },
}

/// An enum without fields.
pub(crate) struct Enumeration {
    /// Its type in C.
    pub(crate) integer: Ident,
    pub(crate) variants: Vec<Variant>,
}

pub(crate) struct Variant {
    pub(crate) name: Ident,
    pub(crate) value: Option<Expr>,
}

impl Shape {
    /// Parses an item; `None` if its errors leave nothing to expand.
    pub(crate) fn parse(input: &DeriveInput, errors: &Errors) -> Option<Self> {
        if !input.generics.params.is_empty() {
            errors.at(
                &input.generics.params,
                "a type with `#[derive(Bridge)]` cannot be generic; write a type for each set of arguments",
            );
        }
        let (krate, size) = options(&input.attrs, errors);
        no_lengths(&input.attrs, "a type", errors);
        let repr: Vec<_> = input.attrs.iter().filter(|attr| attr.path().is_ident("repr")).cloned().collect();
        let words = repr_words(&repr);
        let content = match &input.data {
            Data::Struct(data) => record(input, data, &words, errors)?,
            Data::Enum(data) => Content::Enumeration(enumeration(input, data, &words, errors)?),
            Data::Union(data) => {
                errors.at(
                    data.union_token,
                    "the valid field of a union is unknown; write a struct with the field that you use",
                );
                return None;
            }
        };
        let is_packed = words.iter().any(|word| word == "packed");
        Some(Self { name: input.ident.clone(), krate, repr, is_packed, size, content })
    }
}

/// `#[bridge(crate = path, size = N)]`.
fn options(attrs: &[Attribute], errors: &Errors) -> (TokenStream, Option<LitInt>) {
    let (mut krate, mut size) = (quote!(::bridge32), None);
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("bridge")) {
        errors.take(attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                let path: Path = meta.value()?.call(Path::parse_mod_style)?;
                krate = quote!(#path);
            } else if meta.path.is_ident("size") {
                if size.replace(meta.value()?.parse()?).is_some() {
                    return Err(syn::Error::new_spanned(meta.path, "`size` is given twice; keep one"));
                }
            } else {
                return Err(meta.error("there is no such option; the options are `size`, `crate`"));
            }
            Ok(())
        }));
    }
    (krate, size)
}

/// Reports options of a type before a field or a variant.
fn no_options(attrs: &[Attribute], what: &str, errors: &Errors) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("bridge")) {
        let mut tokens = match &attr.meta {
            Meta::List(list) => list.tokens.clone().into_iter(),
            _ => TokenStream::new().into_iter(),
        };
        let message = format!("{what} has no options; `size` and `crate` are options of the whole type");
        match tokens.next() {
            Some(option) => errors.at(option, message),
            None => errors.at(attr.path(), message),
        }
    }
}

/// Reports `#[len_of]` where there is no number.
fn no_lengths(attrs: &[Attribute], what: &str, errors: &Errors) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("len_of")) {
        errors.at(attr.path(), format_args!("{what} holds no length; put `#[len_of(…)]` before the field that does"));
    }
}

/// The words in all `#[repr(…)]`.
fn repr_words(repr: &[Attribute]) -> Vec<Ident> {
    let metas =
        repr.iter().filter_map(|attr| attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok());
    metas.flatten().filter_map(|meta| meta.path().get_ident().cloned()).collect()
}

fn record(input: &DeriveInput, data: &DataStruct, words: &[Ident], errors: &Errors) -> Option<Content> {
    let has = |word: &str| words.iter().any(|ident| ident == word);
    let mut fields = fields(&data.fields, errors);
    if has("transparent") {
        for field in &data.fields {
            no_lengths(&field.attrs, "a transparent type", errors);
        }
        return match fields.len() {
            1 => fields.pop().map(|field| Content::Transparent(Box::new(field))),
            _ => {
                errors.at(&input.ident, "a transparent type has exactly one field; keep one, or write `#[repr(C)]`");
                None
            }
        };
    }
    if !has("C") {
        let message = "the layout of the type is unspecified; add `#[repr(C)]`, or `#[repr(transparent)]` to a newtype";
        errors.at(&input.ident, message);
    }
    if fields.is_empty() {
        errors.at(&input.ident, "a C struct cannot be empty; add a field");
    }
    link_lengths(&mut fields, errors);
    Some(Content::Record(fields))
}

fn fields(fields: &Fields, errors: &Errors) -> Vec<Field> {
    let members = fields.members();
    fields
        .iter()
        .zip(members)
        .map(|(field, member)| {
            types::check_returned(&field.ty, errors);
            no_options(&field.attrs, "a field", errors);
            let text = match &member {
                Member::Named(name) => crate::names::text(name),
                Member::Unnamed(index) => index.index.to_string(),
            };
            Field { member, text, ty: field.ty.clone(), kind: field_kind(field, errors) }
        })
        .collect()
}

fn field_kind(field: &syn::Field, errors: &Errors) -> FieldKind {
    let mut lengths = field.attrs.iter().filter(|attr| attr.path().is_ident("len_of"));
    if let Some(attr) = lengths.next() {
        if let Some(second) = lengths.next() {
            errors.at(second.path(), "`#[len_of]` is given twice; keep one");
        }
        if let Some(of) = errors.take(attr.parse_args::<Ident>()) {
            return FieldKind::Length { of, is_optional: false };
        }
    }
    match types::vec_element(&field.ty).or_else(|| types::optional_vec_element(&field.ty)) {
        Some(element) => FieldKind::Pointer {
            element: Box::new(element.clone()),
            length: None,
            is_optional: types::vec_element(&field.ty).is_none(),
        },
        None if types::array(&field.ty).is_some() => FieldKind::Array,
        None => FieldKind::Plain,
    }
}

/// Sets the length field of each pointer.
fn link_lengths(fields: &mut [Field], errors: &Errors) {
    let lengths: Vec<(Ident, Ident)> = fields
        .iter()
        .filter_map(|field| match (&field.kind, &field.member) {
            (FieldKind::Length { of, .. }, Member::Named(name)) => Some((of.clone(), name.clone())),
            _ => None,
        })
        .collect();
    for (of, name) in lengths {
        let target = fields.iter_mut().find(|field| matches!(&field.member, Member::Named(name) if *name == of));
        match target.map(|field| &mut field.kind) {
            Some(FieldKind::Pointer { length, is_optional, .. }) => {
                *length = Some(name.clone());
                let of_is_optional = *is_optional;
                for field in
                    fields.iter_mut().filter(|field| matches!(&field.member, Member::Named(own) if *own == name))
                {
                    if let FieldKind::Length { is_optional, .. } = &mut field.kind {
                        *is_optional = of_is_optional;
                    }
                }
            }
            Some(_) => errors.at(&of, format_args!("`{of}` is not a `Vec<T>`; name a field of that type")),
            None => errors.at(&of, format_args!("there is no field `{of}`; name a field of type `Vec<T>`")),
        }
    }
    for field in fields.iter() {
        if let FieldKind::Pointer { length: None, .. } = field.kind {
            let message = "the length of this array is unknown; add a field with `#[len_of(…)]`";
            errors.at(&field.ty, message);
        }
    }
}

/// The types that an enum can have in C.
const INTEGERS: &[&str] = &["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];

fn enumeration(input: &DeriveInput, data: &DataEnum, words: &[Ident], errors: &Errors) -> Option<Enumeration> {
    let integer = words.iter().find(|word| INTEGERS.iter().any(|integer| *word == integer)).cloned();
    if integer.is_none() {
        errors.at(&input.ident, "the width of the enum in C is unknown; add `#[repr(i32)]`, or another integer");
    }
    if data.variants.is_empty() {
        errors.at(&input.ident, "an enum without variants has no values; add a variant");
    }
    for variant in &data.variants {
        no_options(&variant.attrs, "a variant", errors);
        no_lengths(&variant.attrs, "a variant", errors);
        if !matches!(variant.fields, Fields::Unit) {
            errors.at(&variant.fields, "a variant of a C enum has no fields; remove them");
        }
    }
    let variant = |variant: &syn::Variant| Variant {
        name: variant.ident.clone(),
        value: variant.discriminant.as_ref().map(|(_, value)| value.clone()),
    };
    Some(Enumeration { integer: integer?, variants: data.variants.iter().map(variant).collect() })
}
