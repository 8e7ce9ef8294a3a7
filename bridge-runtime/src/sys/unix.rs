//! The calls for Unix.

mod fork;
mod module;
mod sigpipe;

use std::ffi::{CStr, OsStr, OsString, c_void};
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;

pub(crate) use fork::ProcessMark;
pub(crate) use module::keep_loaded;
pub(crate) use sigpipe::without_sigpipe;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Access, AtFlags, CWD, accessat};
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{Signal, getpid, kill_process};
use shared_child::SharedChild;
use shared_child::unix::SharedChildExt as _;

use super::SystemError;
use crate::interface::Apartment;

/// Does nothing: only Windows opens dialogs.
pub(crate) fn forbid_dialogs() {}

/// Asks a process to end with `SIGTERM`, which ends it at once unless it handles the signal. Returns whether it could be asked.
pub(crate) fn ask_to_end(child: &SharedChild) -> bool {
    child.send_signal(Signal::TERM.as_raw()).is_ok()
}

/// Does nothing: only Windows has exceptions. A signal is part of the exit status.
pub(crate) fn report_exceptions(_: File) {}

/// An entered COM apartment. Only Windows has them.
pub(crate) struct InApartment;

/// Does nothing: only Windows has apartments.
pub(crate) fn enter_apartment(_: Apartment) -> io::Result<InApartment> {
    Ok(InApartment)
}

/// Dispatches window messages. Only Windows has them, so there is no such value.
pub(crate) enum Pump {}

impl Pump {
    /// `None`.
    pub(crate) fn new() -> io::Result<Option<Self>> {
        Ok(None)
    }

    /// Ends a wait.
    pub(crate) fn wake(&self) {
        match *self {}
    }

    /// Sleeps.
    pub(crate) fn wait(&self) -> io::Result<()> {
        match *self {}
    }

    /// Dispatches messages.
    pub(crate) fn dispatch(&self, _: usize) {
        match *self {}
    }
}

/// Does nothing: a stack overflow ends the process, not only its thread.
pub(crate) fn end_with_this_thread() -> io::Result<()> {
    Ok(())
}

/// Ends another process together with this one. Nothing is needed for that besides its standard input and
/// [`continue_with_parent`].
#[derive(Debug)]
pub(crate) struct Job;

impl Job {
    /// Does nothing.
    pub(crate) fn around(_: &Child) -> io::Result<Self> {
        Ok(Self)
    }
}

/// Makes the system send this process `SIGCONT` when the thread that started it ends. A stopped process would not notice that
/// its standard input is closed; on a running one the signal has no effect.
#[cfg(target_os = "linux")]
pub(crate) fn continue_with_parent() -> io::Result<()> {
    Ok(rustix::process::set_parent_process_death_signal(Some(Signal::CONT))?)
}

/// Makes a program that does not call [`continue_with_parent`] itself receive `SIGCONT` when this thread ends. This needs a
/// `fork`, which copies the page tables of this process, instead of a `vfork`.
#[cfg(target_os = "linux")]
pub(crate) fn continue_with_this_thread(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;

    // SAFETY: between `fork` and `exec` only one system call is made, which is async-signal-safe.
    unsafe { command.pre_exec(continue_with_parent) };
}

/// Other systems have no such signal.
#[cfg(not(target_os = "linux"))]
#[allow(clippy::unnecessary_wraps, reason = "another system's may fail")]
pub(crate) fn continue_with_parent() -> io::Result<()> {
    Ok(())
}

/// Other systems have no such signal.
#[cfg(not(target_os = "linux"))]
pub(crate) fn continue_with_this_thread(_: &mut Command) {}

/// Whether this user may execute a file, as far as the system says so.
pub(crate) fn is_executable(file: &Path) -> bool {
    let result = accessat(CWD, file, Access::EXEC_OK, AtFlags::EACCESS);
    result != Err(Errno::ACCESS)
}

/// Does nothing: only Windows opens a console.
pub(crate) fn without_console(_: &mut Command, _: bool) {}

/// Runs `start`: only Windows opens dialogs.
pub(crate) fn without_start_dialogs<R>(start: impl FnOnce() -> R) -> R {
    start()
}

/// Keeps the signals of a terminal, such as that of Ctrl+C, from a program: it is the client that decides what they mean, and the
/// server ends with it. They are sent to a group of processes, and the program gets one of its own.
pub(crate) fn detach_from_terminal(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;

    command.process_group(0);
}

/// Does nothing: see [`detach_from_terminal`].
#[allow(clippy::unnecessary_wraps, reason = "another system's may fail")]
pub(crate) fn ignore_interrupts() -> io::Result<()> {
    Ok(())
}

/// Whether the system knows no child process of this id: it has ended, and this program ignores `SIGCHLD` or has waited for it.
pub(crate) fn is_no_child(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ECHILD | libc::ESRCH))
}

/// A pipe that [`ReadStop`] can stop reading from.
pub(crate) trait Pipe: Read + AsFd + Send + 'static {}

