//! Finding and loading a native library.

use std::env::consts::{ARCH, DLL_PREFIX, DLL_SUFFIX};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fmt, io};

#[cfg(unix)]
use libloading::os::unix::Library as SystemLibrary;
#[cfg(windows)]
use libloading::os::windows::Library as SystemLibrary;

use super::image::{Format, Image, MANAGED, bits};
use crate::error::LibraryError;
use crate::interface::SymbolScope;
use crate::sys::{self, SystemError, float_state};

/// The address of an exported function of any signature, or of a variable.
pub(super) type SymbolAddress = unsafe extern "C" fn();

/// A loaded native library. It stays loaded until the process ends, like one that a program is linked to: its threads, timers and
/// signal handlers may still run, and most libraries are never unloaded by the programs that they are written for.
pub struct Library {
    handle: ManuallyDrop<SystemLibrary>,
    path: String,
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Library").field(&self.path).finish()
    }
}

impl Library {
    /// Loads the library that an interface calls `name`: from `dirs`, the folder of this program, or else wherever the
    /// system looks. The libraries that it needs are looked for in `dirs`, too.
    ///
    /// # Errors
    /// [`LibraryError`].
    pub fn find(name: &str, dirs: &[PathBuf], symbols: SymbolScope) -> Result<Self, LibraryError> {
        let files = file_names(name);
        let mut searched = Vec::new();
        for dir in dirs.iter().cloned().chain(program_dir()) {
            for file in &files {
                let path = dir.join(file);
                if path.is_file() {
                    return Self::open(&path, dirs, symbols);
                }
                searched.push(path.display().to_string());
            }
        }
        search_libraries_in(None, name)?;
        let mut source = None;
        // A name with a folder in it would not be searched for, but be taken relative to the current folder.
        for file in files.iter().filter(|file| Path::new(file).components().count() == 1) {
            match load(Path::new(file), symbols) {
                Ok(handle) => return Ok(Self::new(handle, file.clone())),
                Err(error) => source = Some(error),
            }
        }
        searched.push(format!("the system's folders for libraries, for {}", files.join(" and ")));
        Err(LibraryError::NotFound { name: name.to_owned(), searched, source })
    }

    /// Loads the library in the file `path`.
    ///
    /// # Errors
    /// [`LibraryError`].
    pub fn open(path: &Path, dirs: &[PathBuf], symbols: SymbolScope) -> Result<Self, LibraryError> {
        let not_found = |error: io::Error| LibraryError::NotFound {
            name: path.display().to_string(),
            searched: vec![path.display().to_string()],
            source: Some(error.into()),
        };
        let path = std::path::absolute(path).map_err(not_found)?;
        if let Err(error) = path.metadata() {
            return Err(not_found(error));
        }
        search_libraries_in(path.parent(), &path.display().to_string())?;
        let dirs: Vec<_> = path.parent().map(Path::to_owned).into_iter().chain(dirs.iter().cloned()).collect();
        let handle = Loader { dirs: &dirs, symbols, open: Vec::new() }.load(&path)?;
        Ok(Self::new(handle, path.display().to_string()))
    }

    fn new(handle: SystemLibrary, path: String) -> Self {
        Self { handle: ManuallyDrop::new(handle), path }
    }

    /// The path of its file, or its name if the system found it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The address that is exported under a name.
    pub(super) fn address(&self, name: &str) -> Option<SymbolAddress> {
        // SAFETY: the address is used only as what the interface declares, in `NativeLibrary`.
        let symbol = unsafe { self.handle.get::<SymbolAddress>(name) };
        symbol.ok().map(|address| *address)
    }

    /// The address that is exported under an ordinal.
    #[cfg(windows)]
    pub(super) fn ordinal(&self, ordinal: u16) -> Option<SymbolAddress> {
        // SAFETY: as in `address`.
        let symbol = unsafe { self.handle.get_ordinal::<SymbolAddress>(ordinal) };
        symbol.ok().map(|address| *address)
    }

    /// `None`: only Windows has ordinals.
    #[cfg(not(windows))]
    pub(super) fn ordinal(&self, _: u16) -> Option<SymbolAddress> {
        None
    }
}

