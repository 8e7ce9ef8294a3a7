//! The calls for Windows.

mod messages;
mod pipe;
mod user;

use std::ffi::{CStr, OsStr, OsString, c_char, c_int};
use std::fs::File;
use std::io::{self, Read, Write as _};
use std::os::windows::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::windows::io::{AsHandle, AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle};
use std::os::windows::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock};

use shared_child::SharedChild;
use widestring::U16CString;
use windows_sys::Win32::Foundation::{ERROR_DLL_INIT_FAILED, GetLastError, SetLastError, WAIT_OBJECT_0};
use windows_sys::Win32::Globalization::{
    CP_UTF8, GetACP, MB_ERR_INVALID_CHARS, MultiByteToWideChar, WC_NO_BEST_FIT_CHARS, WideCharToMultiByte,
};
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, CTRL_C_EVENT, GetConsoleCP, SetConsoleCtrlHandler};
use windows_sys::Win32::System::Diagnostics::Debug::{
    EXCEPTION_CONTINUE_SEARCH, EXCEPTION_POINTERS, GetErrorMode, SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX,
    SEM_NOOPENFILEERRORBOX, SetErrorMode, SetUnhandledExceptionFilter,
};
use windows_sys::Win32::System::ErrorReporting::{
    WER_FAULT_REPORTING_FLAG_NOHEAP, WER_FAULT_REPORTING_FLAG_QUEUE, WER_FAULT_REPORTING_NO_UI, WerSetFlags,
};
use windows_sys::Win32::System::IO::CancelIoEx;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK, JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
    SetInformationJobObject,
};
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN,
    GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, GetModuleFileNameW, GetModuleHandleExW, SetDllDirectoryW,
};
use windows_sys::Win32::System::Threading::{
    CREATE_NO_WINDOW, GetCurrentProcess, GetCurrentProcessorNumber, GetCurrentThread, INFINITE, TerminateProcess,
    WaitForSingleObject,
};
use windows_sys::core::BOOL;

use super::{SystemError, crash};
use crate::sync::{LockExt as _, spawn_named};
pub(crate) use messages::{InApartment, Pump, enter_apartment};
pub(crate) use pipe::{PipeTransfers, open_pipe};
#[cfg(test)]
pub(crate) use user::assert_private;
pub(crate) use user::{PrivateAttributes, belongs_to_this_user, is_privileged, private_access};

/// Whether this is Wine, which elevates no program and reports every one as elevated.
pub(crate) fn is_wine() -> bool {
    let Ok(ntdll) = libloading::os::windows::Library::open_already_loaded("ntdll.dll") else { return false };
    // SAFETY: the symbol is only looked up, and not used.
    unsafe { ntdll.get::<unsafe extern "C" fn()>("wine_get_version") }.is_ok()
}

/// A part of the system's text, of which an ASCII character is one.
pub(crate) type OsUnit = u16;

/// Splits the system's text into its parts.
pub(crate) fn os_units(text: &OsStr) -> impl Iterator<Item = OsUnit> {
    text.encode_wide()
}

/// Joins parts of the system's text.
pub(crate) fn os_string(units: Vec<OsUnit>) -> OsString {
    OsString::from_wide(&units)
}

/// The folder of the library or program that contains this code: a client may be in a plug-in.
pub(crate) fn module_dir() -> Option<PathBuf> {
    const FLAGS: u32 = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    let mut module = null_mut();
    // SAFETY: with these flags, the second argument is an address, and the module is not kept loaded.
    if unsafe { GetModuleHandleExW(FLAGS, (module_dir as *const u16).cast(), &raw mut module) } == 0 {
        return None;
    }
    // The longest path of Windows.
    let mut path = vec![0; 1 << 15];
    // SAFETY: the module is loaded, because this code is part of it; the buffer has the length that is passed.
    let length = unsafe { GetModuleFileNameW(module, path.as_mut_ptr(), path.len() as u32) };
    path.truncate(length as usize);
    PathBuf::from(OsString::from_wide(&path)).parent().map(Path::to_owned)
}

