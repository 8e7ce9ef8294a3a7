//! Names of exports in which compilers write the calling convention. Sources:
//! <https://learn.microsoft.com/cpp/build/reference/decorated-names>, and for C++ the encoding that Visual C++ uses, as
//! <https://en.wikiversity.org/wiki/Visual_C%2B%2B_name_mangling> documents it.

use crate::doctor::image::ExportedSymbol;

/// Fills in what the name of an export says about it.
pub(super) fn read(mut export: ExportedSymbol) -> ExportedSymbol {
    let Some(name) = export.name.as_deref() else { return export };
    if name.starts_with('?') {
        let (is_variable, convention) = visual_cpp(name);
        let demangled = of_visual_cpp(name);
        return ExportedSymbol { is_variable, convention, mangled_by: Some("Visual C++"), demangled, ..export };
    }
    if name.starts_with("_Z") || name.starts_with("__Z") {
        let demangled = of_gcc(name);
        return ExportedSymbol { mangled_by: Some("GCC or Clang"), demangled, ..export };
    }
    if let Some((_, signature)) = name.split_once("$q").filter(|_| name.starts_with('@')) {
        let convention = match signature {
            signature if signature.starts_with("qr") => "register",
            signature if signature.starts_with("qs") => "stdcall",
            _ => "cdecl",
        };
        return ExportedSymbol { convention: Some(convention), mangled_by: Some("Delphi or C++Builder"), ..export };
    }
    if let Some((plain, bytes)) = name.rsplit_once('@')
        && let Ok(bytes) = bytes.parse()
    {
        export.convention = Some(match plain {
            _ if plain.ends_with('@') => "vectorcall",
            _ if plain.starts_with('@') => "fastcall",
            _ => "stdcall",
        });
        export.argument_bytes = Some(bytes);
    }
    export
}

/// The longest name that is demangled.
const LONGEST: usize = 512;

/// The stack for a demangler that calls itself for each level of a type, of which a damaged name may have as many as letters.
const STACK: usize = 32 << 20;

/// Returns what a name of Visual C++ stands for.
fn of_visual_cpp(name: &str) -> Option<String> {
    let name = Some(name).filter(|name| name.len() <= LONGEST)?;
    let demangle = || msvc_demangler::demangle(name, msvc_demangler::DemangleFlags::llvm()).ok();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, demangle);
        thread.ok()?.join().ok().flatten()
    })
}

/// Returns what a name of GCC or Clang stands for. This demangler has a limit of its own.
fn of_gcc(name: &str) -> Option<String> {
    let name = Some(name).filter(|name| name.len() <= LONGEST)?;
    cpp_demangle::Symbol::new(name).ok()?.demangle().ok()
}

/// Reads a name of Visual C++: whether it is a variable, and otherwise the convention of the function.
fn visual_cpp(name: &str) -> (bool, Option<&'static str>) {
    // The names of templates contain further signatures.
    if name.starts_with("??_") || name.contains("?$") {
        return (name.starts_with("??_7") || name.starts_with("??_8"), None);
    }
    let Some((_, code)) = name.split_once("@@") else { return (false, None) };
    let mut letters = code.chars();
    let convention = match letters.next() {
        Some('0'..='9') => return (true, None),
        // A function that belongs to no object.
        Some('Y' | 'Z' | 'C' | 'D' | 'K' | 'L' | 'S' | 'T') => letters.next(),
        // A member function: whether it is const comes first, and on 64 bits `E` before it.
        Some('A'..='X') => match letters.next() {
            Some('E') => letters.nth(1),
            _ => letters.next(),
        },
        _ => None,
    };
    let convention = match convention {
        Some('A' | 'B') => Some("cdecl"),
        Some('E' | 'F') => Some("thiscall"),
        Some('G' | 'H') => Some("stdcall"),
        Some('I' | 'J') => Some("fastcall"),
        Some('Q' | 'R') => Some("vectorcall"),
        _ => None,
    };
    (false, convention)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_the_convention() {
        for (name, convention, bytes) in [
            ("add", None, None),
            ("_add@8", Some("stdcall"), Some(8)),
            ("add@8", Some("stdcall"), Some(8)),
            ("@add@8", Some("fastcall"), Some(8)),
            ("add@@16", Some("vectorcall"), Some(16)),
            ("add@home", None, None),
            ("?add@@YAHHH@Z", Some("cdecl"), None),
            ("?add@@YGHHH@Z", Some("stdcall"), None),
            ("?get@Meter@@QAEHXZ", Some("thiscall"), None),
            ("?make@Meter@@SGPAV1@XZ", Some("stdcall"), None),
            ("?level@@3HA", None, None),
            ("@Meter@Add$qqrii", Some("register"), None),
            ("@Meter@Add$qqsii", Some("stdcall"), None),
            ("?", None, None),
            ("?@@", None, None),
        ] {
            let export = read(ExportedSymbol { name: Some(name.to_owned()), ..ExportedSymbol::default() });
            assert_eq!((export.convention, export.argument_bytes), (convention, bytes), "{name}");
        }
        assert!(read(ExportedSymbol { name: Some("?level@@3HA".into()), ..ExportedSymbol::default() }).is_variable);
    }

    #[test]
    fn names_of_cpp_say_the_types() {
        for (name, demangled, plain) in [
            ("?add@@YGHHPBD@Z", "int __stdcall add(int, char const *)", "add"),
            ("?get@Meter@@QAEHXZ", "public: int __thiscall Meter::get(void)", "Meter::get"),
            ("_Z3addiPKc", "add(int, char const*)", "add"),
            ("_ZN5Meter3getEv", "Meter::get()", "Meter::get"),
        ] {
            let export = read(ExportedSymbol { name: Some(name.to_owned()), ..ExportedSymbol::default() });
            assert_eq!((export.demangled.as_deref(), export.plain_name()), (Some(demangled), Some(plain)), "{name}");
        }
        // Neither a damaged name nor a deep one stops the reader.
        let deep = format!("?f@@YAX{}H@Z", "PA".repeat(100_000));
        let deep_of_gcc = format!("_Z1f{}i", "P".repeat(500));
        for name in ["?f@@YAX", "_ZN", &deep, &deep[..500], &deep_of_gcc] {
            read(ExportedSymbol { name: Some(name.to_owned()), ..ExportedSymbol::default() });
        }
    }
}