/// The file names that a library's name may stand for on this system.
fn file_names(name: &str) -> Vec<String> {
    let is_file = [".dll", ".so", ".dylib", ".ocx"].iter().any(|suffix| name.to_lowercase().ends_with(suffix))
        || name.contains(".so.")
        || name.contains(['/', std::path::MAIN_SEPARATOR]);
    if is_file {
        return vec![name.to_owned()];
    }
    let mut names = vec![format!("{DLL_PREFIX}{name}{DLL_SUFFIX}")];
    if !DLL_PREFIX.is_empty() {
        names.push(format!("{name}{DLL_SUFFIX}"));
    }
    names
}

/// Whether this process is a server, whose search path belongs to its library.
static IS_SERVER: AtomicBool = AtomicBool::new(false);

/// Lets libraries that this process loads change its search path: it is a server.
pub(crate) fn serve_libraries() {
    IS_SERVER.store(true, Ordering::Relaxed);
}

/// Whether this process is a server, which belongs to its library.
pub(crate) fn is_server() -> bool {
    IS_SERVER.load(Ordering::Relaxed)
}

/// Lets a library find others by their names in its own folder, as if it were the program's, and none in the current folder.
fn search_libraries_in(folder: Option<&Path>, library: &str) -> Result<(), LibraryError> {
    if !is_server() {
        return Ok(());
    }
    let failed = |source: io::Error| LibraryError::load(library.to_owned(), source);
    sys::search_libraries_in(folder).map_err(failed)
}

/// The folder of this program.
pub(crate) fn program_dir() -> Option<PathBuf> {
    sys::program_path().ok()?.parent().map(Path::to_owned)
}

/// Loads a library, after those of its dependencies that the system does not find.
struct Loader<'a> {
    dirs: &'a [PathBuf],
    symbols: SymbolScope,
    /// The files being loaded, outermost first. Libraries may depend on each other.
    open: Vec<PathBuf>,
}

impl Loader<'_> {
    fn load(&mut self, path: &Path) -> Result<SystemLibrary, LibraryError> {
        let first = match load(path, self.symbols) {
            Ok(handle) => return Ok(handle),
            Err(error) => error,
        };
        let path_text = path.display().to_string();
        let image = match Image::read(path) {
            Ok(Ok(image)) if image.is_managed => return Err(not_a_library(path_text, MANAGED.to_owned())),
            Ok(Ok(image)) if image.format == Format::NATIVE => image,
            Ok(Ok(image)) => {
                let found = format!("a {} library for {}", image.architecture(), image.format.system());
                return Err(not_a_library(path_text, found));
            }
            Ok(Err(found)) => return Err(not_a_library(path_text, found)),
            Err(error) => return Err(LibraryError::load(path_text, error)),
        };
        if !image.fits_this_process() {
            return Err(LibraryError::WrongArchitecture {
                path: path_text,
                library: image.architecture(),
                process: bits(cfg!(target_pointer_width = "64"), ARCH),
            });
        }
        if sys::has_refused_to_load(&first) {
            return Err(LibraryError::load(path_text, first));
        }
        self.open.push(path.to_owned());
        let Needed { missing, are_loaded } = self.load_needed(&image)?;
        self.open.pop();
        // Once more only if that may help: initialization code that has failed may not expect to run again.
        let error = match are_loaded.then(|| load(path, self.symbols)) {
            Some(Ok(handle)) => return Ok(handle),
            Some(Err(second)) if missing.is_empty() => second,
            _ => first,
        };
        if missing.is_empty() {
            return Err(LibraryError::load(path_text, error));
        }
        Err(LibraryError::MissingDependency { path: path_text, missing, source: error })
    }

    /// Loads the dependencies that the system does not find, if they are in `dirs`.
    fn load_needed(&mut self, image: &Image) -> Result<Needed, LibraryError> {
        let (mut missing, mut are_loaded) = (Vec::new(), false);
        for name in &image.needed {
            if is_found_by_the_system(name) {
                continue;
            }
            match self.dirs.iter().map(|dir| dir.join(name)).find(|path| path.is_file()) {
                Some(path) if self.open.contains(&path) => {}
                // The system finds it by its name as long as it is loaded.
                Some(path) => {
                    std::mem::forget(self.load(&path)?);
                    are_loaded = true;
                }
                None => missing.push(name.clone()),
            }
        }
        Ok(Needed { missing, are_loaded })
    }
}

