//! Shared memory on Windows: a file mapping object with a random name. A process under Wine can also open the memory file of a
//! client on Linux.

use std::ffi::c_void;
use std::fs::OpenOptions;
use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::ptr::{NonNull, null};

use widestring::U16CString;
use windows_sys::Win32::Foundation::{ERROR_ALREADY_EXISTS, GetLastError, HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Memory::{
    CreateFileMappingW, FILE_MAP_READ, FILE_MAP_WRITE, MEMORY_MAPPED_VIEW_ADDRESS, MapViewOfFile, OpenFileMappingW,
    PAGE_READWRITE, UnmapViewOfFile,
};

use crate::sys::PrivateAttributes;

#[derive(Debug)]
pub(super) struct Mapping(NonNull<c_void>);

// SAFETY: a mapping is not tied to a thread.
unsafe impl Send for Mapping {}
// SAFETY: its memory is accessed only as atomics, by `SharedMemory` and `SharedWords`.
unsafe impl Sync for Mapping {}

/// The file mapping object. It can be opened by its name while the handle is open; the memory lives as long as it is mapped.
#[derive(Debug)]
pub(super) struct MemoryObject {
    name: String,
    _section: OwnedHandle,
}

/// How the names of file mapping objects begin, which distinguishes them from paths.
const SECTION: &str = r"Local\bridge32-";

pub(super) fn create(length: usize) -> io::Result<(Mapping, MemoryObject)> {
    let mut random = [0; size_of::<u128>()];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let name = format!("{SECTION}{:032x}", u128::from_le_bytes(random));
    let wide_name = wide(&name)?;
    let section = section(INVALID_HANDLE_VALUE, length, wide_name.as_ptr())?;
    // An existing object belongs to a process that guessed the name, and could read all messages.
    // SAFETY: the function has no preconditions.
    if unsafe { GetLastError() } == ERROR_ALREADY_EXISTS {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    Ok((map(&section, length)?, MemoryObject { name, _section: section }))
}

pub(super) fn open(address: &str, length: usize) -> io::Result<Mapping> {
    if address.starts_with(SECTION) {
        let name = wide(address)?;
        // SAFETY: the name ends with a NUL, and is valid during the call.
        return map(&owned(unsafe { OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, 0, name.as_ptr()) })?, length);
    }
    let file = OpenOptions::new().read(true).write(true).open(address)?;
    // The size of the file, which Wine does not report. Mapping a file that is too short fails.
    const WHOLE: usize = 0;
    map(&section(file.as_raw_handle(), WHOLE, null())?, length)
}

/// Creates a file mapping object that only this user may open, or one of a file.
fn section(file: HANDLE, length: usize, name: *const u16) -> io::Result<OwnedHandle> {
    let length = u32::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
    let access = PrivateAttributes::new()?;
    // SAFETY: the handle is open, or `INVALID_HANDLE_VALUE`, which means no file; the attributes are valid during the call, and so is
    // the name, unless it is null.
    owned(unsafe { CreateFileMappingW(file, access.as_ptr(), PAGE_READWRITE, 0, length, name) })
}

/// Takes ownership of a handle that was just created, or returns the system's error.
fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is open, and owned by nothing else: it was just created.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Maps the first `length` bytes. Fails if the object is smaller.
fn map(section: &OwnedHandle, length: usize) -> io::Result<Mapping> {
    // SAFETY: the system puts the mapping where nothing else is.
    let view = unsafe { MapViewOfFile(section.as_raw_handle(), FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, length) };
    NonNull::new(view.Value).map(Mapping).ok_or_else(io::Error::last_os_error)
}

fn wide(name: &str) -> io::Result<U16CString> {
    U16CString::from_str(name).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))
}

impl Mapping {
    pub(super) fn start(&self) -> NonNull<c_void> {
        self.0
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        let view = MEMORY_MAPPED_VIEW_ADDRESS { Value: self.0.as_ptr() };
        // SAFETY: the mapping is owned by `self`, and references into it borrow `self`.
        let unmapped = unsafe { UnmapViewOfFile(view) };
        debug_assert_ne!(unmapped, 0);
    }
}

impl MemoryObject {
    pub(super) fn path(&self) -> String {
        self.name.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::os::windows::io::AsHandle as _;

    use super::*;

    #[test]
    fn it_is_for_this_user_only() {
        let section = section(INVALID_HANDLE_VALUE, 1 << 16, null()).unwrap();
        crate::sys::assert_private(section.as_handle());
    }
}
