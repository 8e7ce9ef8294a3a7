//! The names of what is generated.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::Lifetime;
use syn::ext::IdentExt as _;

/// Methods that every client has beside those of its interface.
pub(crate) const CLIENT_METHODS: &[&str] =
    &["launch", "builder", "connect", "in_process", "shutdown", "server", "batch", "batch_with", "clone", "fmt"];

/// Associated functions that every native implementation has beside the methods of its interface.
pub(crate) const LIBRARY_METHODS: &[&str] = &["load", "load_from"];

/// `MyLibClient`.
pub(crate) fn client(interface: &Ident) -> Ident {
    format_ident!("{}Client", interface.unraw(), span = interface.span())
}

/// `MyLibBatch`.
pub(crate) fn batch(interface: &Ident) -> Ident {
    format_ident!("{}Batch", interface.unraw(), span = interface.span())
}

/// `MyLibLibrary`.
pub(crate) fn library(interface: &Ident) -> Ident {
    format_ident!("{}Library", interface.unraw(), span = interface.span())
}

/// The constant that holds a method's number.
pub(crate) fn number(method: &Ident) -> Ident {
    format_ident!("__NUMBER_OF_{}", method.unraw(), span = Span::mixed_site())
}

/// The method of the trait that tells the native implementation from others.
pub(crate) fn own_library() -> Ident {
    local("__bridge32_library")
}

/// The native implementation's method that is passed arrays where they are.
pub(crate) fn in_place(method: &Ident) -> Ident {
    format_ident!("__bridge32_{}", method.unraw(), span = Span::mixed_site())
}

/// The function that puts a method's arguments into a message, and takes its result out of one.
pub(crate) fn call(method: &Ident) -> Ident {
    format_ident!("__CALL_OF_{}", method.unraw(), span = Span::mixed_site())
}

/// A local name of the generated code, which no name of the user's can meet.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// How long what the calls of a batch change is lent.
pub(crate) fn lent() -> Lifetime {
    Lifetime::new("'b", Span::mixed_site())
}

/// An identifier as text.
pub(crate) fn text(ident: &Ident) -> String {
    ident.unraw().to_string()
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
