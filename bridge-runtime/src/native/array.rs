//! The slots of arrays. If an element has the same representation in Rust and in C, the library works on the array in place;
//! otherwise the elements are converted one by one.

use std::sync::Arc;

use castaway::cast;

use super::Scope;
use super::c_caller::{has_c_callers, has_failed, is_number};
use super::length::length_within;
use super::spare_memory::spare;
use crate::fault::Fault;
use crate::marshal::{ArenaSlice, OutputArray, SharedArena, Slice, SliceMut};

/// Converts an element to C. Slots take this function rather than a bound on the type, so that the compiler reports a type
/// without a conversion only once.
pub(super) type ToC<T, C> = fn(&T, &mut Scope) -> Result<C, Fault>;

/// Converts an element from C.
pub(super) type FromC<T, C> = unsafe fn(C, &Scope) -> Result<T, Fault>;

/// The slot of an array that is passed to the library.
#[derive(Debug)]
pub enum ArrayIn<'a, C> {
    /// In the message, with the representation of C.
    Same(&'a [C]),
    /// In the shared arena, with the representation of C.
    InArena(*const C, usize),
    /// A converted copy.
    Converted(Vec<C>),
}

impl<'a, C: 'static> ArrayIn<'a, C> {
    /// The slot of `values`.
    ///
    /// # Errors
    /// As [`Native::to_c`](super::Native::to_c).
    pub fn new<T: 'static>(values: &'a Slice<'_, T>, to_c: ToC<T, C>, scope: &mut Scope) -> Result<Self, Fault> {
        if let Some(run) = values.arena_slice()
            && let Some(pointer) = run.pointer()
        {
            return Ok(Self::InArena(pointer, run.len()));
        }
        match cast!(&**values, &[C]) {
            Ok(same) => Ok(Self::Same(same)),
            Err(values) => Ok(Self::Converted(all_to_c(values, to_c, scope)?)),
        }
    }

    /// The number of elements.
    #[allow(clippy::len_without_is_empty, reason = "a slot is made to be passed")]
    pub fn len(&self) -> usize {
        match self {
            Self::Same(values) => values.len(),
            Self::InArena(_, count) => *count,
            Self::Converted(values) => values.len(),
        }
    }

    /// The C value.
    pub fn pass(&mut self) -> *const C {
        match self {
            Self::Same(values) => values.as_ptr(),
            Self::InArena(pointer, _) => *pointer,
            Self::Converted(values) => values.as_ptr(),
        }
    }
}