/// The dependencies of a library that the system does not find.
struct Needed {
    /// Those that are nowhere.
    missing: Vec<String>,
    /// Whether others were found and loaded.
    are_loaded: bool,
}

pub(super) fn not_a_library(path: String, found: String) -> LibraryError {
    LibraryError::NotALibrary { path, found, os: Format::NATIVE.system().to_owned() }
}

/// `dlopen` with `RTLD_NOW`: a missing function fails here, not in the middle of a call.
#[cfg(unix)]
fn load(path: &Path, symbols: SymbolScope) -> Result<SystemLibrary, SystemError> {
    use libloading::os::unix::{RTLD_GLOBAL, RTLD_LOCAL, RTLD_NOW};
    let scope = if symbols == SymbolScope::Global { RTLD_GLOBAL } else { RTLD_LOCAL };
    // SAFETY: the library's initialisation runs, which the user allows by naming the library.
    float_state::in_library(|| unsafe { SystemLibrary::open(Some(path), RTLD_NOW | scope) }).map_err(system_error)
}

/// `LoadLibraryExW`; with a full path, its folder is searched first for its dependencies.
/// Source: <https://learn.microsoft.com/windows/win32/dlls/dynamic-link-library-search-order>.
#[cfg(windows)]
fn load(path: &Path, _: SymbolScope) -> Result<SystemLibrary, SystemError> {
    use libloading::os::windows::LOAD_WITH_ALTERED_SEARCH_PATH;
    let flags = if path.is_absolute() { LOAD_WITH_ALTERED_SEARCH_PATH } else { 0 };
    // SAFETY: the library's initialisation runs, which the user allows by naming the library.
    float_state::in_library(|| unsafe { SystemLibrary::load_with_flags(path, flags) }).map_err(system_error)
}

/// Whether the system finds a library by its name. It stays loaded, because it is needed next.
#[cfg(unix)]
fn is_found_by_the_system(name: &str) -> bool {
    load(Path::new(name), SymbolScope::Local).map(std::mem::forget).is_ok()
}

/// Whether the system finds a library by its name. None of its code runs.
#[cfg(windows)]
fn is_found_by_the_system(name: &str) -> bool {
    use libloading::os::windows::LOAD_LIBRARY_AS_DATAFILE;
    // API sets are names for parts of other libraries, and are no files. Source: https://learn.microsoft.com/windows/win32/apiindex/windows-apisets
    let name_in_small_letters = name.to_ascii_lowercase();
    if ["api-", "ext-"].iter().any(|start| name_in_small_letters.starts_with(start)) {
        return true;
    }
    // SAFETY: as a data file, nothing of the library runs.
    unsafe { SystemLibrary::load_with_flags(name, LOAD_LIBRARY_AS_DATAFILE) }.is_ok()
}

/// The system's error in an error of libloading, whose own text names the failed call.
pub(crate) fn system_error(error: libloading::Error) -> SystemError {
    let source = std::error::Error::source(&error);
    let code = source.and_then(|source| source.downcast_ref::<io::Error>()).and_then(io::Error::raw_os_error);
    let message = source.map_or_else(|| error.to_string(), ToString::to_string);
    SystemError::new(code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(windows)]
    #[test]
    fn api_sets_are_not_missing() {
        for (name, is_found) in [
            ("api-ms-win-core-synch-l1-2-0.dll", true),
            ("API-MS-Win-CRT-heap-l1-1-0.dll", true),
            ("kernel32.dll", true),
            ("apim.dll", false),
        ] {
            assert_eq!(is_found_by_the_system(name), is_found, "{name}");
        }
    }

    #[test]
    fn a_bare_name_stands_for_the_system_s_file_names() {
        let expected: &[&str] = if cfg!(windows) { &["my_lib.dll"] } else { &["libmy_lib.so", "my_lib.so"] };
        assert_eq!(file_names("my_lib"), expected);
        for literal in ["my_lib.dll", "lib.so.1", "dir/lib", "CONTROL.OCX"] {
            assert_eq!(file_names(literal), [literal]);
        }
    }
}
