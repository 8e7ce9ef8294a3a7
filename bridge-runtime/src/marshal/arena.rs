//! Memory beside the messages, which both ends of a connection have: long runs of scalars lie there while a call lasts.
//!
//! Rust reads and writes it a word at a time, as atomics, and never has a reference to anything else in it. So it is no
//! undefined behaviour here if the other process writes there meanwhile, whatever that is. A library is given a pointer to
//! its elements: any bits are a scalar, and where they are was checked.

use std::any::TypeId;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::buffer::{ALIGNMENT, Buffer, BufferError};
use super::scalar::is_scalar;

/// Bytes of the shortest run that lies there. A message with less is complete in one go.
pub(super) const LONG: usize = 1 << 10;

/// Every run begins at a multiple of this many words: a line of cache.
const LINE: usize = 8;

/// The memory, as one end sees it.
pub struct SharedArena {
    memory: Box<dyn AsRef<[AtomicU64]> + Send + Sync>,
    /// Words at its beginning that hold something of the present call.
    used: AtomicUsize,
}

/// What a connection has of it, and would need.
#[derive(Debug, Default, Clone)]
pub struct ArenaView {
    arena: Option<Arc<SharedArena>>,
    /// Bytes of the present call for which there was no room.
    overflowed: Cell<usize>,
}

/// Scalars that lie there.
pub struct ArenaSlice<T> {
    arena: Arc<SharedArena>,
    /// In words.
    place: usize,
    count: usize,
    elements: PhantomData<fn() -> T>,
}

impl SharedArena {
    /// That memory, nothing of which is used.
    pub fn new(memory: impl AsRef<[AtomicU64]> + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { memory: Box::new(memory), used: AtomicUsize::new(0) })
    }

    /// Its length, in bytes.
    #[allow(clippy::len_without_is_empty, reason = "nobody makes one without room")]
    pub fn len(&self) -> usize {
        size_of_val(self.words())
    }

    fn words(&self) -> &[AtomicU64] {
        (*self.memory).as_ref()
    }

    /// Room for so many bytes; where it begins.
    fn reserve(&self, bytes: usize) -> Option<usize> {
        // One end at a time uses it, as calls and results alternate.
        let place = self.used.load(Ordering::Relaxed).next_multiple_of(LINE);
        let end = place.checked_add(bytes.div_ceil(ALIGNMENT)).filter(|end| *end <= self.words().len())?;
        self.used.store(end, Ordering::Relaxed);
        Some(place)
    }

    fn put(&self, bytes: &[u8]) -> Option<usize> {
        let place = self.reserve(bytes.len())?;
        let (whole, rest) = bytes.as_chunks::<ALIGNMENT>();
        let words = &self.words()[place..];
        for (word, bytes) in words.iter().zip(whole) {
            word.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed);
        }
        if !rest.is_empty() {
            let mut last = [0; ALIGNMENT];
            last[..rest.len()].copy_from_slice(rest);
            words[whole.len()].store(u64::from_ne_bytes(last), Ordering::Relaxed);
        }
        Some(place)
    }

    /// Room for scalars, which are zero; `None` for any other type, for few, and where it is full.
    pub fn room<T: 'static>(self: &Arc<Self>, count: usize) -> Option<ArenaSlice<T>> {
        let bytes = count.checked_mul(size_of::<T>()).filter(|bytes| is_scalar::<T>() && *bytes >= LONG)?;
        let place = self.reserve(bytes)?;
        for word in &self.words()[place..][..bytes.div_ceil(ALIGNMENT)] {
            word.store(0, Ordering::Relaxed);
        }
        Some(ArenaSlice { arena: Arc::clone(self), place, count, elements: PhantomData })
    }

    /// What the other end says is there; `None` if it cannot be.
    fn run<T>(self: &Arc<Self>, place: u64, count: u64) -> Option<ArenaSlice<T>> {
        let (place, count) = (usize::try_from(place).ok()?, usize::try_from(count).ok()?);
        let words = count.checked_mul(size_of::<T>())?.div_ceil(ALIGNMENT);
        let end = place.checked_add(words).filter(|end| *end <= self.words().len())?;
        self.used.fetch_max(end, Ordering::Relaxed);
        Some(ArenaSlice { arena: Arc::clone(self), place, count, elements: PhantomData })
    }
}

