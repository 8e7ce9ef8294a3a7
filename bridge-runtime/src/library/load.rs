//! Finding and loading a library, and saying why that fails.

use std::env::consts::{ARCH, DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::{fmt, io};

#[cfg(unix)]
use libloading::os::unix::Library as SystemLibrary;
#[cfg(windows)]
use libloading::os::windows::Library as SystemLibrary;

use super::image::{Format, Image, bits};
use super::native::Address;
use crate::error::LibraryError;
use crate::sys::SystemError;

/// A loaded native library. It stays loaded as long as this value lives.
pub struct Library {
    handle: SystemLibrary,
    path: String,
}

impl fmt::Debug for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Library").field(&self.path).finish()
    }
}

impl Library {
    /// Loads the library that an interface calls `name`: from beside this program, then from wherever the system
    /// looks. `dirs` are further folders for it and for the libraries it needs.
    ///
    /// # Errors
    /// [`LibraryError`].
    pub fn find(name: &str, dirs: &[PathBuf]) -> Result<Self, LibraryError> {
        let files = file_names(name);
        let mut searched = Vec::new();
        for dir in dirs.iter().cloned().chain(program_dir()) {
            for file in &files {
                let path = dir.join(file);
                if path.is_file() {
                    return Self::open(&path, dirs);
                }
                searched.push(path.display().to_string());
            }
        }
        let mut source = None;
        // A name with a folder in it would not be searched for, but be taken relative to the current folder.
        for file in files.iter().filter(|file| Path::new(file).components().count() == 1) {
            match load(Path::new(file)) {
                Ok(handle) => return Ok(Self { handle, path: file.clone() }),
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
    pub fn open(path: &Path, dirs: &[PathBuf]) -> Result<Self, LibraryError> {
        let not_found = |error: io::Error| LibraryError::NotFound {
            name: path.display().to_string(),
            searched: vec![path.display().to_string()],
            source: Some(error.into()),
        };
        let path = std::path::absolute(path).map_err(not_found)?;
        if let Err(error) = path.metadata() {
            return Err(not_found(error));
        }
        let dirs: Vec<_> = path.parent().map(Path::to_owned).into_iter().chain(dirs.iter().cloned()).collect();
        let handle = Loader { dirs: &dirs, open: Vec::new() }.load(&path)?;
        Ok(Self { handle, path: path.display().to_string() })
    }

    /// Its file, or its name where the system found it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What it exports under a name.
    pub(super) fn address(&self, name: &str) -> Option<Address> {
        // SAFETY: the address is called only as what the interface says it is, in `NativeLibrary`.
        let symbol = unsafe { self.handle.get::<Address>(name) };
        symbol.ok().map(|address| *address)
    }

    /// What it exports under a number.
    #[cfg(windows)]
    pub(super) fn ordinal(&self, ordinal: u16) -> Option<Address> {
        // SAFETY: as in `address`.
        let symbol = unsafe { self.handle.get_ordinal::<Address>(ordinal) };
        symbol.ok().map(|address| *address)
    }

    /// What it exports under a number: nothing, other systems do not have that.
    #[cfg(not(windows))]
    pub(super) fn ordinal(&self, _: u16) -> Option<Address> {
        None
    }
}

/// The file names that a library's name stands for on this system.
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

pub(crate) fn program_dir() -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(Path::to_owned)
}

/// Loads a library and, where the system does not find them by itself, the libraries that it needs.
struct Loader<'a> {
    dirs: &'a [PathBuf],
    /// The files being loaded, outermost first: libraries may need each other.
    open: Vec<PathBuf>,
}

impl Loader<'_> {
    fn load(&mut self, path: &Path) -> Result<SystemLibrary, LibraryError> {
        let first = match load(path) {
            Ok(handle) => return Ok(handle),
            Err(error) => error,
        };
        let path_text = path.display().to_string();
        let image = match Image::read(path) {
            Ok(Ok(image)) if image.format == Format::NATIVE => image,
            Ok(Ok(image)) => {
                let found = format!("a {} library for {}", image.architecture(), image.format.system());
                return Err(not_a_library(path_text, found));
            }
            Ok(Err(found)) => return Err(not_a_library(path_text, found)),
            Err(error) => return Err(LibraryError::Load { path: path_text, source: error.into() }),
        };
        if !image.fits_this_process() {
            return Err(LibraryError::WrongArchitecture {
                path: path_text,
                library: image.architecture(),
                process: bits(cfg!(target_pointer_width = "64"), ARCH),
            });
        }
        self.open.push(path.to_owned());
        let missing = self.load_needed(&image)?;
        self.open.pop();
        if !missing.is_empty() {
            return Err(LibraryError::MissingDependency { path: path_text, missing, source: first });
        }
        load(path).map_err(|source| LibraryError::Load { path: path_text, source })
    }

