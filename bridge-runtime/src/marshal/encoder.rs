//! Rust values into a message.

use std::ffi::CStr;

use serde::Serialize;

use super::arena::{ArenaSlice, ArenaView};
use super::borrowed::BorrowedSlices;
use super::buffer::{Buffer, BufferError};
use super::scalar;
use super::slice::{OutVec, SliceMut};

/// Appends values to a message, which may refer to what lives as long as `'v`.
#[derive(Debug)]
pub struct Encoder<'b, 'v> {
    buffer: &'b mut Buffer,
    arena: Option<&'b ArenaView>,
    borrowed: Option<&'b mut BorrowedSlices<'v>>,
    has_failure: bool,
}

/// Why a value could not be put into a message.
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

    /// Long runs of scalars go there while there is room.
    #[inline]
    pub fn with_arena(self, arena: &'b ArenaView) -> Self {
        Self { arena: Some(arena), ..self }
    }

    /// Long runs of scalars that live long enough are referred to, and not copied.
    pub fn borrowing(self, borrowed: impl Into<Option<&'b mut BorrowedSlices<'v>>>) -> Self {
        Self { borrowed: borrowed.into(), ..self }
    }

    /// Whether a result was appended that is an error.
    #[inline]
    pub fn has_failure(&self) -> bool {
        self.has_failure
    }

    /// Appends any value that serde can serialize.
    ///
    /// # Errors
    /// [`EncodeError`]; the message is then incomplete and must be dropped.
    // Compiled once for each type, and not for each argument of each method.
    #[inline(never)]
    pub fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), EncodeError> {
        let mut serializer = postcard::Serializer { output: Append { buffer: self.buffer, exhausted: None } };
        match value.serialize(&mut serializer) {
            Ok(()) => Ok(()),
            Err(error) => Err(serializer.output.exhausted.map_or(EncodeError::Serialize(error), EncodeError::Buffer)),
        }
    }

    /// Appends bytes that end with a NUL, and that with them.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn c_str(&mut self, text: &CStr) -> Result<(), EncodeError> {
        let bytes = text.to_bytes_with_nul();
        self.value(&(bytes.len() as u64))?;
        Ok(self.buffer.extend(bytes)?)
    }

    /// Appends optional bytes that end with a NUL.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn optional_c_str(&mut self, text: Option<&CStr>) -> Result<(), EncodeError> {
        self.value(&text.is_some())?;
        text.map_or(Ok(()), |text| self.c_str(text))
    }

    /// Appends a result, as any value.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn result<T: Serialize, E: Serialize>(&mut self, result: &Result<T, E>) -> Result<(), EncodeError> {
        self.has_failure |= result.is_err();
        self.value(result)
    }

    /// Appends a slice: scalars as aligned bytes in one copy, everything else element by element.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn slice<T: Serialize + 'static>(&mut self, values: &[T]) -> Result<(), EncodeError> {
        match self.announce(values)? {
            Some(bytes) => Ok(self.buffer.extend(bytes)?),
            None => Ok(()),
        }
    }

    /// Appends a slice that lives until the message is sent: as [`Encoder::slice`], or without a copy.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn borrowed_slice<T: Serialize + 'static>(&mut self, values: &'v [T]) -> Result<(), EncodeError> {
        let Some(bytes) = self.announce(values)? else { return Ok(()) };
        let is_lent = self.borrowed.as_mut().is_some_and(|borrowed| borrowed.borrow(bytes, self.buffer));
        if is_lent { Ok(()) } else { Ok(self.buffer.extend(bytes)?) }
    }

    /// Appends all that is before the scalars of a slice, and returns these; what are none, or do not go here, is
    /// appended.
    fn announce<'s, T: Serialize + 'static>(&mut self, values: &'s [T]) -> Result<Option<&'s [u8]>, EncodeError> {
        let Some(bytes) = scalar::as_bytes(values) else { return self.value(values).map(|()| None) };
        if let Some(arena) = self.arena {
            if let Some(place) = arena.put(bytes) {
                return self.placed(values.len(), place).map(|()| None);
            }
            arena.record_overflow(bytes.len());
        }
        self.value(&((values.len() as u64) << 1))?;
        self.buffer.align()?;
        Ok(Some(bytes))
    }

    /// Appends a slice that came in to be changed.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn slice_mut<T: Serialize + 'static>(&mut self, values: &'v SliceMut<'_, T>) -> Result<(), EncodeError> {
        match values.run() {
            Some(run) => self.run(run),
            None => self.borrowed_slice(values),
        }
    }

    /// Appends an array that came out.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    pub fn out_vec<T: Serialize + 'static>(&mut self, values: &'v OutVec<T>) -> Result<(), EncodeError> {
        match values {
            OutVec::Own(values) => self.borrowed_slice(values),
            OutVec::InArena(run) => self.run(run),
        }
    }

    /// Scalars that lie beside messages are left there, if that is beside this one.
    fn run<T: Serialize + 'static>(&mut self, run: &ArenaSlice<T>) -> Result<(), EncodeError> {
        match self.arena.and_then(|arena| arena.place(run)) {
            Some(place) => self.placed(run.len(), place),
            None => self.slice(&run.to_vec()),
        }
    }

    fn placed(&mut self, count: usize, place: u64) -> Result<(), EncodeError> {
        self.value(&((count as u64) << 1 | 1))?;
        self.value(&place)
    }
}

/// postcard's output: the end of a [`Buffer`].
struct Append<'a> {
    buffer: &'a mut Buffer,
    /// postcard's errors carry no cause; it is left here.
    exhausted: Option<BufferError>,
}

impl postcard::ser_flavors::Flavor for Append<'_> {
    type Output = ();

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.try_extend(&[byte])
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.buffer.extend(bytes).map_err(|error| {
            self.exhausted = Some(error);
            postcard::Error::SerializeBufferFull
        })
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}
