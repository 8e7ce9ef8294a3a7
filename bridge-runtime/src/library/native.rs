//! The functions of an interface in its library.

use std::collections::BTreeSet;
use std::ffi::c_void;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use super::decoration::{Contradiction, contradictions};
use super::image::{Image, MANAGED};
use super::load::{Library, SymbolAddress, not_a_library};
use crate::error::{LibraryError, MissingSymbol, WrongSymbol};
use crate::fault::Fault;
use crate::interface::{Description, LibraryName, Method, NativeFunction, ReleaseFunction, Symbol, SymbolScope};
use crate::native::{Declaration, FirstCall, Signature, noting_errors};
use crate::sync::LockExt as _;
use crate::sys::{SymbolKind, float_state, is_code, symbol_kind};

/// A loaded library, with the functions of an interface looked up.
#[derive(Debug)]
pub struct NativeLibrary {
    library: Library,
    /// The other libraries that methods name.
    others: Vec<OtherLibrary>,
    /// See [`NativeLibrary::image`].
    image: OnceLock<Option<Image>>,
    description: &'static Description,
    /// By the number of the method. A function is missing if one of its release functions is.
    functions: Box<[Option<Export>]>,
    /// The functions of `#[free_with]`, by the number of the method.
    releases: Box<[Vec<Export>]>,
}

/// A library that a method names, in addition to the interface's.
#[derive(Debug)]
struct OtherLibrary {
    name: &'static str,
    /// `None` if it was not found, and only optional methods use it.
    library: Option<Library>,
}

/// A function or variable of the library.
#[derive(Debug)]
struct Export {
    /// `None` if each call says where the function is.
    address: Option<SymbolAddress>,
    /// Whether a variable is at the address that holds the function's, as `xmlFree` is. The library may change it at any time.
    is_in_variable: bool,
    declaration: Declaration,
    checked: Checked,
}

/// Which functions calls have shown to be what they are declared as. Several threads may find that out.
#[derive(Debug, Default)]
struct Checked {
    last: AtomicUsize,
    /// Those before it, if each call says where the function is.
    earlier: Mutex<BTreeSet<usize>>,
}

impl Checked {
    #[inline]
    fn contains(&self, address: *const ()) -> bool {
        self.last.load(Ordering::Relaxed) == address.addr() || self.was_earlier(address)
    }

    #[cold]
    fn was_earlier(&self, address: *const ()) -> bool {
        self.earlier.lock_unpoisoned().contains(&address.addr())
    }

    #[cold]
    fn insert(&self, address: *const ()) {
        let earlier = self.last.swap(address.addr(), Ordering::Relaxed);
        if earlier != 0 {
            self.earlier.lock_unpoisoned().insert(earlier);
        }
    }
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
        let symbols = description.symbols;
        let library = match path {
            // A bare name that is not a file here is searched for like the interface's.
            Some(path) if path.components().count() > 1 || path.exists() => Library::open(path, dirs, symbols)?,
            Some(path) => Library::find(&path.display().to_string(), dirs, symbols)?,
            None => match description.library {
                Some(LibraryName::Native(name)) => Library::find(name, dirs, symbols)?,
                _ => Library::find(description.name, dirs, symbols)?,
            },
        };
        let others = other_libraries(description, dirs)?;
        let named = |name| named(&library, &others, name);
        let mut missing = Vec::new();
        let mut look_up = |method: &Method, library: Option<&Library>, names: Vec<String>, is_optional: bool| {
            let address = library.and_then(|library| names.iter().find_map(|name| library.address(name)));
            if address.is_none() && !is_optional {
                missing.push(MissingSymbol { method: method.name.to_owned(), names, similar: Vec::new() });
            }
            address
        };
        let (mut functions, mut releases, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
        for method in description.methods {
            let Some(native) = method.native() else {
                functions.push(None);
                releases.push(Vec::new());
                continue;
            };
            let own = named(native.library);
            let function = match native.symbol {
                Symbol::Computed(_) => Some(None),
                Symbol::Ordinal(ordinal) => own.and_then(|library| library.ordinal(ordinal)).map(Some),
                Symbol::Name(_) => None,
            };
            let function =
                function.or_else(|| look_up(method, own, native.exported_names(), native.optional).map(Some));
            let mut found = Vec::new();
            for release in native.releases {
                let library = named(release.library.or(native.library));
                let address = look_up(method, library, release.exported_names(), native.optional);
                wrong.extend(address.and_then(|address| wrong_release(method, release, address)));
                found.extend(address.map(|address| Export::of_release(address, release.declaration())));
            }
            wrong.extend(function.flatten().and_then(|address| wrong_symbol(method, native, address)));
            // Without its release functions the function is not called at all: the error would come after the call.
            let function = function.filter(|_| found.len() == native.releases.len());
            functions.push(function.map(|address| Export::new(address, native.declaration())));
            releases.push(found);
        }
        if !wrong.is_empty() {
            return Err(LibraryError::WrongSymbols { path: library.path().to_owned(), wrong });
        }
        let (functions, releases) = (functions.into(), releases.into());
        Ok((Self { library, others, image: OnceLock::new(), description, functions, releases }, missing))
    }

