//! Access to memory of this process that may not be there.

use std::io;

/// Reads `count` bytes at an address of this process. An address where memory cannot be read is an error, not a fault.
///
/// # Errors
/// The system's.
///
/// # Safety
/// `to` is valid for writes of `count` bytes.
#[cfg(target_os = "linux")]
pub(crate) unsafe fn read_own(address: usize, to: *mut u8, count: usize) -> io::Result<()> {
    // SAFETY: guaranteed by the caller. The system checks the address itself.
    unsafe { transfer(libc::process_vm_readv, to, address, count) }
}

/// Writes `count` bytes to an address of this process. An address where memory cannot be written is an error, not a fault.
///
/// # Errors
/// The system's.
///
/// # Safety
/// `from` is valid for reads of `count` bytes. Nothing of Rust's is at the address.
#[cfg(target_os = "linux")]
pub(crate) unsafe fn write_own(address: usize, from: *const u8, count: usize) -> io::Result<()> {
    // SAFETY: guaranteed by the caller. The system checks the address itself, and only reads what is here.
    unsafe { transfer(libc::process_vm_writev, from.cast_mut(), address, count) }
}

/// `process_vm_readv` or `process_vm_writev`.
#[cfg(target_os = "linux")]
type Transfer = unsafe extern "C" fn(
    libc::pid_t,
    *const libc::iovec,
    libc::c_ulong,
    *const libc::iovec,
    libc::c_ulong,
    libc::c_ulong,
) -> libc::ssize_t;

/// Source: process_vm_readv(2). It transfers less than was asked for where the memory ends.
///
/// # Safety
/// `here` is valid for what `transfer` does with it.
#[cfg(target_os = "linux")]
unsafe fn transfer(transfer: Transfer, here: *mut u8, address: usize, count: usize) -> io::Result<()> {
    if count == 0 {
        return Ok(());
    }
    let here = libc::iovec { iov_base: here.cast(), iov_len: count };
    let there = libc::iovec { iov_base: std::ptr::with_exposed_provenance_mut(address), iov_len: count };
    let process = std::process::id().cast_signed();
    // SAFETY: guaranteed by the caller; both descriptions are of one range each.
    match unsafe { transfer(process, &raw const here, 1, &raw const there, 1, 0) } {
        -1 => Err(io::Error::last_os_error()),
        done if done.cast_unsigned() == count => Ok(()),
        _ => Err(io::Error::from_raw_os_error(libc::EFAULT)),
    }
}

