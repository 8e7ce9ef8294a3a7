//! The arena: memory that both processes have mapped, in which long scalar arrays are passed without being in a message.
//!
//! Why sharing it is sound: to Rust it consists of atomics, which `shared_bytes` copies, and there is no reference to anything else in it.
//! So it is not a data race in this process if the other one writes there at any time, and any bits that it writes are a valid value.
//! A library is given a pointer to its array in the arena: any bits are a scalar, and the array's bounds were checked.
//!
//! Client and server take turns, and only the one whose turn it is allocates. An outermost call finds the arena empty.

use std::any::TypeId;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::buffer::{ALIGNMENT, Buffer, BufferError};
use super::scalar::is_scalar;
use crate::shared_bytes;

/// Bytes of the shortest array that is put into an arena. A message with shorter ones is sent in one go.
pub(super) const LONG: usize = 1 << 10;

/// Words of a cache line, with which every array begins.
const CACHE_LINE: usize = 8;

/// An arena.
pub struct SharedArena {
    memory: Box<dyn AsRef<[AtomicU64]> + Send + Sync>,
    /// Words at the beginning that arrays of the current call occupy.
    used: AtomicUsize,
}

/// The arena of a connection, if it has one, and how much of it was lacking.
#[derive(Debug, Default, Clone)]
pub struct ArenaView {
    arena: Option<Arc<SharedArena>>,
    /// Bytes of the current call's arrays that did not fit.
    overflowed: Cell<usize>,
}

/// A scalar array in an arena.
pub struct ArenaSlice<T> {
    arena: Arc<SharedArena>,
    /// Where it begins, in words.
    offset: usize,
    /// The number of elements.
    len: usize,
    elements: PhantomData<fn() -> T>,
}

impl SharedArena {
    /// An arena in `memory`, which the other process has mapped as well.
    pub fn new(memory: impl AsRef<[AtomicU64]> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { memory: Box::new(memory), used: AtomicUsize::new(0) })
    }

    /// The length of the arena, in bytes.
    #[allow(clippy::len_without_is_empty, reason = "no arena is empty")]
    pub fn len(&self) -> usize {
        size_of_val(self.words())
    }

    fn words(&self) -> &[AtomicU64] {
        (*self.memory).as_ref()
    }

    /// Allocates an array of zeros; `None` if it is short, if `T` is not a scalar, or if there is no room.
    pub fn allocate<T: 'static>(self: &Arc<Self>, len: usize) -> Option<ArenaSlice<T>> {
        let bytes = len.checked_mul(size_of::<T>()).filter(|bytes| is_scalar::<T>() && *bytes >= LONG)?;
        let offset = self.reserve(bytes)?;
        shared_bytes::clear(&self.words()[offset..][..bytes.div_ceil(ALIGNMENT)]);
        Some(ArenaSlice { arena: Arc::clone(self), offset, len, elements: PhantomData })
    }

    /// Copies an array into the arena; returns its offset, or `None` if there is no room.
    fn store(&self, bytes: &[u8]) -> Option<usize> {
        let offset = self.reserve(bytes.len())?;
        shared_bytes::write(&self.words()[offset..], bytes);
        Some(offset)
    }

    /// Reserves bytes after those in use; returns their offset in words.
    fn reserve(&self, bytes: usize) -> Option<usize> {
        // Not one atomic operation: only the process whose turn it is allocates, with one thread.
        let offset = self.used.load(Ordering::Relaxed).next_multiple_of(CACHE_LINE);
        let end = offset.checked_add(bytes.div_ceil(ALIGNMENT)).filter(|end| *end <= self.words().len())?;
        self.used.store(end, Ordering::Relaxed);
        Some(offset)
    }

    /// The array that the other process claims to be at `offset`; `None` if it would exceed the arena.
    fn slice_at<T>(self: &Arc<Self>, offset: u64, len: u64) -> Option<ArenaSlice<T>> {
        let (offset, len) = (usize::try_from(offset).ok()?, usize::try_from(len).ok()?);
        let words = len.checked_mul(size_of::<T>())?.div_ceil(ALIGNMENT);
        let end = offset.checked_add(words).filter(|end| *end <= self.words().len())?;
        self.used.fetch_max(end, Ordering::Relaxed);
        Some(ArenaSlice { arena: Arc::clone(self), offset, len, elements: PhantomData })
    }
}