    /// The function of a method.
    ///
    /// # Errors
    /// [`Fault::SymbolMissing`] if the library does not have it.
    #[inline]
    pub fn function<F: Copy>(&self, method: u32, signature: Signature<F>) -> Result<Function<'_, F>, Fault> {
        let (export, address) = self.export(method)?;
        Ok(Function { export, address, signature })
    }

    /// The function of a method that each call says the address of.
    ///
    /// # Errors
    /// [`Fault::Argument`] for the `expression` that gave the address, if no function is there.
    pub fn function_at<F: Copy>(
        &self,
        method: u32,
        expression: &str,
        address: *const (),
        signature: Signature<F>,
    ) -> Result<Function<'_, F>, Fault> {
        let export = self.functions.get(method as usize).and_then(Option::as_ref);
        let export = export.ok_or_else(|| self.missing(method))?;
        if address.is_null() || !(export.checked.contains(address) || is_code(address.cast())) {
            let what = if address.is_null() { "is null" } else { "is no function" };
            let reason = format!("{what}, so there is nothing to call");
            return Err(Fault::Argument { parameter: expression.to_owned(), reason });
        }
        Ok(Function { export, address, signature })
    }

    /// Function number `place` of those that free what the method's function returned and stored.
    ///
    /// # Errors
    /// [`Fault::SymbolMissing`] if the library does not have it; [`Fault::Message`] if a variable holds it, and holds none.
    pub fn release<F: Copy>(&self, method: u32, place: u32, signature: Signature<F>) -> Result<Function<'_, F>, Fault> {
        let export = self.releases.get(method as usize).and_then(|releases| releases.get(place as usize));
        let export = export.ok_or_else(|| self.missing(method))?;
        Ok(Function { export, address: export.function()?, signature })
    }

    /// The variable of a method.
    ///
    /// # Errors
    /// [`Fault::SymbolMissing`] if the library does not have it.
    pub fn variable<C>(&self, method: u32) -> Result<*mut C, Fault> {
        Ok(self.export(method)?.1 as *mut C)
    }

    #[inline]
    fn export(&self, method: u32) -> Result<(&Export, *const ()), Fault> {
        let export = self.functions.get(method as usize).and_then(Option::as_ref);
        let found = export.and_then(|export| Some((export, export.address? as *const ())));
        found.ok_or_else(|| self.missing(method))
    }

    #[cold]
    fn missing(&self, method: u32) -> Fault {
        let native = self.description.methods.get(method as usize).and_then(Method::native);
        let symbol = native.map_or_else(String::new, |native| {
            let release = native.releases.iter().find(|release| !self.has_release(native, release));
            match release.filter(|_| self.has(native.library, &native.exported_names())) {
                // The function is there, and one that frees its result is not.
                Some(release) => release.symbol.to_owned(),
                None => native.symbol.to_string(),
            }
        });
        let similar = self.image().map(|image| similar(&image.exports, std::slice::from_ref(&symbol)));
        Fault::SymbolMissing { symbol, similar: similar.unwrap_or_default() }
    }

    /// The library of this name that a method uses, or the interface's.
    fn named(&self, name: Option<&str>) -> Option<&Library> {
        named(&self.library, &self.others, name)
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

    /// Whether a library exports one of these names.
    fn has(&self, library: Option<&str>, names: &[String]) -> bool {
        self.named(library).is_some_and(|library| names.iter().any(|name| library.address(name).is_some()))
    }

    fn has_release(&self, native: &NativeFunction, release: &ReleaseFunction) -> bool {
        self.has(release.library.or(native.library), &release.exported_names())
    }

    /// The symbols of the interface, each once, in the order of their first use.
    pub(crate) fn symbols(&self) -> Vec<UsedSymbol> {
        let mut symbols: Vec<UsedSymbol> = Vec::new();
        let mut add = |name: String, is_found: bool, is_optional: bool| match symbols
            .iter_mut()
            .find(|symbol| symbol.name == name)
        {
            Some(symbol) => symbol.is_optional &= is_optional,
            None => symbols.push(UsedSymbol { name, is_found, is_optional }),
        };
        for native in self.description.methods.iter().filter_map(Method::native) {
            let is_found = match native.symbol {
                Symbol::Computed(_) => true,
                Symbol::Ordinal(ordinal) => {
                    self.named(native.library).is_some_and(|library| library.ordinal(ordinal).is_some())
                }
                Symbol::Name(_) => self.has(native.library, &native.exported_names()),
            };
            add(native.symbol.to_string(), is_found, native.optional);
            for release in native.releases {
                add(release.symbol.to_owned(), self.has_release(native, release), native.optional);
            }
        }
        symbols
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
    fn new(address: Option<SymbolAddress>, declaration: Declaration) -> Self {
        Self { address, is_in_variable: false, declaration, checked: Checked::default() }
    }

    /// The function of a `#[free_with]`, which may be in a variable.
    fn of_release(address: SymbolAddress, declaration: Declaration) -> Self {
        let is_in_variable = matches!(kind(address), SymbolKind::Variable(_));
        Self { is_in_variable, ..Self::new(Some(address), declaration) }
    }

    /// The address of the function, which the variable holds at the moment if it is in one.
    fn function(&self) -> Result<*const (), Fault> {
        let address = self.address.map_or(std::ptr::null(), |address| address as *const ());
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

/// The library of this name among those that methods use, or the interface's.
fn named<'l>(own: &'l Library, others: &'l [OtherLibrary], name: Option<&str>) -> Option<&'l Library> {
    match name {
        None => Some(own),
        Some(name) => others.iter().find(|other| other.name == name)?.library.as_ref(),
    }
}

/// Loads the libraries that methods name.
fn other_libraries(description: &Description, dirs: &[PathBuf]) -> Result<Vec<OtherLibrary>, LibraryError> {
    let mut others: Vec<OtherLibrary> = Vec::new();
    for native in description.methods.iter().filter_map(Method::native) {
        let names = native.releases.iter().filter_map(|release| release.library).chain(native.library);
        for name in names {
            let known = others.iter().find(|other| other.name == name);
            if known.is_some_and(|other| other.library.is_some() || native.optional) {
                continue;
            }
            match Library::find(name, dirs, SymbolScope::Local) {
                Ok(library) => others.push(OtherLibrary { name, library: Some(library) }),
                Err(_) if native.optional => others.push(OtherLibrary { name, library: None }),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(others)
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
        let is_first = !self.export.checked.contains(self.address);
        let first = if is_first { self.first_call() } else { None };
        let address = first.as_ref().map_or(self.address, FirstCall::thunk);
        // SAFETY: both are pointers to functions; the type is guaranteed by the caller, and the thunk has that of its target.
        let function = unsafe { std::mem::transmute_copy::<*const (), F>(&address) };
        let returned = float_state::in_library(|| noting_errors(|| call(function)));
        if is_first {
            self.finish(first)?;
        }
        Ok(returned)
    }

    #[cold]
    fn first_call(&self) -> Option<FirstCall> {
        FirstCall::begin(self.address, self.signature, self.export.declaration.stack_bytes)
    }

    #[cold]
    fn finish(&self, first: Option<FirstCall>) -> Result<(), Fault> {
        if let Some(first) = first {
            first.finish(&self.export.declaration)?;
        }
        self.export.checked.insert(self.address);
        Ok(())
    }
}

impl NativeFunction {
    fn declaration(&self) -> Declaration {
        let Self { symbol, abi, stack_bytes, returns, .. } = *self;
        Declaration { symbol, abi, stack_bytes, returns: Some(returns) }
    }
}

impl ReleaseFunction {
    fn declaration(&self) -> Declaration {
        let symbol = Symbol::Name(self.symbol);
        Declaration { symbol, abi: self.abi, stack_bytes: NativeFunction::POINTER, returns: None }
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
fn wrong_release(method: &Method, release: &ReleaseFunction, address: SymbolAddress) -> Option<WrongSymbol> {
    let SymbolKind::Variable(Some(size)) = kind(address) else { return None };
    (size != POINTER).then(|| WrongSymbol {
        method: method.name.to_owned(),
        symbol: release.symbol.to_owned(),
        is_variable: true,
        remedy: "name a function, or a variable that holds one, in `#[free_with(\"…\")]`".to_owned(),
    })
}

/// A symbol of a library that an interface uses.
pub(crate) struct UsedSymbol {
    pub(crate) name: String,
    pub(crate) is_found: bool,
    /// Whether every method that uses it is optional.
    pub(crate) is_optional: bool,
}

/// The exported names that differ from a wanted one only in case, decoration, underscores or a few letters, the most similar first.
fn similar(exports: &[String], names: &[String]) -> Vec<String> {
    let undecorated = |name: &str| {
        let name = name.trim_start_matches(['_', '@', '?']).to_lowercase();
        name.split('@').next().unwrap_or_default().trim_end_matches('_').to_owned()
    };
    let difference = |export: &str, name: &str| {
        // An Itanium C++ name holds the plain one, with its length before it.
        if export.to_lowercase().contains(&format!("{}{name}", name.len())) {
            return Some(0);
        }
        let [export, name] = [&undecorated(export), name].map(|name| name.replace('_', ""));
        // Short names resemble too many others.
        let tolerated = (name.len() / 4).min(2);
        Some(strsim::damerau_levenshtein(&export, &name)).filter(|letters| *letters <= tolerated)
    };
    let wanted: Vec<_> = names.iter().map(|name| undecorated(name)).collect();
    let differences = exports.iter().filter_map(|export| {
        let least = wanted.iter().filter_map(|name| difference(export, name)).min()?;
        Some((least, export))
    });
    let mut similar: Vec<_> = differences.collect();
    similar.sort_by_key(|(least, _)| *least);
    similar.into_iter().map(|(_, export)| format!("`{export}`")).take(5).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_found() {
        let exports = ["ADD", "_add@8", "_Z3addii", "subtract", "add_"].map(str::to_owned);
        assert_eq!(similar(&exports, &["add".to_owned()]), ["`ADD`", "`_add@8`", "`_Z3addii`", "`add_`"]);
        let exports = ["meter_getinfo", "meter_open", "meter_close", "MeterReset"].map(str::to_owned);
        let similar_to = |name: &str| similar(&exports, &[name.to_owned()]);
        assert_eq!(similar_to("meter_opn"), ["`meter_open`"]);
        assert_eq!(similar_to("meter_get_info"), ["`meter_getinfo`"]);
        assert_eq!(similar_to("meter_reset"), ["`MeterReset`"]);
        assert_eq!(similar_to("MeterClsoe"), ["`meter_close`"]);
        assert_eq!(similar_to("meter_free"), [""; 0]);
    }
}
