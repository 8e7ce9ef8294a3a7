//! What a process holds of its system.

use serde::{Deserialize, Serialize};

/// What this process holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// Its number.
    pub pid: u32,
    /// Bytes that Rust code has on the heap, in a program whose allocator counts.
    pub heap: u64,
    /// Bytes of memory that the system says it uses.
    pub resident: u64,
    /// Open files, sockets and the like; on Windows handles.
    pub descriptors: u64,
    /// Threads.
    pub threads: u64,
}

impl Resources {
    /// What this process holds now.
    ///
    /// # Panics
    /// If the system does not tell.
    pub fn now() -> Self {
        let (resident, descriptors, threads) = system::measure();
        Self { pid: std::process::id(), heap: crate::counting::live(), resident, descriptors, threads }
    }
}

#[cfg(unix)]
#[allow(clippy::panic, clippy::unwrap_used, reason = "without the figures there is no measurement")]
mod system {
    pub(super) fn measure() -> (u64, u64, u64) {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let figure = |name: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let line = line.unwrap_or_else(|| panic!("/proc/self/status has no {name}"));
            line.trim_start_matches(':').split_whitespace().next().unwrap().parse().unwrap()
        };
        // One of them is the folder that is being read.
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
        // SAFETY: takes nothing.
        let process = unsafe { GetCurrentProcess() };
        let mut handles = 0;
        // SAFETY: the pseudo handle is always valid, and the pointer is to a number.
        let counted = unsafe { GetProcessHandleCount(process, &raw mut handles) };
        assert!(counted != 0, "no number of handles");
        let handles = if handles == 0 { handles_by_number() } else { handles.into() };
        let mut memory = PROCESS_MEMORY_COUNTERS::default();
        #[allow(clippy::cast_possible_truncation, reason = "the size of a struct")]
        let size = size_of::<PROCESS_MEMORY_COUNTERS>() as u32;
        // SAFETY: the pseudo handle is always valid, and the pointer is to a struct of this kind and size.
        let told = unsafe { GetProcessMemoryInfo(process, &raw mut memory, size) };
        assert!(told != 0, "no size of the memory");
        (memory.WorkingSetSize as u64, handles, crate::processes::threads_of_this_process())
    }

    /// Wine does not count them. It gives a new handle the lowest number that is free, and numbers are multiples of four;
    /// beyond a few gaps, the highest of several new ones says how many there are.
    fn handles_by_number() -> u64 {
        let new: Vec<_> = (0..GAPS).flat_map(|_| std::fs::File::open("NUL")).collect();
        let highest = new.iter().map(|file| file.as_raw_handle() as u64 / 4).max();
        highest.unwrap_or_default() - new.len() as u64
    }

    const GAPS: usize = 16;
}
