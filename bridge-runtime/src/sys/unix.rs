//! Unix.

use std::fs::File;
use std::io;
use std::process::Command;

use rustix::process::{Signal, getpid, kill_process};

use crate::error::SystemError;

/// Takes standard input away from everything else in this process: the library must not read what the client says,
/// and finds an empty input instead.
pub(crate) fn take_stdin() -> io::Result<File> {
    let taken = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    Ok(taken.into())
}

/// Nothing opens dialogs here.
pub(crate) fn forbid_dialogs() {}

/// There are no exceptions here; signals tell who waits for the process.
pub(crate) fn report_exceptions(_: File) {}

/// A thread does not end alone here: what overflows its stack ends the process.
pub(crate) fn end_with_this_thread() -> io::Result<()> {
    Ok(())
}

/// The server of a program without a terminal gets none either; here that needs nothing.
pub(crate) fn without_console(_: &mut Command) {}

/// Forgets the last error of this thread.
pub(crate) fn clear_last_error() {
    clear_errno();
}

/// Forgets the `errno` of this thread.
pub(crate) fn clear_errno() {
    errno::set_errno(errno::Errno(0));
}

/// The `errno` of this thread.
pub(crate) fn errno() -> SystemError {
    io::Error::last_os_error().into()
}

/// Ends this process at once, without running anything of the library's.
pub(crate) fn end_now() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort()
}