/// As on Linux. Source: `ReadProcessMemory`, which reads all or nothing.
///
/// # Errors
/// The system's.
///
/// # Safety
/// `to` is valid for writes of `count` bytes.
#[cfg(windows)]
pub(crate) unsafe fn read_own(address: usize, to: *mut u8, count: usize) -> io::Result<()> {
    use windows_sys::Win32::System::Diagnostics::Debug::ReadProcessMemory;
    use windows_sys::Win32::System::Memory::{PAGE_GUARD, PAGE_NOACCESS};
    use windows_sys::Win32::System::Threading::GetCurrentProcess;

    check(address, count, |protection| protection & (PAGE_GUARD | PAGE_NOACCESS) == 0)?;
    let from = std::ptr::with_exposed_provenance(address);
    // SAFETY: guaranteed by the caller; the system checks the address, and the handle is this process's own.
    let done = unsafe { ReadProcessMemory(GetCurrentProcess(), from, to.cast(), count, std::ptr::null_mut()) };
    if count == 0 || done != 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// As on Linux. Source: `WriteProcessMemory`, which also writes where this process may not; so the protection is asked for first.
///
/// # Errors
/// The system's.
///
/// # Safety
/// `from` is valid for reads of `count` bytes. Nothing of Rust's is at the address.
#[cfg(windows)]
pub(crate) unsafe fn write_own(address: usize, from: *const u8, count: usize) -> io::Result<()> {
    use windows_sys::Win32::System::Diagnostics::Debug::WriteProcessMemory;
    use windows_sys::Win32::System::Memory::{
        PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY, PAGE_GUARD, PAGE_READWRITE, PAGE_WRITECOPY,
    };
    use windows_sys::Win32::System::Threading::GetCurrentProcess;

    let writable = PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    check(address, count, |protection| protection & PAGE_GUARD == 0 && protection & writable != 0)?;
    let to = std::ptr::with_exposed_provenance(address);
    // SAFETY: guaranteed by the caller; the system checks the address, and the handle is this process's own.
    let done = unsafe { WriteProcessMemory(GetCurrentProcess(), to, from.cast(), count, std::ptr::null_mut()) };
    if count == 0 || done != 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Checks that all pages of a range are there, with a protection that `is_right` accepts.
#[cfg(windows)]
fn check(address: usize, count: usize, is_right: impl Fn(u32) -> bool) -> io::Result<()> {
    use windows_sys::Win32::Foundation::ERROR_NOACCESS;
    use windows_sys::Win32::System::Memory::{MEM_COMMIT, MEMORY_BASIC_INFORMATION, VirtualQuery};

    let no_access = || io::Error::from_raw_os_error(ERROR_NOACCESS.cast_signed());
    let end = address.checked_add(count).ok_or_else(no_access)?;
    let mut place = address;
    while place < end {
        let mut found = MEMORY_BASIC_INFORMATION::default();
        let size = size_of_val(&found);
        // SAFETY: any address may be asked for, and the pointer is to a struct of this size.
        let written = unsafe { VirtualQuery(std::ptr::with_exposed_provenance(place), &raw mut found, size) };
        if written == 0 || found.State != MEM_COMMIT || !is_right(found.Protect) {
            return Err(no_access());
        }
        place = found.BaseAddress.addr().saturating_add(found.RegionSize);
    }
    Ok(())
}

/// Other systems cannot be asked.
///
/// # Errors
/// Always.
///
/// # Safety
/// There is nothing to guarantee.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) unsafe fn read_own(_: usize, _: *mut u8, _: usize) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Other systems cannot be asked.
///
/// # Errors
/// Always.
///
/// # Safety
/// There is nothing to guarantee.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) unsafe fn write_own(_: usize, _: *const u8, _: usize) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, any(target_os = "linux", windows)))]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_there_is_read_and_written() {
        let mut memory = [1u8, 2, 3, 4];
        let address = memory.as_mut_ptr().expose_provenance();
        // SAFETY: the array is of four bytes, and nothing refers to it meanwhile.
        unsafe { write_own(address + 1, [8, 9].as_ptr(), 2) }.unwrap();
        let mut copy = [0; 4];
        // SAFETY: the copy has four bytes.
        unsafe { read_own(address, copy.as_mut_ptr(), 4) }.unwrap();
        assert_eq!(copy, [1, 8, 9, 4]);
        // SAFETY: nothing is read.
        unsafe { read_own(16, copy.as_mut_ptr(), 0) }.unwrap();
    }

    #[test]
    fn memory_that_is_not_there_is_an_error() {
        static CONSTANT: [u64; 4] = [1, 2, 3, 4];
        let mut copy = [7u8; 8];
        for address in [0, 16, usize::MAX - 3] {
            // SAFETY: the copy has eight bytes.
            assert!(unsafe { read_own(address, copy.as_mut_ptr(), 8) }.is_err(), "{address:#x}");
            // SAFETY: as above; nothing is at the address.
            assert!(unsafe { write_own(address, copy.as_ptr(), 8) }.is_err(), "{address:#x}");
        }
        let constant = CONSTANT.as_ptr().expose_provenance();
        // SAFETY: the copy has eight bytes, and the system does not let the constant be written.
        assert!(unsafe { write_own(constant, copy.as_ptr(), 8) }.is_err());
        assert_eq!(CONSTANT[0], 1);
    }
}