/// The slot of an array that the library may change.
#[derive(Debug)]
pub enum ArrayInOut<'a, T, C> {
    /// In the message, with the representation of C.
    Same(&'a mut [C]),
    /// In the shared arena, with the representation of C.
    InArena(*mut C, usize),
    /// A converted copy, which is converted back after the call.
    Converted(&'a mut [T], Vec<C>, FromC<T, C>),
}

impl<'a, T: 'static, C: 'static> ArrayInOut<'a, T, C> {
    /// The slot of `values`.
    ///
    /// # Errors
    /// As [`Native::to_c`](super::Native::to_c).
    pub fn new(
        values: &'a mut SliceMut<'_, T>,
        to_c: ToC<T, C>,
        from_c: FromC<T, C>,
        scope: &mut Scope,
    ) -> Result<Self, Fault> {
        if let Some(run) = values.arena_slice()
            && let Some(pointer) = run.pointer()
        {
            return Ok(Self::InArena(pointer, run.len()));
        }
        match cast!(&mut **values, &mut [C]) {
            Ok(same) => Ok(Self::Same(same)),
            Err(values) => {
                let converted = all_to_c(values, to_c, scope)?;
                Ok(Self::Converted(values, converted, from_c))
            }
        }
    }

    /// The number of elements.
    #[allow(clippy::len_without_is_empty, reason = "a slot is made to be passed")]
    pub fn len(&self) -> usize {
        match self {
            Self::Same(values) => values.len(),
            Self::InArena(_, count) => *count,
            Self::Converted(values, ..) => values.len(),
        }
    }

    /// The C value.
    pub fn pass(&mut self) -> *mut C {
        match self {
            Self::Same(values) => values.as_mut_ptr(),
            Self::InArena(pointer, _) => *pointer,
            Self::Converted(_, values, _) => values.as_mut_ptr(),
        }
    }

    /// Converts back what the library wrote.
    ///
    /// # Errors
    /// As [`Native::from_c`](super::Native::from_c).
    ///
    /// # Safety
    /// As [`Native::from_c`](super::Native::from_c).
    pub unsafe fn take(self, scope: &Scope) -> Result<(), Fault> {
        if let Self::Converted(values, converted, from_c) = self {
            for (value, c) in values.iter_mut().zip(converted) {
                // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
                *value = unsafe { from_c(c, scope) }?;
            }
        }
        Ok(())
    }
}

/// The shared arena that long results of a call are written to, if there is one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Room<'c>(Option<&'c Arc<SharedArena>>);

impl<'c> Room<'c> {
    pub(crate) fn new(arena: Option<&'c Arc<SharedArena>>) -> Self {
        Self(arena)
    }
}

/// The slot of an array that the library writes.
#[derive(Debug)]
pub enum ArrayBuffer<T, C> {
    /// In its own memory.
    Own(Vec<C>, FromC<T, C>),
    /// In the shared arena, which the client reads. The representation is the same in Rust and in C.
    InArena(ArenaSlice<T>, *mut C),
}

impl<T: 'static, C: Copy + super::Zeroable + 'static> ArrayBuffer<T, C> {
    /// A slot for `capacity` elements, which are zero.
    ///
    /// # Errors
    /// [`Fault::Argument`] for `parameter` if there is no memory for them.
    pub fn new(parameter: &str, capacity: usize, from_c: FromC<T, C>, Room(arena): Room<'_>) -> Result<Self, Fault> {
        if let Some(run) = arena.and_then(|arena| arena.allocate(capacity))
            && let Some(pointer) = run.pointer()
        {
            return Ok(Self::InArena(run, pointer));
        }
        Ok(Self::Own(zeros(parameter, capacity)?, from_c))
    }

    /// Its capacity, in elements.
    #[allow(clippy::len_without_is_empty, reason = "a slot is made to be passed")]
    pub fn len(&self) -> usize {
        match self {
            Self::Own(values, _) => values.len(),
            Self::InArena(run, _) => run.len(),
        }
    }

    /// The C value.
    pub fn pass(&mut self) -> *mut C {
        match self {
            Self::Own(values, _) => values.as_mut_ptr(),
            Self::InArena(_, pointer) => *pointer,
        }
    }

    /// How many of the first `length` elements a C program gets: if its call has failed, not the zeros at the end, which the library has
    /// not written.
    fn written(&self, length: usize) -> usize {
        if !has_failed() || !is_number::<C>() {
            return length;
        }
        let elements = match self {
            Self::Own(values, _) => values.as_ptr(),
            Self::InArena(_, pointer) => pointer.cast_const(),
        };
        // SAFETY: the length is within the capacity, and numbers have no bytes that are not theirs.
        let bytes = unsafe { std::slice::from_raw_parts(elements.cast::<u8>(), length * size_of::<C>()) };
        bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last / size_of::<C>() + 1)
    }

    /// The first `length` elements that the library wrote.
    ///
    /// # Errors
    /// [`Fault::Value`] if the length exceeds the capacity; otherwise as [`Native::from_c`](super::Native::from_c).
    ///
    /// # Safety
    /// As [`Native::from_c`](super::Native::from_c).
    pub unsafe fn take(self, parameter: &str, length: usize, scope: &Scope) -> Result<OutputArray<T>, Fault> {
        let length = self.written(length_within(parameter, length, self.len())?);
        match self {
            Self::InArena(mut run, _) => {
                run.truncate(length);
                Ok(OutputArray::InArena(run))
            }
            Self::Own(mut values, from_c) => {
                values.truncate(length);
                let values = match cast!(values, Vec<T>) {
                    Ok(same) => same,
                    Err(values) => {
                        // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
                        let convert = |c| unsafe { from_c(c, scope) };
                        values.into_iter().map(convert).collect::<Result<_, Fault>>()?
                    }
                };
                Ok(OutputArray::Owned(values))
            }
        }
    }
}

