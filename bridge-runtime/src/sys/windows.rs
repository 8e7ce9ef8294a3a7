//! Windows.

use std::ffi::{CStr, c_char, c_int};
use std::fs::File;
use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, FromRawHandle as _, IntoRawHandle as _, OwnedHandle};
use std::os::windows::process::CommandExt as _;
use std::process::Command;

use windows_sys::Win32::Foundation::SetLastError;
use windows_sys::Win32::Globalization::{
    CP_ACP, MB_ERR_INVALID_CHARS, MultiByteToWideChar, WC_NO_BEST_FIT_CHARS, WideCharToMultiByte,
};
use windows_sys::Win32::System::Console::{STD_INPUT_HANDLE, SetStdHandle};
use windows_sys::Win32::System::Diagnostics::Debug::{
    SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX, SetErrorMode,
};
use windows_sys::Win32::System::Threading::{CREATE_NO_WINDOW, GetCurrentProcess, TerminateProcess};

use crate::error::SystemError;

/// Takes standard input away from everything else in this process: the library must not read what the client says,
/// and finds an empty input instead.
///
/// C runtimes remember the number of the handle from when they were loaded, so the empty input takes over the number.
pub(crate) fn take_stdin() -> io::Result<File> {
    let stdin = io::stdin().as_raw_handle();
    let taken = io::stdin().as_handle().try_clone_to_owned()?;
    // SAFETY: the standard library looks its handle up whenever it is used, and it is replaced below.
    drop(unsafe { OwnedHandle::from_raw_handle(stdin) });
    let mut others = Vec::new();
    // Windows gives freed numbers again; if not this one, then reading from it fails, which ends the input, too.
    let empty = loop {
        let empty = File::open("NUL")?;
        if empty.as_raw_handle() == stdin || others.len() == HANDLES_TRIED {
            break empty;
        }
        others.push(empty);
    };
    // Standard input keeps its handle for as long as the process lives.
    // SAFETY: the handle is open, and stays so.
    if unsafe { SetStdHandle(STD_INPUT_HANDLE, empty.into_raw_handle()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(taken.into())
}

/// How often a number is asked for.
const HANDLES_TRIED: usize = 64;

/// No message box for a crash, a missing file or an empty drive: nobody would see it, and the call would hang.
pub(crate) fn forbid_dialogs() {
    // SAFETY: takes flags only.
    unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX) };
}

/// The server of a program without a console would open one.
pub(crate) fn without_console(command: &mut Command) {
    command.creation_flags(CREATE_NO_WINDOW);
}

/// Forgets the last error of this thread.
pub(crate) fn clear_last_error() {
    // SAFETY: takes a number only.
    unsafe { SetLastError(0) };
}

unsafe extern "C" {
    /// The C runtime's `errno`. Source: <https://learn.microsoft.com/cpp/c-runtime-library/errno-doserrno-sys-errlist-and-sys-nerr>.
    fn _errno() -> *mut c_int;
    fn strerror(code: c_int) -> *const c_char;
}

/// Forgets the `errno` of this thread.
pub(crate) fn clear_errno() {
    // SAFETY: takes nothing.
    let place = unsafe { _errno() };
    // SAFETY: the pointer is to this thread's own `errno`.
    unsafe { place.write(0) };
}

/// The `errno` of this thread, in the C runtime that this program uses; a library that has brought its own has its own.
pub(crate) fn errno() -> SystemError {
    // SAFETY: takes nothing.
    let place = unsafe { _errno() };
    // SAFETY: the pointer is to this thread's own `errno`.
    let code = unsafe { place.read() };
    // SAFETY: takes a number only; the text stays until the next call in this thread.
    let text = unsafe { strerror(code) };
    // SAFETY: `strerror` returns a text that ends with a zero.
    let message = unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned();
    SystemError { code: Some(code), message }
}

/// Ends this process at once, without running anything of the library's.
pub(crate) fn end_now() -> ! {
    // SAFETY: takes nothing.
    let this_process = unsafe { GetCurrentProcess() };
    // SAFETY: the pseudo handle of this process is always valid.
    unsafe { TerminateProcess(this_process, 1) };
    std::process::abort()
}

/// Text in the code page of this system; `None` if it has a character that the code page does not have.
pub(crate) fn to_ansi(text: &str) -> Option<Vec<u8>> {
    let wide: Vec<u16> = text.encode_utf16().collect();
    if wide.is_empty() {
        return Some(Vec::new());
    }
    let length = i32::try_from(wide.len()).ok()?;
    let mut lost = 0;
    let mut bytes = vec![0; wide.len().checked_mul(4)?];
    let room = i32::try_from(bytes.len()).ok()?;
    // SAFETY: the pointers are to as many units, and to as many bytes, as is said.
    let written = unsafe {
        WideCharToMultiByte(
            CP_ACP,
            WC_NO_BEST_FIT_CHARS,
            wide.as_ptr(),
            length,
            bytes.as_mut_ptr(),
            room,
            std::ptr::null(),
            &raw mut lost,
        )
    };
    bytes.truncate(usize::try_from(written).ok().filter(|written| *written > 0)?);
    (lost == 0).then_some(bytes)
}

/// Text of the code page of this system.
pub(crate) fn from_ansi(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some(String::new());
    }
    let length = i32::try_from(bytes.len()).ok()?;
    let mut wide = vec![0; bytes.len()];
    // SAFETY: the pointers are to as many bytes, and to as many units, as is said.
    let written =
        unsafe { MultiByteToWideChar(CP_ACP, MB_ERR_INVALID_CHARS, bytes.as_ptr(), length, wide.as_mut_ptr(), length) };
    wide.truncate(usize::try_from(written).ok().filter(|written| *written > 0)?);
    String::from_utf16(&wide).ok()
}
