//! Conversion of the arguments and results of closures that C calls.

use std::borrow::Cow;

use super::array::{FromC, ToC, fits_memory, returned_array};
use super::c_caller::has_c_callers;
use super::length::check_length;
use super::{CReturn, Encoding, ReturnedAs as _, Scope, Zeroable};
use crate::fault::Fault;

/// Reports an argument of a closure that cannot be converted, with its `name`.
///
/// # Errors
/// [`Fault::Message`] for a value that is not one of the declared type.
pub fn passed<T>(name: &str, value: Result<T, Fault>) -> Result<T, Fault> {
    value.map_err(|fault| match fault {
        Fault::Value(text) => Fault::Message(format!("was given {text} as `{name}`")),
        other => other,
    })
}

/// Reports a result of a closure that cannot be converted to C.
///
/// # Errors
/// [`Fault::Message`] if C cannot hold it.
pub fn given<T>(value: Result<T, Fault>) -> Result<T, Fault> {
    value.map_err(|fault| match fault {
        message @ Fault::Message(_) => message,
        other => Fault::Message(format!("returned what C cannot hold: {other}")),
    })
}

/// Converts the value that a closure returns to a library built with MSVC.
///
/// # Errors
/// As [`given`].
pub fn returned_to_msvc<T, C: CReturn>(value: &T, to_c: ToC<T, C>, scope: &mut Scope) -> Result<C::Msvc, Box<Fault>> {
    Ok(C::Msvc::from_c(given(to_c(value, scope))?))
}

/// Converts the value that a closure returns to a library built with GCC.
///
/// # Errors
/// As [`given`].
pub fn returned_to_gnu<T, C: CReturn>(value: &T, to_c: ToC<T, C>, scope: &mut Scope) -> Result<C::Gnu, Box<Fault>> {
    Ok(C::Gnu::from_c(given(to_c(value, scope))?))
}

/// Reads a value that C passed a pointer to.
///
/// # Errors
/// [`Fault::Value`] for a null pointer.
///
/// # Safety
/// The pointer is null, or valid for reads; otherwise as `from_c`.
pub unsafe fn passed_pointer<T, C: Copy + Zeroable>(
    pointer: *const C,
    from_c: FromC<T, C>,
    scope: &Scope,
) -> Result<T, Fault> {
    // The library gets the null pointer of a C program itself.
    if pointer.is_null() && has_c_callers() {
        // SAFETY: there are no pointers in zeros.
        return unsafe { from_c(C::zeroed(), scope) };
    }
    if pointer.is_null() {
        return Err(Fault::Value("a null pointer".to_owned()));
    }
    // SAFETY: guaranteed by the caller: a pointer that is not null is valid; a packed library may not align it.
    let value = unsafe { pointer.read_unaligned() };
    // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
    unsafe { from_c(value, scope) }
}

/// Reads what C passed a pointer to with `read`; `None` for a null pointer.
///
/// # Errors
/// As `read`.
pub fn passed_nullable<T, C>(
    pointer: *const C,
    read: impl FnOnce(*const C) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    if pointer.is_null() { Ok(None) } else { read(pointer).map(Some) }
}

/// As [`passed_nullable`], for what the closure may change.
///
/// # Errors
/// As `read`.
pub fn passed_nullable_mut<T, C>(
    pointer: *mut C,
    read: impl FnOnce(*mut C) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    if pointer.is_null() { Ok(None) } else { read(pointer).map(Some) }
}

/// As [`passed_pointer`], for a value that the closure may change.
///
/// # Errors
/// As [`passed_pointer`].
///
/// # Safety
/// As [`passed_pointer`].
pub unsafe fn passed_pointer_mut<T, C: Copy + Zeroable>(
    pointer: *mut C,
    from_c: FromC<T, C>,
    scope: &Scope,
) -> Result<T, Fault> {
    // SAFETY: guaranteed by the caller: the pointer is null or valid for reads.
    unsafe { passed_pointer(pointer, from_c, scope) }
}