/// A vector of zeros.
///
/// # Errors
/// [`Fault::Argument`] for `parameter` if there is no memory for it.
pub(super) fn zeros<C: Copy + super::Zeroable + 'static>(parameter: &str, count: usize) -> Result<Vec<C>, Fault> {
    let mut values = spare();
    values.try_reserve_exact(count).map_err(|_| Fault::Argument {
        parameter: parameter.to_owned(),
        reason: format!("needs a buffer of {count} elements, for which there is no memory"),
    })?;
    values.resize(count, C::zeroed());
    Ok(values)
}

/// Whether memory can hold an array of this length: no slice may have more than `isize::MAX` bytes.
pub(super) fn fits_memory<C>(length: usize) -> bool {
    length.checked_mul(size_of::<C>()).is_some_and(|bytes| isize::try_from(bytes).is_ok())
}

/// Copies an array that a function returned by pointer.
///
/// # Errors
/// [`Fault::Value`] for a null pointer if `length` is not zero, and for a length that exceeds the address space; otherwise as
/// [`Native::from_c`](super::Native::from_c).
///
/// # Safety
/// The pointer is null, or valid for `length` elements; otherwise as [`Native::from_c`](super::Native::from_c).
pub unsafe fn returned_array<T, C>(
    pointer: *const C,
    length: usize,
    from_c: FromC<T, C>,
    scope: &Scope,
) -> Result<Vec<T>, Fault> {
    // A C program gets the null pointer itself.
    if length == 0 || (pointer.is_null() && has_c_callers()) {
        return Ok(Vec::new());
    }
    if pointer.is_null() {
        return Err(Fault::Value(format!("a null pointer for an array of {length} elements")));
    }
    if !fits_memory::<C>(length) {
        return Err(Fault::Value(format!("an array of {length} elements, more than there can be")));
    }
    // SAFETY: guaranteed by the caller: the pointer is valid for `length` elements.
    unsafe { read_elements(pointer, length, from_c, scope) }
}

/// Copies elements.
///
/// # Errors
/// As [`Native::from_c`](super::Native::from_c).
///
/// # Safety
/// The pointer is valid for `length` elements; otherwise as [`Native::from_c`](super::Native::from_c).
pub(super) unsafe fn read_elements<T, C>(
    pointer: *const C,
    length: usize,
    from_c: FromC<T, C>,
    scope: &Scope,
) -> Result<Vec<T>, Fault> {
    // Old libraries do not always align what they return, so the elements are read unaligned.
    // SAFETY: guaranteed by the caller: the pointer is valid for `length` elements.
    let place = |place| unsafe { pointer.add(place) };
    // SAFETY: as above.
    let elements = (0..length).map(place).map(|element| unsafe { element.read_unaligned() });
    // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
    elements.map(|c| unsafe { from_c(c, scope) }).collect()
}

/// An element of a list that a zero ends.
#[diagnostic::on_unimplemented(
    message = "a list that ends with a null element has pointers, handles, text or integers as elements; write the number of elements, as in `len = n`",
    label = "not a pointer or an integer in C"
)]
pub trait ListElement: Copy {
    /// Whether it ends a list.
    fn is_end(self) -> bool;
}

impl<T> ListElement for *const T {
    fn is_end(self) -> bool {
        self.is_null()
    }
}

impl<T> ListElement for *mut T {
    fn is_end(self) -> bool {
        self.is_null()
    }
}

macro_rules! integers_end_at_zero {
    ($($integer:ty)*) => {$(
        impl ListElement for $integer {
            fn is_end(self) -> bool {
                self == 0
            }
        }
    )*};
}

integers_end_at_zero!(i8 i16 i32 i64 u8 u16 u32 u64);

/// The number of elements after which a list counts as one without an end.
pub(super) const LONGEST_LIST: usize = 1 << 20;