impl ArenaView {
    /// A view of `arena`.
    pub fn new(arena: Arc<SharedArena>) -> Self {
        Self { arena: Some(arena), overflowed: Cell::new(0) }
    }

    /// Makes this a view of the same arena as `other`. Usually it is one already, and comparing is cheaper than counting
    /// references.
    #[inline]
    pub(crate) fn share_with(&mut self, other: &Self) {
        let pointer = |view: &Self| view.arena.as_ref().map(Arc::as_ptr);
        if pointer(self) != pointer(other) {
            *self = other.clone();
        }
    }

    /// Empties the arena for another outermost call.
    pub(crate) fn clear(&self) {
        self.overflowed.set(0);
        if let Some(arena) = &self.arena {
            arena.used.store(0, Ordering::Relaxed);
        }
    }

    /// The arena, if there is one.
    pub(crate) fn arena(&self) -> Option<&Arc<SharedArena>> {
        self.arena.as_ref()
    }

    /// The length that the arena would have needed for the last call; `None` if it was long enough.
    #[inline]
    pub(crate) fn bytes_needed(&self) -> Option<usize> {
        let overflowed = self.overflowed.get();
        if overflowed == 0 {
            return None;
        }
        let used = self.arena.as_ref().map_or(0, |arena| arena.used.load(Ordering::Relaxed));
        Some(overflowed.saturating_add(used.saturating_mul(ALIGNMENT)))
    }

    /// Counts an array that is in a message. If it is long, it would be in the arena had there been room.
    pub(super) fn count_overflow(&self, bytes: usize) {
        if bytes >= LONG {
            let alignment = CACHE_LINE * ALIGNMENT;
            self.overflowed.set(self.overflowed.get().saturating_add(bytes).saturating_add(alignment));
        }
    }

    /// Copies a long array into the arena; returns its offset, or `None` if it is short or there is no room.
    pub(super) fn store(&self, bytes: &[u8]) -> Option<u64> {
        let arena = self.arena.as_ref().filter(|_| bytes.len() >= LONG)?;
        arena.store(bytes).map(|offset| offset as u64)
    }

    /// The offset of an array; `None` if it is in another arena.
    pub(super) fn offset_of<T>(&self, slice: &ArenaSlice<T>) -> Option<u64> {
        self.arena.as_ref().filter(|arena| Arc::ptr_eq(arena, &slice.arena)).map(|_| slice.offset as u64)
    }

    /// The array that the other process claims to be at `offset`; `None` if it would exceed the arena.
    pub(super) fn slice_at<T>(&self, offset: u64, len: u64) -> Option<ArenaSlice<T>> {
        self.arena.as_ref()?.slice_at(offset, len)
    }
}

impl<T> ArenaSlice<T> {
    /// The number of elements.
    #[allow(clippy::len_without_is_empty, reason = "an empty array is in its message")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Keeps the first `len` elements.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// A pointer to the elements, valid for as long as this slice lives; `None` if `C` is another type than `T`.
    pub(crate) fn pointer<C: 'static>(&self) -> Option<*mut C>
    where
        T: 'static,
    {
        let words = self.words().as_ptr();
        (TypeId::of::<T>() == TypeId::of::<C>()).then(|| words.cast_mut().cast())
    }

    /// The words of the array, and those after it.
    fn words(&self) -> &[AtomicU64] {
        &self.arena.words()[self.offset..]
    }

