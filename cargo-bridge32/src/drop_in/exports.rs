//! Which functions a drop-in library exports, and under which names and numbers.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::read::archive::ArchiveFile;
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, SectionKind};

use crate::doctor::image::ExportedSymbol;
use crate::doctor::library;

/// How all names of symbols begin that the macro's `expand/drop_in` makes. A kind, the server and a name follow.
const PREFIX: &str = "__bridge32_";

/// The kind of symbols that are exported by name.
const EXPORT: &str = "export";

/// The kind of those that are exported by number only.
const ORDINAL: &str = "ordinal";

/// The kind of the symbol whose name says which library this one stands for.
const LIBRARY: &str = "library";

/// The kind of that symbol if the library is an assembly of .NET.
const ASSEMBLY: &str = "assembly";

/// The kind of the symbols of methods that are not exported, where the name of the function and the reason are.
const LEFT_OUT: &str = "left_out";

/// The kind of the symbol of the `main` function of the program that prints the header.
const HEADER: &str = "header";

/// The exports that every drop-in library has, and no original.
const OWN: [&str; 2] = ["bridge32_last_error", "bridge32_end"];

/// The symbols of a static library that the macro has made, for all interfaces, with the bytes that are there in data.
#[derive(Debug)]
pub(super) struct Symbols(BTreeMap<String, Vec<u8>>);

/// The exports of a drop-in library.
#[derive(Debug)]
pub(super) struct Exports {
    /// The symbol of the `main` function of the program that prints the header.
    pub(super) header_printer: String,
    /// The library that the interface names.
    pub(super) library: String,
    /// Whether that is an assembly of .NET, which has classes instead of exports.
    pub(super) is_assembly: bool,
    /// Each export: its name, if it has one, the symbol, and its number in the original.
    pub(super) all: Vec<Export>,
    /// The highest number of the original's exports.
    pub(super) last_ordinal: u16,
    /// The methods that are not exported, each with the reason.
    pub(super) left_out: Vec<(String, String)>,
    /// The names that the original exports and the interface does not declare.
    pub(super) undeclared: Vec<String>,
}

/// An export.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Export {
    pub(super) name: Option<String>,
    pub(super) symbol: String,
    pub(super) ordinal: Option<u16>,
}

impl Exports {
    /// Finds the exports of a server's interface, and the names and numbers of the original's.
    ///
    /// # Errors
    /// Fails if the original cannot be read, or the server has no interface here.
    pub(super) fn of(server: &str, symbols: &Symbols, original: Option<&Path>) -> Result<Self> {
        let after = |kind: &str| symbols.of(server, kind);
        let libraries = after(LIBRARY).map(|(name, _)| (name, false));
        let Some((library, is_assembly)) = libraries.chain(after(ASSEMBLY).map(|(name, _)| (name, true))).next() else {
            bail!(
                "the crate has no interface with the server `{server}` and a library (`lib = \"…\"` or `dotnet = \"…\"`)"
            );
        };
        let (_, header_printer) =
            after(HEADER).next().context("the static library has no code that prints the header")?;
        let originals = match original {
            Some(file) if is_assembly => {
                library::read_assembly(file)?;
                None
            }
            Some(file) => Some(library::read_native(file, None)?.exports),
            None => None,
        };
        let number = |export: &ExportedSymbol| export.ordinal.and_then(|ordinal| u16::try_from(ordinal).ok());
        let last_ordinal = originals.iter().flatten().filter_map(number).max().unwrap_or_default();
        let (mut all, mut left_out) = (Vec::new(), Vec::new());
        for (name, symbol) in after(EXPORT) {
            let named = originals.iter().flatten().filter(|original| is_decorated(original, name));
            // A program may ask for the decorated name of the original.
            let decorated: Vec<_> = named
                .map(|original| Export {
                    name: original.name.clone(),
                    symbol: symbol.clone(),
                    ordinal: number(original),
                })
                .collect();
            let found = originals.iter().flatten().find(|original| original.name.as_deref() == Some(name));
            if originals.is_some() && found.is_none() && decorated.is_empty() && !OWN.contains(&name) {
                // A program may look whether it is there.
                left_out.push((name.to_owned(), "the original does not export it".to_owned()));
                continue;
            }
            all.extend(decorated);
            let ordinal = found.and_then(number);
            all.push(Export { name: Some(name.to_owned()), symbol: symbol.clone(), ordinal });
        }
        for (number, symbol) in after(ORDINAL) {
            all.push(Export { name: None, symbol: symbol.clone(), ordinal: Some(number.parse()?) });
        }
        let mut declared: Vec<&str> = all.iter().filter_map(|export| export.name.as_deref()).collect();
        for (method, symbol) in after(LEFT_OUT) {
            let mut texts = symbols.data(symbol).split(|byte| *byte == 0).map(|text| std::str::from_utf8(text));
            let (Some(Ok(function)), Some(Ok(reason))) = (texts.next(), texts.next()) else {
                bail!("the static library does not say why `{method}` is not exported");
            };
            declared.push(function);
            left_out.push((method.to_owned(), reason.to_owned()));
        }
        let is_declared = |export: &&ExportedSymbol| {
            declared.iter().any(|name| export.name.as_deref() == Some(name) || is_decorated(export, name))
        };
        let functions = originals.iter().flatten().filter(|export| !export.is_variable);
        let undeclared =
            functions.filter(|export| !is_declared(export)).filter_map(|export| export.name.clone()).collect();
        let (library, header_printer) = (library.to_owned(), header_printer.clone());
        Ok(Self { header_printer, library, is_assembly, all, last_ordinal, left_out, undeclared })
    }
}

