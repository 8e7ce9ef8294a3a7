//! The memory a message is encoded into and received in.

use std::collections::TryReserveError;

/// A growable byte buffer whose first byte is aligned for every scalar that crosses the bridge.
///
/// It is reused from call to call, so that a warm call allocates nothing.
#[derive(Debug, Default)]
pub struct Buffer {
    /// Backing store in words: this is what aligns the bytes.
    words: Vec<u64>,
    /// Bytes in use.
    len: usize,
    /// Bytes of the message that are not here: it refers to them.
    elsewhere: usize,
}

/// Every run of scalars begins at a multiple of this many bytes in a message. It is the same on every system, though
/// scalars are not aligned alike: 32-bit Linux aligns `u64` to four bytes, Windows to eight.
pub const ALIGNMENT: usize = 8;

// The memory itself is aligned as this system wants it for the largest scalar.
const _: () = assert!(ALIGNMENT == size_of::<u64>() && ALIGNMENT.is_multiple_of(align_of::<u64>()));

/// The largest message, in bytes. A 32-bit process has 2 to 4 GiB of addresses for everything;
/// a larger message could not be held there beside the library.
pub const LARGEST: usize = 1 << 30;

/// A message does not fit.
#[derive(Debug, thiserror::Error)]
pub enum BufferError {
    /// It would be larger than [`LARGEST`].
    #[error("makes a message of more than {LARGEST} bytes, the most that can cross")]
    TooLarge,
    /// There is no memory for this many bytes.
    #[error("makes a message of {0} bytes, for which there is no memory")]
    OutOfMemory(usize),
}

impl Buffer {
    /// The bytes in use.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.len]
    }

    /// The bytes in use, to be written in place.
    #[inline]
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.len]
    }

    /// The bytes in use as words; the last one may hold further bytes, whatever was there before.
    #[inline]
    pub fn words(&self) -> &[u64] {
        &self.words[..self.len.div_ceil(ALIGNMENT)]
    }

    /// As [`Buffer::words`], to be written in place.
    #[inline]
    pub fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words[..self.len.div_ceil(ALIGNMENT)]
    }

    /// Bytes in use.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Bytes of the whole message, with those that it refers to.
    pub fn total(&self) -> usize {
        self.len + self.elsewhere
    }

    /// Makes as many bytes that are elsewhere part of the message, which go on at its end; `false` if it would be larger
    /// than [`LARGEST`].
    pub(super) fn refer(&mut self, bytes: usize) -> bool {
        let fits = bytes <= LARGEST - self.total();
        self.elsewhere += if fits { bytes } else { 0 };
        fits
    }

    /// Whether no bytes are in use.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets the content and keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        self.len = 0;
        self.elsewhere = 0;
    }

    /// Forgets what is behind the first `len` bytes.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Sets the number of bytes in use; new bytes hold whatever was there before.
    ///
    /// # Errors
    /// [`BufferError`], and the buffer is unchanged.
    #[inline]
    pub fn resize(&mut self, len: usize) -> Result<(), BufferError> {
        if len > LARGEST - self.elsewhere {
            return Err(BufferError::TooLarge);
        }
        let words = len.div_ceil(ALIGNMENT);
        if words > self.words.len() {
            self.grow(words).map_err(|_| BufferError::OutOfMemory(len))?;
        }
        self.len = len;
        Ok(())
    }

    #[cold]
    fn grow(&mut self, words: usize) -> Result<(), TryReserveError> {
        self.words.try_reserve(words - self.words.len())?;
        // All that was reserved is made usable at once: a growing message is not zeroed piece by piece.
        self.words.resize(self.words.capacity(), 0);
        Ok(())
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`BufferError`], and the buffer is unchanged.
    #[inline]
    pub fn extend(&mut self, bytes: &[u8]) -> Result<(), BufferError> {
        // A small number, as most values are; nearly always there is room.
        if let [byte] = bytes
            && self.total() < LARGEST
            && self.len < self.capacity()
        {
            let len = self.len;
            self.memory_mut()[len] = *byte;
            self.len += 1;
            return Ok(());
        }
        self.extend_any(bytes)
    }

    #[inline(never)]
    fn extend_any(&mut self, bytes: &[u8]) -> Result<(), BufferError> {
        let start = self.len;
        self.resize(start.checked_add(bytes.len()).ok_or(BufferError::TooLarge)?)?;
        self.bytes_mut()[start..].copy_from_slice(bytes);
        Ok(())
    }

    /// Makes the first `len` bytes of these words, as little-endian numbers, the content.
    ///
    /// # Errors
    /// [`BufferError`], and the buffer is empty.
    #[inline]
    pub fn begin(&mut self, words: [u64; 2], len: usize) -> Result<(), BufferError> {
        self.clear();
        self.resize(size_of_val(&words))?;
        self.words[..2].copy_from_slice(&words.map(u64::to_le));
        self.truncate(len);
        Ok(())
    }

    /// Appends zeros until the length of the message is a multiple of [`ALIGNMENT`].
    ///
    /// # Errors
    /// [`BufferError`], and the buffer is unchanged.
    pub fn align(&mut self) -> Result<(), BufferError> {
        let padding = self.total().next_multiple_of(ALIGNMENT) - self.total();
        self.extend(&[0; ALIGNMENT][..padding])
    }

    /// Bytes the buffer holds without growing.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.words.len() * ALIGNMENT
    }

    /// All the memory, for reading into, whatever is in use.
    #[inline]
    pub fn memory_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_aligned_and_keeps_its_content() {
        let mut buffer = Buffer::default();
        buffer.extend(b"abc").unwrap();
        buffer.align().unwrap();
        assert_eq!(buffer.bytes(), b"abc\0\0\0\0\0");
        buffer.extend(&[7; 1000]).unwrap();
        assert_eq!(buffer.len(), 1008);
        assert_eq!(&buffer.bytes()[..4], b"abc\0");
        assert!(buffer.bytes().as_ptr().cast::<u64>().is_aligned());
    }

    #[test]
    fn refuses_what_is_too_large() {
        let mut buffer = Buffer::default();
        assert!(matches!(buffer.resize(LARGEST + 1), Err(BufferError::TooLarge)));
        assert_eq!(buffer.len(), 0);
    }
}