/// As [`passed_array`], for an array that the closure may change.
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
    scope: &Scope,
) -> Result<Vec<T>, Fault> {
    // SAFETY: guaranteed by the caller: the pointer is null or valid for `length` elements.
    unsafe { passed_array(pointer, length, from_c, scope) }.map(Cow::into_owned)
}

/// Reads an array that C passed: in place, if its elements have the same representation in Rust.
///
/// # Errors
/// [`Fault::Value`] for a null pointer if `length` is not zero, and for a length that exceeds the address space.
///
/// # Safety
/// The pointer is null, or valid for `length` elements as long as the closure runs; otherwise as `from_c`.
pub unsafe fn passed_array<'a, T: Clone + 'static, C: Copy + 'static>(
    pointer: *const C,
    length: usize,
    from_c: FromC<T, C>,
    scope: &Scope,
) -> Result<Cow<'a, [T]>, Fault> {
    if !fits_memory::<C>(length) {
        return Err(Fault::Value(format!("{length} elements, more than there can be,")));
    }
    let is_same = std::any::TypeId::of::<T>() == std::any::TypeId::of::<C>();
    if is_same && !pointer.is_null() && pointer.is_aligned() {
        // SAFETY: the types are the same, and the caller says that the pointer is valid for `length` elements.
        return Ok(Cow::Borrowed(unsafe { std::slice::from_raw_parts(pointer.cast::<T>(), length) }));
    }
    // SAFETY: guaranteed by the caller: the pointer is null or valid for `length` elements.
    unsafe { returned_array(pointer, length, from_c, scope) }.map(Cow::Owned)
}

/// Writes a value through a pointer that C passed; does nothing if it is null.
///
/// # Errors
/// As `to_c`.
///
/// # Safety
/// The pointer is null, or valid for writes.
pub unsafe fn give<T, C>(pointer: *mut C, value: &T, to_c: ToC<T, C>, scope: &mut Scope) -> Result<(), Fault> {
    let value = to_c(value, scope)?;
    if !pointer.is_null() {
        // SAFETY: guaranteed by the caller: a pointer that is not null is valid; a packed library may not align it.
        unsafe { pointer.write_unaligned(value) };
    }
    Ok(())
}

/// Writes elements to a buffer that C passed, which has room for `capacity`.
///
/// # Errors
/// [`Fault::Message`] if there is not enough room; otherwise as `to_c`.
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
        // SAFETY: guaranteed by the caller: the pointer is valid for `capacity` elements, and this is one of them.
        let place = unsafe { pointer.add(place) };
        // SAFETY: as above; a packed library may not align it.
        unsafe { place.write_unaligned(value) };
    }
    Ok(())
}

/// Writes text and its terminating zero to a buffer that C passed, which has room for `capacity` units. Returns the length
/// in units, without the zero.
///
/// # Errors
/// [`Fault::Message`] if there is not enough room, or the encoding lacks a character.
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
    // SAFETY: guaranteed by the caller: the pointer is null or valid for writes of `capacity` units.
    unsafe { give_array(name, pointer, capacity, &units, same, &mut Scope::new()) }.map(|()| length)
}

fn check_room(name: &str, length: usize, capacity: usize) -> Result<(), Fault> {
    check_length(name, length, capacity).map_err(|_| {
        Fault::Message(format!("returned {length} elements as `{name}`, for which the library has room for {capacity}"))
    })
}

/// Converts the length of a closure's result to an integer type of C.
///
/// # Errors
/// [`Fault::Message`] if the integer cannot hold it.
pub fn given_length<N: super::Length>(name: &str, length: usize) -> Result<N, Fault> {
    N::try_from(length).map_err(|_| {
        Fault::Message(format!("returned {length} elements as `{name}`, more than a {} can hold", N::NAME))
    })
}
