//! Encoding values into a message.

use std::ffi::CStr;

use serde::Serialize;

use super::arena::{ArenaSlice, ArenaView};
use super::borrowed::BorrowedSlices;
use super::buffer::{Buffer, BufferError};
use super::scalar;
use super::slice::{OutputArray, SliceMut};

/// Appends values to a message, which may borrow slices that live for `'v`.
#[derive(Debug)]
pub struct Encoder<'b, 'v> {
    buffer: &'b mut Buffer,
    arena: Option<&'b ArenaView>,
    borrowed: Option<&'b mut BorrowedSlices<'v>>,
    has_failure: bool,
}

/// Why a value could not be encoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The message would be too large.
    #[error(transparent)]
    Buffer(#[from] BufferError),
    /// The value's own `Serialize` failed.
    #[error("cannot be serialized: {0}")]
    Serialize(postcard::Error),
}

impl<'b, 'v> Encoder<'b, 'v> {
    /// An encoder that appends to `buffer`.
    #[inline]
    pub fn new(buffer: &'b mut Buffer) -> Self {
        Self { buffer, arena: None, borrowed: None, has_failure: false }
    }

    /// Puts long scalar arrays into `arena` while there is room.
    #[inline]
    pub fn with_arena(self, arena: &'b ArenaView) -> Self {
        Self { arena: Some(arena), ..self }
    }

    /// Borrows long scalar arrays that live long enough, instead of copying them.
    pub fn borrowing(self, borrowed: impl Into<Option<&'b mut BorrowedSlices<'v>>>) -> Self {
        Self { borrowed: borrowed.into(), ..self }
    }

    /// Whether a result was appended that is an `Err`.
    #[inline]
    pub fn has_failure(&self) -> bool {
        self.has_failure
    }

    /// Appends any value that serde can serialize.
    ///
    /// # Errors
    /// [`EncodeError`]; the message is then incomplete and must be dropped.
    // Not inlined: compiled once for each type, and not for each argument of each method.
    #[inline(never)]
    pub fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let mut serializer = postcard::Serializer { output: BufferOutput { buffer: self.buffer, error: None } };
        match value.serialize(&mut serializer) {
            Ok(()) => Ok(()),
            Err(error) => Err(serializer.output.error.map_or(EncodeError::Serialize(error), EncodeError::Buffer)),
        }
    }

    /// Appends text for C, including its NUL.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn c_str(&mut self, text: &CStr) -> Result<(), EncodeError> {
        let bytes = text.to_bytes_with_nul();
        self.value(&(bytes.len() as u64))?;
        Ok(self.buffer.extend(bytes)?)
    }

    /// Appends optional text for C, including its NUL.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn optional_c_str(&mut self, text: Option<&CStr>) -> Result<(), EncodeError> {
        self.value(&text.is_some())?;
        text.map_or(Ok(()), |text| self.c_str(text))
    }

    /// Appends a method's own result.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn result<T: Serialize, E: Serialize>(&mut self, result: &Result<T, E>) -> Result<(), EncodeError> {
        self.has_failure |= result.is_err();
        self.value(result)
    }

    /// Appends a slice: scalars as aligned bytes in one copy, other elements one by one.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn slice<T: Serialize + 'static>(&mut self, values: &[T]) -> Result<(), EncodeError> {
        match self.begin_slice(values)? {
            Some(bytes) => Ok(self.buffer.extend(bytes)?),
            None => Ok(()),
        }
    }

    /// Appends a slice that lives until the message is sent. As [`Encoder::slice`], but scalars may be borrowed instead of copied.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn borrowed_slice<T: Serialize + 'static>(&mut self, values: &'v [T]) -> Result<(), EncodeError> {
        let Some(bytes) = self.begin_slice(values)? else { return Ok(()) };
        let is_borrowed = self.borrowed.as_mut().is_some_and(|borrowed| borrowed.borrow(bytes, self.buffer));
        if is_borrowed { Ok(()) } else { Ok(self.buffer.extend(bytes)?) }
    }

    /// Appends what precedes the scalars of a slice in the message, and returns their bytes, which are to be appended.
    ///
    /// Returns `None` if the slice has been appended: its elements are not scalars, or it is in the arena.
    /// Appends a slice as [`borrowed_slice`](Self::borrowed_slice) does, or null.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn optional_slice<T: Serialize + 'static>(&mut self, values: Option<&'v [T]>) -> Result<(), EncodeError> {
        self.value(&values.is_some())?;
        values.map_or(Ok(()), |values| self.borrowed_slice(values))
    }

    fn begin_slice<'s, T: Serialize + 'static>(&mut self, values: &'s [T]) -> Result<Option<&'s [u8]>, EncodeError> {
        let Some(bytes) = scalar::as_bytes(values) else { return self.value(values).map(|()| None) };
        if let Some(arena) = self.arena {
            if let Some(offset) = arena.store(bytes) {
                return self.arena_reference(values.len(), offset).map(|()| None);
            }
            arena.count_overflow(bytes.len());
        }
        self.value(&((values.len() as u64) << 1))?;
        self.buffer.align()?;
        Ok(Some(bytes))
    }

    /// Appends a slice that was received to be changed.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn slice_mut<T: Serialize + 'static>(&mut self, values: &'v SliceMut<'_, T>) -> Result<(), EncodeError> {
        match values.arena_slice() {
            Some(slice) => self.arena_slice(slice),
            None => self.borrowed_slice(values),
        }
    }

    /// Appends an array that a native function has filled.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn output_array<T: Serialize + 'static>(&mut self, values: &'v OutputArray<T>) -> Result<(), EncodeError> {
        match values {
            OutputArray::Owned(values) => self.borrowed_slice(values),
            OutputArray::InArena(slice) => self.arena_slice(slice),
        }
    }

    /// Appends an array in an arena: a reference to it, or a copy if it is another arena than this message's.
    fn arena_slice<T: Serialize + 'static>(&mut self, slice: &ArenaSlice<T>) -> Result<(), EncodeError> {
        match self.arena.and_then(|arena| arena.offset_of(slice)) {
            Some(offset) => self.arena_reference(slice.len(), offset),
            None => self.slice(&slice.to_vec()),
        }
    }

    fn arena_reference(&mut self, len: usize, offset: u64) -> Result<(), EncodeError> {
        self.value(&((len as u64) << 1 | 1))?;
        self.value(&offset)
    }
}

/// postcard output to the end of a [`Buffer`].
struct BufferOutput<'a> {
    buffer: &'a mut Buffer,
    /// The cause of a failure, which postcard's error cannot carry.
    error: Option<BufferError>,
}

impl postcard::ser_flavors::Flavor for BufferOutput<'_> {
    type Output = ();

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.try_extend(&[byte])
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.buffer.extend(bytes).map_err(|error| {
            self.error = Some(error);
            postcard::Error::SerializeBufferFull
        })
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
