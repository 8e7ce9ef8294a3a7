//! Shared memory. It has no name in the file system, and is freed with the last process that has mapped it, however that process
//! ends.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(any(target_os = "linux", windows)))]
mod other;
#[cfg(windows)]
mod windows;

use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;
use std::{fmt, io};

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(any(target_os = "linux", windows)))]
use other as system;
#[cfg(windows)]
use windows as system;

/// A type whose value may be in memory that another process writes to at any time.
///
/// # Safety
/// The type consists of atomics only: any bits are a valid value, zeros are a suitable first one, and it gives out no
/// reference to anything but atomics.
pub(crate) unsafe trait Shareable: Sync {}

/// A `T` in shared memory.
pub(crate) struct SharedMemory<T> {
    mapping: system::Mapping,
    content: PhantomData<T>,
}

/// Words of eight bytes in shared memory.
#[derive(Debug)]
pub(crate) struct SharedWords {
    mapping: system::Mapping,
    count: usize,
}

/// Lets another process open shared memory, until this is dropped.
#[derive(Debug)]
pub(crate) struct MemoryOffer(system::MemoryObject);

impl<T: Shareable> SharedMemory<T> {
    const FITS: () = assert!(align_of::<T>() <= PAGE);

    /// Creates memory, filled with zeros, which only this user can open.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::Unsupported`] if the system has no suitable memory.
    pub(crate) fn new() -> io::Result<(Self, MemoryOffer)> {
        let () = Self::FITS;
        let (mapping, object) = system::create(size_of::<T>())?;
        Ok((Self { mapping, content: PhantomData }, MemoryOffer(object)))
    }

    /// Opens the memory that another process offers.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::InvalidData`] if the address is not that of such memory.
    pub(crate) fn open(address: &str) -> io::Result<Self> {
        let () = Self::FITS;
        Ok(Self { mapping: system::open(address, size_of::<T>())?, content: PhantomData })
    }
}

impl SharedWords {
    /// As [`SharedMemory::new`].
    ///
    /// # Errors
    /// As there.
    pub(crate) fn new(count: usize) -> io::Result<(Self, MemoryOffer)> {
        let (mapping, object) = system::create(bytes(count)?)?;
        Ok((Self { mapping, count }, MemoryOffer(object)))
    }

    /// As [`SharedMemory::open`].
    ///
    /// # Errors
    /// As there.
    pub(crate) fn open(address: &str, count: usize) -> io::Result<Self> {
        Ok(Self { mapping: system::open(address, bytes(count)?)?, count })
    }
}

/// The size in bytes of `count` words.
fn bytes(count: usize) -> io::Result<usize> {
    // No slice may be longer than `isize::MAX` bytes.
    let bytes = count.checked_mul(size_of::<AtomicU64>()).filter(|bytes| isize::try_from(*bytes).is_ok());
    bytes.ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

impl AsRef<[AtomicU64]> for SharedWords {
    fn as_ref(&self) -> &[AtomicU64] {
        let start: NonNull<AtomicU64> = self.mapping.start().cast();
        // SAFETY: the mapping holds `count` words, is aligned to a page, and lives as long as `self`. Any bits are a valid
        // atomic, and an atomic may be written by others at any time.
        unsafe { std::slice::from_raw_parts(start.as_ptr(), self.count) }
    }
}

impl MemoryOffer {
    /// The address by which the other process opens the memory. On Linux it is a path, to be translated for a process under Wine.
    pub(crate) fn address(&self) -> String {
        self.0.address()
    }
}

/// The alignment of mappings on every system.
const PAGE: usize = 4096;

impl<T: Shareable> std::ops::Deref for SharedMemory<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let start: NonNull<T> = self.mapping.start().cast();
        // SAFETY: the mapping is as large as `T`, aligned to a page, and lives as long as `self`. Guaranteed by `Shareable`: any
        // bits are a valid `T`, which others may write at any time, because it consists of atomics.
        unsafe { start.as_ref() }
    }
}

impl<T> fmt::Debug for SharedMemory<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedMemory").finish_non_exhaustive()
    }
}

#[cfg(all(test, any(target_os = "linux", windows)))]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[repr(C)]
    struct TwoNumbers([AtomicU32; 2]);

    // SAFETY: it consists of atomics only.
    unsafe impl Shareable for TwoNumbers {}

    #[test]
    fn two_mappings_are_the_same_memory() {
        let (mine, offer) = SharedMemory::<TwoNumbers>::new().unwrap();
        let theirs = SharedMemory::<TwoNumbers>::open(&offer.address()).unwrap();
        let address = offer.address();
        drop(offer);
        mine.0[1].store(7, Ordering::Relaxed);
        assert_eq!((theirs.0[0].load(Ordering::Relaxed), theirs.0[1].load(Ordering::Relaxed)), (0, 7));
        drop(mine);
        assert_eq!(theirs.0[1].load(Ordering::Relaxed), 7, "it lives as long as one process has mapped it");
        assert!(SharedMemory::<TwoNumbers>::open(&address).is_err(), "it can be opened only while it is offered");
    }

    #[test]
    fn words_are_shared_memory_of_the_requested_length() {
        let (mine, offer) = SharedWords::new(1000).unwrap();
        let theirs = SharedWords::open(&offer.address(), 1000).unwrap();
        assert!(SharedWords::open(&offer.address(), 5000).is_err(), "it is shorter");
        assert!(SharedWords::open(&offer.address(), usize::MAX).is_err());
        mine.as_ref()[999].store(7, Ordering::Relaxed);
        assert_eq!((theirs.as_ref().len(), theirs.as_ref()[999].load(Ordering::Relaxed)), (1000, 7));
    }

    #[test]
    fn an_address_of_something_else_is_refused() {
        for address in ["", "x", "/proc/self/exe", "/dev/null", "NUL", r"C:\no\such\file"] {
            assert!(SharedMemory::<TwoNumbers>::open(address).is_err(), "{address}");
        }
    }
}
