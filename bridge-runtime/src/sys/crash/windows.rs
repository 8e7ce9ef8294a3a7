//! Crashes on Windows: exceptions, and the system's view of the process's memory.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::windows::io::AsHandle as _;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Diagnostics::Debug::{EXCEPTION_POINTERS, ReadProcessMemory};
use windows_sys::Win32::System::Memory::{
    MEM_IMAGE, MEMORY_BASIC_INFORMATION, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY,
    VirtualQuery,
};
use windows_sys::Win32::System::ProcessStatus::K32GetMappedFileNameW;
use windows_sys::Win32::System::Threading::GetCurrentProcess;

use super::{Memory, Registers, ReportText, write_report};

/// Reports an exception that nothing has handled.
pub(in crate::sys) fn report(info: &EXCEPTION_POINTERS) {
    // SAFETY: the system passes pointers that are valid for the call, or none.
    let Some(record) = (unsafe { info.ExceptionRecord.as_ref() }) else { return };
    // SAFETY: as above.
    let Some(context) = (unsafe { info.ContextRecord.as_ref() }) else { return };
    #[cfg(target_arch = "x86")]
    let stack = context.Esp as usize;
    #[cfg(target_arch = "x86_64")]
    #[allow(clippy::cast_possible_truncation, reason = "addresses have 64 bits there")]
    let stack = context.Rsp as usize;
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    let stack = {
        // Servers are for x86.
        let _ = context;
        0
    };
    let registers = Registers { instruction: record.ExceptionAddress.addr(), stack };
    let code = record.ExceptionCode.cast_unsigned();
    let out = |text: &[u8]| {
        // Not with `eprintln!`, whose lock the thread may have. Nobody may read it.
        if let Ok(stderr) = std::io::stderr().as_handle().try_clone_to_owned() {
            let _ = std::fs::File::from(stderr).write_all(text);
        }
    };
    write_report(format_args!("exception {code:#010X}"), registers, &mut OwnMemory::new(), out);
}

/// The memory of this process.
struct OwnMemory {
    process: HANDLE,
}

impl OwnMemory {
    fn new() -> Self {
        // SAFETY: takes nothing.
        Self { process: unsafe { GetCurrentProcess() } }
    }

    /// Returns what is mapped at an address.
    fn query(address: usize) -> Option<MEMORY_BASIC_INFORMATION> {
        let mut found = MEMORY_BASIC_INFORMATION::default();
        let size = size_of_val(&found);
        // SAFETY: any address may be asked for, and the pointer is to a struct of this size.
        let written = unsafe { VirtualQuery(address as *const _, &raw mut found, size) };
        (written != 0).then_some(found)
    }
}

impl Memory for OwnMemory {
    fn read(&mut self, address: usize, into: &mut [u8]) -> usize {
        // All or nothing is read, so not more than the mapping has.
        let Some(mapping) = Self::query(address) else { return 0 };
        let length = (mapping.BaseAddress.addr() + mapping.RegionSize).saturating_sub(address).min(into.len());
        let mut read = 0;
        // SAFETY: the pointer is to as many bytes, and the system refuses addresses that cannot be read.
        let done = unsafe {
            ReadProcessMemory(self.process, address as *const _, into.as_mut_ptr().cast(), length, &raw mut read)
        };
        if done == 0 { 0 } else { read }
    }

    fn is_code(&mut self, address: usize) -> bool {
        const CODE: [u32; 3] = [PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY];
        Self::query(address).is_some_and(|mapping| mapping.Type == MEM_IMAGE && CODE.contains(&mapping.Protect))
    }

    fn describe(&mut self, address: usize, out: &mut ReportText) -> bool {
        let Some(mapping) = Self::query(address).filter(|mapping| mapping.Type == MEM_IMAGE) else { return false };
        let mut name = [0u16; 260];
        #[allow(clippy::cast_possible_truncation, reason = "the size of an array")]
        let room = name.len() as u32;
        // Not with `GetModuleFileNameW`, which waits for the loader's lock: another thread may be loading a library.
        // SAFETY: the pointer is to as many characters.
        let length = unsafe { K32GetMappedFileNameW(self.process, address as *const _, name.as_mut_ptr(), room) };
        let name = &name[..(length as usize).min(name.len())];
        if name.is_empty() {
            return false;
        }
        // The path begins with the device, which says little.
        let file = name.rsplit(|unit| *unit == u16::from(b'\\')).next().unwrap_or(name);
        for unit in char::decode_utf16(file.iter().copied()) {
            let _ = write!(out, "{}", unit.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let _ = write!(out, " + {:#x}", address - mapping.AllocationBase.addr());
        true
    }
}
