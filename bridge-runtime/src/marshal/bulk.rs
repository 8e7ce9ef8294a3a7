//! Memory beside the messages, which both ends of a lane have: long runs of scalars lie there while a call lasts.
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
pub struct Bulk {
    memory: Box<dyn AsRef<[AtomicU64]> + Send + Sync>,
    /// Words at its beginning that hold something of the present call.
    used: AtomicUsize,
}

/// What a lane has of it, and would need.
#[derive(Debug, Default, Clone)]
pub struct Beside {
    bulk: Option<Arc<Bulk>>,
    /// Bytes of the present call for which there was no room.
    missed: Cell<usize>,
}

/// Scalars that lie there.
pub struct Run<T> {
    bulk: Arc<Bulk>,
    /// In words.
    place: usize,
    count: usize,
    elements: PhantomData<fn() -> T>,
}

impl Bulk {
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
    pub fn room<T: 'static>(self: &Arc<Self>, count: usize) -> Option<Run<T>> {
        let bytes = count.checked_mul(size_of::<T>()).filter(|bytes| is_scalar::<T>() && *bytes >= LONG)?;
        let place = self.reserve(bytes)?;
        for word in &self.words()[place..][..bytes.div_ceil(ALIGNMENT)] {
            word.store(0, Ordering::Relaxed);
        }
        Some(Run { bulk: Arc::clone(self), place, count, elements: PhantomData })
    }

    /// What the other end says is there; `None` if it cannot be.
    fn run<T>(self: &Arc<Self>, place: u64, count: u64) -> Option<Run<T>> {
        let (place, count) = (usize::try_from(place).ok()?, usize::try_from(count).ok()?);
        let words = count.checked_mul(size_of::<T>())?.div_ceil(ALIGNMENT);
        let end = place.checked_add(words).filter(|end| *end <= self.words().len())?;
        self.used.fetch_max(end, Ordering::Relaxed);
        Some(Run { bulk: Arc::clone(self), place, count, elements: PhantomData })
    }
}

impl Beside {
    /// That memory.
    pub fn new(bulk: Arc<Bulk>) -> Self {
        Self { bulk: Some(bulk), missed: Cell::new(0) }
    }

    /// Has the same memory as another. It nearly always does already, and to count who has it costs more than a look.
    #[inline]
    pub(crate) fn become_like(&mut self, other: &Self) {
        let which = |beside: &Self| beside.bulk.as_ref().map(Arc::as_ptr);
        if which(self) != which(other) {
            *self = other.clone();
        }
    }

    /// Another call begins.
    pub(crate) fn clear(&self) {
        self.missed.set(0);
        if let Some(bulk) = &self.bulk {
            bulk.used.store(0, Ordering::Relaxed);
        }
    }

    /// The memory, if there is any.
    pub(crate) fn bulk(&self) -> Option<&Arc<Bulk>> {
        self.bulk.as_ref()
    }

    /// Bytes that the last call needed, if it did not find room for them.
    #[inline]
    pub(crate) fn wanted(&self) -> Option<usize> {
        let missed = self.missed.get();
        if missed == 0 {
            return None;
        }
        let used = self.bulk.as_ref().map_or(0, |bulk| bulk.used.load(Ordering::Relaxed));
        Some(missed.saturating_add(used.saturating_mul(ALIGNMENT)))
    }

    /// A run of so many bytes was, or will be, in a message.
    pub(super) fn miss(&self, bytes: usize) {
        if bytes >= LONG {
            let line = LINE * ALIGNMENT;
            self.missed.set(self.missed.get().saturating_add(bytes).saturating_add(line));
        }
    }

    /// Puts a long run there; returns where.
    pub(super) fn put(&self, bytes: &[u8]) -> Option<u64> {
        let bulk = self.bulk.as_ref().filter(|_| bytes.len() >= LONG)?;
        bulk.put(bytes).map(|place| place as u64)
    }

    /// Where a run lies, if it lies here.
    pub(super) fn place<T>(&self, run: &Run<T>) -> Option<u64> {
        self.bulk.as_ref().filter(|bulk| Arc::ptr_eq(bulk, &run.bulk)).map(|_| run.place as u64)
    }

    /// What the other end says is there.
    pub(super) fn run<T>(&self, place: u64, count: u64) -> Option<Run<T>> {
        self.bulk.as_ref()?.run(place, count)
    }
}

impl<T> Run<T> {
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
        let words = self.bulk.words()[self.place..].as_ptr();
        (TypeId::of::<T>() == TypeId::of::<C>()).then(|| words.cast_mut().cast())
    }

    /// Its bytes.
    fn read(&self, into: &mut [MaybeUninit<u8>]) {
        let words = &self.bulk.words()[self.place..];
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

impl<T: 'static> Run<T> {
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

impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk").field("words", &self.words().len()).field("used", &self.used).finish()
    }
}

