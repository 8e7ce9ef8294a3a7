//! Memory that two processes share. It has no name in the file system, and is gone with the last process that has it,
//! however that one ends.

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

/// What may lie in memory that another process writes to at any time.
///
/// # Safety
/// It consists of atomics alone: every pattern of bits is a value, zeros are the first one, and no reference to
/// anything but an atomic can be had.
pub(crate) unsafe trait Shareable: Sync {}

/// A `T` that another process has as well.
pub(crate) struct SharedMemory<T> {
    mapping: system::Mapping,
    content: PhantomData<T>,
}

/// As many words as it was asked for, which another process has as well.
#[derive(Debug)]
pub(crate) struct SharedWords {
    mapping: system::Mapping,
    count: usize,
}

/// Memory that another process may open; until this is dropped.
#[derive(Debug)]
pub(crate) struct Offer(system::Offer);

impl<T: Shareable> SharedMemory<T> {
    const FITS: () = assert!(align_of::<T>() <= PAGE);

    /// New memory, full of zeros, for this user only, and what lets another process open it.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::Unsupported`] where it has no such memory.
    pub(crate) fn new() -> io::Result<(Self, Offer)> {
        let () = Self::FITS;
        let (mapping, offer) = system::create(size_of::<T>())?;
        Ok((Self { mapping, content: PhantomData }, Offer(offer)))
    }

    /// The memory that another process offers.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidData`] if it is no such memory.
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
    pub(crate) fn new(count: usize) -> io::Result<(Self, Offer)> {
        let (mapping, offer) = system::create(bytes(count)?)?;
        Ok((Self { mapping, count }, Offer(offer)))
    }

    /// As [`SharedMemory::open`].
    ///
    /// # Errors
    /// As there.
    pub(crate) fn open(address: &str, count: usize) -> io::Result<Self> {
        Ok(Self { mapping: system::open(address, bytes(count)?)?, count })
    }
}

/// Of so many words.
fn bytes(count: usize) -> io::Result<usize> {
    // No slice is longer than this.
    let bytes = count.checked_mul(size_of::<AtomicU64>()).filter(|bytes| isize::try_from(*bytes).is_ok());
    bytes.ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

impl AsRef<[AtomicU64]> for SharedWords {
    fn as_ref(&self) -> &[AtomicU64] {
        let start: NonNull<AtomicU64> = self.mapping.start().cast();
        // SAFETY: the mapping is as long, aligned to a page, and lives as long as `self`. Atomics are any bits, and allow
        // that others write to them meanwhile.
        unsafe { std::slice::from_raw_parts(start.as_ptr(), self.count) }
    }
}

impl Offer {
    /// What the other process opens it by; as it sees it, a path is for a process under Wine to be translated.
    pub(crate) fn address(&self) -> String {
        self.0.address()
    }
}

/// Mappings begin at a multiple of this on every system.
const PAGE: usize = 4096;

impl<T: Shareable> std::ops::Deref for SharedMemory<T> {
    type Target = T;

    fn deref(&self) -> &T {
        let start: NonNull<T> = self.mapping.start().cast();
        // SAFETY: the mapping is as large as `T`, aligned to a page, and lives as long as `self`. Whatever is in it is a
        // `T`, and atomics allow that others write to it meanwhile: both are `Shareable`'s promise.
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
    struct Two([AtomicU32; 2]);

    // SAFETY: atomics alone.
    unsafe impl Shareable for Two {}

    #[test]
    fn two_mappings_are_the_same_memory() {
        let (mine, offer) = SharedMemory::<Two>::new().unwrap();
        let theirs = SharedMemory::<Two>::open(&offer.address()).unwrap();
        let address = offer.address();
        drop(offer);
        mine.0[1].store(7, Ordering::Relaxed);
        assert_eq!((theirs.0[0].load(Ordering::Relaxed), theirs.0[1].load(Ordering::Relaxed)), (0, 7));
        drop(mine);
        assert_eq!(theirs.0[1].load(Ordering::Relaxed), 7, "it lives as long as somebody has it");
        assert!(SharedMemory::<Two>::open(&address).is_err(), "and can be opened for as long as it is offered");
    }

    #[test]
    fn words_are_shared_and_as_many_as_are_asked_for() {
        let (mine, offer) = SharedWords::new(1000).unwrap();
        let theirs = SharedWords::open(&offer.address(), 1000).unwrap();
        assert!(SharedWords::open(&offer.address(), 5000).is_err(), "there are not so many");
        assert!(SharedWords::open(&offer.address(), usize::MAX).is_err());
        mine.as_ref()[999].store(7, Ordering::Relaxed);
        assert_eq!((theirs.as_ref().len(), theirs.as_ref()[999].load(Ordering::Relaxed)), (1000, 7));
    }

    #[test]
    fn what_is_no_offer_is_refused() {
        for address in ["", "x", "/proc/self/exe", "/dev/null", "NUL", r"C:\no\such\file"] {
            assert!(SharedMemory::<Two>::open(address).is_err(), "{address}");
        }
    }
}
