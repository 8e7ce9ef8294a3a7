//! The functions of an interface in its library.

use std::ffi::c_void;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::decoration::{Contradiction, contradictions};
use super::image::{Image, MANAGED};
use super::load::{Library, SymbolAddress, not_a_library};
use crate::error::{LibraryError, MissingSymbol, WrongSymbol};
use crate::fault::Fault;
use crate::interface::{Description, LibraryName, Method, NativeFunction, Symbol};
use crate::native::{Declaration, FirstCall, Signature};
use crate::sys::{SymbolKind, float_state, is_code, symbol_kind};

/// A loaded library, with the functions of an interface looked up.
#[derive(Debug)]
pub struct NativeLibrary {
    library: Library,
    /// See [`NativeLibrary::image`].
    image: OnceLock<Option<Image>>,
    description: &'static Description,
    /// By the number of the method. A function is missing if its release function is.
    functions: Box<[Option<Export>]>,
    /// The functions of `#[free_with]`, by the number of the method.
    releases: Box<[Option<Export>]>,
}

/// A function or variable of the library.
#[derive(Debug)]
struct Export {
    address: SymbolAddress,
    /// Whether a variable is at the address that holds the function's, as `xmlFree` is. The library may change it at any time.
    is_in_variable: bool,
    declaration: Declaration,
    /// Whether a call has shown that the function is what it is declared as. Several threads may find that out.
    is_checked: AtomicBool,
}

/// A function of the library, of the type `F`.
#[derive(Debug)]
pub struct Function<'l, F> {
    export: &'l Export,
    address: *const (),
    signature: Signature<F>,
}

impl NativeLibrary {
    /// Loads the library of an interface: the file `path`, or the one that the interface names.
    ///
    /// # Errors
    /// [`LibraryError`].
    pub fn load(
        description: &'static Description,
        path: Option<&std::path::Path>,
        dirs: &[PathBuf],
    ) -> Result<Self, LibraryError> {
        let (library, missing) = Self::load_partly(description, path, dirs)?;
        match missing.is_empty() {
            true => Ok(library),
            false => Err(library.missing_symbols(missing)),
        }
    }

    /// As [`NativeLibrary::load`], but returns the required functions that are missing instead of failing.
    pub(crate) fn load_partly(
        description: &'static Description,
        path: Option<&std::path::Path>,
        dirs: &[PathBuf],
    ) -> Result<(Self, Vec<MissingSymbol>), LibraryError> {
        let library = match path {
            // A bare name that is not a file here is searched for like the interface's.
            Some(path) if path.components().count() > 1 || path.exists() => Library::open(path, dirs)?,
            Some(path) => Library::find(&path.display().to_string(), dirs)?,
            None => match description.library {
                Some(LibraryName::Native(name)) => Library::find(name, dirs)?,
                _ => Library::find(description.name, dirs)?,
            },
        };
        let mut missing = Vec::new();
        let mut look_up = |method: &Method, names: Vec<String>, is_optional: bool| {
            let address = names.iter().find_map(|name| library.address(name));
            if address.is_none() && !is_optional {
                missing.push(MissingSymbol { method: method.name.to_owned(), names, similar: Vec::new() });
            }
            address
        };
        let (mut functions, mut releases, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        for method in description.methods {
            let Some(native) = method.native() else {
                functions.push(None);
                releases.push(None);
                continue;
            };
            let by_number = match native.symbol {
                Symbol::Ordinal(ordinal) => library.ordinal(ordinal),
                Symbol::Name(_) => None,
            };
            let function = by_number.or_else(|| look_up(method, native.exported_names(), native.optional));
            let release = native.free_with.and_then(|_| look_up(method, native.release_names(), native.optional));
            wrong.extend(function.and_then(|address| wrong_symbol(method, native, address)));
            wrong.extend(release.and_then(|address| wrong_release(method, native, address)));
            // Without its release function the function is not called at all: the error would come after the call.
            let function = function.filter(|_| native.free_with.is_none() || release.is_some());
            functions.push(function.map(|address| Export::new(address, native.declaration())));
            releases.push(release.and_then(|address| Some(Export::of_release(address, native.release_declaration()?))));
        }
        if !wrong.is_empty() {
            return Err(LibraryError::WrongSymbols { path: library.path().to_owned(), wrong });
        }
        let (functions, releases) = (functions.into(), releases.into());
        Ok((Self { library, image: OnceLock::new(), description, functions, releases }, missing))
    }

    /// The function of a method.
    ///
    /// # Errors
    /// [`Fault::SymbolMissing`] if the library does not have it.
    #[inline]
    pub fn function<F: Copy>(&self, method: u32, signature: Signature<F>) -> Result<Function<'_, F>, Fault> {
        let export = self.export(&self.functions, method)?;
        Ok(Function { export, address: export.address as *const (), signature })
    }

