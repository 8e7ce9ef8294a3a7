//! Decoding values from a message of the other process.

use std::ffi::CStr;
use std::io;
use std::ops::Range;

use serde::de::DeserializeOwned;

use super::arena::{ArenaSlice, ArenaView};
use super::buffer::ALIGNMENT;
use super::postcard_input::PostcardInput;
use super::scalar;
use super::slice::{Slice, SliceMut};

/// Takes one value after the other from a message.
///
/// The message is not trusted: a length is checked against the bytes that are there before anything is allocated, and no
/// message causes a panic.
#[derive(Debug)]
pub struct Decoder<'m> {
    rest: &'m mut [u8],
    /// The length of the message up to the end of `rest`, from which positions are computed.
    end: usize,
    arena: Option<&'m ArenaView>,
}

/// A scalar array.
enum ScalarArray<'m, T> {
    InMessage(&'m mut [T]),
    InArena(ArenaSlice<T>),
}

/// Why a message could not be decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are not a value of the expected type.
    #[error("the message does not hold what was expected: {0}")]
    Value(postcard::Error),
    /// A length in the message exceeds the message, or the arena.
    #[error("the message claims {claimed} bytes and holds {held}")]
    Length {
        /// Bytes that the message claims to follow.
        claimed: u64,
        /// Bytes that do follow.
        held: usize,
    },
    /// Text is not UTF-8.
    #[error("the message holds text that is not UTF-8")]
    Text(#[from] std::str::Utf8Error),
    /// A slice has another length than the one that it replaces.
    #[error("an array of {received} elements was received instead of one of {expected}")]
    Elements {
        /// Elements in the message.
        received: usize,
        /// Elements of the slice to be replaced.
        expected: usize,
    },
    /// Text for C does not end with its only NUL.
    #[error("the message holds text for C without a NUL at its end, or with another one")]
    CStr,
    /// Bytes are left after the last value.
    #[error("the message holds {0} bytes too many")]
    Remainder(usize),
}

impl<'m> Decoder<'m> {
    /// A decoder of `message` that begins at `position`.
    #[inline]
    pub fn new(message: &'m mut [u8], position: usize) -> Self {
        let rest = message.get_mut(position..).unwrap_or_default();
        Self { end: position + rest.len(), rest, arena: None }
    }

    /// Allows the message to refer to scalar arrays in `arena`.
    #[inline]
    pub fn with_arena(self, arena: &'m ArenaView) -> Self {
        Self { arena: Some(arena), ..self }
    }

    /// The position in the message of the next value.
    #[inline]
    pub fn position(&self) -> usize {
        self.end - self.rest.len()
    }

    /// Whether all of the message was taken.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes the next `length` bytes as a message of their own. Arrays in it are aligned in the whole message.
    ///
    /// # Errors
    /// [`DecodeError::Length`].
    pub fn part(&mut self, length: u32) -> Result<Self, DecodeError> {
        let (position, arena) = (self.position(), self.arena);
        let rest = self.take_claimed(length.into())?;
        Ok(Self { end: position + rest.len(), rest, arena })
    }

    /// The positions in the message of the bytes that were not taken yet.
    #[inline]
    pub fn positions(&self) -> Range<usize> {
        self.position()..self.end
    }

