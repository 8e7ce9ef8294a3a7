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

/// The keywords of C and C++ that the name of a parameter can be in Rust.
const KEYWORDS_OF_C: &str = "
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t char8_t class
    co_await co_return co_yield compl concept const const_cast consteval constexpr constinit continue decltype default
    delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long main
    mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register
    reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct switch
    template this thread_local throw true try typedef typeid typename typeof union unsigned using virtual void
    volatile wchar_t while xor xor_eq
";

/// The name of a parameter in C, where a keyword gets an underscore at its end.
pub(crate) fn in_c(ident: &Ident) -> String {
    let name = text(ident);
    match KEYWORDS_OF_C.split_whitespace().any(|keyword| keyword == name) {
        true => format!("{name}_"),
        false => name,
    }
}

/// The default file name of an interface's server: `MyLib` has `my-lib-server32`.
pub(crate) fn server(interface: &Ident) -> String {
    format!("{}-server32", kebab(&text(interface)))
}

/// The name of an interface's function in C, which has one space of names for all libraries of a program: `my_lib_close` for the
/// method `close` of `MyLib`.
pub(crate) fn function_in_c(interface: &Ident, method: &Ident) -> String {
    format!("{}_{}", kebab(&text(interface)).replace('-', "_"), text(method))
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
    use proc_macro2::{Ident, Span};

    use super::{in_c, kebab};

    #[test]
    fn keywords_of_c_are_no_names_there() {
        for (name, expected) in
            [("new", "new_"), ("wchar_t", "wchar_t_"), ("news", "news"), ("t", "t"), ("r#try", "try_")]
        {
            let ident = syn::parse_str(name).unwrap_or_else(|_| Ident::new(name, Span::call_site()));
            assert_eq!(in_c(&ident), expected);
        }
    }

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
