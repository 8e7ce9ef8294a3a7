//! The names of generated items and variables.
//!
//! Generated code contains the user's types, expressions and paths, and is expanded into the user's module. Macro hygiene
//! protects local variables only, and not from a `const` or `static` of the same name. So every name that the macros make
//! up begins with `__bridge32`, in the case that Rust uses for its kind, unless it is meant for the user. Interfaces may
//! not declare methods with such a name.

use proc_macro2::{Ident, Span};
use syn::Lifetime;
use syn::ext::IdentExt as _;

/// How the names of generated methods begin.
pub(crate) const RESERVED: &str = "__bridge32";

/// `MyLibClient`.
pub(crate) fn client(interface: &Ident) -> Ident {
    public(interface, "Client")
}

/// `MyLibBatch`.
pub(crate) fn batch(interface: &Ident) -> Ident {
    public(interface, "Batch")
}

/// `MyLibLibrary`.
pub(crate) fn library(interface: &Ident) -> Ident {
    public(interface, "Library")
}

fn public(interface: &Ident, suffix: &str) -> Ident {
    Ident::new(&format!("{}{suffix}", text(interface)), interface.span())
}

/// A local variable, a function or a method.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(&format!("__bridge32_{name}"), Span::mixed_site())
}

/// A local variable, a function or a method that belongs to one of the user's methods or parameters.
pub(crate) fn local_of(name: &str, owner: &Ident) -> Ident {
    local(&format!("{name}_{}", text(owner)))
}

/// A type, or a type parameter.
pub(crate) fn type_name(name: &str) -> Ident {
    Ident::new(&format!("__Bridge32{name}"), Span::mixed_site())
}

/// A type, or a type parameter, that belongs to one of the user's methods or parameters.
pub(crate) fn type_of(name: &str, owner: &Ident) -> Ident {
    type_name(&format!("{name}_{}", text(owner)))
}

/// A constant, a static or a const parameter.
pub(crate) fn constant(name: &str) -> Ident {
    Ident::new(&format!("__BRIDGE32_{name}"), Span::mixed_site())
}

/// A constant or a static that belongs to one of the user's methods or parameters.
pub(crate) fn constant_of(name: &str, owner: &Ident) -> Ident {
    constant(&format!("{name}_{}", text(owner)))
}

/// A name that the runtime or the standard library defines, used after a path or a dot.
pub(crate) fn runtime(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// A variable or function for the method's function number `place` that frees a pointer.
pub(crate) fn release(place: usize, what: &str) -> Ident {
    local(&format!("release_{place}_{what}"))
}

/// The constant that holds a method's number.
pub(crate) fn number(method: &Ident) -> Ident {
    constant_of("NUMBER_OF", method)
}

/// The trait method that returns the generated library type, if the implementation is that.
pub(crate) fn own_library() -> Ident {
    local("library")
}

/// The library type's variant of a method that takes arrays where the message has them.
pub(crate) fn in_place(method: &Ident) -> Ident {
    local_of("in_place", method)
}

/// The function that encodes a method's arguments and decodes its result.
pub(crate) fn call(method: &Ident) -> Ident {
    local_of("call", method)
}

/// How long a batch borrows what its calls change. No type of an interface has a named lifetime, so this cannot shadow one.
pub(crate) fn batch_lifetime() -> Lifetime {
    Lifetime::new("'batch", Span::mixed_site())
}

/// An identifier as text. A [`local`] one stands for a callback's unnamed parameter, and is shown without its prefix.
pub(crate) fn text(ident: &Ident) -> String {
    let text = ident.unraw().to_string();
    match text.strip_prefix(RESERVED) {
        Some(rest) => rest.trim_start_matches('_').to_owned(),
        None => text,
    }
}

/// The default file name of an interface's server: `MyLib` has `my-lib-server32`.
pub(crate) fn server(interface: &Ident) -> String {
    format!("{}-server32", kebab(&text(interface)))
}

/// `HTTPServer2Go` is `http-server2-go`.
fn kebab(camel: &str) -> String {
    let chars: Vec<char> = camel.chars().collect();
    let mut kebab = String::new();
    for (place, &c) in chars.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| chars[before]);
        let starts_word = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || (before.is_uppercase() && chars.get(place + 1).is_some_and(|next| next.is_lowercase()))
            });
        if starts_word {
            kebab.push('-');
        }
        if c == '_' {
            kebab.push('-');
        } else {
            kebab.extend(c.to_lowercase());
        }
    }
    kebab
}

#[cfg(test)]
mod tests {
    use super::kebab;

    #[test]
    fn kebab_case() {
        for (camel, expected) in [
            ("MyLib", "my-lib"),
            ("Echo", "echo"),
            ("HTTPServer", "http-server"),
            ("Dmm34401A", "dmm34401-a"),
            ("my_lib", "my-lib"),
            ("X", "x"),
        ] {
            assert_eq!(kebab(camel), expected);
        }
    }
}