    /// Copies the array into a buffer of this process.
    ///
    /// # Errors
    /// [`BufferError`].
    pub(super) fn copy_into(&self, buffer: &mut Buffer) -> Result<(), BufferError> {
        buffer.resize(self.len * size_of::<T>())?;
        shared_bytes::read_over(self.words(), buffer.bytes_mut());
        Ok(())
    }
}

impl<T: 'static> ArenaSlice<T> {
    /// Copies the array into a vector.
    ///
    /// # Panics
    /// If there is no memory for it.
    pub fn to_vec(&self) -> Vec<T> {
        assert!(is_scalar::<T>(), "only scalars are put into an arena");
        let mut values = Vec::with_capacity(self.len);
        let room: &mut [MaybeUninit<T>] = &mut values.spare_capacity_mut()[..self.len];
        // SAFETY: the slice is the memory of `room`, which is uninitialized, as its bytes may be, and borrowed for as long.
        let bytes = unsafe { std::slice::from_raw_parts_mut(room.as_mut_ptr().cast(), size_of_val(room)) };
        shared_bytes::read(self.words(), bytes);
        // SAFETY: `read` has initialized all bytes of the first `len` elements, and any bytes are a scalar.
        unsafe { values.set_len(self.len) };
        values
    }

    /// Copies the array over another one.
    ///
    /// # Panics
    /// If `values` has another length.
    pub(super) fn copy_to(&self, values: &mut [T]) {
        assert!(is_scalar::<T>() && values.len() == self.len, "both arrays are scalars, and of one length");
        // SAFETY: the slice is the memory of `values`, and any bytes are a scalar.
        let bytes = unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast::<u8>(), size_of_val(values)) };
        shared_bytes::read_over(self.words(), bytes);
    }
}

impl fmt::Debug for SharedArena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedArena").field("words", &self.words().len()).field("used", &self.used).finish()
    }
}

