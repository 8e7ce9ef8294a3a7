//! Which functions a drop-in library exports, and under which names and numbers.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use object::read::archive::ArchiveFile;
use object::read::pe::{ImageNtHeaders, PeFile};
use object::{Object as _, ObjectSymbol as _};

/// How the names of the symbols begin that are exported by name; the macro's `expand/drop_in` makes them.
const EXPORT: &str = "__bridge32_export_";

/// How the names of those begin that are exported by number only.
const ORDINAL: &str = "__bridge32_ordinal_";

/// How the name of the symbol begins that says which library this one stands for.
const LIBRARY: &str = "__bridge32_library_";

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
    /// Reads the symbols of the static library, and the names and numbers of the original's exports.
    ///
    /// # Errors
    /// Fails if a file cannot be read, or the static library has no exports.
    pub(super) fn read(archive: &Path, original: Option<&Path>) -> Result<Self> {
        let symbols = symbols(archive)?;
        let after = |prefix: &'static str| {
            symbols.iter().filter_map(move |symbol| Some((symbol.strip_prefix(prefix)?, symbol)))
        };
        let Some((library, _)) = after(LIBRARY).next() else {
            bail!("the crate has no interface with this server; it must have a native library (`lib = \"…\"`)");
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

/// The global symbols of a static library that the macro has made.
fn symbols(archive: &Path) -> Result<Vec<String>> {
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
        symbols.extend(names.filter(|name| [EXPORT, ORDINAL, LIBRARY].iter().any(|prefix| name.starts_with(prefix))));
    }
    symbols.sort_unstable();
    symbols.dedup();
    Ok(symbols)
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
