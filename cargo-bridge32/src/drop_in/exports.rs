//! Which functions a drop-in library exports, and under which names and numbers.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::read::archive::ArchiveFile;
use object::read::pe::{ImageNtHeaders, PeFile};
use object::{Object as _, ObjectSymbol as _};

/// How all names of symbols begin that the macro's `expand/drop_in` makes. A kind, the server and a name follow.
const PREFIX: &str = "__bridge32_";

/// The kind of symbols that are exported by name.
const EXPORT: &str = "export";

/// The kind of those that are exported by number only.
const ORDINAL: &str = "ordinal";

/// The kind of the symbol whose name says which library this one stands for.
const LIBRARY: &str = "library";

/// The symbols of a static library that the macro has made, for all interfaces.
#[derive(Debug)]
pub(super) struct Symbols(Vec<String>);

/// The exports of a drop-in library.
#[derive(Debug)]
pub(super) struct Exports {
    /// The library that the interface names.
    pub(super) library: String,
    /// Each export: its name, if it has one, the symbol, and its number in the original.
    pub(super) all: Vec<Export>,
    /// The names that the original exports and this library does not.
    missing: Vec<String>,
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
        let originals = original.map(original_exports).transpose()?;
        let mut all = Vec::new();
        for (name, symbol) in after(EXPORT) {
            let named = originals.iter().flatten().filter(|(original, _)| is_decorated(original, name));
            // A program may ask for the decorated name of the original.
            all.extend(named.map(|(original, ordinal)| Export {
                name: Some(original.clone()),
                symbol: symbol.clone(),
                ordinal: *ordinal,
            }));
            let ordinal = originals.as_ref().and_then(|originals| originals.get(name).copied()).flatten();
            all.push(Export { name: Some(name.to_owned()), symbol: symbol.clone(), ordinal });
        }
        for (number, symbol) in after(ORDINAL) {
            all.push(Export { name: None, symbol: symbol.clone(), ordinal: Some(number.parse()?) });
        }
        let missing = originals.iter().flat_map(BTreeMap::keys);
        let missing = missing.filter(|name| all.iter().all(|export| export.name.as_ref() != Some(*name)));
        let missing = missing.cloned().collect();
        Ok(Self { library: library.to_owned(), all, missing })
    }

    /// The original's exports that are not in the drop-in library, each with the reason.
    pub(super) fn missing(&self) -> impl Iterator<Item = (&str, &str)> {
        self.missing
            .iter()
            .map(|name| (name.as_str(), "the interface does not declare it, or `--check` of the server says why"))
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
        let mut symbols = Vec::new();
        for member in members.members() {
            let member = member.with_context(unreadable)?.data(data.as_slice()).with_context(unreadable)?;
            // Other members, such as the compiler's metadata, are no object files.
            let Ok(file) = object::File::parse(member) else { continue };
            let defined = file.symbols().filter(|symbol| symbol.is_definition() && symbol.is_global());
            let names = defined.filter_map(|symbol| symbol.name().ok().map(str::to_owned));
            symbols.extend(names.filter(|name| name.starts_with(PREFIX)));
        }
        symbols.sort_unstable();
        symbols.dedup();
        Ok(Self(symbols))
    }

    /// The symbols of a kind that a server's interface has, each with the name in it.
    fn of<'s>(&'s self, server: &str, kind: &str) -> impl Iterator<Item = (&'s str, &'s String)> + use<'s> {
        let server = server.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let prefix = format!("{PREFIX}{kind}_{}_{server}_", server.len());
        self.0.iter().filter_map(move |symbol| Some((symbol.strip_prefix(&prefix)?, symbol)))
    }
}

/// The names of a library's exports, with their numbers.
fn original_exports(library: &Path) -> Result<BTreeMap<String, Option<u16>>> {
    let data = std::fs::read(library).with_context(|| format!("cannot read {}", library.display()))?;
    let wrong = || format!("{} is not a library", library.display());
    match object::FileKind::parse(data.as_slice()).with_context(wrong)? {
        object::FileKind::Pe32 => {
            of_dll(&PeFile::<object::pe::ImageNtHeaders32>::parse(data.as_slice()).with_context(wrong)?)
        }
        object::FileKind::Elf32 => {
            let file = object::File::parse(data.as_slice()).with_context(wrong)?;
            let defined = file.dynamic_symbols().filter(|symbol| symbol.is_definition() && symbol.is_global());
            let functions = defined.filter(|symbol| symbol.kind() == object::SymbolKind::Text);
            Ok(functions.filter_map(|symbol| symbol.name().ok().map(|name| (name.to_owned(), None))).collect())
        }
        object::FileKind::Pe64 | object::FileKind::Elf64 => {
            bail!("{} is a 64-bit library, which needs no drop-in library", library.display())
        }
        _ => bail!("{} is not a library of Windows or Linux", library.display()),
    }
}

fn of_dll<P: ImageNtHeaders>(file: &PeFile<'_, P>) -> Result<BTreeMap<String, Option<u16>>> {
    let table = file.export_table().context("the exports of the library cannot be read")?;
    let Some(table) = table else { return Ok(BTreeMap::new()) };
    let mut exports = BTreeMap::new();
    for export in table.exports().context("the exports of the library cannot be read")? {
        if let Some(name) = export.name.and_then(|name| std::str::from_utf8(name).ok()) {
            exports.insert(name.to_owned(), Some(export.ordinal.0));
        }
    }
    Ok(exports)
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
