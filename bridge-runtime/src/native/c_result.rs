//! Results that a drop-in library returns to C: pointers to memory that a scope keeps.

use std::any::TypeId;

use castaway::cast;

use super::array::{ToC, all_to_c};
use super::text::{Text, TextBuffer, TextList};
use super::{Encoding, FieldForm, Length, Scope, TextAt, Zeroable};
use crate::fault::Fault;

/// An array that comes out of a call: a vector, or none.
pub trait ReturnedArray {
    /// The type of its elements.
    type Element;

    /// The elements; `None` for a null pointer.
    fn elements(&self) -> Option<&[Self::Element]>;
}

impl<T> ReturnedArray for Vec<T> {
    type Element = T;

    fn elements(&self) -> Option<&[T]> {
        Some(self)
    }
}

impl<T> ReturnedArray for Option<Vec<T>> {
    type Element = T;

    fn elements(&self) -> Option<&[T]> {
        self.as_deref()
    }
}

/// Keeps the elements in the scope; returns the pointer to them, or null.
///
/// # Errors
/// As `to_c`.
pub fn array_to_c<A: ReturnedArray, C: 'static>(
    array: &A,
    to_c: ToC<A::Element, C>,
    scope: &mut Scope,
) -> Result<*const C, Fault> {
    let Some(elements) = array.elements() else { return Ok(std::ptr::null()) };
    let elements = all_to_c(elements, to_c, scope).map_err(of_result)?;
    Ok(scope.keep(elements))
}

/// Keeps text in the scope; returns the pointer to it, or null.
///
/// # Errors
/// [`Fault::Message`] for text that C would cut short, or that the encoding lacks a character for.
pub fn text_to_c<E: Encoding, T>(text: &T, scope: &mut Scope) -> Result<<TextAt<E> as FieldForm<T>>::C, Fault>
where
    TextAt<E>: FieldForm<T>,
{
    <TextAt<E> as FieldForm<T>>::to_c(text, scope).map_err(of_result)
}

/// The fault of a result that C cannot have. The conversions are those of arguments.
fn of_result(fault: Fault) -> Fault {
    match fault {
        Fault::Argument { reason, .. } => Fault::Message(format!("the library returned a value that {reason}")),
        other => other,
    }
}

/// The number of elements of an array that comes out of a call.
pub fn element_count(array: &impl ReturnedArray) -> i64 {
    array.elements().map_or(0, <[_]>::len) as i64
}

/// Writes through a program's pointer that there are no elements; does nothing if it is null.
///
/// # Safety
/// The pointer is null, or valid for writes.
pub unsafe fn no_elements<N: Length>(length: *mut N::C) {
    if !length.is_null() {
        // SAFETY: guaranteed by the caller.
        unsafe { length.write_unaligned(N::of_i64(0).into_c()) };
    }
}

/// As [`array_to_c`], with a zero at the end.
///
/// # Errors
/// As `to_c`.
pub fn list_to_c<T, C: Zeroable + 'static>(
    values: &[T],
    to_c: ToC<T, C>,
    scope: &mut Scope,
) -> Result<*const C, Fault> {
    let mut values = all_to_c(values, to_c, scope)?;
    values.push(C::zeroed());
    Ok(scope.keep(values))
}

/// Keeps one text after the other, with an empty one at the end.
///
/// # Errors
/// [`Fault::Argument`] for a character that the encoding lacks.
pub fn texts_to_c<E: Encoding>(texts: &[String], scope: &mut Scope) -> Result<*const E::Unit, Fault> {
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    Ok(scope.keep(TextList::<E>::multi("", &texts)?.into_units()))
}

/// Text that C passes with its length in units; a negative length means that a NUL ends it. `None` for a null pointer.
///
/// # Errors
/// [`Fault::Value`] for text that is not valid in its encoding.
///
/// # Safety
/// The pointer is null, or valid for this many units, or up to the NUL.
pub unsafe fn passed_text<E: Encoding>(pointer: *const E::Unit, length: i64) -> Result<Option<String>, Fault> {
    if pointer.is_null() {
        return Ok(None);
    }
    let Ok(length) = usize::try_from(length) else {
        // SAFETY: guaranteed by the caller: the pointer is valid up to the NUL.
        return unsafe { <Option<String> as super::ReturnedText>::from_c::<E>(pointer) };
    };
    let units: Vec<_> = (0..length)
        .map(|place| {
            // SAFETY: guaranteed by the caller: there are this many units.
            let unit = unsafe { pointer.add(place) };
            // SAFETY: as above.
            unsafe { unit.read_unaligned() }
        })
        .collect();
    TextBuffer::<E>::decode(&units).map(Some)
}

/// Writes text to a buffer of a C program, which has room for `capacity` units: as much as fits, and a NUL if there is room for it.
///
/// # Errors
/// [`Fault::Argument`] for a character that the encoding lacks.
///
/// # Safety
/// The pointer is null, or valid for writes of `capacity` units.
pub unsafe fn give_text_to_c<E: Encoding>(pointer: *mut E::Unit, capacity: usize, text: &str) -> Result<(), Fault> {
    let units = Text::<E>::new("", text)?.into_units().unwrap_or_default();
    // SAFETY: guaranteed by the caller.
    unsafe { give_units(pointer, capacity, &units) };
    Ok(())
}

/// As [`give_text_to_c`], for one text after the other.
///
/// # Errors
/// As [`give_text_to_c`].
///
/// # Safety
/// As [`give_text_to_c`].
pub unsafe fn give_texts_to_c<E: Encoding>(
    pointer: *mut E::Unit,
    capacity: usize,
    texts: &[String],
) -> Result<(), Fault> {
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let units = TextList::<E>::multi("", &texts)?.into_units();
    // SAFETY: guaranteed by the caller.
    unsafe { give_units(pointer, capacity, &units) };
    Ok(())
}

/// # Safety
/// The pointer is null, or valid for writes of `capacity` units.
unsafe fn give_units<U: Copy>(pointer: *mut U, capacity: usize, units: &[U]) {
    if pointer.is_null() {
        return;
    }
    for (place, unit) in units.iter().enumerate().take(capacity) {
        // SAFETY: guaranteed by the caller: there is room for `capacity` units.
        let place = unsafe { pointer.add(place) };
        // SAFETY: as above.
        unsafe { place.write_unaligned(*unit) };
    }
}

/// The value that a function returns if the bridge fails: one of 0, -1 and 1 that means failure, if the type is an integer and one of
/// them does, or else zero.
pub fn failure_value<C: Copy + Zeroable + 'static>(is_failure: impl Fn(C) -> bool) -> C {
    macro_rules! integers {
        ($($integer:ty)*) => {$(
            if TypeId::of::<C>() == TypeId::of::<$integer>() {
                let found = [0, !0, 1].into_iter().filter_map(|number: $integer| cast!(number, C).ok());
                return found.into_iter().find(|number| is_failure(*number)).unwrap_or_else(C::zeroed);
            }
        )*};
    }
    integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);
    C::zeroed()
}
