//! Opening a named pipe, and transfers through one that was opened for overlapped transfers.

use std::fs::OpenOptions;
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle};
use std::path::Path;
use std::ptr::{null, null_mut};

use widestring::U16CString;
use windows_sys::Win32::Foundation::{
    ERROR_BROKEN_PIPE, ERROR_IO_PENDING, ERROR_PIPE_BUSY, ERROR_PIPE_NOT_CONNECTED, HANDLE, STATUS_PENDING,
};
use windows_sys::Win32::Storage::FileSystem::{FILE_FLAG_OVERLAPPED, ReadFile, SECURITY_IDENTIFICATION, WriteFile};
use windows_sys::Win32::System::IO::{GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Pipes::{NMPWAIT_WAIT_FOREVER, WaitNamedPipeW};
use windows_sys::Win32::System::Threading::CreateEventW;
use windows_sys::core::BOOL;

/// Opens a pipe for overlapped transfers. The process that serves it may learn which user this is, and cannot act as this user: by
/// default it could. Source: <https://learn.microsoft.com/windows/win32/ipc/named-pipe-client>.
///
/// # Errors
/// The system's; [`io::ErrorKind::TimedOut`] if other connections are pending, unless it `waits` until they have been accepted;
/// [`io::ErrorKind::PermissionDenied`] if the pipe is another user's.
pub(crate) fn open_pipe(path: &Path, waits: bool) -> io::Result<OwnedHandle> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(FILE_FLAG_OVERLAPPED).security_qos_flags(SECURITY_IDENTIFICATION);
    let pipe = loop {
        match options.open(path) {
            Err(error) if !is_one_of(&error, &[ERROR_PIPE_BUSY]) => return Err(error),
            Err(_) if waits => wait_for_pipe(path)?,
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
            Ok(pipe) => break OwnedHandle::from(pipe),
        }
    };
    match super::belongs_to_this_user(pipe.as_handle())? {
        true => Ok(pipe),
        false => Err(io::Error::new(io::ErrorKind::PermissionDenied, "the pipe is another user's")),
    }
}

/// Waits until a connection can be made, which another process may do first.
fn wait_for_pipe(path: &Path) -> io::Result<()> {
    let path = U16CString::from_vec(path.as_os_str().encode_wide().collect::<Vec<_>>());
    let path = path.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    // SAFETY: the text ends with a NUL, and is valid during the call.
    match unsafe { WaitNamedPipeW(path.as_ptr(), NMPWAIT_WAIT_FOREVER) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Transfers bytes through a pipe, one transfer at a time. While it waits, the thread does not run the asynchronous procedure
/// calls of others: those of a library, such as of its timers, may call closures, and so use the connection that is being waited
/// on.
#[derive(Debug)]
pub(crate) struct PipeTransfers {
    /// Set by the system when a transfer is complete. It is a manual-reset event, as overlapped transfers need.
    complete: OwnedHandle,
}

impl PipeTransfers {
    /// # Errors
    /// The system's.
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: neither attributes nor a name are asked for.
        let event = unsafe { CreateEventW(null(), 1, 0, null()) };
        if event.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle was just made, and has no other owner.
        Ok(Self { complete: unsafe { OwnedHandle::from_raw_handle(event) } })
    }

    /// Waits for bytes and reads them; returns how many, which is 0 once the other end is closed.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn read(&mut self, pipe: BorrowedHandle<'_>, into: &mut [u8]) -> io::Result<usize> {
        let length = u32::try_from(into.len()).unwrap_or(u32::MAX);
        let into = into.as_mut_ptr();
        let read = self.transfer(
            |overlapped| {
                // SAFETY: the buffer has this length, and it and the structure stay until `transfer` has seen the end of the read.
                unsafe { ReadFile(pipe.as_raw_handle(), into, length, null_mut(), overlapped) }
            },
            pipe,
        );
        match read {
            Err(error) if is_one_of(&error, &[ERROR_BROKEN_PIPE, ERROR_PIPE_NOT_CONNECTED]) => Ok(0),
            read => read,
        }
    }

    /// Writes bytes; returns how many.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn write(&mut self, pipe: BorrowedHandle<'_>, bytes: &[u8]) -> io::Result<usize> {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.transfer(
            |overlapped| {
                // SAFETY: the buffer has this length, and it and the structure stay until `transfer` has seen the end of the write.
                unsafe { WriteFile(pipe.as_raw_handle(), bytes.as_ptr(), length, null_mut(), overlapped) }
            },
            pipe,
        )
    }

    /// Begins a transfer and waits for its end.
    fn transfer(&mut self, begin: impl FnOnce(*mut OVERLAPPED) -> BOOL, pipe: BorrowedHandle<'_>) -> io::Result<usize> {
        let mut overlapped = OVERLAPPED { hEvent: self.complete.as_raw_handle(), ..OVERLAPPED::default() };
        if begin(&raw mut overlapped) == 0 {
            let error = io::Error::last_os_error();
            if !is_one_of(&error, &[ERROR_IO_PENDING]) {
                return Err(error);
            }
        }
        finish(pipe.as_raw_handle(), &raw mut overlapped)
    }
}

/// Waits for the end of a transfer that has begun; returns the number of bytes.
fn finish(pipe: HANDLE, overlapped: *mut OVERLAPPED) -> io::Result<usize> {
    let mut count = 0;
    // SAFETY: both handles are open, and the transfer uses this structure.
    if unsafe { GetOverlappedResult(pipe, overlapped, &raw mut count, 1) } != 0 {
        return Ok(count as usize);
    }
    let error = io::Error::last_os_error();
    // SAFETY: the pointer is valid.
    let status = unsafe { &raw const (*overlapped).Internal };
    // SAFETY: as above. The system may write the field at any time.
    let status = unsafe { status.read_volatile() };
    if status == STATUS_PENDING as usize {
        // The wait has failed, and the system will write to memory that is about to be reused.
        std::process::abort();
    }
    Err(error)
}

fn is_one_of(error: &io::Error, codes: &[u32]) -> bool {
    error.raw_os_error().is_some_and(|code| codes.contains(&code.cast_unsigned()))
}
