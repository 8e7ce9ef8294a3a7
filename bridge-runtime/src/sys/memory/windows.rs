//! A section of memory with a random name. A process under Wine also opens what its client has on Linux: a file.

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

#[derive(Debug)]
pub(super) struct Mapping(NonNull<c_void>);

// SAFETY: memory belongs to no thread.
unsafe impl Send for Mapping {}
// SAFETY: it is only handed out as what several processes may use at once.
unsafe impl Sync for Mapping {}

/// The name is there for as long as the handle is; the memory, for as long as somebody has mapped it.
#[derive(Debug)]
pub(super) struct Offer {
    name: String,
    _section: OwnedHandle,
}

/// What tells names of sections from paths.
const SECTION: &str = r"Local\bridge32-";

pub(super) fn create(length: usize) -> io::Result<(Mapping, Offer)> {
    let mut random = [0; size_of::<u128>()];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let name = format!("{SECTION}{:032x}", u128::from_le_bytes(random));
    let wide_name = wide(&name)?;
    let section = section(INVALID_HANDLE_VALUE, length, wide_name.as_ptr())?;
    // Whoever had the name before knows what is going to be said.
    // SAFETY: takes nothing.
    if unsafe { GetLastError() } == ERROR_ALREADY_EXISTS {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    Ok((map(&section, length)?, Offer { name, _section: section }))
}

pub(super) fn open(address: &str, length: usize) -> io::Result<Mapping> {
    if address.starts_with(SECTION) {
        let name = wide(address)?;
        // SAFETY: the name ends with a zero and outlives the call.
        return map(&owned(unsafe { OpenFileMappingW(FILE_MAP_READ | FILE_MAP_WRITE, 0, name.as_ptr()) })?, length);
    }
    let file = OpenOptions::new().read(true).write(true).open(address)?;
    // As long as the file is, which Wine does not tell: a shorter one cannot be mapped.
    const WHOLE: usize = 0;
    map(&section(file.as_raw_handle(), WHOLE, null())?, length)
}

/// A section without a security descriptor has that of its maker's token, which is for this user and the system. Source:
/// <https://learn.microsoft.com/windows/win32/memory/file-mapping-security-and-access-rights>.
fn section(file: HANDLE, length: usize, name: *const u16) -> io::Result<OwnedHandle> {
    let length = u32::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
    // SAFETY: the handle is open, or says that there is no file; the name is null, or valid for the call.
    owned(unsafe { CreateFileMappingW(file, null(), PAGE_READWRITE, 0, length, name) })
}

/// Takes a handle that was just made, or tells why there is none.
fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is open, and nobody else's.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Fails where the section is smaller than this.
fn map(section: &OwnedHandle, length: usize) -> io::Result<Mapping> {
    // SAFETY: a new mapping takes nobody's memory away.
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
        // SAFETY: it is this one's own mapping, and nobody who got a reference into it has outlived it.
        let unmapped = unsafe { UnmapViewOfFile(view) };
        debug_assert_ne!(unmapped, 0);
    }
}

impl Offer {
    pub(super) fn address(&self) -> String {
        self.name.clone()
    }
}
