//! The processes of this machine.

/// A running process.
#[derive(Debug)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its command line, or on Windows its program.
    pub command: String,
    /// Its threads.
    #[cfg(windows)]
    pub threads: u64,
}

/// All running processes.
#[cfg(unix)]
pub fn running() -> Vec<Process> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let process = |entry: std::fs::DirEntry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        // The process may have ended since.
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

    // SAFETY: takes flags only.
    let snapshot = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    assert!(snapshot != INVALID_HANDLE_VALUE, "no list of processes");
    // SAFETY: the handle was just made, and is nobody else's.
    let _closed_at_the_end = unsafe { OwnedHandle::from_raw_handle(snapshot) };
    let mut entry = PROCESSENTRY32W { dwSize: size_of::<PROCESSENTRY32W>() as u32, ..Default::default() };
    let mut processes = Vec::new();
    // SAFETY: the snapshot is open, and the entry says its size.
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

/// Whether a process of this number exists, other than as a record of its end.
#[cfg(unix)]
pub fn is_alive(pid: u32) -> bool {
    // The state is the first word after the name, which is in parentheses and may hold anything. `Z` is an end that
    // nobody has asked for yet.
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X'])))
}

/// Whether a process of this number exists.
#[cfg(windows)]
pub fn is_alive(pid: u32) -> bool {
    running().iter().any(|process| process.pid == pid)
}

/// Waits until a process is gone; whether it is, `within` that time.
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

/// The time of the processor that a process has had so far, in the system's own steps.
///
/// # Panics
/// If there is no such process.
#[cfg(unix)]
#[allow(clippy::unwrap_used, reason = "a test cannot go on without it")]
pub fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    // User and system time are the 14th and 15th field, of which two stand before the rest. Source: proc(5).
    rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

/// The time of the processor that a process has had so far, in the system's own steps.
///
/// # Panics
/// If there is no such process.
#[cfg(windows)]
pub fn cpu_ticks(pid: u32) -> u64 {
    use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};

    use windows_sys::Win32::Foundation::FILETIME;
    use windows_sys::Win32::System::Threading::{GetProcessTimes, OpenProcess, PROCESS_QUERY_INFORMATION};

    // SAFETY: takes numbers only.
    let process = unsafe { OpenProcess(PROCESS_QUERY_INFORMATION, 0, pid) };
    assert!(!process.is_null(), "process {pid} cannot be opened");
    // SAFETY: the handle was just made, and is nobody else's.
    let process = unsafe { OwnedHandle::from_raw_handle(process) };
    let [mut begin, mut end, mut system, mut user] = [FILETIME::default(); 4];
    let process = process.as_raw_handle();
    // SAFETY: the handle is open, and the pointers are to what they should be to.
    let told = unsafe { GetProcessTimes(process, &raw mut begin, &raw mut end, &raw mut system, &raw mut user) };
    assert_ne!(told, 0, "the times of process {pid} are not told");
    let ticks = |time: FILETIME| u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
    ticks(system) + ticks(user)
}

/// Ends a process by force, as a user or another program would.
///
/// # Panics
/// If the system refuses.
pub fn kill(pid: u32) {
    let (program, arguments) = match cfg!(windows) {
        true => ("taskkill", vec!["/F".to_owned(), "/PID".to_owned(), pid.to_string()]),
        false => ("kill", vec!["-KILL".to_owned(), pid.to_string()]),
    };
    let status = std::process::Command::new(program).args(arguments).stdout(std::process::Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "process {pid} cannot be ended");
}

/// Stops a process without ending it.
///
/// # Panics
/// If the system refuses.
#[cfg(unix)]
pub fn stop(pid: u32) {
    let status = std::process::Command::new("kill").args(["-STOP", &pid.to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "process {pid} cannot be stopped");
}

/// The threads of this process.
///
/// # Panics
/// If the system does not list itself.
#[cfg(windows)]
#[allow(clippy::unwrap_used, reason = "without the figure there is no measurement")]
pub fn threads_of_this_process() -> u64 {
    let own = std::process::id();
    running().into_iter().find(|process| process.pid == own).unwrap().threads
}
