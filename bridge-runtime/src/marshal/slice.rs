//! Arrays that come in, and go out. A method of Rust's is shown a slice; a native function is passed a pointer, even to memory that
//! the other process has as well, and nothing is copied.

use std::cell::{OnceCell, RefCell};
use std::ops::{Deref, DerefMut};

use super::arena::ArenaSlice;
use super::buffer::Buffer;
use super::scalar;

/// An array to be read.
#[derive(Debug)]
pub struct Slice<'m, T> {
    held: SliceStorage<'m, T>,
    copy: OnceCell<ArenaCopy>,
}

#[derive(Debug)]
enum SliceStorage<'m, T> {
    /// In a message, or the caller's.
    Borrowed(&'m [T]),
    Owned(Vec<T>),
    /// Beside the message.
    InArena(ArenaSlice<T>),
}

/// An array to be changed.
#[derive(Debug)]
pub struct SliceMut<'m, T> {
    held: SliceMutStorage<'m, T>,
    copy: OnceCell<ArenaCopy>,
}

#[derive(Debug)]
enum SliceMutStorage<'m, T> {
    Borrowed(&'m mut [T]),
    Owned(Vec<T>),
    InArena(ArenaSlice<T>),
}

/// What lies beside a message, in memory of this process's own: what another process can write to can be no slice.
#[derive(Debug)]
struct ArenaCopy(Buffer);

thread_local! {
    /// The memory of the last one.
    static SPARE: RefCell<Buffer> = RefCell::default();
}

impl ArenaCopy {
    /// # Panics
    /// Without memory for it.
    #[allow(clippy::panic, reason = "`Deref` has no other way to say it; the dispatcher catches it")]
    fn of<T>(run: &ArenaSlice<T>) -> Self {
        let mut buffer = SPARE.with_borrow_mut(std::mem::take);
        match run.copy(&mut buffer) {
            Ok(()) => Self(buffer),
            Err(error) => panic!("an array of {} elements {error}", run.len()),
        }
    }

    fn elements<T: 'static>(&self) -> &[T] {
        // It was made from as many scalars.
        scalar::from_bytes(self.0.bytes()).unwrap_or_default()
    }

    fn elements_mut<T: 'static>(&mut self) -> &mut [T] {
        scalar::from_bytes_mut(self.0.bytes_mut()).unwrap_or_default()
    }
}

impl Drop for ArenaCopy {
    fn drop(&mut self) {
        SPARE.with_borrow_mut(|spare| {
            if spare.capacity() < self.0.capacity() {
                *spare = std::mem::take(&mut self.0);
            }
        });
    }
}

impl<'m, T> Slice<'m, T> {
    /// These.
    pub fn of(values: &'m [T]) -> Self {
        SliceStorage::Borrowed(values).into()
    }

    pub(super) fn owned(values: Vec<T>) -> Self {
        SliceStorage::Owned(values).into()
    }

    pub(super) fn in_arena(run: ArenaSlice<T>) -> Self {
        SliceStorage::InArena(run).into()
    }

    /// Elements.
    pub fn len(&self) -> usize {
        match &self.held {
            SliceStorage::Borrowed(values) => values.len(),
            SliceStorage::Owned(values) => values.len(),
            SliceStorage::InArena(run) => run.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is beside its message, if it is there.
    pub(crate) fn run(&self) -> Option<&ArenaSlice<T>> {
        match &self.held {
            SliceStorage::InArena(run) => Some(run),
            _ => None,
        }
    }
}

impl<'m, T> From<SliceStorage<'m, T>> for Slice<'m, T> {
    fn from(held: SliceStorage<'m, T>) -> Self {
        Self { held, copy: OnceCell::new() }
    }
}

impl<T: 'static> Deref for Slice<'_, T> {
    type Target = [T];

    /// # Panics
    /// Without memory for a copy.
    fn deref(&self) -> &[T] {
        match &self.held {
            SliceStorage::Borrowed(values) => values,
            SliceStorage::Owned(values) => values,
            SliceStorage::InArena(run) => self.copy.get_or_init(|| ArenaCopy::of(run)).elements(),
        }
    }
}

impl<'s, T: 'static> IntoIterator for &'s Slice<'_, T> {
    type Item = &'s T;
    type IntoIter = std::slice::Iter<'s, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'m, T> SliceMut<'m, T> {
    /// These.
    pub fn of(values: &'m mut [T]) -> Self {
        SliceMutStorage::Borrowed(values).into()
    }

    pub(super) fn owned(values: Vec<T>) -> Self {
        SliceMutStorage::Owned(values).into()
    }

    pub(super) fn in_arena(run: ArenaSlice<T>) -> Self {
        SliceMutStorage::InArena(run).into()
    }

    /// Elements.
    pub fn len(&self) -> usize {
        match &self.held {
            SliceMutStorage::Borrowed(values) => values.len(),
            SliceMutStorage::Owned(values) => values.len(),
            SliceMutStorage::InArena(run) => run.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is beside its message, if it is there and nobody has asked for a slice.
    pub(crate) fn run(&self) -> Option<&ArenaSlice<T>> {
        match &self.held {
            SliceMutStorage::InArena(run) if self.copy.get().is_none() => Some(run),
            _ => None,
        }
    }
}

impl<'m, T> From<SliceMutStorage<'m, T>> for SliceMut<'m, T> {
    fn from(held: SliceMutStorage<'m, T>) -> Self {
        Self { held, copy: OnceCell::new() }
    }
}

impl<T: 'static> Deref for SliceMut<'_, T> {
    type Target = [T];

    /// # Panics
    /// Without memory for a copy.
    fn deref(&self) -> &[T] {
        match &self.held {
            SliceMutStorage::Borrowed(values) => values,
            SliceMutStorage::Owned(values) => values,
            SliceMutStorage::InArena(run) => self.copy.get_or_init(|| ArenaCopy::of(run)).elements(),
        }
    }
}

impl<T: 'static> DerefMut for SliceMut<'_, T> {
    /// # Panics
    /// Without memory for a copy.
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.held {
            SliceMutStorage::Borrowed(values) => values,
            SliceMutStorage::Owned(values) => values,
            SliceMutStorage::InArena(run) => {
                self.copy.get_or_init(|| ArenaCopy::of(run));
                self.copy.get_mut().map(ArenaCopy::elements_mut).unwrap_or_default()
            }
        }
    }
}

/// An array that came out.
#[derive(Debug)]
pub enum OutVec<T> {
    /// In memory of its own.
    Own(Vec<T>),
    /// Where the client takes it from.
    InArena(ArenaSlice<T>),
}

impl<T> From<Vec<T>> for OutVec<T> {
    fn from(values: Vec<T>) -> Self {
        Self::Own(values)
    }
}

impl<T: 'static> OutVec<T> {
    /// A vector of them.
    ///
    /// # Panics
    /// Without memory for it.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Self::Own(values) => values,
            Self::InArena(run) => run.to_vec(),
        }
    }
}
