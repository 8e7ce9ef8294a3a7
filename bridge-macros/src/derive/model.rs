//! Parses a type with `#[derive(Bridge)]`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Data, DataEnum, DataStruct, DataUnion, DeriveInput, Expr, Fields, LitInt, Member, Meta, Path, Token,
    Type, Visibility,
};

use super::attributes::{FieldAttributes, no_field_attributes, no_options};
use super::form::FieldForm;
use crate::errors::Errors;
use crate::{expressions, types};

/// A struct, a union or an enum.
pub(crate) struct Shape {
    pub(crate) name: Ident,
    pub(crate) krate: TokenStream,
    /// The `repr` attributes, which the C struct gets, too.
    pub(crate) repr: Vec<Attribute>,
    /// Whether the type itself is packed, so that no reference to a field may be made.
    pub(crate) is_packed: bool,
    /// The largest alignment of a field in C, which `#[bridge(pack = …)]` states.
    pub(crate) pack: Option<LitInt>,
    /// The size in bytes on 32-bit systems that `#[bridge(size = …)]` asserts.
    pub(crate) size: Option<LitInt>,
    pub(crate) content: Content,
}

pub(crate) enum Content {
    Record(Vec<Field>),
    /// A newtype with `#[repr(transparent)]`.
    Transparent(Box<Field>),
    Union(Vec<Alternative>),
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

/// Where a field's C value comes from and goes to.
pub(crate) enum FieldKind {
    /// The field's own value.
    Value(FieldForm),
    /// `Vec<T>`, `Option<Vec<T>>`: a pointer to elements of this form.
    Elements(Elements),
    /// The number of elements in other fields; what the caller put there is ignored.
    Length(Vec<ArrayLength>),
    /// `#[fixed(…)]`: what the caller put there is ignored.
    Fixed(Fixed),
}

/// The elements that a field points to.
pub(crate) struct Elements {
    pub(crate) form: FieldForm,
    /// Whether the field is an `Option<Vec<T>>`.
    pub(crate) is_optional: bool,
    pub(crate) count: Count,
}

/// Where the number of elements comes from.
pub(crate) enum Count {
    /// A field with `#[len_of(…)]`.
    Field(Ident),
    /// `#[len(…)]`, an expression over other fields.
    Expression(Box<Expr>),
    /// Nowhere, which is a mistake.
    Unknown,
}

/// An array whose length a field holds.
pub(crate) struct ArrayLength {
    pub(crate) array: Ident,
    /// Whether it is an `Option<Vec<T>>`.
    pub(crate) is_optional: bool,
}

/// The value of a fixed field.
pub(crate) enum Fixed {
    /// `size_of`: the size of the C struct.
    Size,
    Expression(Box<Expr>),
}

/// A field of a union.
pub(crate) struct Alternative {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) vis: Visibility,
    /// Its documentation.
    pub(crate) docs: Vec<Attribute>,
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
        let TypeOptions { krate, size, pack } = options(&input.attrs, errors);
        no_field_attributes(&input.attrs, "a type", errors);
        let repr: Vec<_> = input.attrs.iter().filter(|attr| attr.path().is_ident("repr")).cloned().collect();
        let words = repr_words(&repr);
        let content = match &input.data {
            Data::Struct(data) => record(input, data, &words, errors)?,
            Data::Enum(data) => Content::Enumeration(enumeration(input, data, &words, errors)?),
            Data::Union(data) => Content::Union(alternatives(input, data, &words, errors)),
        };
        let is_packed = words.iter().any(|word| word == "packed");
        if let Some(pack) = &pack {
            check_pack(pack, is_packed, &content, errors);
        }
        Some(Self { name: input.ident.clone(), krate, repr, is_packed, pack, size, content })
    }
}

/// `#[bridge(crate = path, size = N, pack = N)]`.
pub(super) struct TypeOptions {
    pub(super) krate: TokenStream,
    size: Option<LitInt>,
    pack: Option<LitInt>,
}

