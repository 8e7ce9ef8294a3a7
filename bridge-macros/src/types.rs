//! What the tokens of a type show. Everything else is checked by the compiler, through the traits of the runtime.

use syn::visit::{self, Visit};
use syn::{GenericArgument, Ident, PathArguments, Receiver, ReceiverKind, Type, TypeFnPtr, TypePath, TypeReference};

use crate::errors::Errors;
use crate::model::{Callee, Kind, Parameter, Passing, Returns};
use crate::settings::{Encoding, TextFormat};
use crate::syntax::bare;
pub(crate) use crate::syntax::{array, plain_name};

/// How a parameter of type `ty` is passed, as far as the tokens show.
pub(crate) fn kind(ty: &Type, encoding: Encoding) -> Kind {
    let Some(reference) = reference(ty).or_else(|| nullable(ty)) else { return Kind::Value };
    let passing = if reference.mutability.is_some() { Passing::InOut } else { Passing::In };
    match bare(&reference.elem) {
        Type::Slice(slice) if is_text_reference(&slice.elem) && passing == Passing::In => {
            Kind::TextList(TextFormat { encoding, is_multi: false })
        }
        Type::Slice(slice) => Kind::Array(slice.elem.clone(), passing),
        elem if is_named(elem, "str") => Kind::Text(encoding),
        elem if is_named(elem, "CStr") => Kind::CStr,
        elem => Kind::Pointer(Box::new(elem.clone()), passing),
    }
}

/// Whether a parameter's type is an optional reference, such as `Option<&T>`: a pointer that may be null.
pub(crate) fn is_nullable(ty: &Type) -> bool {
    nullable(ty).is_some()
}

/// How a method returns `ty`; `None` if it is a `Result` whose error type is hidden in an alias. A `Result` without arguments is
/// a type of the user's.
pub(crate) fn returns(ty: &Type) -> Option<Returns> {
    let boxed = |ty: &Type| Box::new(ty.clone());
    if matches!(bare(ty), Type::Tuple(tuple) if tuple.elems.is_empty()) {
        return Some(Returns::Nothing);
    }
    Some(match (generic(ty, "Vec").as_deref(), generic(ty, "Result").as_deref()) {
        (Some([element]), _) => Returns::Vec { ty: boxed(ty), element: boxed(element) },
        (_, Some([ok, error])) => Returns::Result { ty: boxed(ty), ok: boxed(ok), error: boxed(error) },
        (_, Some([_, ..])) => return None,
        _ => Returns::Value(boxed(ty)),
    })
}

/// Reports the parts of a parameter's type that cannot be sent to a method of `callee`. With `has_lifetimes`, declared lifetimes
/// were reported before.
pub(crate) fn check_parameter(ty: &Type, callee: Callee, has_lifetimes: bool, errors: &Errors) {
    let is_rust = callee == Callee::Rust;
    let mut visitor = Forbidden { errors, place: "a parameter", has_lifetimes };
    match reference(ty).or_else(|| nullable(ty)) {
        Some(reference) => {
            if let Some(mutability) = &reference.mutability
                && is_named(&reference.elem, "str")
            {
                errors.at(mutability, "text cannot be changed in place; write `#[out(cap = …)] name: String`");
            }
            visitor.lifetime(reference);
            match bare(&reference.elem) {
                Type::Array(array) if is_text_reference(&array.elem) && reference.mutability.is_none() => {
                    errors.at(array, "several texts are passed as a slice; write `&[&str]`");
                }
                Type::Slice(slice) if is_text_reference(&slice.elem) && reference.mutability.is_none() => {}
                Type::Slice(slice) => visitor.visit_type(&slice.elem),
                elem if is_named(elem, "str") => {}
                elem if reference.mutability.is_some() && is_rust => visitor.visit_type(elem),
                elem if reference.mutability.is_some() && is_named(elem, "String") => {
                    let out = if callee == Callee::Managed { "#[out]" } else { "#[out(cap = …)]" };
                    errors.at(elem, format_args!("text cannot be changed in place; write `{out} name: String`"));
                }
                elem if reference.mutability.is_some() && is_named(elem, "Vec") => {
                    errors.at(
                        elem,
                        "an array cannot change its length; write `&mut [T]`, or `#[out(cap = …)] name: Vec<T>` for one that is written",
                    );
                }
                elem if is_named(elem, "String") => errors.at(elem, "`&String` is not supported; write `&str`"),
                elem if is_named(elem, "Vec") => errors.at(elem, "`&Vec<T>` is not supported; write `&[T]`"),
                elem => visitor.visit_type(elem),
            }
        }
        None => visitor.visit_type(ty),
    }
}

/// Reports the parts of a returned type that cannot be sent.
pub(crate) fn check_returned(ty: &Type, errors: &Errors) {
    Forbidden { errors, place: "a return value", has_lifetimes: false }.visit_type(ty);
}

