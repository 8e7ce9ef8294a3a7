//! The XML documentation of an assembly. Source:
//! <https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/documentation-comments>.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use roxmltree::{Document, Node};

use super::csharp;
use super::model::{Class, ManagedAssembly};
use crate::import::comments;
use crate::import::print::{declaration_comment, doc_lines};

/// What an assembly's documentation says about its classes and members.
#[derive(Debug, Default)]
pub(super) struct Documentation {
    /// The texts, as comments of C with doxygen's commands, by names such as `M:Vendor.Meter.Read(System.Int32)`.
    texts: BTreeMap<String, String>,
}

impl Documentation {
    /// Reads the documentation next to an assembly, `Vendor.Meter.xml` for `Vendor.Meter.dll`, if there is one.
    ///
    /// # Errors
    /// Fails if it is not XML; the error says so, and the trait can do without it.
    pub(super) fn next_to(assembly: &Path) -> Result<Self, String> {
        let files = ["xml", "XML"].map(|extension| assembly.with_extension(extension));
        let Some(file) = files.iter().find(|file| file.is_file()) else { return Ok(Self::default()) };
        let not_read = |error: &dyn std::fmt::Display| format!("{} is not read: {error}", file.display());
        let bytes = fs::read(file).map_err(|error| not_read(&error))?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        Self::parse(&String::from_utf8_lossy(bytes)).map_err(|error| not_read(&error))
    }

    fn parse(xml: &str) -> Result<Self, roxmltree::Error> {
        let document = Document::parse(xml)?;
        let members = document.descendants().filter(|node| node.has_tag_name("member"));
        let texts = members.filter_map(|member| Some((member.attribute("name")?.to_owned(), text(member))));
        Ok(Self { texts: texts.collect() })
    }

    /// Writes what is said about a class or member, if anything, below a first line that is there. `names` are the names of
    /// parameters in .NET and in Rust.
    pub(super) fn write(&self, out: &mut String, id: &str, names: &[(String, String)]) {
        let Some(text) = self.texts.get(id) else { return };
        let name_of = |name: &str| {
            let found = names.iter().find(|(managed, _)| managed == name);
            found.map_or_else(|| name.to_owned(), |(_, rust)| rust.clone())
        };
        let lines = comments::documentation(text, &name_of);
        if !lines.is_empty() && out.ends_with("`\n") {
            out.push_str("///\n");
        }
        doc_lines(out, &lines);
    }

    /// Writes the declaration of a class, and what is said about it.
    pub(super) fn class(&self, out: &mut String, assembly: &ManagedAssembly, class: &Class) {
        declaration_comment(out, "///", &csharp::class(assembly, class));
        self.write(out, &csharp::id_of_class(class), &[]);
    }
}

/// Returns what is said about a member.
fn text(member: Node<'_, '_>) -> String {
    let mut text = String::new();
    for part in member.children().filter(Node::is_element) {
        let content = content(part);
        if content.is_empty() {
            continue;
        }
        text += &match (part.tag_name().name(), part.attribute("name")) {
            ("summary", _) => format!("{content}\n\n"),
            ("param", Some(name)) => format!("@param {name} {content}\n"),
            ("returns" | "value", _) => format!("@returns {}\n", lower_first(&content)),
            _ => continue,
        };
    }
    text
}

/// Returns the text in a node in one line, with code in backticks.
fn content(node: Node<'_, '_>) -> String {
    let mut text = String::new();
    for child in node.children() {
        if let Some(plain) = child.text().filter(|_| child.is_text()) {
            text += plain;
        } else if child.is_element() {
            let name = ["cref", "name", "langword"].iter().find_map(|attribute| child.attribute(*attribute));
            let inner = content(child);
            let is_code = ["c", "code"].contains(&child.tag_name().name());
            text += &match name {
                Some(name) if inner.is_empty() => format!(" `{}` ", without_namespace(name)),
                // Only code of one word stays code.
                _ if is_code && !inner.contains([' ', '`']) => format!(" `{inner}` "),
                _ => format!(" {inner} "),
            };
        }
    }
    // A command would begin with these characters.
    let text = text.replace(['@', '\\'], "");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    [" .", " ,", " ;", " :", " )"].iter().fold(text, |text, space| text.replace(space, &space[1..]))
}

/// `Meter.Read` of `M:Vendor.Meter.Read(System.Int32)`, and what is not such a name as it is.
fn without_namespace(name: &str) -> String {
    let Some((kind, name)) = name.split_once(':') else { return name.to_owned() };
    let name = name.split(['(', '`']).next().unwrap_or(name);
    let kept = if kind == "T" { 1 } else { 2 };
    let parts: Vec<_> = name.split('.').collect();
    parts[parts.len().saturating_sub(kept)..].join(".")
}

/// A sentence that follows a word.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    // An abbreviation stays.
    if chars.clone().next().is_some_and(char::is_uppercase) { text.to_owned() } else { first + chars.as_str() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_is_found_by_name() {
        let xml = r#"<?xml version="1.0"?><doc><members>
            <member name="M:V.Meter.Read(System.Int32)">
              <summary>
                Reads a channel; see <see cref="M:V.Meter.Open(System.String)"/>.
              </summary>
              <param name="channel">The <paramref name="channel"/> &lt;0 to 7&gt;.</param>
              <returns>The value, or <c>null</c>.</returns>
              <remarks>An essay.</remarks>
            </member></members></doc>"#;
        let documentation = Documentation::parse(xml).expect("it is XML");
        let expected = "Reads a channel; see `Meter.Open`.\n\n@param channel The `channel` <0 to 7>.\n\
                        @returns the value, or `null`.\n";
        assert_eq!(documentation.texts["M:V.Meter.Read(System.Int32)"], expected);
        let mut out = "/// `Read()`\n".to_owned();
        documentation.write(&mut out, "M:V.Meter.Read", &[]);
        assert_eq!(out, "/// `Read()`\n");
        documentation.write(&mut out, "M:V.Meter.Read(System.Int32)", &[("channel".into(), "number".into())]);
        let expected = "/// `Read()`\n///\n/// Reads a channel; see `Meter.Open`.\n///\n\
                        /// - `number`: The `channel` \\<0 to 7\\>.\n///\n/// Returns the value, or `null`.\n";
        assert_eq!(out, expected);
        assert!(Documentation::parse("<doc>").is_err());
    }
}