impl Symbols {
    /// Reads the global symbols of a static library.
    ///
    /// # Errors
    /// Fails if the file cannot be read.
    pub(super) fn read(archive: &Path) -> Result<Self> {
        let unreadable = || format!("cannot read {}", archive.display());
        let data = std::fs::read(archive).with_context(unreadable)?;
        let members = ArchiveFile::parse(data.as_slice()).with_context(unreadable)?;
        let mut symbols = BTreeMap::new();
        for member in members.members() {
            let member = member.with_context(unreadable)?.data(data.as_slice()).with_context(unreadable)?;
            // Other members, such as the compiler's metadata, are no object files.
            let Ok(file) = object::File::parse(member) else { continue };
            let defined = file.symbols().filter(|symbol| symbol.is_definition() && symbol.is_global());
            for symbol in defined {
                let Some(name) = symbol.name().ok().filter(|name| name.starts_with(PREFIX)) else { continue };
                let section = symbol.section_index().and_then(|section| file.section_by_index(section).ok());
                let data = section.filter(|section| section.kind() != SectionKind::Text);
                let data = data.and_then(|section| {
                    let start = usize::try_from(symbol.address() - section.address()).ok()?;
                    section.data().ok()?.get(start..)
                });
                symbols.insert(name.to_owned(), data.unwrap_or_default().to_vec());
            }
        }
        Ok(Self(symbols))
    }

    /// The bytes at a symbol, and what follows in its section.
    fn data(&self, symbol: &str) -> &[u8] {
        self.0.get(symbol).map(Vec::as_slice).unwrap_or_default()
    }

    /// The symbols of a kind that a server's interface has, each with the name in it.
    fn of<'s>(&'s self, server: &str, kind: &str) -> impl Iterator<Item = (&'s str, &'s String)> + use<'s> {
        let server = server.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let prefix = format!("{PREFIX}{kind}_{}_{server}_", server.len());
        self.0.keys().filter_map(move |symbol| Some((symbol.strip_prefix(&prefix)?, symbol)))
    }
}

/// Whether an export has the function's name with what compilers add to it: `_f@8`, `f@8`, `@f@8`, `_f`.
fn is_decorated(original: &ExportedSymbol, name: &str) -> bool {
    // A name of C++ may be that of another function with the same name.
    let is_of_c = original.demangled.is_none() && original.name.as_deref() != Some(name);
    is_of_c && original.source_names().any(|plain| plain == name.trim_start_matches('_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::file::describe_name;

    #[test]
    fn decorated_names_are_recognized() {
        for original in ["_f@8", "f@8", "@f@8", "_f"] {
            assert!(is_decorated(&describe_name(original), "f"), "{original}");
        }
        for original in ["f", "g@8", "f@x", "ff@8", "?f@@YAHXZ"] {
            assert!(!is_decorated(&describe_name(original), "f"), "{original}");
        }
    }
}
