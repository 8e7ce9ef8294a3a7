//! The output of `--describe` and `--check`: the interface, and whether a library has its functions.

use std::fmt::Write as _;
use std::path::Path;

#[cfg(feature = "dotnet")]
use crate::dotnet::ManagedLibrary;
use crate::error::LibraryError;
#[cfg(feature = "dotnet")]
use crate::interface::LibraryName;
use crate::interface::{CTypes, Description, Method, Symbol};
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

/// The C header of a drop-in library, for `--c-header`. The server must have the width of the programs that use it.
pub(super) fn c_header(interface: &Description) -> String {
    let exported =
        || interface.methods.iter().filter_map(Method::native).filter(|native| native.not_in_drop_in.is_none());
    let mut types = CTypes::default();
    exported().flat_map(|native| native.types).for_each(|add_types| add_types(&mut types));
    let guard = format!("BRIDGE32_{}_H", interface.name.to_uppercase());
    let mut text = format!(
        "/* {}: functions of a 32-bit library, for 64-bit programs. Made by `cargo bridge32 drop-in`. */\n\
         #ifndef {guard}\n#define {guard}\n\n#include <stddef.h>\n#include <stdint.h>\n#include <wchar.h>\n\
         #ifndef __cplusplus\n#include <stdbool.h>\n#include <uchar.h>\n#endif\n\
         #ifdef _MSC_VER\ntypedef intptr_t ssize_t;\n#elif !defined(_WIN32)\n#include <sys/types.h>\n#endif\n\n\
         #ifdef __cplusplus\nextern \"C\" {{\n#endif\n{}\n",
        interface.name,
        types.header()
    );
    for native in exported() {
        match native.symbol {
            Symbol::Ordinal(ordinal) => {
                let _ = writeln!(text, "/* number {ordinal}: {}; */", native.header().replace("#", "function_"));
            }
            _ => {
                let _ = writeln!(text, "{};", native.header());
            }
        }
    }
    let releases = exported().flat_map(|native| native.releases).filter(|release| release.library.is_none());
    let mut names: Vec<_> = releases.map(|release| release.symbol).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| exported().all(|native| native.symbol.to_string() != *name));
    for name in names {
        let _ = writeln!(text, "void {name}(void *pointer);");
    }
    let _ = write!(
        text,
        "\n/* Writes why the last call on this thread has failed; returns the length of the text. */\n\
         size_t bridge32_last_error(char *buffer, size_t size);\n\
         /* Ends the 32-bit server. The next call starts another one. */\nvoid bridge32_end(void);\n\n\
         #ifdef __cplusplus\n}}\n#endif\n\n#endif\n"
    );
    text
}

/// Loads the library and lists which functions it has, for `--check`. Also returns whether all required ones are there, and no name
/// contradicts the interface.
///
/// # Errors
/// [`LibraryError`] if the library cannot be loaded.
pub(super) fn check(interface: &'static Description, library: Option<&Path>) -> Result<(String, bool), LibraryError> {
    #[cfg(feature = "dotnet")]
    if let Some(LibraryName::Assembly(_)) = interface.library {
        let (library, missing) = ManagedLibrary::load_partly(interface, library, &[])?;
        let methods = library.methods().map(|(method, found)| (method.signature(), found, method.optional));
        return Ok(report(library.path(), methods, &[], library.missing_methods(missing)));
    }
    let (library, missing) = NativeLibrary::load_partly(interface, library, &[])?;
    let symbols = library.symbols().into_iter().map(|symbol| (symbol.name, symbol.is_found, symbol.is_optional));
    let missing = (!missing.is_empty()).then(|| library.missing_symbols(missing));
    let (mut text, is_complete) = report(library.path(), symbols, &library.contradictions(), missing);
    for method in interface.methods {
        if let Some(reason) = method.native().and_then(|native| native.not_in_drop_in) {
            let _ = writeln!(text, "  not in a drop-in library: {}: {reason}", method.name);
        }
    }
    Ok((text, is_complete))
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
