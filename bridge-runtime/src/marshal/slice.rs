//! Arrays that a server method takes and returns, wherever they are stored. A Rust method sees a slice. A native function is
//! passed a pointer, even into the arena, so that nothing is copied.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::ops::{Deref, DerefMut};

use super::arena::ArenaSlice;
use super::buffer::Buffer;
use super::scalar;

/// An array argument.
#[derive(Debug)]
pub struct Slice<'m, T> {
    storage: SliceStorage<'m, T>,
    copy: OnceCell<ArenaCopy>,
}

#[derive(Debug)]
enum SliceStorage<'m, T> {
    /// In a message, or in memory of the caller.
    Borrowed(&'m [T]),
    Owned(Vec<T>),
    InArena(ArenaSlice<T>),
}

/// An array argument that is passed by `&mut`, and sent back.
#[derive(Debug)]
pub struct SliceMut<'m, T> {
    storage: SliceMutStorage<'m, T>,
    copy: OnceCell<ArenaCopy>,
}

#[derive(Debug)]
enum SliceMutStorage<'m, T> {
    Borrowed(&'m mut [T]),
    Owned(Vec<T>),
    InArena(ArenaSlice<T>),
}

/// A copy of an array in the arena, for Rust code: no slice may point into memory that another process can write to.
#[derive(Debug)]
struct ArenaCopy(Buffer);

thread_local! {
    /// The buffer of the last copy, to be reused.
    static SPARE: RefCell<Buffer> = RefCell::default();
}

impl ArenaCopy {
    /// # Panics
    /// If there is no memory for it.
    #[allow(clippy::panic, reason = "`Deref` cannot return an error; the dispatcher catches the panic")]
    fn of<T>(slice: &ArenaSlice<T>) -> Self {
        let mut buffer = SPARE.with_borrow_mut(std::mem::take);
        match slice.copy_into(&mut buffer) {
            Ok(()) => Self(buffer),
            Err(error) => panic!("an array of {} elements {error}", slice.len()),
        }
    }

    fn elements<T: 'static>(&self) -> &[T] {
        // Always fits: it is a copy of an array of `T`.
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
    /// An array that is borrowed from the caller.
    pub fn of(values: &'m [T]) -> Self {
        SliceStorage::Borrowed(values).into()
    }

    pub(super) fn owned(values: Vec<T>) -> Self {
        SliceStorage::Owned(values).into()
    }

    pub(super) fn in_arena(slice: ArenaSlice<T>) -> Self {
        SliceStorage::InArena(slice).into()
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        match &self.storage {
            SliceStorage::Borrowed(values) => values.len(),
            SliceStorage::Owned(values) => values.len(),
            SliceStorage::InArena(slice) => slice.len(),
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The array in the arena, if it is there.
    pub(crate) fn arena_slice(&self) -> Option<&ArenaSlice<T>> {
        match &self.storage {
            SliceStorage::InArena(slice) => Some(slice),
            _ => None,
        }
    }
}

impl<'m, T> From<SliceStorage<'m, T>> for Slice<'m, T> {
    fn from(storage: SliceStorage<'m, T>) -> Self {
        Self { storage, copy: OnceCell::new() }
    }
}

impl<T: 'static> Deref for Slice<'_, T> {
    type Target = [T];

    /// # Panics
    /// If there is no memory for a copy.
    fn deref(&self) -> &[T] {
        match &self.storage {
            SliceStorage::Borrowed(values) => values,
            SliceStorage::Owned(values) => values,
            SliceStorage::InArena(slice) => self.copy.get_or_init(|| ArenaCopy::of(slice)).elements(),
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
    /// An array that is borrowed from the caller.
    pub fn of(values: &'m mut [T]) -> Self {
        SliceMutStorage::Borrowed(values).into()
    }

    pub(super) fn owned(values: Vec<T>) -> Self {
        SliceMutStorage::Owned(values).into()
    }

    pub(super) fn in_arena(slice: ArenaSlice<T>) -> Self {
        SliceMutStorage::InArena(slice).into()
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        match &self.storage {
            SliceMutStorage::Borrowed(values) => values.len(),
            SliceMutStorage::Owned(values) => values.len(),
            SliceMutStorage::InArena(slice) => slice.len(),
        }
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The array in the arena, if it is there and was not copied for Rust code, which may have changed the copy.
    pub(crate) fn arena_slice(&self) -> Option<&ArenaSlice<T>> {
        match &self.storage {
            SliceMutStorage::InArena(slice) if self.copy.get().is_none() => Some(slice),
            _ => None,
        }
    }
}

impl<'m, T> From<SliceMutStorage<'m, T>> for SliceMut<'m, T> {
    fn from(storage: SliceMutStorage<'m, T>) -> Self {
        Self { storage, copy: OnceCell::new() }
    }
}

impl<T: 'static> Deref for SliceMut<'_, T> {
    type Target = [T];

    /// # Panics
    /// If there is no memory for a copy.
    fn deref(&self) -> &[T] {
        match &self.storage {
            SliceMutStorage::Borrowed(values) => values,
            SliceMutStorage::Owned(values) => values,
            SliceMutStorage::InArena(slice) => self.copy.get_or_init(|| ArenaCopy::of(slice)).elements(),
        }
    }
}

impl<T: 'static> DerefMut for SliceMut<'_, T> {
    /// # Panics
    /// If there is no memory for a copy.
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.storage {
            SliceMutStorage::Borrowed(values) => values,
            SliceMutStorage::Owned(values) => values,
            SliceMutStorage::InArena(slice) => {
                self.copy.get_or_init(|| ArenaCopy::of(slice));
                self.copy.get_mut().map(ArenaCopy::elements_mut).unwrap_or_default()
            }
        }
    }
}

/// An array that a native function has filled.
#[derive(Debug)]
pub enum OutputArray<T> {
    /// A vector.
    Owned(Vec<T>),
    /// In the arena, from which the client takes it.
    InArena(ArenaSlice<T>),
}

impl<T> From<Vec<T>> for OutputArray<T> {
    fn from(values: Vec<T>) -> Self {
        Self::Owned(values)
    }
}

impl<T: 'static> OutputArray<T> {
    /// The elements, for Rust code: a copy if they are in the arena.
    ///
    /// # Panics
    /// If there is no memory for the copy.
    pub fn elements(&self) -> Cow<'_, [T]>
    where
        T: Clone,
    {
        match self {
            Self::Owned(values) => Cow::Borrowed(values),
            Self::InArena(slice) => Cow::Owned(slice.to_vec()),
        }
    }

    /// Returns the array as a vector, which is a copy if it is in the arena.
    ///
    /// # Panics
    /// If there is no memory for the copy.
    pub fn into_vec(self) -> Vec<T> {
        match self {
            Self::Owned(values) => values,
            Self::InArena(slice) => slice.to_vec(),
        }
    }
}
