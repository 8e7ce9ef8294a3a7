//! Decorated names of exports: compilers write a function's convention and the size of its arguments into its name.
//! Source: <https://learn.microsoft.com/cpp/build/reference/decorated-names>.

use std::fmt;

use crate::interface::{Abi, NativeFunction, Symbol};

/// The content of a decorated name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decoration {
    convention: &'static str,
    stack_bytes: usize,
}

/// A difference between a declaration and the name of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contradiction {
    /// The function as the interface names it.
    symbol: String,
    declared: Decoration,
    export: String,
    exported: Decoration,
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { symbol, declared, export, exported } = self;
        write!(f, "`{symbol}` is declared as {declared}, but the library exports `{export}`, which is {exported}")
    }
}

impl fmt::Display for Decoration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes of arguments", self.convention, self.stack_bytes)
    }
}

impl Decoration {
    /// What the name of an export says about the function `symbol`; `None` if it is not decorated, or of another function.
    fn of(symbol: &str, export: &str) -> Option<Self> {
        let (name, bytes) = export.rsplit_once('@')?;
        let stack_bytes = bytes.parse().ok()?;
        let (plain, convention) = match (name.strip_suffix('@'), name.strip_prefix('@')) {
            (Some(plain), _) => (plain, "vectorcall"),
            (None, Some(plain)) => (plain, "fastcall"),
            // MSVC puts an underscore before it, mingw does not.
            (None, None) if name.strip_prefix('_') == Some(symbol) => (symbol, "stdcall"),
            (None, None) => (name, "stdcall"),
        };
        (plain == symbol || export == symbol).then_some(Self { convention, stack_bytes })
    }

    /// What a name with the right decoration would say.
    fn declared(abi: Abi, stack_bytes: usize) -> Self {
        Self { convention: if abi == Abi::System && cfg!(windows) { "stdcall" } else { abi.name() }, stack_bytes }
    }
}

/// The contradictions between a function's declaration, or those of its release functions, and the names of the exports.
pub(super) fn contradictions(native: &NativeFunction, exports: &[String]) -> Vec<Contradiction> {
    let own = match native.symbol {
        Symbol::Name(name) if !native.is_variable => Some((name, native.stack_bytes)),
        _ => None,
    };
    let own = own.map(|(symbol, bytes)| (symbol, native.abi, bytes)).filter(|_| native.library.is_none());
    let releases = native.releases.iter().filter(|release| release.library.or(native.library).is_none());
    let releases = releases.map(|release| (release.symbol, release.abi, NativeFunction::POINTER));
    own.into_iter()
        .chain(releases)
        .filter_map(|(symbol, abi, bytes)| contradiction(symbol, Decoration::declared(abi, bytes), exports))
        .collect()
}

/// The first export of a function whose decoration is another than the declared one, unless another export has the declared one.
fn contradiction(symbol: &str, declared: Decoration, exports: &[String]) -> Option<Contradiction> {
    let decorated = exports.iter().filter_map(|export| Some((export, Decoration::of(symbol, export)?)));
    if decorated.clone().any(|(_, exported)| exported == declared) {
        return None;
    }
    let (export, exported) = decorated.into_iter().next()?;
    Some(Contradiction { symbol: symbol.to_owned(), declared, export: export.clone(), exported })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(symbol: &str, export: &str) -> Option<(&'static str, usize)> {
        Decoration::of(symbol, export).map(|decoration| (decoration.convention, decoration.stack_bytes))
    }

    #[test]
    fn decorated_names_say_the_convention_and_the_size_of_the_arguments() {
        assert_eq!(of("add", "_add@12"), Some(("stdcall", 12)));
        assert_eq!(of("add", "add@12"), Some(("stdcall", 12)));
        assert_eq!(of("_add", "_add@12"), Some(("stdcall", 12)));
        assert_eq!(of("add", "@add@8"), Some(("fastcall", 8)));
        assert_eq!(of("add", "add@@8"), Some(("vectorcall", 8)));
        assert_eq!(of("_add@12", "_add@12"), Some(("stdcall", 12)));
        assert_eq!(of("add", "add"), None);
        assert_eq!(of("add", "_added@12"), None);
        assert_eq!(of("add", "?add@@YAHH@Z"), None);
    }

    #[test]
    fn an_export_that_agrees_is_enough() {
        let declared = Decoration { convention: "stdcall", stack_bytes: 8 };
        let exports = ["_add@12", "add@8"].map(str::to_owned);
        assert_eq!(contradiction("add", declared, &exports), None);
        let found = contradiction("add", declared, &exports[..1]).unwrap();
        let text = "`add` is declared as stdcall with 8 bytes of arguments, but the library exports `_add@12`, which is stdcall with 12 bytes of arguments";
        assert_eq!(found.to_string(), text);
        assert_eq!(contradiction("add", declared, &["add".to_owned()]), None);
    }
}
