//! Keeping the module that contains this code loaded.

use std::ffi::{c_int, c_void};
use std::mem::MaybeUninit;
use std::sync::Once;

use libc::{Dl_info, RTLD_LAZY, RTLD_NODELETE, RTLD_NOLOAD};

/// Keeps the shared library that contains this code, if it is in one, loaded until the process ends: threads of this code run
/// on after the program has closed the library.
pub(crate) fn keep_loaded() {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        let mut info = MaybeUninit::<Dl_info>::zeroed();
        let here: *const c_void = keep_loaded as fn() as *const c_void;
        // SAFETY: the first pointer need not be valid, and the second is to a structure of this type.
        if unsafe { libc::dladdr(here, info.as_mut_ptr()) } == 0 {
            // It is in no file, and so cannot be closed.
            return;
        }
        // SAFETY: the structure consists of pointers, and was zeroed.
        let info = unsafe { info.assume_init() };
        const FLAGS: c_int = RTLD_LAZY | RTLD_NODELETE | RTLD_NOLOAD;
        if !info.dli_fname.is_null() {
            // It fails for the main program, whose path is not that of a loaded library, and which cannot be closed either. The
            // handle is not needed any more.
            // SAFETY: the path ends with a zero; the library is loaded, so this runs no code of it.
            unsafe { libc::dlopen(info.dli_fname, FLAGS) };
        }
    });
}