impl ArenaView {
    /// That memory.
    pub fn new(arena: Arc<SharedArena>) -> Self {
        Self { arena: Some(arena), overflowed: Cell::new(0) }
    }

    /// Has the same memory as another. It nearly always does already, and to count who has it costs more than a look.
    #[inline]
    pub(crate) fn share_with(&mut self, other: &Self) {
        let which = |arena: &Self| arena.arena.as_ref().map(Arc::as_ptr);
        if which(self) != which(other) {
            *self = other.clone();
        }
    }

    /// Another call begins.
    pub(crate) fn clear(&self) {
        self.overflowed.set(0);
        if let Some(arena) = &self.arena {
            arena.used.store(0, Ordering::Relaxed);
        }
    }

    /// The memory, if there is any.
    pub(crate) fn arena(&self) -> Option<&Arc<SharedArena>> {
        self.arena.as_ref()
    }

    /// Bytes that the last call needed, if it did not find room for them.
    #[inline]
    pub(crate) fn wanted(&self) -> Option<usize> {
        let overflowed = self.overflowed.get();
        if overflowed == 0 {
            return None;
        }
        let used = self.arena.as_ref().map_or(0, |arena| arena.used.load(Ordering::Relaxed));
        Some(overflowed.saturating_add(used.saturating_mul(ALIGNMENT)))
    }

    /// A run of so many bytes was, or will be, in a message.
    pub(super) fn record_overflow(&self, bytes: usize) {
        if bytes >= LONG {
            let line = LINE * ALIGNMENT;
            self.overflowed.set(self.overflowed.get().saturating_add(bytes).saturating_add(line));
        }
    }

    /// Puts a long run there; returns where.
    pub(super) fn put(&self, bytes: &[u8]) -> Option<u64> {
        let arena = self.arena.as_ref().filter(|_| bytes.len() >= LONG)?;
        arena.put(bytes).map(|place| place as u64)
    }

    /// Where a run lies, if it lies here.
    pub(super) fn place<T>(&self, run: &ArenaSlice<T>) -> Option<u64> {
        self.arena.as_ref().filter(|arena| Arc::ptr_eq(arena, &run.arena)).map(|_| run.place as u64)
    }

    /// What the other end says is there.
    pub(super) fn run<T>(&self, place: u64, count: u64) -> Option<ArenaSlice<T>> {
        self.arena.as_ref()?.run(place, count)
    }
}

impl<T> ArenaSlice<T> {
    /// Elements.
    #[allow(clippy::len_without_is_empty, reason = "what is empty is in its message")]
    pub fn len(&self) -> usize {
        self.count
    }

    /// The first elements alone.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.count = self.count.min(count);
    }

    /// Where its elements are, if `C` is what they are; for as long as this is.
    pub(crate) fn pointer<C: 'static>(&self) -> Option<*mut C>
    where
        T: 'static,
    {
        let words = self.arena.words()[self.place..].as_ptr();
        (TypeId::of::<T>() == TypeId::of::<C>()).then(|| words.cast_mut().cast())
    }

    /// Its bytes.
    fn read(&self, into: &mut [MaybeUninit<u8>]) {
        let words = &self.arena.words()[self.place..];
        let (whole, rest) = into.as_chunks_mut::<ALIGNMENT>();
        for (bytes, word) in whole.iter_mut().zip(words) {
            *bytes = word.load(Ordering::Relaxed).to_ne_bytes().map(MaybeUninit::new);
        }
        if !rest.is_empty() {
            let last = words[whole.len()].load(Ordering::Relaxed).to_ne_bytes();
            for (byte, last) in rest.iter_mut().zip(last) {
                byte.write(last);
            }
        }
    }

    /// A copy in memory of this process's own.
    ///
    /// # Errors
    /// Without memory for it.
    pub(super) fn copy(&self, into: &mut Buffer) -> Result<(), BufferError> {
        into.resize(self.count * size_of::<T>())?;
        // SAFETY: bytes are bytes, and `read` writes no others.
        let bytes = unsafe { &mut *(&raw mut *into.bytes_mut() as *mut [MaybeUninit<u8>]) };
        self.read(bytes);
        Ok(())
    }
}

