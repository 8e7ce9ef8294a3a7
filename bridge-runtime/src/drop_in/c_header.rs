//! The C header of a drop-in library.

use std::fmt::Write as _;

use crate::interface::{CTypes, NativeFunction, Symbol};

/// A function that a drop-in library exports.
#[derive(Debug)]
pub struct DeclaredFunction {
    /// The method's name.
    pub method: &'static str,
    /// The function, as C sees it.
    pub function: NativeFunction,
    /// What the header says about it, in lines.
    pub documentation: &'static str,
}

/// The header for an interface's functions, in C89 and C++, for programs as wide as this one.
pub(super) fn c_header(interface: &str, exported: &[DeclaredFunction]) -> String {
    let mut types = CTypes::default();
    exported.iter().flat_map(|exported| exported.function.types).for_each(|add_types| add_types(&mut types));
    let guard = format!("BRIDGE32_{}_H", interface.to_uppercase());
    let mut text = format!(
        "/* {}: functions of a 32-bit library, for 64-bit programs. Made by `cargo bridge32 drop-in`. */\n\
         #ifndef {guard}\n#define {guard}\n\n#include <stddef.h>\n#include <stdint.h>\n#include <wchar.h>\n\
         #ifndef __cplusplus\n#include <stdbool.h>\n#include <uchar.h>\n#endif\n\
         #ifdef _MSC_VER\ntypedef intptr_t ssize_t;\n#elif !defined(_WIN32)\n#include <sys/types.h>\n#endif\n\n\
         #ifdef __cplusplus\nextern \"C\" {{\n#endif\n{}",
        interface,
        types.header()
    );
    text.extend(exported.iter().map(declaration));
    for name in releases(exported) {
        let _ = writeln!(text, "\n/* Frees memory that this library has given out. */\nvoid {name}(void *pointer);");
    }
    text += "\n/* Writes why the last call on this thread has failed; returns the length of the text. */\n\
             size_t bridge32_last_error(char *buffer, size_t size);\n\
             \n/* Ends the 32-bit server. The next call starts another one. */\nvoid bridge32_end(void);\n\n\
             #ifdef __cplusplus\n}\n#endif\n\n#endif\n";
    text
}

/// The declaration of a function, with a comment that says what the interface does.
fn declaration(exported: &DeclaredFunction) -> String {
    let mut text = String::from("\n");
    // The interface's own comments may end a comment of C.
    let lines: Vec<_> = exported.documentation.lines().map(|line| line.replace("*/", "* /")).collect();
    match lines.as_slice() {
        [] => {}
        [line] => {
            let _ = writeln!(text, "/* {line} */");
        }
        lines => {
            text += "/*\n";
            for line in lines {
                let _ = writeln!(text, "{}", format!(" * {line}").trim_end());
            }
            text += " */\n";
        }
    }
    let function = &exported.function;
    match function.symbol {
        Symbol::Ordinal(ordinal) => {
            let declaration = function.declaration_for_64_bits(exported.method);
            let _ = writeln!(text, "/* Only by its number, {ordinal}: {declaration}; */");
        }
        symbol => {
            let _ = writeln!(text, "{};", function.declaration_for_64_bits(&symbol.to_string()));
        }
    }
    text
}

/// The functions that free results and that no method declares.
fn releases(exported: &[DeclaredFunction]) -> Vec<&'static str> {
    let functions = || exported.iter().map(|exported| &exported.function);
    let releases = functions().flat_map(|function| function.releases).filter(|release| release.library.is_none());
    let mut names: Vec<_> = releases.map(|release| release.symbol).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| functions().all(|function| function.symbol.to_string() != *name));
    names
}
