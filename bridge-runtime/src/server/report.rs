//! The output of `--describe` and `--check`: the interface, and whether a library has its functions.

use std::fmt::Write as _;
use std::path::Path;

#[cfg(feature = "dotnet")]
use crate::dotnet::ManagedLibrary;
use crate::error::LibraryError;
#[cfg(feature = "dotnet")]
use crate::interface::LibraryName;
use crate::interface::{CTypes, Description, Method};
use crate::library::{Contradiction, NativeLibrary, bits};

/// Describes the interface as text, for `--describe`.
pub(super) fn describe(interface: &Description) -> String {
    let mut text = format!("interface {} (fingerprint {:016x})\n", interface.name, interface.fingerprint());
    if let Some(library) = interface.library {
        let _ = writeln!(text, "library {library}");
    }
    for method in interface.methods {
        let _ = writeln!(text, "\n  fn {}", method.rust_signature());
        if let Some(target) = &method.target {
            let _ = writeln!(text, "    {};", target.signature());
        }
    }
    let mut types = CTypes::default();
    for native in interface.methods.iter().filter_map(Method::native) {
        native.types.iter().for_each(|add_types| add_types(&mut types));
    }
    if !types.is_empty() {
        let process = bits(cfg!(target_pointer_width = "64"), std::env::consts::ARCH);
        let _ = write!(text, "\nIn C, with the offsets of the fields in a {process} process:\n{types}");
    }
    text
}

/// Loads the library and lists which functions it has, for `--check`. Also returns whether all required ones are there, and no name
/// contradicts the interface.
///
/// # Errors
/// [`LibraryError`] if the library cannot be loaded.
pub(super) fn check(interface: &'static Description, library: Option<&Path>) -> Result<(String, bool), LibraryError> {
    let (mut text, is_complete) = of_library(interface, library)?;
    for method in interface.methods {
        if let Some(reason) = method.not_in_drop_in {
            let _ = writeln!(text, "  not in a drop-in library: {}: {reason}", method.name);
        }
    }
    Ok((text, is_complete))
}

/// What [`check`] says about the library, native or managed.
fn of_library(interface: &'static Description, library: Option<&Path>) -> Result<(String, bool), LibraryError> {
    #[cfg(feature = "dotnet")]
    if let Some(LibraryName::Assembly(_)) = interface.library {
        let (library, missing) = ManagedLibrary::load_partly(interface, library, &[])?;
        let methods = library.methods().map(|(method, found)| (method.signature(), found, method.optional));
        return Ok(report(library.path(), methods, &[], library.missing_methods(missing)));
    }
    let (library, missing) = NativeLibrary::load_partly(interface, library, &[])?;
    let symbols = library.symbols().into_iter().map(|symbol| (symbol.name, symbol.is_found, symbol.is_optional));
    let missing = (!missing.is_empty()).then(|| library.missing_symbols(missing));
    Ok(report(library.path(), symbols, &library.contradictions(), missing))
}

/// Formats the result of a check. The items of `symbols` are a name, whether it was found, and whether it is optional.
fn report(
    path: &str,
    symbols: impl Iterator<Item = (String, bool, bool)>,
    contradictions: &[Contradiction],
    missing: Option<LibraryError>,
) -> (String, bool) {
    let process = bits(cfg!(target_pointer_width = "64"), std::env::consts::ARCH);
    let mut text = format!("{path}: loaded into a {process} process\n");
    for (symbol, found, optional) in symbols {
        let state = match (found, optional) {
            (true, _) => "found",
            (false, true) => "missing, and optional",
            (false, false) => "missing",
        };
        let _ = writeln!(text, "  {state}: {symbol}");
    }
    for contradiction in contradictions {
        let _ = writeln!(text, "  contradiction: {contradiction}");
    }
    if let Some(missing) = &missing {
        let _ = writeln!(text, "{missing}");
    }
    (text, missing.is_none() && contradictions.is_empty())
}
