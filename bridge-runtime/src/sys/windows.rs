//! Windows.

mod messages;

use std::ffi::{CStr, c_char, c_int};
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::os::windows::io::{
    AsHandle, AsRawHandle as _, BorrowedHandle, FromRawHandle as _, IntoRawHandle as _, OwnedHandle,
};
use std::os::windows::process::CommandExt as _;
use std::process::{Child, Command};
use std::ptr::null;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use shared_child::SharedChild;
use windows_sys::Win32::Foundation::SetLastError;
use windows_sys::Win32::Globalization::{
    CP_ACP, MB_ERR_INVALID_CHARS, MultiByteToWideChar, WC_NO_BEST_FIT_CHARS, WideCharToMultiByte,
};
use windows_sys::Win32::System::Console::{STD_INPUT_HANDLE, SetStdHandle};
use windows_sys::Win32::System::Diagnostics::Debug::{
    EXCEPTION_CONTINUE_SEARCH, EXCEPTION_POINTERS, SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX,
    SEM_NOOPENFILEERRORBOX, SetErrorMode, SetUnhandledExceptionFilter,
};
use windows_sys::Win32::System::IO::CancelIoEx;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
    SetInformationJobObject,
};
use windows_sys::Win32::System::Threading::{
    CREATE_NO_WINDOW, GetCurrentProcess, GetCurrentThread, INFINITE, TerminateProcess, WaitForSingleObject,
};

use super::SystemError;
pub(crate) use messages::{InApartment, Pump, enter_apartment};

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
    // SAFETY: the function lives as long as the process.
    unsafe { SetUnhandledExceptionFilter(Some(end_with_exception)) };
}

/// Where [`end_with_exception`] leaves its word; open from the start, because a process in ruins opens nothing.
static EXCEPTION: OnceLock<File> = OnceLock::new();

/// Asks a process to end, and tells whether it could be asked: one without a console and without windows cannot.
pub(crate) fn ask_to_end(_: &SharedChild) -> bool {
    false
}

/// Has the number of the exception that ends this process written to `file`, little-endian.
pub(crate) fn report_exceptions(file: File) {
    // There is one connection, and so one file.
    let _ = EXCEPTION.set(file);
}

/// Ends the process with the number of the exception that nobody has handled. Left to itself the system would start its
/// error reporting or a debugger first, which take their time, may ask somebody, and may put a code of their own in its place.
///
/// Runs in the thread that failed, with little stack and perhaps a damaged heap.
unsafe extern "system" fn end_with_exception(info: *const EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the system passes a pointer that is valid for the call, or none.
    let info = unsafe { info.as_ref() };
    // SAFETY: as above.
    let record = info.and_then(|info| unsafe { info.ExceptionRecord.as_ref() });
    let Some(code) = record.map(|record| record.ExceptionCode) else { return EXCEPTION_CONTINUE_SEARCH };
    if let Some(mut file) = EXCEPTION.get() {
        // There is nobody to tell that it cannot be written; the client then says what it does not know.
        let _ = file.write_all(&code.to_le_bytes());
    }
    // SAFETY: takes nothing.
    let this_process = unsafe { GetCurrentProcess() };
    // SAFETY: the pseudo handle of this process is always valid.
    unsafe { TerminateProcess(this_process, code.cast_unsigned()) };
    EXCEPTION_CONTINUE_SEARCH
}

/// Ends this process when the calling thread ends without it: a library may call `ExitThread`, and Wine ends a thread
/// that has overflowed its stack, and that thread alone. Nobody would answer any more.
pub(crate) fn end_with_this_thread() -> io::Result<()> {
    // SAFETY: takes nothing.
    let this_thread = unsafe { GetCurrentThread() };
    // SAFETY: the pseudo handle is always valid; its copy is a handle that means this thread in every other one, too.
    let this_thread = unsafe { BorrowedHandle::borrow_raw(this_thread) }.try_clone_to_owned()?;
    crate::sync::spawn_named("bridge32 main thread watch", move || {
        // SAFETY: the handle is open.
        unsafe { WaitForSingleObject(this_thread.as_raw_handle(), INFINITE) };
        // Not through `eprintln`: the thread may have held its lock. Without these words the end says enough.
        if let Ok(stderr) = io::stderr().as_handle().try_clone_to_owned() {
            let _ = File::from(stderr)
                .write_all(b"the thread that serves calls has ended: a stack overflow under Wine, or ExitThread\n");
        }
        end_now()
    })?;
    Ok(())
}

