//! The trait of generated library types, which load a library into this process.

use std::path::{Path, PathBuf};

use crate::error::LibraryError;
use crate::interface::Interface;

/// A generated library type, `MyLibLibrary`: loads the library into this process and implements the interface by calling it.
///
/// The library stays loaded until the process ends, also after the value is dropped: its threads and timers may still run.
///
/// The type also has `load` and `load_from` as inherent functions, each unless the interface declares a method of that
/// name.
///
/// # Implementations
///
/// Only `#[bridge32]` implements this trait. It has required items that are hidden from this page and may change in any
/// release.
pub trait LoadLibrary: Sized + 'static {
    /// The interface, as `dyn Trait`.
    type Interface: Interface + ?Sized;

    /// Loads the library that the interface names, from the folder of this program or the system's search path.
    ///
    /// # Errors
    /// [`LibraryError`] if it cannot be loaded or lacks functions.
    ///
    /// # Safety
    /// Each method's signature and attributes must describe the library's function correctly, because safe methods call it.
    /// Loading also runs the library's initialization code.
    unsafe fn load() -> Result<Self, LibraryError> {
        // SAFETY: guaranteed by the caller: the interface describes the library correctly.
        unsafe { Self::open(None, &[]) }
    }

    /// Loads the library from a file.
    ///
    /// # Errors
    /// [`LibraryError`] if it cannot be loaded or lacks functions.
    ///
    /// # Safety
    /// As for [`load`](Self::load).
    unsafe fn load_from(path: impl AsRef<Path>) -> Result<Self, LibraryError> {
        // SAFETY: guaranteed by the caller: the interface describes the library correctly.
        unsafe { Self::open(Some(path.as_ref()), &[]) }
    }

    /// Loads the library from `path`, or as [`load`](Self::load), with further folders for its dependencies.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    ///
    /// # Safety
    /// As for [`load`](Self::load).
    #[doc(hidden)]
    unsafe fn open(path: Option<&Path>, dirs: &[PathBuf]) -> Result<Self, LibraryError>;
}
