//! Which functions a drop-in library exports, and under which names and numbers.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::read::archive::ArchiveFile;
use object::read::pe::{ImageNtHeaders, PeFile};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, SectionKind};

/// How all names of symbols begin that the macro's `expand/drop_in` makes. A kind, the server and a name follow.
const PREFIX: &str = "__bridge32_";

/// The kind of symbols that are exported by name.
const EXPORT: &str = "export";

/// The kind of those that are exported by number only.
const ORDINAL: &str = "ordinal";

/// The kind of the symbol whose name says which library this one stands for.
const LIBRARY: &str = "library";

/// The kind of the symbols of methods that are not exported, where the name of the function and the reason are.
const LEFT_OUT: &str = "left_out";

/// The exports that every drop-in library has, and no original.
const OWN: [&str; 2] = ["bridge32_last_error", "bridge32_end"];

/// The symbols of a static library that the macro has made, for all interfaces, with the bytes that are there in data.
#[derive(Debug)]
pub(super) struct Symbols(BTreeMap<String, Vec<u8>>);

/// The exports of a drop-in library.
#[derive(Debug)]
pub(super) struct Exports {
    /// The library that the interface names.
    pub(super) library: String,
    /// Each export: its name, if it has one, the symbol, and its number in the original.
    pub(super) all: Vec<Export>,
    /// The highest number of the original's exports.
    pub(super) last_ordinal: u16,
    /// The methods that are not exported, each with the reason.
    pub(super) left_out: Vec<(String, String)>,
    /// The names that the original exports and the interface does not declare.
    pub(super) undeclared: Vec<String>,
}

/// An export of the original.
#[derive(Debug, Clone, Copy)]
struct OriginalExport {
    ordinal: Option<u16>,
    /// False for what is known to be a variable.
    is_function: bool,
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
        let Some((library, _)) = after(LIBRARY).next() else {
            bail!("the crate has no interface with the server `{server}` and a native library (`lib = \"…\"`)");
        };
        let (originals, last_ordinal) = original.map(original_exports).transpose()?.unzip();
        let last_ordinal = last_ordinal.unwrap_or_default();
        let (mut all, mut left_out) = (Vec::new(), Vec::new());
        for (name, symbol) in after(EXPORT) {
            let named = originals.iter().flatten().filter(|(original, _)| is_decorated(original, name));
            // A program may ask for the decorated name of the original.
            let decorated: Vec<_> = named
                .map(|(original, found)| Export {
                    name: Some(original.clone()),
                    symbol: symbol.clone(),
                    ordinal: found.ordinal,
                })
                .collect();
            let found = originals.as_ref().map(|originals| originals.get(name));
            if matches!(found, Some(None)) && decorated.is_empty() && !OWN.contains(&name) {
                // A program may look whether it is there.
                left_out.push((name.to_owned(), "the original does not export it".to_owned()));
                continue;
            }
            all.extend(decorated);
            let ordinal = found.flatten().and_then(|found| found.ordinal);
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
        let is_declared = |name: &String| declared.iter().any(|other| name == other || is_decorated(name, other));
        let functions = originals.iter().flatten().filter(|(_, found)| found.is_function).map(|(name, _)| name);
        let undeclared = functions.filter(|name| !is_declared(name)).cloned().collect();
        Ok(Self { library: library.to_owned(), all, last_ordinal, left_out, undeclared })
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

/// A library's exports that have a name, and the highest number of any.
fn original_exports(library: &Path) -> Result<(BTreeMap<String, OriginalExport>, u16)> {
    let data = std::fs::read(library).with_context(|| format!("cannot read {}", library.display()))?;
    let wrong = || format!("{} is not a library", library.display());
    match object::FileKind::parse(data.as_slice()).with_context(wrong)? {
        object::FileKind::Pe32 => {
            of_dll(&PeFile::<object::pe::ImageNtHeaders32>::parse(data.as_slice()).with_context(wrong)?)
        }
        object::FileKind::Elf32 => {
            let file = object::File::parse(data.as_slice()).with_context(wrong)?;
            let defined = file.dynamic_symbols().filter(|symbol| symbol.is_definition() && symbol.is_global());
            let named = defined.filter_map(|symbol| {
                let is_function = symbol.kind() == object::SymbolKind::Text;
                Some((symbol.name().ok()?.to_owned(), OriginalExport { ordinal: None, is_function }))
            });
            Ok((named.collect(), 0))
        }
        object::FileKind::Pe64 | object::FileKind::Elf64 => {
            bail!("{} is a 64-bit library, which needs no drop-in library", library.display())
        }
        _ => bail!("{} is not a library of Windows or Linux", library.display()),
    }
}

fn of_dll<P: ImageNtHeaders>(file: &PeFile<'_, P>) -> Result<(BTreeMap<String, OriginalExport>, u16)> {
    let table = file.export_table().context("the exports of the library cannot be read")?;
    let Some(table) = table else { return Ok((BTreeMap::new(), 0)) };
    let (mut exports, mut last_ordinal) = (BTreeMap::new(), 0);
    for export in table.exports().context("the exports of the library cannot be read")? {
        last_ordinal = last_ordinal.max(export.ordinal.0);
        if let Some(name) = export.name.and_then(|name| std::str::from_utf8(name).ok()) {
            // A table of exports does not say what is there.
            exports.insert(name.to_owned(), OriginalExport { ordinal: Some(export.ordinal.0), is_function: true });
        }
    }
    Ok((exports, last_ordinal))
}

/// Whether `original` is `name` with the decoration of a 32-bit calling convention: `_f@8`, `f@8`, `@f@8`, `_f`.
fn is_decorated(original: &str, name: &str) -> bool {
    let bare = original.trim_start_matches(['_', '@']);
    let (function, bytes) = bare.split_once('@').unwrap_or((bare, ""));
    original != name && function == name.trim_start_matches('_') && bytes.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decorated_names_are_recognized() {
        for original in ["_f@8", "f@8", "@f@8", "_f"] {
            assert!(is_decorated(original, "f"), "{original}");
        }
        for original in ["f", "g@8", "f@x", "ff@8"] {
            assert!(!is_decorated(original, "f"), "{original}");
        }
    }
}
