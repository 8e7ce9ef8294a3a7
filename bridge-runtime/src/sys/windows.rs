//! Windows.

use std::fs::File;
use std::io;
use std::os::windows::io::{AsHandle, IntoRawHandle};
use std::os::windows::process::CommandExt;
use std::process::Command;

use windows_sys::Win32::System::Console::{STD_INPUT_HANDLE, SetStdHandle};
use windows_sys::Win32::System::Diagnostics::Debug::{
    SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX, SetErrorMode,
};
use windows_sys::Win32::System::Threading::{CREATE_NO_WINDOW, GetCurrentProcess, TerminateProcess};

/// Takes standard input away from everything else in this process: the library must not read what the client says,
/// and finds an empty input instead.
pub(crate) fn take_stdin() -> io::Result<File> {
    let taken = io::stdin().as_handle().try_clone_to_owned()?;
    // Standard input keeps its handle for as long as the process lives.
    let empty = File::open("NUL")?.into_raw_handle();
    // SAFETY: the handle is open, and stays so.
    if unsafe { SetStdHandle(STD_INPUT_HANDLE, empty.cast()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(taken.into())
}

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
    // SAFETY: the pseudo handle of this process is always valid.
    unsafe { TerminateProcess(GetCurrentProcess(), 1) };
    std::process::abort()
}