    /// Loads what the system did not find from the folders at hand; returns what is nowhere.
    fn load_needed(&mut self, image: &Image) -> Result<Vec<String>, LibraryError> {
        let mut missing = Vec::new();
        for name in &image.needed {
            if is_found_by_the_system(name) {
                continue;
            }
            match self.dirs.iter().map(|dir| dir.join(name)).find(|path| path.is_file()) {
                Some(path) if self.open.contains(&path) => {}
                // The system knows a loaded library by its name, so it must stay loaded.
                Some(path) => std::mem::forget(self.load(&path)?),
                None => missing.push(name.clone()),
            }
        }
        Ok(missing)
    }
}

fn not_a_library(path: String, found: String) -> LibraryError {
    LibraryError::NotALibrary { path, found, os: Format::NATIVE.system().to_owned() }
}

/// `dlopen` with `RTLD_NOW`: a function that is missing shows now, and not in the middle of a call.
#[cfg(unix)]
fn load(path: &Path) -> Result<SystemLibrary, SystemError> {
    use libloading::os::unix::{RTLD_LOCAL, RTLD_NOW};
    // SAFETY: the library's initialisation runs; that the library may run is what the user says by naming it.
    unsafe { SystemLibrary::open(Some(path), RTLD_NOW | RTLD_LOCAL) }.map_err(system_error)
}

/// `LoadLibraryExW`; with a full path, the libraries that it needs are looked for beside it first.
/// Source: <https://learn.microsoft.com/windows/win32/dlls/dynamic-link-library-search-order>.
#[cfg(windows)]
fn load(path: &Path) -> Result<SystemLibrary, SystemError> {
    use libloading::os::windows::LOAD_WITH_ALTERED_SEARCH_PATH;
    let flags = if path.is_absolute() { LOAD_WITH_ALTERED_SEARCH_PATH } else { 0 };
    // SAFETY: the library's initialisation runs; that the library may run is what the user says by naming it.
    unsafe { SystemLibrary::load_with_flags(path, flags) }.map_err(system_error)
}

/// Whether the system finds a library by its name. It stays loaded: whoever asks needs it next.
#[cfg(unix)]
fn is_found_by_the_system(name: &str) -> bool {
    load(Path::new(name)).map(std::mem::forget).is_ok()
}

/// Whether the system finds a library by its name; none of its code runs.
#[cfg(windows)]
fn is_found_by_the_system(name: &str) -> bool {
    use libloading::os::windows::LOAD_LIBRARY_AS_DATAFILE;
    // SAFETY: as a data file, nothing of the library runs.
    unsafe { SystemLibrary::load_with_flags(name, LOAD_LIBRARY_AS_DATAFILE) }.is_ok()
}

/// libloading's text says which of its calls failed; what the system said is inside.
pub(crate) fn system_error(error: libloading::Error) -> SystemError {
    let source = std::error::Error::source(&error);
    let code = source.and_then(|source| source.downcast_ref::<io::Error>()).and_then(io::Error::raw_os_error);
    let message = source.map_or_else(|| error.to_string(), ToString::to_string);
    SystemError::new(code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_stands_for_the_system_s_file_names() {
        let expected: &[&str] = if cfg!(windows) { &["my_lib.dll"] } else { &["libmy_lib.so", "my_lib.so"] };
        assert_eq!(file_names("my_lib"), expected);
        for literal in ["my_lib.dll", "lib.so.1", "dir/lib", "CONTROL.OCX"] {
            assert_eq!(file_names(literal), [literal]);
        }
    }
}