impl<T> fmt::Debug for Run<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("place", &self.place).field("count", &self.count).finish()
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
    fn beside(words: usize) -> Beside {
        let words = Words((0..words).map(|_| AtomicU64::new(u64::MAX)).collect());
        Beside::new(Bulk::new(words))
    }

    #[test]
    fn long_runs_go_there_and_come_back_from_there() {
        let beside = beside(2000);
        let mut message = Buffer::default();
        let (numbers, bytes) = (vec![1.5f64; 500], (0..=255).cycle().take(1027).collect::<Vec<u8>>());
        let mut encoder = Encoder::new(&mut message).beside(&beside);
        encoder.slice(&numbers).unwrap();
        encoder.slice(&bytes).unwrap();
        encoder.slice(&[7u32, 8]).unwrap();
        assert!(message.len() < 40, "{} bytes", message.len());
        assert_eq!(beside.wanted(), None);

        let mut decoder = Decoder::new(message.bytes_mut(), 0).beside(&beside);
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

        let mut decoder = Decoder::new(message.bytes_mut(), 0).beside(&beside);
        let mut into = vec![0.0; 500];
        decoder.slice_into(&mut into).unwrap();
        assert_eq!((into, decoder.vec::<u8>().unwrap()), (numbers, bytes));
    }

    #[test]
    fn what_does_not_fit_is_in_the_message_and_asked_for() {
        let beside = beside(200);
        let mut message = Buffer::default();
        let mut encoder = Encoder::new(&mut message).beside(&beside);
        for place in 0..3 {
            encoder.slice(&vec![place; 300]).unwrap();
        }
        let wanted = beside.wanted().unwrap();
        assert!((3 * 1200..3 * 1200 + 500).contains(&wanted), "{wanted}");
        let mut decoder = Decoder::new(message.bytes_mut(), 0).beside(&beside);
        for place in 0..3 {
            let came = decoder.slice::<i32>().unwrap();
            assert_eq!((came.run().is_some(), came.to_vec()), (place == 0, vec![place; 300]));
        }
        beside.clear();
        assert_eq!(beside.wanted(), None);
    }

    #[test]
    fn a_room_is_empty_and_only_what_was_filled_goes_out() {
        let beside = beside(400);
        let bulk = beside.bulk().unwrap();
        assert!(bulk.room::<f64>(10).is_none() && bulk.room::<bool>(2000).is_none(), "few, and no scalars");
        assert!(bulk.room::<f64>(401).is_none() && bulk.room::<u64>(usize::MAX).is_none());
        let mut run = bulk.room::<i16>(1000).unwrap();
        assert_eq!(run.to_vec(), [0; 1000]);
        assert!(run.pointer::<u16>().is_none());
        let pointer = run.pointer::<i16>().unwrap();
        // SAFETY: there is room for a thousand.
        let second = unsafe { pointer.add(1) };
        // SAFETY: as above.
        unsafe { second.write(-5) };
        run.truncate(2);
        let mut message = Buffer::default();
        Encoder::new(&mut message).beside(&beside).out_vec(&OutVec::Beside(run)).unwrap();
        assert!(message.len() < 8);
        let mut decoder = Decoder::new(message.bytes_mut(), 0).beside(&beside);
        assert_eq!(decoder.vec::<i16>().unwrap(), [0, -5]);
    }

    #[test]
    fn what_lies_beside_other_messages_is_copied() {
        let (here, there) = (beside(400), beside(400));
        let run = there.bulk().unwrap().room::<u64>(200).unwrap();
        let values = OutVec::Beside(run);
        let mut message = Buffer::default();
        Encoder::new(&mut message).beside(&here).out_vec(&values).unwrap();
        assert_eq!(Decoder::new(message.bytes_mut(), 0).beside(&here).vec::<u64>().unwrap(), [0; 200]);
        message.clear();
        Encoder::new(&mut message).out_vec(&values).unwrap();
        assert_eq!(Decoder::new(message.bytes_mut(), 0).vec::<u64>().unwrap(), [0; 200]);
    }

    /// What the other side may claim of it.
    #[test]
    fn a_place_that_is_not_there_is_refused() {
        let beside = beside(100);
        for (place, count) in [(100, 1), (0, 101), (1, 100), (u64::MAX, 1), (0, u64::MAX >> 1), (u64::MAX, u64::MAX)] {
            assert!(beside.run::<u64>(place, count).is_none(), "{count} at {place}");
            let mut message = Buffer::default();
            Encoder::new(&mut message).value(&(count << 1 | 1, place)).unwrap();
            let decoded = Decoder::new(message.bytes_mut(), 0).beside(&beside).vec::<u64>();
            assert!(matches!(decoded, Err(DecodeError::Length { .. })), "{count} at {place}");
        }
        assert!(beside.run::<u64>(0, 100).is_some());
        let mut message = Buffer::default();
        Encoder::new(&mut message).value(&(1u64 << 1 | 1, 0u64)).unwrap();
        let without = Decoder::new(message.bytes_mut(), 0).vec::<u64>();
        assert!(matches!(without, Err(DecodeError::Length { .. })), "where there is no memory at all");
    }
}