    /// The function that releases what the method's function returned.
    ///
    /// # Errors
    /// [`Fault::SymbolMissing`] if the library does not have it; [`Fault::Message`] if a variable holds it, and holds none.
    pub fn release<F: Copy>(&self, method: u32, signature: Signature<F>) -> Result<Function<'_, F>, Fault> {
        let export = self.export(&self.releases, method)?;
        Ok(Function { export, address: export.function()?, signature })
    }

    /// The variable of a method.
    ///
    /// # Errors
    /// [`Fault::SymbolMissing`] if the library does not have it.
    pub fn variable<C>(&self, method: u32) -> Result<*mut C, Fault> {
        Ok(self.export(&self.functions, method)?.address as *mut C)
    }

    #[inline]
    fn export<'l>(&self, exports: &'l [Option<Export>], method: u32) -> Result<&'l Export, Fault> {
        exports.get(method as usize).and_then(Option::as_ref).ok_or_else(|| self.missing(method))
    }

    #[cold]
    fn missing(&self, method: u32) -> Fault {
        let native = self.description.methods.get(method as usize).and_then(Method::native);
        let is_exported =
            |native: &NativeFunction| native.exported_names().iter().any(|name| self.library.address(name).is_some());
        let symbol = match native {
            // The function is there, and the one that releases its result is not.
            Some(native @ NativeFunction { free_with: Some(release), .. }) if is_exported(native) => {
                (*release).to_owned()
            }
            Some(native) => native.symbol.to_string(),
            None => String::new(),
        };
        let similar = self.image().map(|image| similar(&image.exports, std::slice::from_ref(&symbol)));
        Fault::SymbolMissing { symbol, similar: similar.unwrap_or_default() }
    }

    /// The headers of the library's file, which is read only once; `None` if it cannot be read, such as that of a library that the
    /// system found.
    fn image(&self) -> Option<&Image> {
        self.image.get_or_init(|| Image::read(self.library.path().as_ref()).ok()?.ok()).as_ref()
    }

    /// The library's file.
    pub fn path(&self) -> &str {
        self.library.path()
    }

    /// The native functions of the interface, and whether the library has each.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (&'static NativeFunction, bool)> {
        let methods = self.description.methods.iter().zip(&self.functions);
        methods.filter_map(|(method, export)| Some((method.native()?, export.is_some())))
    }

    /// Where the names of the library's exports contradict the declarations. Only on 32-bit x86 do they say anything.
    pub(crate) fn contradictions(&self) -> Vec<Contradiction> {
        if !cfg!(target_arch = "x86") {
            return Vec::new();
        }
        let Some(image) = self.image() else { return Vec::new() };
        let natives = self.description.methods.iter().filter_map(Method::native);
        natives.flat_map(|native| contradictions(native, &image.exports)).collect()
    }

    /// The error for missing functions, with similar names that the library exports.
    pub(crate) fn missing_symbols(&self, mut missing: Vec<MissingSymbol>) -> LibraryError {
        let path = self.library.path().to_owned();
        if let Some(image) = self.image() {
            if image.is_managed {
                return not_a_library(path, MANAGED.to_owned());
            }
            for missing in &mut missing {
                missing.similar = similar(&image.exports, &missing.names);
            }
        }
        LibraryError::MissingSymbols { path, missing }
    }
}

impl Export {
    fn new(address: SymbolAddress, declaration: Declaration) -> Self {
        Self { address, is_in_variable: false, declaration, is_checked: AtomicBool::new(!cfg!(target_arch = "x86")) }
    }

    /// The function of a `#[free_with]`, which may be in a variable.
    fn of_release(address: SymbolAddress, declaration: Declaration) -> Self {
        let is_in_variable = matches!(kind(address), SymbolKind::Variable(_));
        Self { is_in_variable, ..Self::new(address, declaration) }
    }

    /// The address of the function, which the variable holds at the moment if it is in one.
    fn function(&self) -> Result<*const (), Fault> {
        let address = self.address as *const ();
        if !self.is_in_variable {
            return Ok(address);
        }
        // SAFETY: the variable has the size of a pointer, or its size is unknown and the interface declares it. A packed
        // library may not align it.
        let function = unsafe { address.cast::<*const ()>().read_unaligned() };
        if is_code(function.cast()) {
            return Ok(function);
        }
        let symbol = self.declaration.symbol;
        Err(Fault::Message(format!("`{symbol}`, which frees the result, is a variable that holds no function")))
    }
}

