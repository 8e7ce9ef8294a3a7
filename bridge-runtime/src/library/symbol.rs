//! Looking up exported functions.

use super::Library;
use crate::error::{LibraryError, MissingSymbol};
use crate::fault::Fault;
use crate::interface::{Description, Native};
use crate::library::Image;

/// A function of a loaded library; `F` is the type of a function pointer.
#[derive(Debug, Clone, Copy)]
pub struct Symbol<F> {
    function: Option<F>,
    name: &'static str,
}

impl<F: Copy> Symbol<F> {
    /// The function.
    ///
    /// # Errors
    /// [`Fault::SymbolMissing`] if the library does not have it; only an optional one can be missing.
    pub fn get(&self) -> Result<F, Fault> {
        self.function.ok_or_else(|| Fault::SymbolMissing { symbol: self.name.to_owned() })
    }
}

/// Looks up the symbols of an interface, and collects those that are missing.
#[derive(Debug)]
pub struct Resolver {
    library: Library,
    description: &'static Description,
    missing: Vec<MissingSymbol>,
}

impl Resolver {
    /// Looks up symbols of `library` for the interface.
    pub fn new(library: Library, description: &'static Description) -> Self {
        Self { library, description, missing: Vec::new() }
    }

    /// Looks up the function behind a method.
    ///
    /// # Safety
    /// `F` is the type of a function pointer, with the signature that the function has.
    pub unsafe fn symbol<F: Copy>(&mut self, method: u32) -> Symbol<F> {
        let Some((name, native)) = self.native(method) else { return Symbol { function: None, name: "" } };
        let names = native.abi.exported_names(native.symbol, native.stack_bytes);
        // SAFETY: the caller says that the function is of type `F`.
        let function = names.iter().find_map(|name| unsafe { self.library.handle().get::<F>(name) }.ok().map(|f| *f));
        if function.is_none() && !native.optional {
            let similar = Vec::new();
            self.missing.push(MissingSymbol { method: name.to_owned(), names, similar });
        }
        Symbol { function, name: native.symbol }
    }

    /// Whether the library has the function behind a method.
    pub(crate) fn has(&mut self, method: u32) -> bool {
        // SAFETY: the symbol is looked up as a bare address, and not called.
        unsafe { self.symbol::<*const ()>(method) }.function.is_some()
    }

    fn native(&self, method: u32) -> Option<(&'static str, &'static Native)> {
        let method = self.description.methods.get(method as usize)?;
        Some((method.name, method.native.as_ref()?))
    }

    /// The library, if it has all symbols that were looked up and are not optional.
    ///
    /// # Errors
    /// [`LibraryError::MissingSymbols`] names all that are missing.
    pub fn finish(mut self) -> Result<Library, LibraryError> {
        if self.missing.is_empty() {
            return Ok(self.library);
        }
        let path = self.library.path().to_owned();
        if let Ok(Ok(image)) = Image::read(path.as_ref()) {
            for missing in &mut self.missing {
                missing.similar = similar(&image.exports, &missing.names);
            }
        }
        Err(LibraryError::MissingSymbols { path, missing: self.missing })
    }
}

/// Names that differ in case or decoration only.
fn similar(exports: &[String], names: &[String]) -> Vec<String> {
    let plain = |name: &str| {
        let name = name.trim_start_matches(['_', '@', '?']).to_lowercase();
        name.split('@').next().unwrap_or_default().trim_end_matches('_').to_owned()
    };
    let wanted: Vec<_> = names.iter().map(|name| plain(name)).collect();
    exports
        .iter()
        // An Itanium C++ name holds the plain one, with its length before it.
        .filter(|export| {
            wanted.contains(&plain(export))
                || wanted.iter().any(|name| export.to_lowercase().contains(&format!("{}{name}", name.len())))
        })
        .map(|export| format!("`{export}`"))
        .take(5)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_found() {
        let exports = ["ADD", "_add@8", "_Z3addii", "subtract", "add_"].map(str::to_owned);
        assert_eq!(similar(&exports, &["add".to_owned()]), ["`ADD`", "`_add@8`", "`_Z3addii`", "`add_`"]);
    }
}