    /// Returns a decoder of the bytes between these positions, or of nothing if they have been taken. They are not taken by it.
    pub fn between(&mut self, positions: Range<usize>) -> Decoder<'_> {
        let first = self.position();
        let bytes = positions.start.checked_sub(first).zip(positions.end.checked_sub(first));
        let rest = bytes.and_then(|(begin, end)| self.rest.get_mut(begin..end)).unwrap_or_default();
        Decoder { end: positions.start + rest.len(), rest, arena: self.arena }
    }

    /// Takes `N` bytes.
    ///
    /// # Errors
    /// [`DecodeError::Length`].
    #[inline]
    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let length = DecodeError::Length { claimed: N as u64, held: self.rest.len() };
        let bytes = *self.rest.first_chunk().ok_or(length)?;
        self.skip(N)?;
        Ok(bytes)
    }

    /// The bytes that were not taken yet.
    #[inline]
    pub fn remaining(&self) -> &[u8] {
        self.rest
    }

    /// Skips bytes.
    ///
    /// # Errors
    /// [`DecodeError::Length`].
    #[inline]
    pub fn skip(&mut self, count: usize) -> Result<(), DecodeError> {
        self.take(count).map(drop)
    }

    /// Takes any value that serde can deserialize.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn value<T: DeserializeOwned>(&mut self) -> Result<T, DecodeError> {
        let mut input = postcard::Deserializer::from_flavor(PostcardInput(&mut self.rest));
        T::deserialize(&mut input).map_err(DecodeError::Value)
    }

    /// Takes text, borrowed from the message.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn text(&mut self) -> Result<&'m str, DecodeError> {
        let length = self.value::<u64>()?;
        Ok(std::str::from_utf8(self.take_claimed(length)?)?)
    }

    /// Takes optional text, borrowed from the message.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn optional_text(&mut self) -> Result<Option<&'m str>, DecodeError> {
        self.value::<bool>()?.then(|| self.text()).transpose()
    }

    /// Takes text for C, borrowed from the message.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn c_str(&mut self) -> Result<&'m CStr, DecodeError> {
        let length = self.value::<u64>()?;
        CStr::from_bytes_with_nul(self.take_claimed(length)?).map_err(|_| DecodeError::CStr)
    }

    /// Takes optional text for C, borrowed from the message.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn optional_c_str(&mut self) -> Result<Option<&'m CStr>, DecodeError> {
        self.value::<bool>()?.then(|| self.c_str()).transpose()
    }

    /// Takes a slice: scalars stay where they are, other elements are decoded into a vector.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn slice<T: DeserializeOwned + Clone + 'static>(&mut self) -> Result<Slice<'m, T>, DecodeError> {
        if !scalar::is_scalar::<T>() {
            return Ok(Slice::owned(self.value()?));
        }
        Ok(match self.scalars()? {
            ScalarArray::InMessage(values) => Slice::of(values),
            ScalarArray::InArena(slice) => Slice::in_arena(slice),
        })
    }

    /// Takes a slice to be changed: scalars stay where they are, other elements are decoded into a vector.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn slice_mut<T: DeserializeOwned + 'static>(&mut self) -> Result<SliceMut<'m, T>, DecodeError> {
        if !scalar::is_scalar::<T>() {
            return Ok(SliceMut::owned(self.value()?));
        }
        Ok(match self.scalars()? {
            ScalarArray::InMessage(values) => SliceMut::of(values),
            ScalarArray::InArena(slice) => SliceMut::in_arena(slice),
        })
    }

    /// Takes an optional slice, as [`slice`](Self::slice) does.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn optional_slice<T: DeserializeOwned + Clone + 'static>(
        &mut self,
    ) -> Result<Option<Slice<'m, T>>, DecodeError> {
        self.value::<bool>()?.then(|| self.slice()).transpose()
    }

    /// Takes an optional slice to be changed, as [`slice_mut`](Self::slice_mut) does.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn optional_slice_mut<T: DeserializeOwned + 'static>(
        &mut self,
    ) -> Result<Option<SliceMut<'m, T>>, DecodeError> {
        self.value::<bool>()?.then(|| self.slice_mut()).transpose()
    }

    /// Takes a vector: scalars in one copy, other elements one by one.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn vec<T: DeserializeOwned + Clone + 'static>(&mut self) -> Result<Vec<T>, DecodeError> {
        if !scalar::is_scalar::<T>() {
            return self.value();
        }
        Ok(match self.scalars::<T>()? {
            ScalarArray::InMessage(values) => values.to_vec(),
            ScalarArray::InArena(slice) => slice.to_vec(),
        })
    }

    /// Takes a value, and replaces `value` by it.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn value_into<T: DeserializeOwned>(&mut self, value: &mut T) -> Result<(), DecodeError> {
        *value = self.value()?;
        Ok(())
    }

    /// Takes a slice, and replaces the elements of `values` by it, which must be as many.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn slice_into<T: DeserializeOwned + Clone + 'static>(&mut self, values: &mut [T]) -> Result<(), DecodeError> {
        let expected = values.len();
        let check = |received| match received == expected {
            true => Ok(()),
            false => Err(DecodeError::Elements { received, expected }),
        };
        if !scalar::is_scalar::<T>() {
            let received: Vec<T> = self.value()?;
            check(received.len())?;
            values.clone_from_slice(&received);
            return Ok(());
        }
        match self.scalars()? {
            ScalarArray::InMessage(received) => {
                check(received.len())?;
                values.clone_from_slice(received);
            }
            ScalarArray::InArena(received) => {
                check(received.len())?;
                received.copy_to(values);
            }
        }
        Ok(())
    }

    /// Checks that all of the message was taken.
    ///
    /// # Errors
    /// [`DecodeError::Remainder`].
    #[inline]
    pub fn finish(&self) -> Result<(), DecodeError> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(DecodeError::Remainder(left)),
        }
    }

    fn scalars<T: 'static>(&mut self) -> Result<ScalarArray<'m, T>, DecodeError> {
        let (count, is_in_arena) = self.scalars_header()?;
        let size = count.saturating_mul(size_of::<T>() as u64);
        if is_in_arena {
            let offset = self.value()?;
            let slice = self.arena.and_then(|arena| arena.slice_at(offset, count));
            return slice.map(ScalarArray::InArena).ok_or(DecodeError::Length { claimed: size, held: 0 });
        }
        self.skip_padding()?;
        let bytes = self.take_claimed(size)?;
        let held = bytes.len();
        if let Some(arena) = self.arena {
            arena.count_overflow(held);
        }
        scalar::from_bytes_mut(bytes).map(ScalarArray::InMessage).ok_or(DecodeError::Length { claimed: size, held })
    }

    /// Goes to the first element of a scalar array, and returns the number of elements, which may exceed the message: not all of
    /// it need be received. Returns `None` if the array is in the arena.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub(crate) fn begin_scalars(&mut self) -> Result<Option<usize>, DecodeError> {
        let (count, is_in_arena) = self.scalars_header()?;
        if is_in_arena {
            return Ok(None);
        }
        self.skip_padding()?;
        Ok(usize::try_from(count).ok())
    }

    /// Takes what precedes a scalar array: the number of elements, and whether they are in the arena.
    fn scalars_header(&mut self) -> Result<(u64, bool), DecodeError> {
        let header = self.value::<u64>()?;
        Ok((header >> 1, header & 1 == 1))
    }

    fn skip_padding(&mut self) -> Result<(), DecodeError> {
        self.skip(self.position().next_multiple_of(ALIGNMENT) - self.position())
    }

    fn take_claimed(&mut self, claimed: u64) -> Result<&'m mut [u8], DecodeError> {
        let held = self.rest.len();
        let count = usize::try_from(claimed).map_err(|_| DecodeError::Length { claimed, held })?;
        self.take(count)
    }

    #[inline]
    fn take(&mut self, count: usize) -> Result<&'m mut [u8], DecodeError> {
        let held = self.rest.len();
        self.rest.split_off_mut(..count).ok_or(DecodeError::Length { claimed: count as u64, held })
    }
}

impl From<DecodeError> for io::Error {
    fn from(error: DecodeError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}
