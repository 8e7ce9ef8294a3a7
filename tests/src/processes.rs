//! Lists, kills and measures processes, and copies programs.

use std::io;
use std::path::Path;
use std::process::Command;

/// Copies a program that is run then. Another thread may start a process at the same time, which inherits what this one has open, and
/// Unix does not run a file that any process has open for writing. So a process of its own copies it there.
///
/// # Errors
/// Fails if the file cannot be copied.
pub fn copy_program(from: &Path, to: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return std::fs::copy(from, to).map(drop);
    }
    let status = Command::new("cp").arg(from).arg(to).status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("cp: {status}"))) }
}

/// A running process.
#[derive(Debug)]
pub struct Process {
    /// The process id.
    pub pid: u32,
    /// The command line, or on Windows the name of the program.
    pub command: String,
    /// The number of threads.
    #[cfg(windows)]
    pub threads: u64,
}

/// All running processes.
#[cfg(unix)]
pub fn running() -> Vec<Process> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let process = |entry: std::fs::DirEntry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        // The process may have ended in the meantime.
        let command = std::fs::read(entry.path().join("cmdline")).ok()?;
        Some(Process { pid, command: String::from_utf8_lossy(&command).replace('\0', " ") })
    };
    entries.filter_map(process).collect()
}

/// All running processes.
///
/// # Panics
/// If the system does not list them.
#[cfg(windows)]
#[allow(clippy::cast_possible_truncation, reason = "the size of a struct")]
pub fn running() -> Vec<Process> {
    use std::os::windows::io::{FromRawHandle as _, OwnedHandle};

    use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
    use windows_sys::Win32::System::Diagnostics::ToolHelp::{
        CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
    };

    // SAFETY: the arguments are plain values.
    let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    assert!(snapshot != INVALID_HANDLE_VALUE, "the processes cannot be listed");
    // SAFETY: the handle was just created and has no other owner.
    let _closed_at_the_end = unsafe { OwnedHandle::from_raw_handle(snapshot) };
    let mut entry = PROCESSENTRY32W { dwSize: size_of::<PROCESSENTRY32W>() as u32, ..Default::default() };
    let mut processes = Vec::new();
    // SAFETY: the snapshot is open, and the entry contains its size.
    let mut more = unsafe { Process32FirstW(snapshot, &raw mut entry) };
    while more != 0 {
        let name = String::from_utf16_lossy(&entry.szExeFile);
        processes.push(Process {
            pid: entry.th32ProcessID,
            command: name.trim_end_matches('\0').to_owned(),
            threads: entry.cntThreads.into(),
        });
        // SAFETY: as above.
        more = unsafe { Process32NextW(snapshot, &raw mut entry) };
    }
    processes
}

/// Whether a process with this id exists and is not a zombie.
#[cfg(unix)]
pub fn is_alive(pid: u32) -> bool {
    // The state is the first word after the name, which is in parentheses and may contain any character. `Z` is a zombie.
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X'])))
}

/// Whether a process with this id exists.
#[cfg(windows)]
pub fn is_alive(pid: u32) -> bool {
    running().iter().any(|process| process.pid == pid)
}