impl<T: 'static> ArenaSlice<T> {
    /// A copy of its own.
    ///
    /// # Panics
    /// Without memory for it.
    pub fn to_vec(&self) -> Vec<T> {
        assert!(is_scalar::<T>(), "only scalars are put there");
        let mut values = Vec::with_capacity(self.count);
        let room: &mut [MaybeUninit<T>] = &mut values.spare_capacity_mut()[..self.count];
        // SAFETY: memory without a value is bytes without one.
        let bytes = unsafe { std::slice::from_raw_parts_mut(room.as_mut_ptr().cast(), size_of_val(room)) };
        self.read(bytes);
        // SAFETY: all of their bytes were written, and any bytes are scalars.
        unsafe { values.set_len(self.count) };
        values
    }

    /// Copies it to where as many elements are.
    ///
    /// # Panics
    /// Where there is another number of them.
    pub(super) fn copy_to(&self, values: &mut [T]) {
        assert!(is_scalar::<T>() && values.len() == self.count, "as many scalars as there are");
        // SAFETY: scalars are bytes, `read` writes no others, and any bytes are scalars.
        let bytes = unsafe { std::slice::from_raw_parts_mut(values.as_mut_ptr().cast(), size_of_val(values)) };
        self.read(bytes);
    }
}

impl fmt::Debug for SharedArena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedArena").field("words", &self.words().len()).field("used", &self.used).finish()
    }
}

