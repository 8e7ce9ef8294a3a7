//! libclang, which reads C headers. It is loaded when it is needed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, anyhow};
use clang::{Clang, Index};

/// libclang, of which a process can use one instance at a time.
pub(crate) struct LibClang {
    clang: Clang,
    _guard: MutexGuard<'static, ()>,
}

impl LibClang {
    /// Loads libclang.
    ///
    /// # Errors
    /// Fails if it is not installed; the error says where it comes from.
    pub(crate) fn load() -> Result<Self> {
        static ONE: Mutex<()> = Mutex::new(());
        let guard = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        // After a failure, `Clang::new` says for good that there is an instance already. The library it loads is this one.
        let clang = clang_sys::load().and_then(|()| Clang::new()).map_err(|error| {
            let how = if cfg!(windows) {
                "install LLVM (`winget install LLVM.LLVM`), or set LIBCLANG_PATH to the folder of libclang.dll"
            } else {
                "run `cargo bridge32 setup --with import`, or set LIBCLANG_PATH to the folder of libclang.so"
            };
            anyhow!("libclang, which reads C headers, cannot be loaded: {error}; {how}")
        })?;
        Ok(Self { clang, _guard: guard })
    }

    /// Whether libclang can be loaded.
    pub(crate) fn is_installed() -> bool {
        Self::load().is_ok()
    }

    pub(crate) fn index(&self) -> Index<'_> {
        Index::new(&self.clang, false, false)
    }
}
