//! A memory file, which another process of this user's reaches through `/proc`: it never has a name of its own, so
//! there is nothing to leave behind. A process under Wine opens it as an ordinary file.

use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd as _};
use std::ptr::{NonNull, null_mut};

use rustix::fs::{MemfdFlags, Mode, SealFlags, fchmod, fcntl_add_seals, fcntl_get_seals, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

#[derive(Debug)]
pub(super) struct Mapping {
    start: NonNull<c_void>,
    length: usize,
}

// SAFETY: memory belongs to no thread.
unsafe impl Send for Mapping {}
// SAFETY: it is only handed out as what several processes may use at once.
unsafe impl Sync for Mapping {}

#[derive(Debug)]
pub(super) struct Offer(File);

/// Nobody can change its size: a process that touches what is no longer there is ended.
const SEALS: SealFlags = SealFlags::SHRINK.union(SealFlags::GROW).union(SealFlags::SEAL);

pub(super) fn create(length: usize) -> io::Result<(Mapping, Offer)> {
    let file = memfd_create("bridge32", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    fchmod(&file, Mode::RUSR | Mode::WUSR)?;
    ftruncate(&file, length as u64)?;
    fcntl_add_seals(&file, SEALS)?;
    Ok((map(&file, length)?, Offer(file.into())))
}

pub(super) fn open(address: &str, length: usize) -> io::Result<Mapping> {
    let file = OpenOptions::new().read(true).write(true).open(address)?;
    let seals = fcntl_get_seals(&file);
    if file.metadata()?.len() != length as u64 || !seals.is_ok_and(|seals| seals.contains(SEALS)) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is no memory that was made for this"));
    }
    map(file, length)
}

fn map(file: impl AsFd, length: usize) -> io::Result<Mapping> {
    // SAFETY: a new mapping, where there is room for it, takes nobody's memory away.
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
        // SAFETY: it is this one's own mapping, and nobody who got a reference into it has outlived it.
        let unmapped = unsafe { munmap(self.start.as_ptr(), self.length) };
        debug_assert_eq!(unmapped, Ok(()));
    }
}

impl Offer {
    pub(super) fn address(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.0.as_raw_fd())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt as _;
    use std::path::Path;

    use super::*;

    #[test]
    fn it_is_this_user_s_alone_and_stays_as_long_as_it_is() {
        let (_mapping, offer) = create(8192).unwrap();
        let address = offer.address();
        let path = Path::new(&address);
        let mode = |path: &Path| path.metadata().unwrap().mode() & 0o777;
        assert_eq!((mode(path), mode(path.parent().unwrap()) & 0o077), (0o600, 0));
        for length in [0, 4096, 16384] {
            OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap_err();
        }
        let unsealed = memfd_create("bridge32", MemfdFlags::CLOEXEC).unwrap();
        ftruncate(&unsealed, 8192).unwrap();
        let unsealed = Offer(unsealed.into());
        assert_eq!(open(&unsealed.address(), 8192).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
