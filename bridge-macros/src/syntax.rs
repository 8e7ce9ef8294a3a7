//! What an expression or a type consists of, whatever the macros make of it.

use syn::{Expr, Ident, Type, TypeArray};

/// The name that an expression consists of.
pub(crate) fn plain_name(expr: &Expr) -> Option<Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident().cloned(),
        _ => None,
    }
}

/// The type without parentheses, including the invisible ones around types from a `macro_rules!`.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// The element and the length of `[T; N]`.
pub(crate) fn array(ty: &Type) -> Option<&TypeArray> {
    match bare(ty) {
        Type::Array(array) => Some(array),
        _ => None,
    }
}

/// The elements of an array of any depth.
pub(crate) fn element(array: &TypeArray) -> &Type {
    self::array(&array.elem).map_or(&array.elem, element)
}

/// Whether a length is `until_null`.
pub(crate) fn is_until_null(length: &Expr) -> bool {
    plain_name(length).is_some_and(|name| name == "until_null")
}
