//! Text: which characters are text, and in which encoding.

use crate::import::model::{CType, Field};
use crate::import::names::words;
use crate::import::types::Types;

/// Returns the attributes of a text with these characters; `None` if they are not characters.
pub(crate) fn encoding(types: &Types<'_>, character: &CType) -> Option<Vec<String>> {
    match character.resolved() {
        CType::WChar => Some(vec!["#[wide]".into()]),
        CType::Char if types.target.is_windows() && !types.header.is_utf8 => Some(vec!["#[encoding(ansi)]".into()]),
        CType::Char => Some(Vec::new()),
        _ => None,
    }
}

/// Words of names of bytes rather than text.
const BYTES: [&str; 13] =
    ["data", "buf", "buffer", "bytes", "byte", "raw", "blob", "payload", "packet", "mem", "memory", "source", "src"];

pub(crate) fn is_bytes(name: &str) -> bool {
    let words = words(name);
    words.iter().any(|word| BYTES.contains(&word.as_str()))
}

/// The attributes, type and guess for a field that is text: rule `text-field` for `char name[32]`, and no guess for a
/// `const char *`.
pub(crate) fn field(types: &Types<'_>, field: &Field) -> Option<(Vec<String>, String, Option<String>)> {
    match field.ty.resolved() {
        CType::Pointer { to, is_const: true } => {
            let attributes = encoding(types, to)?;
            (!is_bytes(&field.name)).then(|| (attributes, "Option<String>".into(), None))
        }
        CType::Array { of, length: Some(length), .. } if *length > 1 => {
            let (character, capacity, count) = match of.resolved() {
                CType::Array { of, length: Some(inner), .. } if *inner > 1 => (of, *inner, Some(*length)),
                _ => (of, *length, None),
            };
            let is_other = |word: &String| {
                BYTES.contains(&word.as_str())
                    || ["reserved", "pad", "padding", "mac", "key", "value", "values"].contains(&word.as_str())
            };
            if words(&field.name).iter().any(is_other) {
                return None;
            }
            let mut attributes = vec![format!("#[text(cap = {capacity})]")];
            attributes.extend(encoding(types, character)?);
            let ty = count.map_or("String".to_owned(), |count| format!("[String; {count}]"));
            Some((attributes, ty, Some(format!("{} is taken for text", field.name))))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::import::rules::tests::linux_types;

    fn field(declaration: &str) -> String {
        let types =
            linux_types(&format!("#include <stddef.h>\nstruct p {{ {declaration}; }};\nint f(const struct p *x);"));
        types.split_once("pub struct P { ").expect("a struct").1.trim_end_matches(", }").to_owned()
    }

    #[test]
    fn characters_in_structs_are_text_unless_their_name_says_bytes() {
        for (declaration, expected) in [
            ("char name[32]", "// check: name is taken for text #[text(cap = 32)] pub name: String"),
            ("wchar_t name[4]", "// check: name is taken for text #[text(cap = 4)] #[wide] pub name: String"),
            ("char names[3][8]", "// check: names is taken for text #[text(cap = 8)] pub names: [String; 3]"),
            ("const char *name", "pub name: Option<String>"),
            ("char data[8]", "pub data: [u8; 8]"),
            ("unsigned char name[8]", "pub name: [u8; 8]"),
            ("char letter", "pub letter: u8"),
        ] {
            assert_eq!(field(declaration), expected, "{declaration}");
        }
    }
}