impl<T> fmt::Debug for ArenaSlice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArenaSlice").field("offset", &self.offset).field("len", &self.len).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Buffer, DecodeError, Decoder, Encoder, OutputArray};
    use super::*;

    struct Words(Vec<AtomicU64>);

    impl AsRef<[AtomicU64]> for Words {
        fn as_ref(&self) -> &[AtomicU64] {
            &self.0
        }
    }

    /// An arena of `words` words. All bits are set, to show which words are zeroed.
    fn arena(words: usize) -> ArenaView {
        let words = Words((0..words).map(|_| AtomicU64::new(u64::MAX)).collect());
        ArenaView::new(SharedArena::new(words))
    }

    #[test]
    fn long_arrays_are_passed_in_the_arena() {
        let arena = arena(2000);
        let mut message = Buffer::default();
        let (numbers, bytes) = (vec![1.5f64; 500], (0..=255).cycle().take(1027).collect::<Vec<u8>>());
        let mut encoder = Encoder::new(&mut message).with_arena(&arena);
        encoder.slice(&numbers).unwrap();
        encoder.slice(&bytes).unwrap();
        encoder.slice(&[7u32, 8]).unwrap();
        assert!(message.len() < 40, "{} bytes", message.len());
        assert_eq!(arena.bytes_needed(), None);

        let mut decoder = Decoder::new(message.bytes_mut(), 0).with_arena(&arena);
        let received = decoder.slice::<f64>().unwrap();
        assert_eq!((received.len(), received.arena_slice().is_some()), (500, true));
        assert_eq!(*received, numbers);
        let mut changed = decoder.slice_mut::<u8>().unwrap();
        assert!(changed.arena_slice().is_some());
        assert_eq!(*changed, bytes);
        changed[1026] = 9;
        assert!(changed.arena_slice().is_none(), "a slice to be changed is a copy");
        assert_eq!(decoder.vec::<u32>().unwrap(), [7, 8]);
        decoder.finish().unwrap();

        let mut decoder = Decoder::new(message.bytes_mut(), 0).with_arena(&arena);
        let mut into = vec![0.0; 500];
        decoder.slice_into(&mut into).unwrap();
        assert_eq!((into, decoder.vec::<u8>().unwrap()), (numbers, bytes));
    }

    #[test]
    fn an_array_that_does_not_fit_is_in_the_message_and_counted() {
        let arena = arena(200);
        let mut message = Buffer::default();
        let mut encoder = Encoder::new(&mut message).with_arena(&arena);
        for place in 0..3 {
            encoder.slice(&vec![place; 300]).unwrap();
        }
        let needed = arena.bytes_needed().unwrap();
        assert!((3 * 1200..3 * 1200 + 500).contains(&needed), "{needed}");
        let mut decoder = Decoder::new(message.bytes_mut(), 0).with_arena(&arena);
        for place in 0..3 {
            let received = decoder.slice::<i32>().unwrap();
            assert_eq!((received.arena_slice().is_some(), received.to_vec()), (place == 0, vec![place; 300]));
        }
        arena.clear();
        assert_eq!(arena.bytes_needed(), None);
    }

    #[test]
    fn an_allocated_array_is_zero_and_can_be_truncated() {
        let view = arena(400);
        let memory = view.arena().unwrap();
        assert!(
            memory.allocate::<f64>(10).is_none() && memory.allocate::<bool>(2000).is_none(),
            "short, or not scalars"
        );
        assert!(memory.allocate::<f64>(401).is_none() && memory.allocate::<u64>(usize::MAX).is_none());
        let mut slice = memory.allocate::<i16>(1000).unwrap();
        assert_eq!(slice.to_vec(), [0; 1000]);
        assert!(slice.pointer::<u16>().is_none());
        let pointer = slice.pointer::<i16>().unwrap();
        // SAFETY: the array has a thousand elements.
        let second = unsafe { pointer.add(1) };
        // SAFETY: as above.
        unsafe { second.write(-5) };
        slice.truncate(2);
        let mut message = Buffer::default();
        Encoder::new(&mut message).with_arena(&view).output_array(&OutputArray::InArena(slice)).unwrap();
        assert!(message.len() < 8);
        let mut decoder = Decoder::new(message.bytes_mut(), 0).with_arena(&view);
        assert_eq!(decoder.vec::<i16>().unwrap(), [0, -5]);
    }

    #[test]
    fn an_array_in_another_arena_is_copied() {
        let (here, there) = (arena(400), arena(400));
        let slice = there.arena().unwrap().allocate::<u64>(200).unwrap();
        let values = OutputArray::InArena(slice);
        let mut message = Buffer::default();
        Encoder::new(&mut message).with_arena(&here).output_array(&values).unwrap();
        assert_eq!(Decoder::new(message.bytes_mut(), 0).with_arena(&here).vec::<u64>().unwrap(), [0; 200]);
        message.clear();
        Encoder::new(&mut message).output_array(&values).unwrap();
        assert_eq!(Decoder::new(message.bytes_mut(), 0).vec::<u64>().unwrap(), [0; 200]);
    }

    #[test]
    fn an_array_that_exceeds_the_arena_is_refused() {
        let arena = arena(100);
        for (offset, count) in [(100, 1), (0, 101), (1, 100), (u64::MAX, 1), (0, u64::MAX >> 1), (u64::MAX, u64::MAX)] {
            assert!(arena.slice_at::<u64>(offset, count).is_none(), "{count} at {offset}");
            let mut message = Buffer::default();
            Encoder::new(&mut message).value(&(count << 1 | 1, offset)).unwrap();
            let decoded = Decoder::new(message.bytes_mut(), 0).with_arena(&arena).vec::<u64>();
            assert!(matches!(decoded, Err(DecodeError::Length { .. })), "{count} at {offset}");
        }
        assert!(arena.slice_at::<u64>(0, 100).is_some());
        let mut message = Buffer::default();
        Encoder::new(&mut message).value(&(1u64 << 1 | 1, 0u64)).unwrap();
        let without = Decoder::new(message.bytes_mut(), 0).vec::<u64>();
        assert!(matches!(without, Err(DecodeError::Length { .. })), "a connection without an arena");
    }
}
