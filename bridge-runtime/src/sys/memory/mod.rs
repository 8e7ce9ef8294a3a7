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
use std::sync::atomic::{AtomicU64, Ordering};
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
pub(crate) struct MemoryOffer {
    object: system::MemoryObject,
    /// The random number at the end of the memory.
    nonce: u128,
}

/// The number of words at the end of the memory that hold its nonce. A path of Linux contains the id of a process, which is another
/// process in another PID namespace: the server must not take that one's memory for its client's.
const NONCE: usize = 2;

impl<T: Shareable> SharedMemory<T> {
    const FITS: () = assert!(align_of::<T>() <= PAGE && size_of::<T>().is_multiple_of(size_of::<AtomicU64>()));
    const WORDS: usize = size_of::<T>() / size_of::<AtomicU64>();

    /// Creates memory, filled with zeros, which only this user can open.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::Unsupported`] if the system has no suitable memory.
    pub(crate) fn new() -> io::Result<(Self, MemoryOffer)> {
        let () = Self::FITS;
        let (mapping, offer) = create(Self::WORDS)?;
        Ok((Self { mapping, content: PhantomData }, offer))
    }

    /// Opens the memory that another process offers.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::InvalidData`] if the address is not that of such memory.
    pub(crate) fn open(address: &str) -> io::Result<Self> {
        let () = Self::FITS;
        Ok(Self { mapping: open(address, Self::WORDS)?, content: PhantomData })
    }
}

impl SharedWords {
    /// As [`SharedMemory::new`].
    ///
    /// # Errors
    /// As there.
    pub(crate) fn new(count: usize) -> io::Result<(Self, MemoryOffer)> {
        let (mapping, offer) = create(count)?;
        Ok((Self { mapping, count }, offer))
    }

    /// As [`SharedMemory::open`].
    ///
    /// # Errors
    /// As there.
    pub(crate) fn open(address: &str, count: usize) -> io::Result<Self> {
        Ok(Self { mapping: open(address, count)?, count })
    }
}

/// Creates memory of `count` words, followed by a nonce.
fn create(count: usize) -> io::Result<(system::Mapping, MemoryOffer)> {
    let mut nonce = [0; size_of::<u128>()];
    getrandom::fill(&mut nonce).map_err(io::Error::other)?;
    let nonce = u128::from_le_bytes(nonce);
    let (mapping, object) = system::create(bytes(count.saturating_add(NONCE))?)?;
    // SAFETY: the mapping was created with this length.
    let end = unsafe { words(&mapping, count + NONCE) };
    for (cell, half) in end[count..].iter().zip([nonce as u64, (nonce >> 64) as u64]) {
        cell.store(half, Ordering::Relaxed);
    }
    Ok((mapping, MemoryOffer { object, nonce }))
}

/// Opens memory of `count` words, if it ends with the nonce in the address.
fn open(address: &str, count: usize) -> io::Result<system::Mapping> {
    let invalid = |text: &str| io::Error::new(io::ErrorKind::InvalidData, text);
    let parts = address.split_once(' ').and_then(|(nonce, path)| Some((u128::from_str_radix(nonce, 16).ok()?, path)));
    let (nonce, path) = parts.ok_or_else(|| invalid("not an address of shared memory"))?;
    let length = bytes(count.saturating_add(NONCE))?;
    #[cfg(unix)]
    let mapping = match super::take_handed_over(path)? {
        Some(file) => system::open_file(file.into(), length)?,
        None => system::open(path, length)?,
    };
    #[cfg(windows)]
    let mapping = system::open(path, length)?;
    // SAFETY: the mapping was opened with this length.
    let end = unsafe { words(&mapping, count + NONCE) };
    let found = end[count..].iter().rev().fold(0, |found, cell| found << 64 | u128::from(cell.load(Ordering::Relaxed)));
    if found == nonce { Ok(mapping) } else { Err(invalid("it is the memory of another process")) }
}

