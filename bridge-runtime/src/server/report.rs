//! What a server says about itself on the command line.

use std::fmt::Write as _;
use std::path::Path;

use crate::error::LibraryError;
use crate::interface::Description;
use crate::library::{NativeLibrary, bits};

/// `--describe`: the interface as text.
pub(super) fn describe(interface: &Description) -> String {
    let mut text = format!("interface {} (fingerprint {:016x})\n", interface.name, interface.fingerprint());
    if let Some(library) = interface.library {
        let _ = writeln!(text, "library {library}");
    }
    for method in interface.methods {
        let (rust, c) = (method.rust_signature(), method.native.as_ref().map(|native| native.signature()));
        let _ = writeln!(text, "\n  fn {rust}");
        if let Some(c) = c {
            let _ = writeln!(text, "    {c};");
        }
    }
    text
}

/// `--check`: loads the library, and says of each function whether it has it; whether it can be used.
pub(super) fn check(interface: &'static Description, library: Option<&Path>) -> Result<(String, bool), LibraryError> {
    let (library, missing) = NativeLibrary::load_partly(interface, library, &[])?;
    let process = bits(cfg!(target_pointer_width = "64"), std::env::consts::ARCH);
    let mut text = format!("{}: loaded into a {process} process\n", library.path());
    for (native, found) in library.functions() {
        let state = match (found, native.optional) {
            (true, _) => "found",
            (false, true) => "missing, and optional",
            (false, false) => "missing",
        };
        let _ = writeln!(text, "  {state}: {}", native.symbol);
    }
    let complete = missing.is_empty();
    if !complete {
        let _ = writeln!(text, "{}", library.missing_symbols(missing));
    }
    Ok((text, complete))
}