/// Makes this process search for libraries in a folder, if there is one, right after the program's own, and never in the current
/// folder, where anybody may have put one. Source: <https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-setdlldirectoryw>.
pub(crate) fn search_libraries_in(folder: Option<&Path>) -> io::Result<()> {
    let folder = folder.map_or_else(Vec::new, |folder| folder.as_os_str().encode_wide().collect());
    let folder = U16CString::from_vec(folder).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    // SAFETY: the text ends with a NUL, and is valid during the call.
    if unsafe { SetDllDirectoryW(folder.as_ptr()) } == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Makes this process search for libraries in folders, too, before those of the variable `PATH`. Unlike with
/// `SetDefaultDllDirectories`, libraries still find others in all places where they find them in other programs.
pub(crate) fn search_libraries_also_in(folders: &[PathBuf]) -> io::Result<()> {
    if folders.is_empty() {
        return Ok(());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(folders.iter().cloned().chain(std::env::split_paths(&path)));
    let path = path.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    // SAFETY: on Windows, the system makes this safe on any thread.
    unsafe { std::env::set_var("PATH", path) };
    Ok(())
}

/// Whether a library's own initialization code has made its loading fail.
pub(crate) fn has_refused_to_load(error: &SystemError) -> bool {
    error.code == Some(ERROR_DLL_INIT_FAILED.cast_signed())
}

/// Whether a path is a folder.
pub(crate) fn is_writable_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Returns the path of this program.
pub(crate) fn program_path() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// Disables the message boxes for a crash, a missing file or an empty drive: nobody would see them, and the call would hang.
///
/// [`report_crashes`] keeps most crashes away from Windows' error reporting. `__fastfail` goes there without asking this process, which
/// does not end before the report is made: so it contains no heap, and is sent later. Source:
/// <https://learn.microsoft.com/windows/win32/api/werapi/nf-werapi-wersetflags>, and the Windows SDK for the flag without a dialog.
pub(crate) fn forbid_dialogs() {
    const REPORTING: u32 = WER_FAULT_REPORTING_NO_UI | WER_FAULT_REPORTING_FLAG_NOHEAP | WER_FAULT_REPORTING_FLAG_QUEUE;
    // SAFETY: takes flags only.
    unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX) };
    // If it fails, a crash is reported as those of other programs are.
    // SAFETY: takes flags only.
    unsafe { WerSetFlags(REPORTING) };
}

/// Makes exceptions that nothing handles be reported on standard error, and end this process at once.
pub(crate) fn report_crashes() {
    // SAFETY: the function lives as long as the process.
    unsafe { SetUnhandledExceptionFilter(Some(end_with_exception)) };
}

/// The file that [`end_with_exception`] writes to. It is open from the start, because a crashing process may not be able to
/// open one.
static EXCEPTION: OnceLock<File> = OnceLock::new();

/// Returns `false`: a process without a console and without windows cannot be asked to end.
pub(crate) fn ask_to_end(_: &SharedChild) -> bool {
    false
}

/// Makes the code of an exception that ends this process be written to `file`, little-endian.
pub(crate) fn report_exceptions(file: File) {
    // There is one connection, so this is called once.
    let _ = EXCEPTION.set(file);
}

/// Ends the process with the code of an unhandled exception. Otherwise the system would first start its error reporting or a
/// debugger, which take time, may show a dialog and may replace the exit code.
///
/// This runs on the thread that failed, with little stack and perhaps a damaged heap.
unsafe extern "system" fn end_with_exception(info: *const EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the system passes a pointer that is valid for the call, or none.
    let info = unsafe { info.as_ref() };
    // SAFETY: as above.
    let record = info.and_then(|info| unsafe { info.ExceptionRecord.as_ref() });
    let Some(code) = record.map(|record| record.ExceptionCode) else { return EXCEPTION_CONTINUE_SEARCH };
    if let Some(mut file) = EXCEPTION.get() {
        // If it cannot be written the client reports the exit status as incomplete.
        let _ = file.write_all(&code.to_le_bytes());
    }
    // Last, because it does most.
    info.into_iter().for_each(crash::report);
    // SAFETY: takes nothing.
    let this_process = unsafe { GetCurrentProcess() };
    // SAFETY: the pseudo handle of this process is always valid.
    unsafe { TerminateProcess(this_process, code.cast_unsigned()) };
    EXCEPTION_CONTINUE_SEARCH
}