/// Reports the parts of a field's type that cannot be sent.
pub(crate) fn check_field(ty: &Type, errors: &Errors) {
    Forbidden { errors, place: "a field", has_lifetimes: false }.visit_type(ty);
}

/// The type arguments of `Name<…>`, where `Name` is the last part of a path.
fn generic<'t>(ty: &'t Type, name: &str) -> Option<Vec<&'t Type>> {
    let Type::Path(TypePath { path, .. }) = bare(ty) else { return None };
    let last = path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Some(Vec::new()) };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}

/// The function pointer in `fn(…)` and in `Option<fn(…)>`, and whether it is the latter.
pub(crate) fn function(ty: &Type) -> Option<(&TypeFnPtr, bool)> {
    match (bare(ty), generic(ty, "Option").as_deref()) {
        (Type::FnPtr(function), _) => Some((function, false)),
        (_, Some([inner])) => match bare(inner) {
            Type::FnPtr(function) => Some((function, true)),
            _ => None,
        },
        _ => None,
    }
}

/// The last part of a type's path.
pub(crate) fn last_name(ty: &Type) -> Option<&Ident> {
    match bare(ty) {
        Type::Path(TypePath { path, .. }) => path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}

/// The reference in `Option<&T>`.
fn nullable(ty: &Type) -> Option<&TypeReference> {
    match generic(ty, "Option")?.as_slice() {
        [inner] => reference(inner),
        _ => None,
    }
}

/// Whether a type is `&str`.
fn is_text_reference(ty: &Type) -> bool {
    reference(ty).is_some_and(|reference| reference.mutability.is_none() && is_named(&reference.elem, "str"))
}

/// The type as a reference.
fn reference(ty: &Type) -> Option<&TypeReference> {
    match bare(ty) {
        Type::Reference(reference) => Some(reference),
        _ => None,
    }
}

/// Whether a type is a path that ends in `name`.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    last_name(ty).is_some_and(|last| last == name)
}

/// The `T` of `Vec<T>`.
pub(crate) fn vec_element(ty: &Type) -> Option<&Type> {
    match generic(ty, "Vec")?.as_slice() {
        [element] => Some(element),
        _ => None,
    }
}

/// The `T` of `Option<Vec<T>>`.
pub(crate) fn optional_vec_element(ty: &Type) -> Option<&Type> {
    match generic(ty, "Option")?.as_slice() {
        [vec] => vec_element(vec),
        _ => None,
    }
}

/// Whether a type is `Matrix<T>` of .NET, or an `Option` of one.
pub(crate) fn is_matrix(ty: &Type) -> bool {
    is_named(ty, "Matrix") || optional(ty).is_some_and(|inner| is_named(inner, "Matrix"))
}

/// Whether a type is `Object<T>` of .NET, or an `Option` of one.
pub(crate) fn is_object(ty: &Type) -> bool {
    is_named(ty, "Object") || optional(ty).is_some_and(|inner| is_named(inner, "Object"))
}

/// The `T` of `Option<T>`.
pub(crate) fn optional(ty: &Type) -> Option<&Type> {
    match generic(ty, "Option")?.as_slice() {
        [inner] => Some(inner),
        _ => None,
    }
}

/// Whether a type is `Option<String>`.
pub(crate) fn is_optional_string(ty: &Type) -> bool {
    matches!(generic(ty, "Option").as_deref(), Some([text]) if is_named(text, "String"))
}

/// Whether a type is `Box<T>` or `Option<Box<T>>`: a pointer to a value.
pub(crate) fn is_boxed(ty: &Type) -> bool {
    let inner = generic(ty, "Option");
    is_named(ty, "Box") || matches!(inner.as_deref(), Some([inner]) if is_named(inner, "Box"))
}

/// Whether the library stores a pointer in an output parameter, whose target crosses.
pub(crate) fn stores_pointer(parameter: &Parameter) -> bool {
    let is_pointer = |ty: &Type| is_boxed(ty) || is_named(ty, "String");
    parameter.library_pointer().is_some()
        || matches!(&parameter.kind, Kind::Pointer(ty, Passing::Out) if is_pointer(ty))
}

/// The `T` of `Box<T>` and `Option<Box<T>>`.
pub(crate) fn boxed(ty: &Type) -> Option<&Type> {
    let inner = generic(ty, "Option");
    let ty = inner.as_deref().and_then(|inner| inner.first().copied()).unwrap_or(ty);
    generic(ty, "Box")?.first().copied()
}

/// Whether a type is a reference.
pub(crate) fn is_reference(ty: &Type) -> bool {
    reference(ty).is_some()
}

/// Whether a type is a reference to a slice.
pub(crate) fn is_slice_reference(ty: &Type) -> bool {
    reference(ty).is_some_and(|reference| matches!(bare(&reference.elem), Type::Slice(_)))
}