impl<P: Read + AsFd + Send + 'static> Pipe for P {}

/// Stops reading from pipes whose other ends may never be closed.
#[derive(Debug)]
pub(crate) struct ReadStop {
    /// Becomes readable when the other end is closed.
    stopped: Arc<PipeReader>,
    go: Option<PipeWriter>,
}

impl ReadStop {
    pub(crate) fn new() -> io::Result<Self> {
        let (stopped, go) = io::pipe()?;
        Ok(Self { stopped: Arc::new(stopped), go: Some(go) })
    }

    /// A reader of `pipe` that ends at [`ReadStop::stop`].
    #[allow(clippy::unnecessary_wraps, reason = "another system's may fail")]
    pub(crate) fn reader<P: Pipe>(&mut self, pipe: P) -> io::Result<impl Read + Send + use<P>> {
        Ok(StoppableRead { pipe, stopped: Arc::clone(&self.stopped) })
    }

    /// Ends all readers.
    pub(crate) fn stop(&mut self) {
        self.go = None;
    }
}

struct StoppableRead<P> {
    pipe: P,
    stopped: Arc<PipeReader>,
}

impl<P: Pipe> Read for StoppableRead<P> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut ready = [PollFd::new(&self.pipe, PollFlags::IN), PollFd::new(&*self.stopped, PollFlags::IN)];
        retry_on_intr(|| poll(&mut ready, None))?;
        match ready[1].revents().is_empty() {
            true => self.pipe.read(into),
            false => Ok(0),
        }
    }
}

/// Returns the path of this program. Without `/proc`, which a sandbox may lack, it is the one that the program was started by.
pub(crate) fn program_path() -> io::Result<PathBuf> {
    std::env::current_exe().or_else(|error| started_path().ok_or(error))
}

/// The path by which this program was started.
#[cfg(target_os = "linux")]
fn started_path() -> Option<PathBuf> {
    // SAFETY: takes a number only.
    let path = unsafe { libc::getauxval(libc::AT_EXECFN) } as *const std::ffi::c_char;
    if path.is_null() {
        return None;
    }
    // SAFETY: the system has put the text there before the program began, and it stays there.
    let path = unsafe { CStr::from_ptr(path) };
    std::path::absolute(OsStr::from_bytes(path.to_bytes())).ok()
}

/// Other systems do not report it.
#[cfg(not(target_os = "linux"))]
fn started_path() -> Option<PathBuf> {
    None
}