/// Ends this process when the calling thread ends: a library may call `ExitThread`, and after a stack overflow Wine ends only
/// the thread. Calls would not be answered any more.
pub(crate) fn end_with_this_thread() -> io::Result<()> {
    // SAFETY: takes nothing.
    let this_thread = unsafe { GetCurrentThread() };
    // SAFETY: the pseudo handle is always valid; its copy is a handle that means this thread in every other one, too.
    let this_thread = unsafe { BorrowedHandle::borrow_raw(this_thread) }.try_clone_to_owned()?;
    spawn_named("bridge32 main thread watch", move || {
        // SAFETY: the handle is open.
        unsafe { WaitForSingleObject(this_thread.as_raw_handle(), INFINITE) };
        // Not with `eprintln!`, whose lock the thread may have held. If this fails the exit code says enough.
        if let Ok(stderr) = io::stderr().as_handle().try_clone_to_owned() {
            let _ = File::from(stderr)
                .write_all(b"the thread that serves calls has ended: a stack overflow under Wine, or ExitThread\n");
        }
        end_now()
    })?;
    Ok(())
}

/// A job object that ends its process when it is closed, which the system does however this program ends.
#[derive(Debug)]
pub(crate) struct Job {
    _handle: OwnedHandle,
}

impl Job {
    /// Puts a process into a new job object. Processes that it starts itself stay outside.
    pub(crate) fn around(child: &Child) -> io::Result<Self> {
        // SAFETY: both pointers may be null.
        let job = unsafe { CreateJobObjectW(null(), null()) };
        if job.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle was just created and is owned by nothing else.
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
        if done == 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: both handles are open.
        if unsafe { AssignProcessToJobObject(job, child.as_raw_handle()) } == 0 {
            let error = io::Error::last_os_error();
            // It fails for a process that has ended, which is reported with its exit status.
            if !has_ended(child) {
                return Err(error);
            }
        }
        Ok(Self { _handle: handle })
    }
}

/// Whether this user may execute a file. Windows says so when it is started.
pub(crate) fn is_executable(_: &Path) -> bool {
    true
}

/// Whether a process has ended.
fn has_ended(child: &Child) -> bool {
    // SAFETY: the handle is open.
    unsafe { WaitForSingleObject(child.as_raw_handle(), 0) == WAIT_OBJECT_0 }
}

/// Does nothing: the job object ends a suspended process, too.
#[allow(clippy::unnecessary_wraps, reason = "another system's may fail")]
pub(crate) fn continue_with_parent() -> io::Result<()> {
    Ok(())
}

/// Does nothing; see [`continue_with_parent`].
pub(crate) fn continue_with_this_thread(_: &mut Command) {}

/// Keeps the server of a program without a console from opening one. With `inherits_output`, a server of a program with a console
/// uses that one: in a console of its own it could not write to this program's. Source:
/// <https://learn.microsoft.com/windows/console/creation-of-a-console>.
pub(crate) fn without_console(command: &mut Command, inherits_output: bool) {
    // SAFETY: takes nothing. It fails, with zero, if there is no console.
    let has_console = unsafe { GetConsoleCP() } != 0;
    if !(inherits_output && has_console) {
        command.creation_flags(CREATE_NO_WINDOW);
    }
}

/// Runs `start` so that a process which it starts shows no message box if one of its libraries is missing: the call would hang.
/// A process inherits this setting, and the server itself can make it only when it runs.
pub(crate) fn without_start_dialogs<R>(start: impl FnOnce() -> R) -> R {
    static STARTING: Mutex<()> = Mutex::new(());
    let _one_at_a_time = STARTING.lock_unpoisoned();
    // SAFETY: takes nothing.
    let before = unsafe { GetErrorMode() };
    // SAFETY: takes flags only. Another thread of this program may see them for a moment.
    unsafe { SetErrorMode(before | SEM_FAILCRITICALERRORS) };
    let result = start();
    // SAFETY: takes flags only.
    unsafe { SetErrorMode(before) };
    result
}

/// Does nothing: see [`ignore_interrupts`].
pub(crate) fn detach_from_terminal(_: &mut Command) {}