impl<T> fmt::Debug for ArenaSlice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArenaSlice").field("place", &self.place).field("count", &self.count).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Buffer, DecodeError, Decoder, Encoder, OutVec};
    use super::*;

    struct Words(Vec<AtomicU64>);

    impl AsRef<[AtomicU64]> for Words {
        fn as_ref(&self) -> &[AtomicU64] {
            &self.0
        }
    }

    /// So many words, full of ones: none of them was zero before.
    fn arena(words: usize) -> ArenaView {
        let words = Words((0..words).map(|_| AtomicU64::new(u64::MAX)).collect());
        ArenaView::new(SharedArena::new(words))
    }

    #[test]
    fn long_runs_go_there_and_come_back_from_there() {
        let arena = arena(2000);
        let mut message = Buffer::default();
        let (numbers, bytes) = (vec![1.5f64; 500], (0..=255).cycle().take(1027).collect::<Vec<u8>>());
        let mut encoder = Encoder::new(&mut message).with_arena(&arena);
        encoder.slice(&numbers).unwrap();
        encoder.slice(&bytes).unwrap();
        encoder.slice(&[7u32, 8]).unwrap();
        assert!(message.len() < 40, "{} bytes", message.len());
        assert_eq!(arena.wanted(), None);

        let mut decoder = Decoder::new(message.bytes_mut(), 0).with_arena(&arena);
        let came = decoder.slice::<f64>().unwrap();
        assert_eq!((came.len(), came.run().is_some()), (500, true));
        assert_eq!(*came, numbers);
        let mut changed = decoder.slice_mut::<u8>().unwrap();
        assert!(changed.run().is_some());
        assert_eq!(*changed, bytes);
        changed[1026] = 9;
        assert!(changed.run().is_none(), "what was changed is a copy");
        assert_eq!(decoder.vec::<u32>().unwrap(), [7, 8]);
        decoder.finish().unwrap();

        let mut decoder = Decoder::new(message.bytes_mut(), 0).with_arena(&arena);
        let mut into = vec![0.0; 500];
        decoder.slice_into(&mut into).unwrap();
        assert_eq!((into, decoder.vec::<u8>().unwrap()), (numbers, bytes));
    }

    #[test]
    fn what_does_not_fit_is_in_the_message_and_asked_for() {
        let arena = arena(200);
        let mut message = Buffer::default();
        let mut encoder = Encoder::new(&mut message).with_arena(&arena);
        for place in 0..3 {
            encoder.slice(&vec![place; 300]).unwrap();
        }
        let wanted = arena.wanted().unwrap();
        assert!((3 * 1200..3 * 1200 + 500).contains(&wanted), "{wanted}");
        let mut decoder = Decoder::new(message.bytes_mut(), 0).with_arena(&arena);
        for place in 0..3 {
            let came = decoder.slice::<i32>().unwrap();
            assert_eq!((came.run().is_some(), came.to_vec()), (place == 0, vec![place; 300]));
        }
        arena.clear();
        assert_eq!(arena.wanted(), None);
    }

    #[test]
    fn a_room_is_empty_and_only_what_was_filled_goes_out() {
        let view = arena(400);
        let memory = view.arena().unwrap();
        assert!(memory.room::<f64>(10).is_none() && memory.room::<bool>(2000).is_none(), "few, and no scalars");
        assert!(memory.room::<f64>(401).is_none() && memory.room::<u64>(usize::MAX).is_none());
        let mut run = memory.room::<i16>(1000).unwrap();
        assert_eq!(run.to_vec(), [0; 1000]);
        assert!(run.pointer::<u16>().is_none());
        let pointer = run.pointer::<i16>().unwrap();
        // SAFETY: there is room for a thousand.
        let second = unsafe { pointer.add(1) };
        // SAFETY: as above.
        unsafe { second.write(-5) };
        run.truncate(2);
        let mut message = Buffer::default();
        Encoder::new(&mut message).with_arena(&view).out_vec(&OutVec::InArena(run)).unwrap();
        assert!(message.len() < 8);
        let mut decoder = Decoder::new(message.bytes_mut(), 0).with_arena(&view);
        assert_eq!(decoder.vec::<i16>().unwrap(), [0, -5]);
    }

    #[test]
    fn what_lies_beside_other_messages_is_copied() {
        let (here, there) = (arena(400), arena(400));
        let run = there.arena().unwrap().room::<u64>(200).unwrap();
        let values = OutVec::InArena(run);
        let mut message = Buffer::default();
        Encoder::new(&mut message).with_arena(&here).out_vec(&values).unwrap();
        assert_eq!(Decoder::new(message.bytes_mut(), 0).with_arena(&here).vec::<u64>().unwrap(), [0; 200]);
        message.clear();
        Encoder::new(&mut message).out_vec(&values).unwrap();
        assert_eq!(Decoder::new(message.bytes_mut(), 0).vec::<u64>().unwrap(), [0; 200]);
    }

    /// What the other side may claim of it.
    #[test]
    fn a_place_that_is_not_there_is_refused() {
        let arena = arena(100);
        for (place, count) in [(100, 1), (0, 101), (1, 100), (u64::MAX, 1), (0, u64::MAX >> 1), (u64::MAX, u64::MAX)] {
            assert!(arena.run::<u64>(place, count).is_none(), "{count} at {place}");
            let mut message = Buffer::default();
            Encoder::new(&mut message).value(&(count << 1 | 1, place)).unwrap();
            let decoded = Decoder::new(message.bytes_mut(), 0).with_arena(&arena).vec::<u64>();
            assert!(matches!(decoded, Err(DecodeError::Length { .. })), "{count} at {place}");
        }
        assert!(arena.run::<u64>(0, 100).is_some());
        let mut message = Buffer::default();
        Encoder::new(&mut message).value(&(1u64 << 1 | 1, 0u64)).unwrap();
        let without = Decoder::new(message.bytes_mut(), 0).vec::<u64>();
        assert!(matches!(without, Err(DecodeError::Length { .. })), "where there is no memory at all");
    }
}
