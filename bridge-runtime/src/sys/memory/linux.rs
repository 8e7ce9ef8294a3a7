//! Shared memory on Linux: a memory file (`memfd_create`), which another process is handed over, or opens as `/proc/PID/fd/N` if it is the same user's. It
//! never has a name of its own, so none can be left behind. A process under Wine opens it as an ordinary file.

use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd as _};
use std::ptr::{NonNull, null_mut};

use rustix::fs::{MemfdFlags, Mode, SealFlags, fchmod, fcntl_add_seals, fcntl_get_seals, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use crate::sys::ControlSender;

#[derive(Debug)]
pub(super) struct Mapping {
    start: NonNull<c_void>,
    length: usize,
}

// SAFETY: a mapping is not tied to a thread.
unsafe impl Send for Mapping {}
// SAFETY: its memory is accessed only as atomics, by `SharedMemory` and `SharedWords`.
unsafe impl Sync for Mapping {}

/// The memory file.
#[derive(Debug)]
pub(super) struct MemoryObject(File);

/// Forbids changing the file's size: a process that accesses a mapping beyond the end of the file is killed by a signal.
const SEALS: SealFlags = SealFlags::SHRINK.union(SealFlags::GROW).union(SealFlags::SEAL);

pub(super) fn create(length: usize) -> io::Result<(Mapping, MemoryObject)> {
    let file = memfd_create("bridge32", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    fchmod(&file, Mode::RUSR | Mode::WUSR)?;
    ftruncate(&file, length as u64)?;
    fcntl_add_seals(&file, SEALS)?;
    Ok((map(&file, length)?, MemoryObject(file.into())))
}

pub(super) fn open(address: &str, length: usize) -> io::Result<Mapping> {
    open_file(OpenOptions::new().read(true).write(true).open(address)?, length)
}

/// Maps a memory file that is open.
pub(super) fn open_file(file: File, length: usize) -> io::Result<Mapping> {
    let seals = fcntl_get_seals(&file);
    if file.metadata()?.len() != length as u64 || !seals.is_ok_and(|seals| seals.contains(SEALS)) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not shared memory of the expected kind"));
    }
    map(file, length)
}

fn map(file: impl AsFd, length: usize) -> io::Result<Mapping> {
    // SAFETY: without `MAP_FIXED`, the system puts the mapping where nothing else is.
    let start = unsafe { mmap(null_mut(), length, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, file, 0) }?;
    match NonNull::new(start) {
        Some(start) => Ok(Mapping { start, length }),
        None => Err(io::ErrorKind::AddrNotAvailable.into()),
    }
}

impl Mapping {
    pub(super) fn start(&self) -> NonNull<c_void> {
        self.start
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is owned by `self`, and references into it borrow `self`.
        let unmapped = unsafe { munmap(self.start.as_ptr(), self.length) };
        debug_assert_eq!(unmapped, Ok(()));
    }
}

impl MemoryObject {
    pub(super) fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd())
    }

    /// Hands the file over to a server, which takes it by the address that is returned.
    pub(super) fn hand_over(&self, control: &ControlSender) -> io::Result<String> {
        control.hand_over(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use super::*;

    #[test]
    fn it_is_for_this_user_only_and_its_size_is_fixed() {
        let (_mapping, object) = create(8192).unwrap();
        let address = object.path();
        let path = Path::new(&address);
        let mode = |path: &Path| path.metadata().unwrap().mode() & 0o777;
        assert_eq!((mode(path), mode(path.parent().unwrap()) & 0o077), (0o600, 0));
        for length in [0, 4096, 16384] {
            OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap_err();
        }
        let unsealed = memfd_create("bridge32", MemfdFlags::CLOEXEC).unwrap();
        ftruncate(&unsealed, 8192).unwrap();
        let unsealed = MemoryObject(unsealed.into());
        assert_eq!(open(&unsealed.path(), 8192).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
