//! Values between C and a closure that it calls back.

use std::borrow::Cow;

use super::array::{FromC, ToC, check_length, returned_array};
use super::{Encoding, Scope, Zeroable};
use crate::fault::Fault;

/// What C has passed as the argument `name`.
///
/// # Errors
/// [`Fault::Message`] for what is no value of the declared type.
pub fn passed<T>(name: &str, value: Result<T, Fault>) -> Result<T, Fault> {
    value.map_err(|fault| match fault {
        Fault::Value(text) => Fault::Message(format!("was given {text} as `{name}`")),
        other => other,
    })
}

/// What the closure gives back to C.
///
/// # Errors
/// [`Fault::Message`] where C cannot hold it.
pub fn given<T>(value: Result<T, Fault>) -> Result<T, Fault> {
    value.map_err(|fault| match fault {
        message @ Fault::Message(_) => message,
        other => Fault::Message(format!("returned what C cannot hold: {other}")),
    })
}

/// What the closure returns to C.
///
/// # Errors
/// As [`given`].
pub fn returned_value<T, C>(value: &T, to_c: ToC<T, C>, scope: &mut Scope) -> Result<C, Box<Fault>> {
    Ok(given(to_c(value, scope))?)
}

/// A value that C has passed a pointer to.
///
/// # Errors
/// [`Fault::Value`] for a null pointer.
///
/// # Safety
/// The pointer is null, or valid for reads; otherwise as `from_c`.
pub unsafe fn passed_pointer<T, C: Copy>(pointer: *const C, from_c: FromC<T, C>) -> Result<T, Fault> {
    if pointer.is_null() {
        return Err(Fault::Value("a null pointer".to_owned()));
    }
    // SAFETY: the caller says that a pointer that is not null is valid; a packed library may not align it.
    let value = unsafe { pointer.read_unaligned() };
    // SAFETY: the caller's promise is passed on.
    unsafe { from_c(value) }
}

/// As [`passed_pointer`], for what comes back.
///
/// # Errors
/// As [`passed_pointer`].
///
/// # Safety
/// As [`passed_pointer`].
pub unsafe fn passed_pointer_mut<T, C: Copy>(pointer: *mut C, from_c: FromC<T, C>) -> Result<T, Fault> {
    // SAFETY: the caller's promise is passed on.
    unsafe { passed_pointer(pointer, from_c) }
}

/// As [`passed_array`], for what comes back.
///
/// # Errors
/// As [`passed_array`].
///
/// # Safety
/// As [`passed_array`].
pub unsafe fn passed_array_mut<T: Clone + 'static, C: Copy + 'static>(
    pointer: *mut C,
    length: usize,
    from_c: FromC<T, C>,
) -> Result<Vec<T>, Fault> {
    // SAFETY: the caller's promise is passed on.
    unsafe { passed_array(pointer, length, from_c) }.map(Cow::into_owned)
}

/// An array that C has passed: where it lies, if the elements are the same in Rust.
///
/// # Errors
/// [`Fault::Value`] for a null pointer where there should be elements, and for a length that cannot be.
///
/// # Safety
/// The pointer is null, or valid for `length` elements as long as the closure runs; otherwise as `from_c`.
pub unsafe fn passed_array<'a, T: Clone + 'static, C: Copy + 'static>(
    pointer: *const C,
    length: usize,
    from_c: FromC<T, C>,
) -> Result<Cow<'a, [T]>, Fault> {
    if length.checked_mul(size_of::<C>()).is_none_or(|bytes| bytes > isize::MAX as usize) {
        return Err(Fault::Value(format!("{length} elements, more than there can be,")));
    }
    let is_same = std::any::TypeId::of::<T>() == std::any::TypeId::of::<C>();
    if is_same && !pointer.is_null() && pointer.is_aligned() {
        // SAFETY: the types are the same, and the caller says that the pointer is valid for `length` elements.
        return Ok(Cow::Borrowed(unsafe { std::slice::from_raw_parts(pointer.cast::<T>(), length) }));
    }
    // SAFETY: the caller's promise is passed on.
    unsafe { returned_array(pointer, length, from_c) }.map(Cow::Owned)
}

/// Writes to where C has passed a pointer to; to nowhere, if it is null.
///
/// # Errors
/// As `to_c`.
///
/// # Safety
/// The pointer is null, or valid for writes.
pub unsafe fn give<T, C>(pointer: *mut C, value: &T, to_c: ToC<T, C>, scope: &mut Scope) -> Result<(), Fault> {
    let value = to_c(value, scope)?;
    if !pointer.is_null() {
        // SAFETY: the caller says that a pointer that is not null is valid; a packed library may not align it.
        unsafe { pointer.write_unaligned(value) };
    }
    Ok(())
}

/// Writes elements to a buffer of C's with room for `capacity`.
///
/// # Errors
/// [`Fault::Message`] for more than there is room for; otherwise as `to_c`.
///
/// # Safety
/// The pointer is null, or valid for writes of `capacity` elements.
pub unsafe fn give_array<T, C>(
    name: &str,
    pointer: *mut C,
    capacity: usize,
    values: &[T],
    to_c: ToC<T, C>,
    scope: &mut Scope,
) -> Result<(), Fault> {
    check_room(name, values.len(), capacity)?;
    if pointer.is_null() && !values.is_empty() {
        return Err(Fault::Message(format!("was given a null pointer as `{name}`")));
    }
    for (place, value) in values.iter().enumerate() {
        let value = to_c(value, scope)?;
        // SAFETY: the caller says that the pointer is valid for `capacity` elements, and this is one of them.
        let place = unsafe { pointer.add(place) };
        // SAFETY: as above; a packed library may not align it.
        unsafe { place.write_unaligned(value) };
    }
    Ok(())
}

/// Writes text to a buffer of C's with room for `capacity` units, and the zero that ends it. Returns its length in
/// units, without the zero.
///
/// # Errors
/// [`Fault::Message`] for more than there is room for, and for what the encoding does not have.
///
/// # Safety
/// The pointer is null, or valid for writes of `capacity` units.
pub unsafe fn give_text<E: Encoding>(
    name: &str,
    pointer: *mut E::Unit,
    capacity: usize,
    text: &str,
) -> Result<usize, Fault> {
    let mut units = E::encode(text).map_err(|reason| Fault::Message(format!("returned `{name}`, which {reason}")))?;
    let length = units.len();
    units.push(E::Unit::zeroed());
    let same: ToC<E::Unit, E::Unit> = |unit, _| Ok(*unit);
    // SAFETY: the caller's promise is passed on.
    unsafe { give_array(name, pointer, capacity, &units, same, &mut Scope::new()) }.map(|()| length)
}

fn check_room(name: &str, length: usize, capacity: usize) -> Result<(), Fault> {
    check_length(name, length, capacity).map_err(|_| {
        Fault::Message(format!("returned {length} elements as `{name}`, for which the library has room for {capacity}"))
    })
}

/// A length, as an integer of C's, of what a closure has returned.
///
/// # Errors
/// [`Fault::Message`] if the integer cannot hold it.
pub fn given_length<N: super::Length>(name: &str, length: usize) -> Result<N, Fault> {
    N::try_from(length).map_err(|_| {
        Fault::Message(format!("returned {length} elements as `{name}`, more than a {} can tell", N::NAME))
    })
}
