//! What a C program, and its user, see if the bridge fails.

use std::cell::RefCell;
use std::ffi::c_char;
use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::Mutex;

use crate::environment::Environment;
use crate::sync::LockExt as _;

/// The environment variable that names the file to which failures are appended, instead of standard error.
const LOG_VARIABLE: &str = "BRIDGE32_LOG";

thread_local! {
    /// The last failure on this thread.
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The last failure on any thread.
static LAST_OF_ALL: Mutex<String> = Mutex::new(String::new());

/// Keeps the text of a failure for [`last_error`], and logs it as one line.
pub(super) fn report(library: &str, function: &str, failure: &dyn Display) {
    let text = format!("{library}: `{function}`: {failure}");
    let line = format!("bridge32: {}\n", text.replace(['\r', '\n'], " "));
    LAST_OF_ALL.lock_unpoisoned().clone_from(&text);
    // A thread that ends may still call functions when it has no such variable any more: others have the text.
    let _ = LAST.try_with(|last| last.replace(Some(text)));
    // As other variables, not for a program with more rights than its user, who could make it write to any file.
    let logged = match Environment::default().variable(LOG_VARIABLE) {
        Some(path) => {
            OpenOptions::new().create(true).append(true).open(path).and_then(|mut file| file.write_all(line.as_bytes()))
        }
        None => std::io::stderr().write_all(line.as_bytes()),
    };
    // There is nowhere else to say it: a program without a console has no standard error.
    drop(logged);
}

/// Writes the text of the last failure on this thread, or else on any, to `buffer`, which has room for `size` bytes with the NUL that
/// ends it. Returns the length of the whole text, which is cut if there is not enough room.
///
/// # Safety
/// The buffer is null, or valid for writes of `size` bytes.
pub unsafe fn last_error(buffer: *mut c_char, size: usize) -> usize {
    let own = LAST.try_with(|last| last.borrow().clone()).unwrap_or_default();
    let text = own.unwrap_or_else(|| LAST_OF_ALL.lock_unpoisoned().clone());
    if let Some(room) = size.checked_sub(1).filter(|_| !buffer.is_null()) {
        let fits = |end: &usize| *end <= room && text.is_char_boundary(*end);
        let end = (0..=room.min(text.len())).rev().find(fits).unwrap_or_default();
        // SAFETY: guaranteed by the caller; there is room for these bytes.
        unsafe { buffer.cast::<u8>().copy_from(text.as_ptr(), end) };
        // SAFETY: as above, and for the NUL.
        let nul = unsafe { buffer.add(end) };
        // SAFETY: as above.
        unsafe { nul.write(0) };
    }
    text.len()
}