/// Copies a list that a function returned by pointer, up to the element that ends it. A null pointer is an empty list.
///
/// # Errors
/// [`Fault::Value`] for a list without an end; otherwise as [`Native::from_c`](super::Native::from_c).
///
/// # Safety
/// The pointer is null, or valid up to the element that ends the list; otherwise as [`Native::from_c`](super::Native::from_c).
pub unsafe fn returned_list<T, C: ListElement>(
    pointer: *const C,
    from_c: FromC<T, C>,
    scope: &Scope,
) -> Result<Vec<T>, Fault> {
    let mut values = Vec::new();
    if pointer.is_null() {
        return Ok(values);
    }
    while values.len() < LONGEST_LIST {
        // SAFETY: guaranteed by the caller: none of the elements before this one has ended the list.
        let element = unsafe { pointer.add(values.len()) };
        // SAFETY: as above; old libraries do not always align what they return.
        let element = unsafe { element.read_unaligned() };
        if element.is_end() {
            return Ok(values);
        }
        // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
        values.push(unsafe { from_c(element, scope) }?);
    }
    Err(Fault::Value(format!("a list of more than {LONGEST_LIST} elements, without one that ends it")))
}

/// Converts elements to C.
///
/// # Errors
/// As [`Native::to_c`](super::Native::to_c).
pub(super) fn all_to_c<T, C>(values: &[T], to_c: ToC<T, C>, scope: &mut Scope) -> Result<Vec<C>, Fault> {
    values.iter().map(|value| to_c(value, scope)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Native;
    use super::*;

    #[test]
    fn scalars_are_not_converted_and_others_are() {
        let mut scope = Scope::default();
        let numbers = [1.0, 2.0];
        assert_eq!(ArrayIn::new(&Slice::of(&numbers), f64::to_c, &mut scope).unwrap().pass(), numbers.as_ptr());
        let flags = [true, false];
        assert!(matches!(ArrayIn::new(&Slice::of(&flags), bool::to_c, &mut scope).unwrap(), ArrayIn::Converted(_)));

        let mut flags = [true, false];
        let mut values = SliceMut::of(&mut flags);
        let mut slot = ArrayInOut::new(&mut values, bool::to_c, <bool as Native>::from_c, &mut scope).unwrap();
        // SAFETY: the slot has two elements.
        let second = unsafe { slot.pass().add(1) };
        // SAFETY: as above.
        unsafe { second.write(7) };
        // SAFETY: there are no pointers in bytes.
        unsafe { slot.take(&scope) }.unwrap();
        assert_eq!(flags, [true, true]);
    }

    #[test]
    fn a_buffer_is_cut_to_the_length_and_not_beyond_its_end() {
        let mut slot = ArrayBuffer::new("y", 3, <i32 as Native>::from_c, Room::default()).unwrap();
        // SAFETY: the slot has three elements.
        unsafe { slot.pass().write(5) };
        // SAFETY: there are no pointers in integers.
        assert_eq!(unsafe { slot.take("y", 2, &Scope::new()) }.unwrap().into_vec(), [5, 0]);
        let slot = ArrayBuffer::new("y", 3, <i32 as Native>::from_c, Room::default()).unwrap();
        // SAFETY: there are no pointers in integers.
        let error = unsafe { slot.take("y", 4, &Scope::new()) }.unwrap_err();
        assert_eq!(error.to_string(), "the library returned 4 as the length of `y`, whose buffer has room for 3");
    }

    #[test]
    fn a_returned_array_is_copied() {
        let values = [1u16, 2, 3];
        // SAFETY: the pointer is to three elements.
        let array = unsafe { returned_array(values.as_ptr(), 3, <u16 as Native>::from_c, &Scope::new()) };
        assert_eq!(array.unwrap(), values);
        // SAFETY: a null pointer is allowed.
        assert!(unsafe { returned_array(std::ptr::null(), 3, <u16 as Native>::from_c, &Scope::new()) }.is_err());
        // SAFETY: a null pointer is allowed.
        let array = unsafe { returned_array(std::ptr::null(), 0, <u16 as Native>::from_c, &Scope::new()) };
        assert!(array.unwrap().is_empty());
    }
}
