//! Which functions a drop-in library exports, and under which names and numbers.

use std::path::Path;

use anyhow::{Context, Result, bail};
use object::read::archive::ArchiveFile;
use object::{Object as _, ObjectSymbol as _};

use crate::doctor::image::ExportedSymbol;
use crate::doctor::library;

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
        let Some((name_of_library, _)) = after(LIBRARY).next() else {
            bail!("the crate has no interface with this server; it must have a native library (`lib = \"…\"`)");
        };
        let originals = original.map(|file| library::read_native(file, None)).transpose()?.unwrap_or_default().exports;
        let number = |export: &ExportedSymbol| export.ordinal.and_then(|ordinal| u16::try_from(ordinal).ok());
        let mut all = Vec::new();
        for (name, symbol) in after(EXPORT) {
            let decorated = originals.iter().filter(|original| is_decorated(original, name));
            // A program may ask for the decorated name of the original.
            all.extend(decorated.map(|original| Export {
                name: original.name.clone(),
                symbol: symbol.clone(),
                ordinal: number(original),
            }));
            let ordinal = originals.iter().find(|original| original.name.as_deref() == Some(name)).and_then(number);
            all.push(Export { name: Some(name.to_owned()), symbol: symbol.clone(), ordinal });
        }
        for (number, symbol) in after(ORDINAL) {
            all.push(Export { name: None, symbol: symbol.clone(), ordinal: Some(number.parse()?) });
        }
        let missing = originals.into_iter().filter_map(|original| original.name);
        let missing = missing.filter(|name| all.iter().all(|export| export.name.as_ref() != Some(name))).collect();
        Ok(Self { library: name_of_library.to_owned(), all, missing })
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

/// Whether `original` is `name` with the decoration of a 32-bit calling convention: `_f@8`, `f@8`, `@f@8`, `_f`.
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
