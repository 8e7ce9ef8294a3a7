//! The system resources that a process uses.

use serde::{Deserialize, Serialize};

/// The resources that a process uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// The process id.
    pub pid: u32,
    /// Heap bytes of Rust code, in a program with the counting allocator.
    pub heap: u64,
    /// The resident set size in bytes.
    pub resident: u64,
    /// Open file descriptors; on Windows, handles.
    pub descriptors: u64,
    /// The number of threads.
    pub threads: u64,
}

impl Resources {
    /// The resources that this process uses now.
    ///
    /// # Panics
    /// If the system does not report them.
    pub fn now() -> Self {
        let (resident, descriptors, threads) = system::measure();
        Self { pid: std::process::id(), heap: crate::counting::live(), resident, descriptors, threads }
    }
}

#[cfg(unix)]
#[allow(clippy::panic, clippy::unwrap_used, reason = "a test cannot go on without them")]
mod system {
    pub(super) fn measure() -> (u64, u64, u64) {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let figure = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let line = line.unwrap_or_else(|| panic!("/proc/self/status has no {name}"));
            line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
        };
        // One of them is open for reading this folder.
        let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().count() - 1;
        (figure("VmRSS") * 1024, descriptors as u64, figure("Threads"))
    }
}

#[cfg(windows)]
mod system {
    use std::os::windows::io::AsRawHandle as _;

    use windows_sys::Win32::System::ProcessStatus::{GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
    use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessHandleCount};

    pub(super) fn measure() -> (u64, u64, u64) {
        // SAFETY: the function has no arguments.
        let process = unsafe { GetCurrentProcess() };
        let mut handles = 0;
        // SAFETY: the pseudo handle is always valid, and the pointer is to a `u32`.
        let counted = unsafe { GetProcessHandleCount(process, &raw mut handles) };
        assert!(counted != 0, "the handles cannot be counted");
        let handles = if handles == 0 { handles_by_number() } else { handles.into() };
        let mut memory = PROCESS_MEMORY_COUNTERS::default();
        #[allow(clippy::cast_possible_truncation, reason = "the size of a struct")]
        let size = size_of::<PROCESS_MEMORY_COUNTERS>() as u32;
        // SAFETY: the pseudo handle is always valid, and the pointer is to a struct of this kind and size.
        let succeeded = unsafe { GetProcessMemoryInfo(process, &raw mut memory, size) };
        assert!(succeeded != 0, "the memory cannot be measured");
        (memory.WorkingSetSize as u64, handles, crate::processes::threads_of_this_process())
    }

    /// Estimates the number of handles under Wine, which does not count them. A new handle gets the lowest free multiple of four, so
    /// once a few gaps are filled, the highest of several new handles gives the number.
    fn handles_by_number() -> u64 {
        let new: Vec<_> = (0..GAPS).flat_map(|_| std::fs::File::open("NUL")).collect();
        let highest = new.iter().map(|file| file.as_raw_handle() as u64 / 4).max();
        highest.unwrap_or_default() - new.len() as u64
    }

    const GAPS: usize = 16;
}