/// Whether this program has more rights than the user who started it: it is setuid, or has capabilities. Source: getauxval(3).
#[cfg(target_os = "linux")]
pub(crate) fn is_privileged() -> bool {
    // SAFETY: takes a number only.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

/// Whether this program has more rights than the user who started it: it is setuid.
#[cfg(not(target_os = "linux"))]
pub(crate) fn is_privileged() -> bool {
    rustix::process::getuid() != rustix::process::geteuid() || rustix::process::getgid() != rustix::process::getegid()
}

/// A part of the system's text, of which an ASCII character is one.
pub(crate) type OsUnit = u8;

/// Splits the system's text into its parts.
pub(crate) fn os_units(text: &OsStr) -> impl Iterator<Item = OsUnit> {
    text.as_bytes().iter().copied()
}

/// Joins parts of the system's text.
pub(crate) fn os_string(units: Vec<OsUnit>) -> OsString {
    OsString::from_vec(units)
}

/// The folder of the library or program that contains this code: a client may be in a plug-in. `None` if that is the program itself.
pub(crate) fn module_dir() -> Option<PathBuf> {
    let module = module_at(module_dir as *const c_void)?;
    // For the program itself, the system repeats the name that it was started by, which may be wrong.
    // SAFETY: takes a number only.
    let entry = unsafe { libc::getauxval(libc::AT_ENTRY) } as *const c_void;
    if module_at(entry).is_some_and(|program| program.dli_fbase == module.dli_fbase) || module.dli_fname.is_null() {
        return None;
    }
    // SAFETY: `dladdr` returns a text that lives as long as the library is loaded, and this code is part of it.
    let path = unsafe { CStr::from_ptr(module.dli_fname) };
    let path = Path::new(OsStr::from_bytes(path.to_bytes()));
    match path.is_absolute() {
        true => path.canonicalize().ok()?.parent().map(Path::to_owned),
        false => mapped_from(module_dir as *const c_void),
    }
}

/// The folder of the file that is mapped at an address. A library that was loaded by a relative path has only that for `dladdr`, and the
/// program may have changed its current folder.
#[cfg(target_os = "linux")]
fn mapped_from(address: *const c_void) -> Option<PathBuf> {
    let maps = super::mappings::read();
    let file = super::mappings::parse(&maps).find(|map| map.addresses.contains(&address.addr()))?.file;
    Path::new(OsStr::from_bytes(file)).parent().map(Path::to_owned)
}

/// `None`: only Linux says it.
#[cfg(not(target_os = "linux"))]
fn mapped_from(_: *const c_void) -> Option<PathBuf> {
    None
}

fn module_at(address: *const c_void) -> Option<libc::Dl_info> {
    let mut found = MaybeUninit::uninit();
    // SAFETY: the address is only compared with those of libraries, and the place is valid.
    if unsafe { libc::dladdr(address, found.as_mut_ptr()) } == 0 {
        return None;
    }
    // SAFETY: the call has succeeded, and has written it.
    Some(unsafe { found.assume_init() })
}

/// Does nothing: only Windows searches for libraries in the current folder.
pub(crate) fn search_libraries_in(_: Option<&Path>) -> io::Result<()> {
    Ok(())
}

/// Does nothing: the system reads its search path when the process starts. What a library is linked to is loaded before it.
#[allow(clippy::unnecessary_wraps, reason = "another system's may fail")]
pub(crate) fn search_libraries_also_in(_: &[PathBuf]) -> io::Result<()> {
    Ok(())
}

/// `false`: only Windows asks a library whether it may be loaded.
pub(crate) fn has_refused_to_load(_: &SystemError) -> bool {
    false
}

/// Whether a path is a folder in which this user can create files.
pub(crate) fn is_writable_folder(path: &Path) -> bool {
    path.is_dir() && rustix::fs::access(path, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// The process at the other end of a socket.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Its effective user.
    pub(crate) user: u32,
    /// Its id, if the system reports it: not for a process in another PID namespace.
    pub(crate) pid: Option<u32>,
}

/// Returns the process at the other end of a socket, as the system reports it.
#[cfg(target_os = "linux")]
pub(crate) fn peer_of(socket: impl AsFd) -> io::Result<Peer> {
    let mut found = libc::ucred { pid: 0, uid: 0, gid: 0 };
    let mut size = size_of::<libc::ucred>() as libc::socklen_t;
    let socket = socket.as_fd().as_raw_fd();
    let place = (&raw mut found).cast();
    // SAFETY: the descriptor is open, and `place` has room for the `size` bytes of the struct, which any bytes make a valid one.
    if unsafe { libc::getsockopt(socket, libc::SOL_SOCKET, libc::SO_PEERCRED, place, &raw mut size) } != 0 {
        return Err(io::Error::last_os_error());
    }
    let pid = u32::try_from(found.pid).ok().filter(|pid| *pid != 0);
    Ok(Peer { user: found.uid, pid })
}

/// Returns the user at the other end of a socket, as the system reports it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn peer_of(socket: impl AsFd) -> io::Result<Peer> {
    let (mut user, mut group) = (0, 0);
    // SAFETY: the descriptor is open, and both pointers are valid.
    if unsafe { libc::getpeereid(socket.as_fd().as_raw_fd(), &raw mut user, &raw mut group) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Peer { user, pid: None })
}

/// Clears the last error of this thread.
pub(crate) fn clear_last_error() {
    clear_errno();
}

/// Clears the `errno` of this thread.
pub(crate) fn clear_errno() {
    errno::set_errno(errno::Errno(0));
}

/// The error numbers of this thread: `errno`, and 0.
pub(crate) fn c_errors() -> (i32, u32) {
    (errno::errno().0, 0)
}

/// Sets the error numbers of this thread. One that is 0 stays as it is.
pub(crate) fn set_c_errors((errno, _): (i32, u32)) {
    if errno != 0 {
        errno::set_errno(errno::Errno(errno));
    }
}

/// The `errno` of this thread.
pub(crate) fn errno() -> SystemError {
    io::Error::last_os_error().into()
}

/// Ends this process at once, without running any code of the library.
pub(crate) fn end_now() -> ! {
    let _ = kill_process(getpid(), Signal::KILL);
    std::process::abort()
}

/// The number of the processor that runs this thread; `None` if the system does not say it. Linux answers without a system call.
#[cfg(target_os = "linux")]
pub(crate) fn processor() -> Option<u32> {
    rustix::thread::sched_getcpu().try_into().ok()
}

/// Moves this thread to another processor that it may use; returns whether it could. It may use the same processors as before, so the
/// system may move it again.
#[cfg(target_os = "linux")]
pub(crate) fn leave_processor() -> bool {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    let own = processor().map(|number| number as usize).filter(|number| *number < CpuSet::MAX_CPU);
    let (Some(own), Ok(all)) = (own, sched_getaffinity(None)) else { return false };
    let mut others = all;
    others.unset(own);
    others.count() > 0 && sched_setaffinity(None, &others).is_ok() && sched_setaffinity(None, &all).is_ok()
}

/// Other systems have not been seen to leave two threads on one processor while another one is idle.
#[cfg(not(target_os = "linux"))]
pub(crate) fn leave_processor() -> bool {
    false
}

/// `None`: only Linux and Windows say it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn processor() -> Option<u32> {
    None
}
