//! What a server says about itself on the command line.

use std::fmt::Write as _;

use crate::interface::Description;
use crate::library::{Library, Resolver, bits};

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

/// `--check`: each function of a loaded library, and whether it has it.
pub(super) fn check(interface: &'static Description, library: Library) -> (String, bool) {
    let process = bits(cfg!(target_pointer_width = "64"), std::env::consts::ARCH);
    let mut text = format!("{}: loaded into a {process} process\n", library.path());
    let mut resolver = Resolver::new(library, interface);
    let (mut found, mut optional) = (0, 0);
    for (number, method) in (0..).zip(interface.methods) {
        let Some(native) = &method.native else { continue };
        if resolver.has(number) {
            found += 1;
        } else if native.optional {
            optional += 1;
            let _ = writeln!(text, "  `{}`: no symbol {}, which is optional", method.name, native.symbol);
        }
    }
    let finished = resolver.finish();
    if let Err(error) = &finished {
        let _ = writeln!(text, "{error}");
    }
    let _ = writeln!(text, "{found} symbols found, {optional} optional ones missing");
    (text, finished.is_ok())
}