/// Whether a type is valid in any signature: it is sized, and has no part that must be inferred.
pub(crate) fn is_nameable(ty: &Type) -> bool {
    struct Unnamed(bool);
    impl<'ast> Visit<'ast> for Unnamed {
        fn visit_type(&mut self, ty: &'ast Type) {
            self.0 |= matches!(ty, Type::Infer(_) | Type::Never(_) | Type::Macro(_) | Type::Verbatim(_))
                || is_named(ty, "Self");
            visit::visit_type(self, ty);
        }
    }
    let mut unnamed = Unnamed(false);
    unnamed.visit_type(ty);
    !unnamed.0 && !is_named(ty, "str") && !matches!(bare(ty), Type::Slice(_) | Type::TraitObject(_))
}

/// Whether a receiver is `&self`.
pub(crate) fn is_shared(receiver: &Receiver) -> bool {
    matches!(receiver, Receiver { kind: ReceiverKind::Reference(_, None, None), mutability: None, .. })
}

/// Reports what cannot be sent, at any depth of a type.
struct Forbidden<'e> {
    errors: &'e Errors,
    place: &'static str,
    has_lifetimes: bool,
}

impl Forbidden<'_> {
    fn lifetime(&self, reference: &TypeReference) {
        if let Some(lifetime) = &reference.lifetime
            && !self.has_lifetimes
        {
            self.errors.at(lifetime, "arguments are borrowed for the call only; remove the lifetime");
        }
    }
}

impl<'ast> Visit<'ast> for Forbidden<'_> {
    fn visit_type(&mut self, ty: &'ast Type) {
        let place = self.place;
        match ty {
            Type::Ptr(pointer) if is_named(&pointer.elem, "c_void") => self.errors.at(
                pointer.star_token,
                "a raw pointer is meaningless in another process; write `Handle<Tag>` for an object of the library's, or `Address`",
            ),
            Type::Ptr(pointer) if place == "a return value" => self.errors.at(
                pointer.star_token,
                "a raw pointer is meaningless in another process; return an owned type such as `String` or `Vec<T>`",
            ),
            Type::Ptr(pointer) if place == "a field" => self.errors.at(
                pointer.star_token,
                "a raw pointer is meaningless in another process; write `Handle<Tag>` or `Address`, or an owned type such as `String` or `Box<T>`",
            ),
            Type::Ptr(pointer) => self
                .errors
                .at(pointer.star_token, "a raw pointer is meaningless in another process; use `&T`, `&[T]` or `&str`"),
            Type::Reference(reference) if place == "a parameter" => self.errors.at(
                reference.and_token,
                "a reference inside another type cannot be sent; use an owned type such as `String`",
            ),
            Type::Reference(reference) if place == "a field" => self.errors.at(
                reference.and_token,
                "a reference inside another type cannot be sent; use an owned type such as `String` or `Box<T>`",
            ),
            Type::Reference(reference) => self.errors.at(
                reference.and_token,
                "a reference to the server's memory cannot be returned; return an owned type such as `String` or `Vec<T>`",
            ),
            Type::ImplTrait(ty) => {
                self.errors.at(ty.impl_token, format_args!("{place} needs a named type; write one"));
            }
            Type::TraitObject(ty) => {
                self.errors.at(ty, format_args!("{place} needs a named type; write one"));
            }
            Type::FnPtr(function) if place == "a field" => {
                self.errors.at(function.fn_token, "a function cannot be sent; write `Address`");
            }
            Type::FnPtr(function) => self.errors.at(function.fn_token, "a function cannot be sent; pass a value"),
            Type::Slice(slice) if place == "a field" => {
                self.errors.at(slice, "a slice is unsized; write `Vec<T>`, or `[T; N]` for what is in the struct itself");
            }
            Type::Slice(slice) => self.errors.at(slice, "a slice is unsized; write `&[T]` or `Vec<T>`"),
            Type::Infer(_) | Type::Never(_) | Type::Macro(_) => {
                self.errors.at(ty, format_args!("{place} needs a named type; write one"));
            }
            _ => visit::visit_type(self, ty),
        }
    }

    fn visit_type_path(&mut self, path: &'ast TypePath) {
        if let Some(last) = path.path.segments.last() {
            let name = last.ident.to_string();
            let advice = match name.as_str() {
                "usize" => {
                    "is 64 bits wide here and 32 in the server; write `bridge32::Size` for C's `size_t`, or `u32` or `u64`"
                }
                "isize" => {
                    "is 64 bits wide here and 32 in the server; write `bridge32::SSize` for C's `ssize_t`, or `i32` or `i64`"
                }
                "c_long" => {
                    "differs in width between systems; write `bridge32::Long` for C's `long`, or `i32` or `i64`"
                }
                "c_ulong" => {
                    "differs in width between systems; write `bridge32::ULong` for C's `unsigned long`, or `u32` or `u64`"
                }
                "Self" => "differs between client and server; name the type",
                "str" => "is unsized; write `&str` or `String`",
                _ => return visit::visit_type_path(self, path),
            };
            self.errors.at(&last.ident, format_args!("`{name}` {advice}"));
        }
    }
}