/// A job object that ends its process when it is closed, which the system does when this program ends, however it does.
#[derive(Debug)]
pub(crate) struct Job {
    _handle: OwnedHandle,
}

impl Job {
    /// Puts a process into it; what that one starts itself stays outside.
    pub(crate) fn around(child: &Child) -> io::Result<Self> {
        // SAFETY: both pointers may be null.
        let job = unsafe { CreateJobObjectW(null(), null()) };
        if job.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle was just made, and is nobody else's.
        let handle = unsafe { OwnedHandle::from_raw_handle(job) };
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags =
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK;
        #[allow(clippy::cast_possible_truncation, reason = "the size of a struct")]
        let size = size_of_val(&limits) as u32;
        // SAFETY: the handle is open, and the pointer is to a struct of this kind and size.
        let done = unsafe {
            SetInformationJobObject(job, JobObjectExtendedLimitInformation, (&raw const limits).cast(), size)
        };
        // SAFETY: both handles are open.
        if done == 0 || unsafe { AssignProcessToJobObject(job, child.as_raw_handle()) } == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self { _handle: handle })
    }
}

/// Nothing stops a process for good here but a debugger, and the job object ends it even so.
#[allow(clippy::unnecessary_wraps, reason = "another system's may fail")]
pub(crate) fn continue_with_parent() -> io::Result<()> {
    Ok(())
}

/// As [`continue_with_parent`].
pub(crate) fn continue_with_this_thread(_: &mut Command) {}

/// The server of a program without a console would open one.
pub(crate) fn without_console(command: &mut Command) {
    command.creation_flags(CREATE_NO_WINDOW);
}

/// Ends the reads and writes that wait on a pipe, in whichever thread; they fail.
pub(crate) fn cancel_transfers(pipe: BorrowedHandle<'_>) {
    // It fails where nothing waits.
    // SAFETY: the handle is open, and no single transfer is meant.
    unsafe { CancelIoEx(pipe.as_raw_handle(), null()) };
}

/// What [`ReadStop`] reads from.
pub(crate) trait Pipe: Read + AsHandle + Send + 'static {}

impl<P: Read + AsHandle + Send + 'static> Pipe for P {}

/// Ends reading from pipes whose other ends may never be closed.
#[derive(Debug)]
pub(crate) struct ReadStop {
    is_stopped: Arc<AtomicBool>,
    pipes: Vec<OwnedHandle>,
}

impl ReadStop {
    #[allow(clippy::unnecessary_wraps, reason = "another system's may fail")]
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { is_stopped: Arc::default(), pipes: Vec::new() })
    }

    /// What `pipe` gives, until [`ReadStop::stop`].
    pub(crate) fn reader<P: Pipe>(&mut self, pipe: P) -> io::Result<impl Read + Send + use<P>> {
        self.pipes.push(pipe.as_handle().try_clone_to_owned()?);
        Ok(StoppableRead { pipe, is_stopped: Arc::clone(&self.is_stopped) })
    }

    /// Has all readers find an end. The system cancels what waits, and remembers nothing: a reader that begins to wait just
    /// now is met by a second call.
    pub(crate) fn stop(&mut self) {
        self.is_stopped.store(true, Ordering::SeqCst);
        self.pipes.iter().for_each(|pipe| cancel_transfers(pipe.as_handle()));
    }
}

struct StoppableRead<P> {
    pipe: P,
    is_stopped: Arc<AtomicBool>,
}

impl<P: Pipe> Read for StoppableRead<P> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.is_stopped.load(Ordering::SeqCst) {
            true => Ok(0),
            false => self.pipe.read(into),
        }
    }
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
    SystemError::new(Some(code), message)
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
            null(),
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