impl<F: Copy> Function<'_, F> {
    /// Calls the function: passes it to `call`, which must call what it is passed, once, and do nothing else. Meanwhile the
    /// floating-point state is the library's. The first call finds out whether the function is what it is declared as.
    ///
    /// # Errors
    /// [`Fault::CallingConvention`] if it is not. It has run nevertheless.
    ///
    /// # Safety
    /// `F` is the type of a function pointer, with the signature of the function, and `call` is sound for that function.
    #[inline]
    pub unsafe fn call<R>(self, call: impl FnOnce(F) -> R) -> Result<R, Fault> {
        const { assert!(size_of::<F>() == size_of::<SymbolAddress>(), "`F` is a function pointer") };
        let first = if self.export.is_checked.load(Ordering::Relaxed) { None } else { self.first_call() };
        let address = first.as_ref().map_or(self.address, FirstCall::thunk);
        // SAFETY: both are pointers to functions; the type is guaranteed by the caller, and the thunk has that of its target.
        let function = unsafe { std::mem::transmute_copy::<*const (), F>(&address) };
        let returned = float_state::in_library(|| call(function));
        if let Some(first) = first {
            self.finish(first)?;
        }
        Ok(returned)
    }

    #[cold]
    fn first_call(&self) -> Option<FirstCall> {
        FirstCall::begin(self.address, self.signature, self.export.declaration.stack_bytes)
    }

    #[cold]
    fn finish(&self, first: FirstCall) -> Result<(), Fault> {
        first.finish(&self.export.declaration)?;
        self.export.is_checked.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl NativeFunction {
    fn declaration(&self) -> Declaration {
        let Self { symbol, abi, stack_bytes, returns, .. } = *self;
        Declaration { symbol, abi, stack_bytes, returns: Some(returns) }
    }

    /// The declaration of the function that releases the result.
    fn release_declaration(&self) -> Option<Declaration> {
        let symbol = Symbol::Name(self.free_with?);
        Some(Declaration { symbol, abi: self.abi, stack_bytes: NativeFunction::POINTER, returns: None })
    }
}

/// The size of a variable that holds a function pointer.
const POINTER: usize = size_of::<SymbolAddress>();

fn kind(address: SymbolAddress) -> SymbolKind {
    symbol_kind(address as *const c_void)
}

/// Compares what a method declares with what the library has. That a symbol is a function is certain only in an ELF file: a
/// DLL may have its variables in sections that can be executed.
fn wrong_symbol(method: &Method, native: &NativeFunction, address: SymbolAddress) -> Option<WrongSymbol> {
    let remedy = match (kind(address), native.is_variable) {
        (SymbolKind::Variable(_), false) => "declare it with `#[global]`, or name a function with `#[symbol(\"…\")]`",
        (SymbolKind::Function, true) => "remove `#[global]`, or name a variable with `#[symbol(\"…\")]`",
        _ => return None,
    };
    Some(WrongSymbol {
        method: method.name.to_owned(),
        symbol: native.symbol.to_string(),
        is_variable: !native.is_variable,
        remedy: remedy.to_owned(),
    })
}

/// What `#[free_with]` names is a function, or a variable of the size of a function pointer.
fn wrong_release(method: &Method, native: &NativeFunction, address: SymbolAddress) -> Option<WrongSymbol> {
    let SymbolKind::Variable(Some(size)) = kind(address) else { return None };
    (size != POINTER).then(|| WrongSymbol {
        method: method.name.to_owned(),
        symbol: native.free_with.unwrap_or_default().to_owned(),
        is_variable: true,
        remedy: "name a function, or a variable that holds one, in `#[free_with(\"…\")]`".to_owned(),
    })
}

/// The exported names that differ from a wanted one only in case or decoration.
fn similar(exports: &[String], names: &[String]) -> Vec<String> {
    let plain = |name: &str| {
        let name = name.trim_start_matches(['_', '@', '?']).to_lowercase();
        name.split('@').next().unwrap_or_default().trim_end_matches('_').to_owned()
    };
    let wanted: Vec<_> = names.iter().map(|name| plain(name)).collect();
    let is_similar = |export: &str| {
        let lower = export.to_lowercase();
        // An Itanium C++ name holds the plain one, with its length before it.
        wanted.contains(&plain(export)) || wanted.iter().any(|name| lower.contains(&format!("{}{name}", name.len())))
    };
    exports.iter().filter(|export| is_similar(export)).map(|export| format!("`{export}`")).take(5).collect()
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