/// Makes this process ignore Ctrl+C and Ctrl+Break: it is the client that decides what they mean, and the server ends with it. A
/// handler that a library installs comes first.
///
/// # Errors
/// The system's.
pub(crate) fn ignore_interrupts() -> io::Result<()> {
    // SAFETY: the function lives as long as the process, and may be called on any thread.
    match unsafe { SetConsoleCtrlHandler(Some(ignore_interrupt), 1) } {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Returns whether the event is handled. What ends the console or the session ends this process, too.
unsafe extern "system" fn ignore_interrupt(event: u32) -> BOOL {
    matches!(event, CTRL_C_EVENT | CTRL_BREAK_EVENT).into()
}

/// Runs `write`: only Unix has the signal.
pub(crate) fn without_sigpipe(write: impl FnOnce() -> io::Result<usize>) -> io::Result<usize> {
    write()
}

/// `false`: only Unix takes the status of a process away.
pub(crate) fn is_no_child(_: &io::Error) -> bool {
    false
}

/// Marks the process in which it was made. Windows processes do not fork.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProcessMark;

impl ProcessMark {
    /// Marks this process.
    pub(crate) fn of_this_process() -> Self {
        Self
    }

    /// `true`.
    #[inline]
    pub(crate) fn is_this_process(self) -> bool {
        true
    }
}

/// Keeps the module that contains this code loaded until the process ends: threads of this code run on after the program has
/// freed the library.
pub(crate) fn keep_loaded() {
    static DONE: Once = Once::new();
    DONE.call_once(|| {
        let mut module = null_mut();
        let here: *const u16 = (keep_loaded as fn() as *const ()).cast();
        // It fails only for an address that is in no module.
        // SAFETY: the flags say that the first pointer is an address and not text; the second is to a handle.
        unsafe {
            GetModuleHandleExW(
                GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                here,
                &raw mut module,
            )
        };
    });
}

/// Cancels the reads and writes that wait on a pipe, on all threads.
pub(crate) fn cancel_transfers(pipe: BorrowedHandle<'_>) {
    // It fails if nothing waits.
    // SAFETY: the handle is open; a null pointer selects all transfers.
    unsafe { CancelIoEx(pipe.as_raw_handle(), null()) };
}

/// A pipe that [`ReadStop`] can stop reading from.
pub(crate) trait Pipe: Read + AsHandle + Send + 'static {}

impl<P: Read + AsHandle + Send + 'static> Pipe for P {}

/// Stops reading from pipes whose other ends may never be closed.
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

    /// A reader of `pipe` that ends at [`ReadStop::stop`].
    pub(crate) fn reader<P: Pipe>(&mut self, pipe: P) -> io::Result<impl Read + Send + use<P>> {
        self.pipes.push(pipe.as_handle().try_clone_to_owned()?);
        Ok(StoppableRead { pipe, is_stopped: Arc::clone(&self.is_stopped) })
    }

    /// Ends all readers that are waiting. A reader that begins to wait at the same moment may be missed, so this is called until
    /// all have ended.
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

/// Clears the last error of this thread.
pub(crate) fn clear_last_error() {
    // SAFETY: takes a number only.
    unsafe { SetLastError(0) };
}

unsafe extern "C" {
    /// The C runtime's `errno`. Source: <https://learn.microsoft.com/cpp/c-runtime-library/errno-doserrno-sys-errlist-and-sys-nerr>.
    fn _errno() -> *mut c_int;
    fn strerror(code: c_int) -> *const c_char;
}

/// Clears the `errno` of this thread.
pub(crate) fn clear_errno() {
    // SAFETY: takes nothing.
    let place = unsafe { _errno() };
    // SAFETY: the pointer is to this thread's own `errno`.
    unsafe { place.write(0) };
}

/// The error numbers of this thread: `errno` in the C runtime of this program, and the last error.
pub(crate) fn c_errors() -> (i32, u32) {
    // SAFETY: takes nothing.
    let last_error = unsafe { GetLastError() };
    // SAFETY: takes nothing.
    let place = unsafe { _errno() };
    // SAFETY: the pointer is to this thread's own `errno`.
    (unsafe { place.read() }, last_error)
}

/// Sets the error numbers of this thread. One that is 0 stays as it is.
pub(crate) fn set_c_errors((errno, last_error): (i32, u32)) {
    if errno != 0 {
        // SAFETY: takes nothing.
        let place = unsafe { _errno() };
        // SAFETY: the pointer is to this thread's own `errno`.
        unsafe { place.write(errno) };
    }
    if last_error != 0 {
        // SAFETY: takes a number only.
        unsafe { SetLastError(last_error) };
    }
}

/// The `errno` of this thread in the C runtime of this program. A library with a C runtime of its own has another one.
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

/// Ends this process at once, without running any code of the library.
pub(crate) fn end_now() -> ! {
    // SAFETY: takes nothing.
    let this_process = unsafe { GetCurrentProcess() };
    // SAFETY: the pseudo handle of this process is always valid.
    unsafe { TerminateProcess(this_process, 1) };
    std::process::abort()
}

/// Returns the ANSI code page of this process: the system's, or UTF-8 if a manifest says so.
fn ansi_code_page() -> u32 {
    // SAFETY: takes nothing.
    unsafe { GetACP() }
}

/// Encodes text in the ANSI code page of this process; `None` if the code page lacks a character.
pub(crate) fn to_ansi(text: &str) -> Option<Vec<u8>> {
    to_code_page(ansi_code_page(), text)
}

/// Encodes text in a code page; `None` if the code page lacks a character.
fn to_code_page(code_page: u32, text: &str) -> Option<Vec<u8>> {
    // For this one, the system's function refuses to report lacking characters, of which there are none.
    if code_page == CP_UTF8 {
        return Some(text.as_bytes().to_vec());
    }
    let wide: Vec<u16> = text.encode_utf16().collect();
    if wide.is_empty() {
        return Some(Vec::new());
    }
    let length = i32::try_from(wide.len()).ok()?;
    let mut lost = 0;
    let mut bytes = vec![0; wide.len().checked_mul(4)?];
    let room = i32::try_from(bytes.len()).ok()?;
    // SAFETY: the pointers are valid for as many units and bytes as are passed.
    let written = unsafe {
        WideCharToMultiByte(
            code_page,
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

/// Decodes text in the ANSI code page of this process; `None` if it is invalid.
pub(crate) fn from_ansi(bytes: &[u8]) -> Option<String> {
    from_code_page(ansi_code_page(), bytes)
}

/// Decodes text in a code page; `None` if it is invalid.
fn from_code_page(code_page: u32, bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() {
        return Some(String::new());
    }
    let length = i32::try_from(bytes.len()).ok()?;
    let mut wide = vec![0; bytes.len()];
    // SAFETY: the pointers are valid for as many bytes and units as are passed.
    let written = unsafe {
        MultiByteToWideChar(code_page, MB_ERR_INVALID_CHARS, bytes.as_ptr(), length, wide.as_mut_ptr(), length)
    };
    wide.truncate(usize::try_from(written).ok().filter(|written| *written > 0)?);
    String::from_utf16(&wide).ok()
}

/// The number of the processor that runs this thread, in its group. Machines with more than 64 have several groups, whose
/// numbers are the same.
pub(crate) fn processor() -> Option<u32> {
    // SAFETY: the function has no preconditions.
    Some(unsafe { GetCurrentProcessorNumber() })
}

/// Windows has not been seen to leave two threads on one processor while another one is idle.
pub(crate) fn leave_processor() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_encoded_in_any_code_page() {
        for (code_page, text, encoded) in [
            (CP_UTF8, "Prüfstand \u{4e00}", Some("Prüfstand \u{4e00}".as_bytes())),
            (CP_UTF8, "", Some(&b""[..])),
            (1252, "Prüfstand", Some(&b"Pr\xfcfstand"[..])),
            (1252, "\u{4e00}", None),
            (932, "\u{4e00}", Some(&b"\x88\xea"[..])),
        ] {
            assert_eq!(to_code_page(code_page, text).as_deref(), encoded, "{text} in {code_page}");
            if let Some(encoded) = encoded {
                assert_eq!(from_code_page(code_page, encoded).as_deref(), Some(text), "{code_page}");
            }
        }
        assert_eq!(from_code_page(CP_UTF8, b"\xff"), None);
    }

    #[test]
    fn a_process_that_has_ended_has_a_job() {
        let mut child = Command::new("hostname").stdout(std::process::Stdio::null()).spawn().unwrap();
        child.wait().unwrap();
        Job::around(&child).unwrap();
    }

    #[test]
    fn a_start_shows_no_dialogs_and_changes_nothing_else() {
        // SAFETY: takes nothing.
        let mode = || unsafe { GetErrorMode() };
        let before = mode();
        assert_eq!(without_start_dialogs(mode), before | SEM_FAILCRITICALERRORS);
        assert_eq!(mode(), before);
    }
}
