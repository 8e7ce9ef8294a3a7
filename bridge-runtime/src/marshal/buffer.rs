//! The buffer in which a message is encoded, or received.

use std::collections::TryReserveError;
use std::io;

/// A growable byte buffer, aligned for every scalar.
///
/// It is reused from call to call, so that calls allocate nothing once it is large enough.
#[derive(Debug, Default)]
pub struct Buffer {
    /// The memory, in words, which aligns the bytes.
    words: Vec<u64>,
    /// Bytes in use.
    len: usize,
    /// Bytes of the message that are borrowed, and not in the buffer.
    borrowed_len: usize,
}

/// Every scalar array begins at a multiple of this many bytes in a message. It is the same on every system, although scalars
/// are aligned differently: 32-bit Linux aligns `u64` to four bytes, Windows to eight.
pub const ALIGNMENT: usize = 8;

// A word is large enough, and aligned for the largest scalar on this system.
const _: () = assert!(ALIGNMENT == size_of::<u64>() && ALIGNMENT.is_multiple_of(align_of::<u64>()));

/// The largest message, in bytes. The address space of a 32-bit process is 2 to 4 GiB, and a larger message would not fit
/// into it together with the library.
pub const LARGEST: usize = 1 << 30;

/// Why a message does not fit into a buffer.
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

    /// The bytes in use, as words. The last word may have more bytes, whose content is arbitrary.
    #[inline]
    pub fn words(&self) -> &[u64] {
        &self.words[..self.len.div_ceil(ALIGNMENT)]
    }

    /// As [`Buffer::words`], to be written in place.
    #[inline]
    pub fn words_mut(&mut self) -> &mut [u64] {
        &mut self.words[..self.len.div_ceil(ALIGNMENT)]
    }

    /// The number of bytes in use.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The number of bytes of the whole message, including borrowed ones.
    pub fn total_len(&self) -> usize {
        self.len + self.borrowed_len
    }

    /// Counts borrowed bytes as appended to the message; returns `false` if it would be larger than [`LARGEST`].
    pub(super) fn append_borrowed(&mut self, len: usize) -> bool {
        let fits = len <= LARGEST - self.total_len();
        self.borrowed_len += if fits { len } else { 0 };
        fits
    }

    /// Whether no bytes are in use.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Removes the content, and keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        self.len = 0;
        self.borrowed_len = 0;
    }

    /// Keeps the first `len` bytes.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Sets the number of bytes in use. The content of added bytes is arbitrary.
    ///
    /// # Errors
    /// [`BufferError`], and the buffer is unchanged.
    #[inline]
    pub fn resize(&mut self, len: usize) -> Result<(), BufferError> {
        if len > LARGEST - self.borrowed_len {
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
        // Zeroes all reserved memory at once, and not piece by piece as the message grows.
        self.words.resize(self.words.capacity(), 0);
        Ok(())
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// [`BufferError`], and the buffer is unchanged.
    #[inline]
    pub fn extend(&mut self, bytes: &[u8]) -> Result<(), BufferError> {
        // Most values are small numbers, of one byte, and nearly always there is room.
        if let [byte] = bytes
            && self.total_len() < LARGEST
            && self.len < self.capacity()
        {
            let len = self.len;
            self.memory_mut()[len] = *byte;
            self.len += 1;
            return Ok(());
        }
        self.extend_any(bytes)
    }

    /// Appends a few bytes, whose number is known when this is compiled.
    ///
    /// # Errors
    /// [`BufferError`], and the buffer is unchanged.
    #[inline]
    pub fn extend_array<const N: usize>(&mut self, bytes: [u8; N]) -> Result<(), BufferError> {
        let (start, is_allowed) = (self.len, N <= LARGEST - self.total_len());
        let free = self.memory_mut().get_mut(start..);
        if let Some(place) = free.and_then(|free| free.first_chunk_mut()).filter(|_| is_allowed) {
            *place = bytes;
            self.len += N;
            return Ok(());
        }
        self.extend_any(&bytes)
    }

    #[inline(never)]
    fn extend_any(&mut self, bytes: &[u8]) -> Result<(), BufferError> {
        let start = self.len;
        self.resize(start.checked_add(bytes.len()).ok_or(BufferError::TooLarge)?)?;
        self.bytes_mut()[start..].copy_from_slice(bytes);
        Ok(())
    }

    /// Replaces the content by the first `len` bytes of these words, in little-endian order.
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
        let padding = self.total_len().next_multiple_of(ALIGNMENT) - self.total_len();
        self.extend(&[0; ALIGNMENT][..padding])
    }

    /// The number of bytes that fit without another allocation.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.words.len() * ALIGNMENT
    }

    /// The whole memory, including bytes that are not in use.
    #[inline]
    pub fn memory_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.words)
    }
}

impl From<BufferError> for io::Error {
    fn from(error: BufferError) -> Self {
        Self::new(io::ErrorKind::OutOfMemory, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_aligned_and_keeps_its_content() {
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
    fn a_message_that_is_too_large_is_refused() {
        let mut buffer = Buffer::default();
        assert!(matches!(buffer.resize(LARGEST + 1), Err(BufferError::TooLarge)));
        assert_eq!(buffer.len(), 0);
    }
}