pub(super) fn options(attrs: &[Attribute], errors: &Errors) -> TypeOptions {
    let (mut krate, mut size, mut pack) = (quote!(::bridge32), None, None);
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("bridge")) {
        errors.take(attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("crate") {
                let path: Path = meta.value()?.call(Path::parse_mod_style)?;
                krate = quote!(#path);
            } else if meta.path.is_ident("size") {
                if size.replace(meta.value()?.parse()?).is_some() {
                    return Err(syn::Error::new_spanned(meta.path, "`size` is given twice; keep one"));
                }
            } else if meta.path.is_ident("pack") {
                if pack.replace(meta.value()?.parse()?).is_some() {
                    return Err(syn::Error::new_spanned(meta.path, "`pack` is given twice; keep one"));
                }
            } else {
                return Err(meta.error("there is no such option; the options are `size`, `pack`, `crate`"));
            }
            Ok(())
        }));
    }
    TypeOptions { krate, size, pack }
}

/// `pack` is a number that `#pragma pack` takes, for a struct that is not packed in Rust as well.
fn check_pack(pack: &LitInt, is_packed: bool, content: &Content, errors: &Errors) {
    if !matches!(content, Content::Record(_)) {
        errors.at(pack, "`pack` is about the fields of a struct; remove it");
    } else if is_packed {
        errors.at(pack, "the struct is `packed` already; remove that from `#[repr(C)]`, or `pack`");
    } else if !matches!(pack.base10_parse::<u32>(), Ok(1 | 2 | 4 | 8 | 16)) {
        errors.at(pack, "not an alignment; write the number in `#pragma pack`: 1, 2, 4, 8 or 16");
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
        return match fields.len() {
            1 => fields.pop().map(|field| transparent(field, errors)),
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
    check_counts(&fields, errors);
    Some(Content::Record(fields))
}

/// A newtype, which is its field.
fn transparent(field: Field, errors: &Errors) -> Content {
    if !matches!(field.kind, FieldKind::Value(_)) {
        errors.at(
            &field.ty,
            "the field of a transparent type is its value; write `#[repr(C)]` for what depends on other fields",
        );
    }
    Content::Transparent(Box::new(field))
}

fn fields(fields: &Fields, errors: &Errors) -> Vec<Field> {
    let members = fields.members();
    fields
        .iter()
        .zip(members)
        .map(|(field, member)| {
            types::check_field(&field.ty, errors);
            let text = match &member {
                Member::Named(name) => crate::names::text(name),
                Member::Unnamed(index) => index.index.to_string(),
            };
            Field { member, text, ty: field.ty.clone(), kind: FieldKind::parse(field, errors) }
        })
        .collect()
}

impl FieldKind {
    fn parse(field: &syn::Field, errors: &Errors) -> Self {
        let attributes = FieldAttributes::parse(&field.attrs, errors);
        let ty = &field.ty;
        let element = types::vec_element(ty).or_else(|| types::optional_vec_element(ty));
        let length = attributes.len_of.as_ref().map(|(name, _)| name);
        if let Some(name) = length.or(attributes.fixed.as_ref().map(|(name, _)| name)) {
            attributes.no_others(name, errors);
        }
        if let Some((_, of)) = attributes.len_of {
            let lengths = of.into_iter().map(|array| ArrayLength { array, is_optional: false });
            return Self::Length(lengths.collect());
        }
        if let Some((_, value)) = attributes.fixed {
            let is_size = types::plain_name(&value).is_some_and(|name| name == "size_of");
            return Self::Fixed(if is_size { Fixed::Size } else { Fixed::Expression(Box::new(value)) });
        }
        let form = FieldForm::parse(element.unwrap_or(ty), &attributes, errors);
        match (element, attributes.elements) {
            (Some(_), elements) => Self::Elements(Elements {
                form,
                is_optional: types::vec_element(ty).is_none(),
                count: elements.map_or(Count::Unknown, |(_, count)| Count::Expression(Box::new(count))),
            }),
            (None, Some((name, _))) => {
                errors.at(name, "`#[len(…)]` is for arrays behind a pointer; put it before a field of type `Vec<T>`");
                Self::Value(form)
            }
            (None, None) => Self::Value(form),
        }
    }
}

impl Field {
    /// The elements that it points to.
    pub(crate) fn elements(&self) -> Option<&Elements> {
        match &self.kind {
            FieldKind::Elements(elements) => Some(elements),
            _ => None,
        }
    }

    pub(crate) fn is_named(&self, name: &Ident) -> bool {
        matches!(&self.member, Member::Named(own) if own == name)
    }
}

/// Sets the length field of each array.
fn link_lengths(fields: &mut [Field], errors: &Errors) {
    for place in 0..fields.len() {
        let Member::Named(length) = fields[place].member.clone() else { continue };
        let FieldKind::Length(of) = &mut fields[place].kind else { continue };
        let mut lengths = std::mem::take(of);
        for ArrayLength { array, is_optional } in &mut lengths {
            match fields.iter_mut().find(|field| field.is_named(array)).map(|field| &mut field.kind) {
                Some(FieldKind::Elements(elements)) => {
                    *is_optional = elements.is_optional;
                    match &elements.count {
                        Count::Unknown => elements.count = Count::Field(length.clone()),
                        Count::Field(other) if *other == length => {
                            errors.at(&*array, format_args!("`{array}` is named twice; remove one"));
                        }
                        Count::Field(other) => errors.at(
                            &*array,
                            format_args!("the length of `{array}` is in `{other}` already; remove one `#[len_of]`"),
                        ),
                        Count::Expression(_) => errors.at(
                            &*array,
                            format_args!("`{array}` has a length in `#[len(…)]` already; remove one of them"),
                        ),
                    }
                }
                Some(_) => errors.at(&*array, format_args!("`{array}` is not a `Vec<T>`; name a field of that type")),
                None => errors.at(&*array, format_args!("there is no field `{array}`; name a field of type `Vec<T>`")),
            }
        }
        fields[place].kind = FieldKind::Length(lengths);
    }
}

/// Reports arrays of unknown lengths.
fn check_counts(fields: &[Field], errors: &Errors) {
    for field in fields {
        match field.elements().map(|elements| &elements.count) {
            Some(Count::Unknown) => errors.at(
                &field.ty,
                "the length of this array is unknown; add a field with `#[len_of(…)]`, or write `#[len(…)]` before this one",
            ),
            Some(Count::Expression(count)) => {
                let arrays = fields.iter().filter(|field| field.elements().is_some());
                for name in arrays.flat_map(|array| expressions::names(count).into_iter().filter(|name| array.is_named(name))) {
                    errors.at(&name, format_args!("`{name}` is itself an array; use fields that hold numbers"));
                }
            }
            _ => {}
        }
    }
}

fn alternatives(input: &DeriveInput, data: &DataUnion, words: &[Ident], errors: &Errors) -> Vec<Alternative> {
    if !words.iter().any(|word| word == "C") {
        errors.at(&input.ident, "the layout of the union is unspecified; add `#[repr(C)]`");
    }
    let alternative = |field: &syn::Field| {
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("bridge")) {
            no_options(attr, "a field", errors);
        }
        no_field_attributes(&field.attrs, "a union's field", errors);
        types::check_field(&field.ty, errors);
        Some(Alternative {
            name: field.ident.clone()?,
            ty: field.ty.clone(),
            vis: field.vis.clone(),
            docs: field.attrs.iter().filter(|attr| attr.path().is_ident("doc")).cloned().collect(),
        })
    };
    data.fields.named.iter().filter_map(alternative).collect()
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
        for attr in variant.attrs.iter().filter(|attr| attr.path().is_ident("bridge")) {
            no_options(attr, "a variant", errors);
        }
        no_field_attributes(&variant.attrs, "a variant", errors);
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
