//! Windows.

use std::fs::File;
use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, FromRawHandle as _, IntoRawHandle as _, OwnedHandle};
use std::os::windows::process::CommandExt as _;
use std::process::Command;

use windows_sys::Win32::System::Console::{STD_INPUT_HANDLE, SetStdHandle};
use windows_sys::Win32::System::Diagnostics::Debug::{
    SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX, SetErrorMode,
};
use windows_sys::Win32::System::Threading::{CREATE_NO_WINDOW, GetCurrentProcess, TerminateProcess};

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

/// Ends this process at once, without running anything of the library's.
pub(crate) fn end_now() -> ! {
    // SAFETY: takes nothing.
    let this_process = unsafe { GetCurrentProcess() };
    // SAFETY: the pseudo handle of this process is always valid.
    unsafe { TerminateProcess(this_process, 1) };
    std::process::abort()
}
