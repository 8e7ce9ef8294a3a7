//! Arrays that come in, and go out. A method of Rust's is shown a slice; a native function is passed a pointer, even to memory that
//! the other process has as well, and nothing is copied.

use std::cell::{OnceCell, RefCell};
use std::ops::{Deref, DerefMut};

use super::buffer::Buffer;
use super::bulk::Run;
use super::scalar;

/// An array to be read.
#[derive(Debug)]
pub struct Slice<'m, T> {
    held: Held<'m, T>,
    copy: OnceCell<Copy>,
}

#[derive(Debug)]
enum Held<'m, T> {
    /// In a message, or the caller's.
    Borrowed(&'m [T]),
    Owned(Vec<T>),
    /// Beside the message.
    Beside(Run<T>),
}

/// An array to be changed.
#[derive(Debug)]
pub struct SliceMut<'m, T> {
    held: HeldMut<'m, T>,
    copy: OnceCell<Copy>,
}

#[derive(Debug)]
enum HeldMut<'m, T> {
    Borrowed(&'m mut [T]),
    Owned(Vec<T>),
    Beside(Run<T>),
}

/// What lies beside a message, in memory of this process's own: what another process can write to can be no slice.
#[derive(Debug)]
struct Copy(Buffer);

thread_local! {
    /// The memory of the last one.
    static SPARE: RefCell<Buffer> = RefCell::default();
}

impl Copy {
    /// # Panics
    /// Without memory for it.
    #[allow(clippy::panic, reason = "`Deref` has no other way to say it; the dispatcher catches it")]
    fn of<T>(run: &Run<T>) -> Self {
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

impl Drop for Copy {
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
        Held::Borrowed(values).into()
    }

    pub(super) fn owned(values: Vec<T>) -> Self {
        Held::Owned(values).into()
    }

    pub(super) fn beside(run: Run<T>) -> Self {
        Held::Beside(run).into()
    }

    /// Elements.
    pub fn len(&self) -> usize {
        match &self.held {
            Held::Borrowed(values) => values.len(),
            Held::Owned(values) => values.len(),
            Held::Beside(run) => run.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is beside its message, if it is there.
    pub(crate) fn run(&self) -> Option<&Run<T>> {
        match &self.held {
            Held::Beside(run) => Some(run),
            _ => None,
        }
    }
}

impl<'m, T> From<Held<'m, T>> for Slice<'m, T> {
    fn from(held: Held<'m, T>) -> Self {
        Self { held, copy: OnceCell::new() }
    }
}

impl<T: 'static> Deref for Slice<'_, T> {
    type Target = [T];

    /// # Panics
    /// Without memory for a copy.
    fn deref(&self) -> &[T] {
        match &self.held {
            Held::Borrowed(values) => values,
            Held::Owned(values) => values,
            Held::Beside(run) => self.copy.get_or_init(|| Copy::of(run)).elements(),
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
        HeldMut::Borrowed(values).into()
    }

    pub(super) fn owned(values: Vec<T>) -> Self {
        HeldMut::Owned(values).into()
    }

    pub(super) fn beside(run: Run<T>) -> Self {
        HeldMut::Beside(run).into()
    }

    /// Elements.
    pub fn len(&self) -> usize {
        match &self.held {
            HeldMut::Borrowed(values) => values.len(),
            HeldMut::Owned(values) => values.len(),
            HeldMut::Beside(run) => run.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is beside its message, if it is there and nobody has asked for a slice.
    pub(crate) fn run(&self) -> Option<&Run<T>> {
        match &self.held {
            HeldMut::Beside(run) if self.copy.get().is_none() => Some(run),
            _ => None,
        }
    }
}

impl<'m, T> From<HeldMut<'m, T>> for SliceMut<'m, T> {
    fn from(held: HeldMut<'m, T>) -> Self {
        Self { held, copy: OnceCell::new() }
    }
}

impl<T: 'static> Deref for SliceMut<'_, T> {
    type Target = [T];

    /// # Panics
    /// Without memory for a copy.
    fn deref(&self) -> &[T] {
        match &self.held {
            HeldMut::Borrowed(values) => values,
            HeldMut::Owned(values) => values,
            HeldMut::Beside(run) => self.copy.get_or_init(|| Copy::of(run)).elements(),
        }
    }
}

impl<T: 'static> DerefMut for SliceMut<'_, T> {
    /// # Panics
    /// Without memory for a copy.
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.held {
            HeldMut::Borrowed(values) => values,
            HeldMut::Owned(values) => values,
            HeldMut::Beside(run) => {
                self.copy.get_or_init(|| Copy::of(run));
                self.copy.get_mut().map(Copy::elements_mut).unwrap_or_default()
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
    Beside(Run<T>),
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
            Self::Beside(run) => run.to_vec(),
        }
    }
}