/// Waits for at most `within` until a process has ended; returns whether it has.
pub fn is_gone(pid: u32, within: std::time::Duration) -> bool {
    let deadline = std::time::Instant::now() + within;
    while is_alive(pid) {
        if std::time::Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    true
}

/// The CPU time that a process has used so far, in units of the system.
///
/// # Panics
/// If there is no such process.
#[cfg(unix)]
#[allow(clippy::unwrap_used, reason = "a test cannot go on without it")]
pub fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    // User and system time are fields 14 and 15; `rest` begins with field 3. Source: proc(5).
    rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

/// The CPU time that a process has used so far, in units of the system.
///
/// # Panics
/// If there is no such process.
#[cfg(windows)]
pub fn cpu_ticks(pid: u32) -> u64 {
    use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};

    use windows_sys::Win32::Foundation::FILETIME;
    use windows_sys::Win32::System::Threading::{GetProcessTimes, OpenProcess, PROCESS_QUERY_INFORMATION};

    // SAFETY: the arguments are plain values.
    let process = unsafe { OpenProcess(PROCESS_QUERY_INFORMATION, 0, pid) };
    assert!(!process.is_null(), "process {pid} cannot be opened");
    // SAFETY: the handle was just created and has no other owner.
    let process = unsafe { OwnedHandle::from_raw_handle(process) };
    let [mut begin, mut end, mut system, mut user] = [FILETIME::default(); 4];
    let process = process.as_raw_handle();
    // SAFETY: the handle is open, and each pointer is to a `FILETIME`.
    let succeeded = unsafe { GetProcessTimes(process, &raw mut begin, &raw mut end, &raw mut system, &raw mut user) };
    assert_ne!(succeeded, 0, "the times of process {pid} cannot be read");
    let ticks = |time: FILETIME| u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
    ticks(system) + ticks(user)
}

/// Kills a process, as a user or another program would.
///
/// # Panics
/// If the system refuses.
pub fn kill(pid: u32) {
    let (program, arguments) = match cfg!(windows) {
        true => ("taskkill", vec!["/F".to_owned(), "/PID".to_owned(), pid.to_string()]),
        false => ("kill", vec!["-KILL".to_owned(), pid.to_string()]),
    };
    let status = Command::new(program).args(arguments).stdout(std::process::Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "process {pid} cannot be killed");
}

/// Sends Ctrl+C or Ctrl+Break to the processes of this console, this one included; returns whether the system did it.
#[cfg(windows)]
pub fn interrupt_this_console(with_break: bool) -> bool {
    use windows_sys::Win32::System::Console::{
        AllocConsole, CTRL_BREAK_EVENT, CTRL_C_EVENT, GenerateConsoleCtrlEvent, GetConsoleProcessList,
    };

    let mut first = 0;
    // SAFETY: the pointer is to one process id.
    if unsafe { GetConsoleProcessList(&raw mut first, 1) } == 0 {
        // This process has no console.
        // SAFETY: takes nothing.
        unsafe { AllocConsole() };
    }
    let event = if with_break { CTRL_BREAK_EVENT } else { CTRL_C_EVENT };
    // SAFETY: the arguments are plain values.
    unsafe { GenerateConsoleCtrlEvent(event, 0) != 0 }
}

/// `false`: only Windows has events of a console.
#[cfg(unix)]
pub fn interrupt_this_console(_: bool) -> bool {
    false
}

/// Suspends a process.
///
/// # Panics
/// If the system refuses.
#[cfg(unix)]
pub fn stop(pid: u32) {
    let status = Command::new("kill").args(["-STOP", &pid.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "process {pid} cannot be suspended");
}

/// The number of threads of this process.
///
/// # Panics
/// If the system does not list this process.
#[cfg(windows)]
#[allow(clippy::unwrap_used, reason = "a test cannot go on without it")]
pub fn threads_of_this_process() -> u64 {
    let own = std::process::id();
    running().into_iter().find(|process| process.pid == own).unwrap().threads
}

/// Returns the flags of the reports of this process's crashes, and whether it has a console with a window.
#[cfg(windows)]
pub fn settings_of_this_process() -> (u32, bool) {
    use windows_sys::Win32::System::Console::GetConsoleWindow;
    use windows_sys::Win32::System::ErrorReporting::WerGetFlags;
    use windows_sys::Win32::System::Threading::GetCurrentProcess;

    let mut flags = 0;
    // SAFETY: takes nothing.
    let this_process = unsafe { GetCurrentProcess() };
    // SAFETY: the pseudo handle of this process is always valid, and so is the pointer.
    unsafe { WerGetFlags(this_process, &raw mut flags) };
    // SAFETY: takes nothing.
    let window = unsafe { GetConsoleWindow() };
    (flags, !window.is_null())
}

/// Returns nothing useful: only Windows has either.
#[cfg(unix)]
pub fn settings_of_this_process() -> (u32, bool) {
    (0, false)
}
