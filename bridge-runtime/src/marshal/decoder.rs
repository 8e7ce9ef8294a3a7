//! Rust values out of a message that somebody else wrote.

use std::ffi::CStr;

use serde::de::DeserializeOwned;

use super::arena::{ArenaSlice, ArenaView};
use super::buffer::ALIGNMENT;
use super::postcard_input::PostcardInput;
use super::scalar;
use super::slice::{Slice, SliceMut};

/// Takes values from the front of a message.
///
/// Nothing here trusts the message: no length is believed before as many bytes are there, and nothing panics.
#[derive(Debug)]
pub struct Decoder<'m> {
    rest: &'m mut [u8],
    /// Where `rest` ends in the message: what alignment is counted from.
    end: usize,
    arena: Option<&'m ArenaView>,
}

/// Scalars in a message, or beside it.
enum ScalarRun<'m, T> {
    Here(&'m mut [T]),
    InArena(ArenaSlice<T>),
}

/// A message does not hold what it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The bytes are no value of the expected type.
    #[error("the message does not hold what was expected: {0}")]
    Value(postcard::Error),
    /// A length in the message exceeds the message.
    #[error("the message claims {claimed} bytes and holds {held}")]
    Length {
        /// Bytes that the message says follow.
        claimed: u64,
        /// Bytes that do follow.
        held: usize,
    },
    /// Text is not UTF-8.
    #[error("the message holds text that is not UTF-8")]
    Text(#[from] std::str::Utf8Error),
    /// A slice has another length than the one it is to replace.
    #[error("{came} elements came where {expected} were expected")]
    Elements {
        /// Elements in the message.
        came: usize,
        /// Elements that there is room for.
        expected: usize,
    },
    /// Bytes for C do not end with their only NUL.
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

    /// Long runs of scalars may lie there.
    #[inline]
    pub fn with_arena(self, arena: &'m ArenaView) -> Self {
        Self { arena: Some(arena), ..self }
    }

    /// Where in the message the next value begins.
    #[inline]
    pub fn position(&self) -> usize {
        self.end - self.rest.len()
    }

    /// Whether everything was taken.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes the next `length` bytes as a message by themselves. What is aligned in the whole one is so in it.
    ///
    /// # Errors
    /// [`DecodeError::Length`].
    pub fn part(&mut self, length: u32) -> Result<Self, DecodeError> {
        let (position, arena) = (self.position(), self.arena);
        let rest = self.take_claimed(length.into())?;
        Ok(Self { end: position + rest.len(), rest, arena })
    }

    /// Takes bytes as they are.
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

    /// Bytes that were not taken yet.
    #[inline]
    pub fn left(&self) -> &[u8] {
        self.rest
    }

    /// Goes on behind the next bytes.
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

    /// Takes text, in place.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn text(&mut self) -> Result<&'m str, DecodeError> {
        let length = self.value::<u64>()?;
        Ok(std::str::from_utf8(self.take_claimed(length)?)?)
    }

    /// Takes optional text, in place.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn optional_text(&mut self) -> Result<Option<&'m str>, DecodeError> {
        self.value::<bool>()?.then(|| self.text()).transpose()
    }

    /// Takes bytes that end with a NUL, in place.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn c_str(&mut self) -> Result<&'m CStr, DecodeError> {
        let length = self.value::<u64>()?;
        CStr::from_bytes_with_nul(self.take_claimed(length)?).map_err(|_| DecodeError::CStr)
    }

    /// Takes optional bytes that end with a NUL, in place.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn optional_c_str(&mut self) -> Result<Option<&'m CStr>, DecodeError> {
        self.value::<bool>()?.then(|| self.c_str()).transpose()
    }

    /// Takes a slice: scalars where they are, everything else into a vector.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn slice<T: DeserializeOwned + Clone + 'static>(&mut self) -> Result<Slice<'m, T>, DecodeError> {
        if !scalar::is_scalar::<T>() {
            return Ok(Slice::owned(self.value()?));
        }
        Ok(match self.scalars()? {
            ScalarRun::Here(values) => Slice::of(values),
            ScalarRun::InArena(run) => Slice::in_arena(run),
        })
    }

    /// Takes a slice to be changed: scalars where they are, everything else in a vector.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn slice_mut<T: DeserializeOwned + 'static>(&mut self) -> Result<SliceMut<'m, T>, DecodeError> {
        if !scalar::is_scalar::<T>() {
            return Ok(SliceMut::owned(self.value()?));
        }
        Ok(match self.scalars()? {
            ScalarRun::Here(values) => SliceMut::of(values),
            ScalarRun::InArena(run) => SliceMut::in_arena(run),
        })
    }

    /// Takes a vector: scalars in one copy, everything else element by element.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn vec<T: DeserializeOwned + Clone + 'static>(&mut self) -> Result<Vec<T>, DecodeError> {
        if !scalar::is_scalar::<T>() {
            return self.value();
        }
        Ok(match self.scalars::<T>()? {
            ScalarRun::Here(values) => values.to_vec(),
            ScalarRun::InArena(run) => run.to_vec(),
        })
    }

    /// Takes a value to where another is.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn value_into<T: DeserializeOwned>(&mut self, value: &mut T) -> Result<(), DecodeError> {
        *value = self.value()?;
        Ok(())
    }

    /// Takes a slice to where another of the same length is.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn slice_into<T: DeserializeOwned + Clone + 'static>(&mut self, values: &mut [T]) -> Result<(), DecodeError> {
        let expected = values.len();
        let fits = |came| if came == expected { Ok(()) } else { Err(DecodeError::Elements { came, expected }) };
        if !scalar::is_scalar::<T>() {
            let came: Vec<T> = self.value()?;
            fits(came.len())?;
            values.clone_from_slice(&came);
            return Ok(());
        }
        match self.scalars()? {
            ScalarRun::Here(came) => {
                fits(came.len())?;
                values.clone_from_slice(came);
            }
            ScalarRun::InArena(run) => {
                fits(run.len())?;
                run.copy_to(values);
            }
        }
        Ok(())
    }

    /// Checks that everything was taken.
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

    fn scalars<T: 'static>(&mut self) -> Result<ScalarRun<'m, T>, DecodeError> {
        let (count, is_in_arena) = self.scalars_ahead()?;
        let size = count.saturating_mul(size_of::<T>() as u64);
        if is_in_arena {
            let place = self.value()?;
            let run = self.arena.and_then(|arena| arena.run(place, count));
            return run.map(ScalarRun::InArena).ok_or(DecodeError::Length { claimed: size, held: 0 });
        }
        self.skip_padding()?;
        let bytes = self.take_claimed(size)?;
        let held = bytes.len();
        if let Some(arena) = self.arena {
            arena.record_overflow(held);
        }
        scalar::from_bytes_mut(bytes).map(ScalarRun::Here).ok_or(DecodeError::Length { claimed: size, held })
    }

    /// Goes to scalars that lie in the message, and are perhaps not there yet; returns how many there are.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub(crate) fn run_ahead(&mut self) -> Result<Option<usize>, DecodeError> {
        let (count, is_in_arena) = self.scalars_ahead()?;
        if is_in_arena {
            return Ok(None);
        }
        self.skip_padding()?;
        Ok(usize::try_from(count).ok())
    }

    /// How many scalars come next, and whether they lie beside the message.
    fn scalars_ahead(&mut self) -> Result<(u64, bool), DecodeError> {
        let head = self.value::<u64>()?;
        Ok((head >> 1, head & 1 == 1))
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