/// The first `count` words of a mapping.
///
/// # Safety
/// The mapping is at least that long.
unsafe fn words(mapping: &system::Mapping, count: usize) -> &[AtomicU64] {
    let start: NonNull<AtomicU64> = mapping.start().cast();
    // SAFETY: guaranteed by the caller: the mapping is long enough. It is aligned to a page, and lives as long as the reference. Any
    // bits are a valid atomic, and an atomic may be written by others at any time.
    unsafe { std::slice::from_raw_parts(start.as_ptr(), count) }
}

/// The size in bytes of `count` words.
fn bytes(count: usize) -> io::Result<usize> {
    // No slice may be longer than `isize::MAX` bytes.
    let bytes = count.checked_mul(size_of::<AtomicU64>()).filter(|bytes| isize::try_from(*bytes).is_ok());
    bytes.ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

impl AsRef<[AtomicU64]> for SharedWords {
    fn as_ref(&self) -> &[AtomicU64] {
        // SAFETY: the mapping has `count` words.
        unsafe { words(&self.mapping, self.count) }
    }
}

impl MemoryOffer {
    /// The address by which the other process opens the memory. On Linux it contains a path, which `path` can translate.
    pub(crate) fn address(&self, path: impl FnOnce(&str) -> String) -> String {
        let Self { object, nonce } = self;
        format!("{nonce:032x} {}", path(&object.path()))
    }

    /// Hands the memory over to a server, and returns the address by which the server opens it.
    ///
    /// # Errors
    /// The system's error.
    #[cfg(unix)]
    pub(crate) fn hand_over(&self, control: &super::ControlSender) -> io::Result<String> {
        Ok(format!("{:032x} {}", self.nonce, self.object.hand_over(control)?))
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
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[repr(C)]
    struct TwoNumbers([AtomicU32; 2]);

    // SAFETY: it consists of atomics only.
    unsafe impl Shareable for TwoNumbers {}

    #[test]
    fn two_mappings_are_the_same_memory() {
        let (mine, offer) = SharedMemory::<TwoNumbers>::new().unwrap();
        let theirs = SharedMemory::<TwoNumbers>::open(&offer.address(str::to_owned)).unwrap();
        let address = offer.address(str::to_owned);
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
        let theirs = SharedWords::open(&offer.address(str::to_owned), 1000).unwrap();
        assert!(SharedWords::open(&offer.address(str::to_owned), 5000).is_err(), "it is shorter");
        assert!(SharedWords::open(&offer.address(str::to_owned), usize::MAX).is_err());
        mine.as_ref()[999].store(7, Ordering::Relaxed);
        assert_eq!((theirs.as_ref().len(), theirs.as_ref()[999].load(Ordering::Relaxed)), (1000, 7));
    }

    /// Its address is right except for the random number, as that of a process with the same id in another PID namespace.
    #[test]
    fn memory_of_another_process_is_refused() {
        let (_mine, offer) = SharedMemory::<TwoNumbers>::new().unwrap();
        let (_theirs, other) = SharedMemory::<TwoNumbers>::new().unwrap();
        let (nonce, _) = offer
            .address(str::to_owned)
            .split_once(' ')
            .map(|(nonce, path)| (nonce.to_owned(), path.to_owned()))
            .unwrap();
        let mixed = other.address(str::to_owned).split_once(' ').map(|(_, path)| format!("{nonce} {path}")).unwrap();
        let error = SharedMemory::<TwoNumbers>::open(&mixed).unwrap_err();
        assert!(error.to_string().contains("another process"), "{error}");
    }

    #[test]
    fn an_address_of_something_else_is_refused() {
        for address in ["", "x", "/proc/self/exe", "/dev/null", "NUL", r"C:\no\such\file"] {
            assert!(SharedMemory::<TwoNumbers>::open(address).is_err(), "{address}");
            let address = format!("{:032x} {address}", 0);
            assert!(SharedMemory::<TwoNumbers>::open(&address).is_err(), "{address}");
        }
    }
}
