//! Lengths of arrays, which the client's caller does not pass.

use super::Native;
use super::c_caller::{self, CLength, has_c_callers, requested_length};
use crate::fault::Fault;

/// An integer type that a C function takes the length of an array in.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold a length; write `i8` to `i64`, `u8` to `u64`, or `Size` for `size_t`, by value or by reference",
    label = "not an integer of C"
)]
pub trait IsLength {
    /// The type itself.
    type Value: Length;
}

/// The operations of such an integer. It is apart from [`IsLength`], because the compiler would report its supertraits as well.
pub trait Length: Native + Copy + std::fmt::Display + TryFrom<usize> + TryInto<usize> {
    /// The name of the type in Rust.
    const NAME: &'static str;

    /// The C value. It is the same number, because the type holds no length that C's does not.
    fn into_c(self) -> Self::C;

    /// The number of a C value.
    fn of_c(value: Self::C) -> Self;

    /// Whether all bits are set in C: -1, also in unsigned types.
    fn is_minus_one(self) -> bool;

    /// The number; one beyond `i64::MAX` keeps its bits.
    fn to_i64(self) -> i64;

    /// The number that [`to_i64`](Self::to_i64) was made of.
    fn of_i64(number: i64) -> Self;
}

/// A length that does not fit its type, or two arrays with the same length parameter that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LengthError {
    /// The array.
    pub parameter: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl From<LengthError> for Fault {
    fn from(error: LengthError) -> Self {
        Self::Argument { parameter: error.parameter.to_owned(), reason: error.reason }
    }
}

/// The common length of `arrays`, in the type of the parameter `name`. Each array is passed with its parameter's name; one that
/// is `None` has no length, and if all are, it is 0.
///
/// # Errors
/// `LengthError` if the type cannot hold it, or if the arrays differ.
pub fn common_length<N: Length>(
    name: &str,
    arrays: &[(&'static str, impl Into<Option<usize>> + Copy)],
) -> Result<N, LengthError> {
    let mut common: Option<(&str, usize)> = None;
    for &(parameter, length) in arrays {
        let Some(length) = length.into() else { continue };
        // A C program may pass null pointers among the arrays.
        if has_c_callers() {
            common = common.filter(|(_, other)| *other >= length).or(Some((parameter, length)));
            continue;
        }
        if let Some((other, expected)) = common.filter(|(_, expected)| *expected != length) {
            let reason = format!("has {length} elements and `{other}` has {expected}; `{name}` is the length of both");
            return Err(LengthError { parameter, reason });
        }
        common = Some((parameter, length));
    }
    let (parameter, length) = common.unwrap_or(("", 0));
    N::try_from(length).map_err(|_| {
        let reason = format!("has {length} elements, more than `{name}: {}` can hold", N::NAME);
        LengthError { parameter, reason }
    })
}

/// The length to pass as the parameter `place`, of all: a C program's, or else what was computed from the arrays. `unit` is what it counts
/// for one unit of text.
#[inline]
pub fn length_for_c<N: Length>(place: u32, computed: N, unit: usize) -> N {
    match requested_length(place) {
        None => computed,
        Some(CLength::Exactly(length)) => N::of_i64(length),
        Some(CLength::WithNul) => N::of_i64(computed.to_i64().saturating_add(unit as i64)),
    }
}

/// As [`common_length`], for the field of a struct, which has the value `declared`. A C program's struct may have a null pointer with a
/// length, and a library may write the length that it would need: both see the number itself.
///
/// # Errors
/// As [`common_length`].
pub fn length_in_struct<N: Length>(
    name: &str,
    declared: N,
    arrays: &[(&'static str, impl Into<Option<usize>> + Copy)],
) -> Result<N, LengthError> {
    if has_c_callers() { Ok(declared) } else { common_length(name, arrays) }
}

/// The size of the C type `C`, for the field of a struct that holds it.
///
/// # Errors
/// [`Fault::Argument`] if the type cannot hold it.
pub fn c_size<N: Length, C>(field: &str) -> Result<N, Fault> {
    let size = size_of::<C>();
    N::try_from(size).map_err(|_| Fault::Argument {
        parameter: field.to_owned(),
        reason: format!("would be {size}, more than `{}` can hold", N::NAME),
    })
}

/// The C value of a length.
pub fn length_to_c<N: Length>(length: N) -> N::C {
    length.into_c()
}

/// Converts the value of a length or capacity expression.
///
/// # Errors
/// [`Fault::Argument`] for `parameter` if it is negative, or too large.
pub fn to_length<N: Copy + std::fmt::Display + TryInto<usize>>(parameter: &str, length: N) -> Result<usize, Fault> {
    length.try_into().map_err(|_| Fault::Argument {
        parameter: parameter.to_owned(),
        reason: format!("would have {length} elements, which cannot be"),
    })
}

/// Checks that the array `parameter` has as many elements as its interface says.
///
/// # Errors
/// [`Fault::Argument`] if it has not.
pub fn check_elements(parameter: &str, length: usize, expected: usize) -> Result<(), Fault> {
    match length == expected {
        true => Ok(()),
        false => Err(Fault::Argument {
            parameter: parameter.to_owned(),
            reason: format!("has {length} elements, and the function needs {expected}"),
        }),
    }
}

/// As [`check_elements`], for an array in a struct. A C program's struct may have a null pointer instead.
///
/// # Errors
/// As [`check_elements`] and [`to_length`].
pub fn check_elements_in_struct<N: Copy + std::fmt::Display + TryInto<usize>>(
    parameter: &str,
    length: usize,
    expected: N,
) -> Result<(), Fault> {
    if has_c_callers() {
        return Ok(());
    }
    check_elements(parameter, length, to_length(parameter, expected)?)
}

/// Converts a length that the library reports. A C program reads the number itself, and gets no elements if it is not a length.
///
/// # Errors
/// [`Fault::Value`] for `parameter` if it is negative, or too large.
pub fn reported_length<N: Copy + std::fmt::Display + TryInto<usize>>(
    parameter: &str,
    length: N,
) -> Result<usize, Fault> {
    match length.try_into() {
        Ok(length) => Ok(length),
        Err(_) if has_c_callers() => Ok(0),
        Err(_) => Err(Fault::Value(format!("{length} as the length of `{parameter}`"))),
    }
}

/// The number of elements to take from a buffer, of which the library reports `length`. A C program reads the number itself, which may
/// be what the function would need, and gets as many elements as there are.
///
/// # Errors
/// As [`check_length`].
pub(super) fn length_within(parameter: &str, length: usize, capacity: usize) -> Result<usize, Fault> {
    if has_c_callers() {
        return Ok(length.min(capacity));
    }
    check_length(parameter, length, capacity).map(|()| length)
}

/// Checks a length that the library reports: it may not exceed the capacity of the buffer.
pub(super) fn check_length(parameter: &str, length: usize, capacity: usize) -> Result<(), Fault> {
    match length <= capacity {
        true => Ok(()),
        false => {
            Err(Fault::Value(format!("{length} as the length of `{parameter}`, whose buffer has room for {capacity}")))
        }
    }
}

/// The slot of a pointer to a length. It may be a capacity that the library changes to the length it has written.
pub struct OutLength<N: Length> {
    value: N::C,
    capacity: usize,
}

impl<N: Length> std::fmt::Debug for OutLength<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OutLength({} of {})", self.get(), self.capacity)
    }
}

impl<N: Length> OutLength<N> {
    /// The slot `name` of a buffer for `capacity` elements of `parameter`.
    ///
    /// # Errors
    /// [`Fault::Argument`] if the type cannot hold the capacity.
    pub fn new(name: &str, parameter: &'static str, capacity: usize) -> Result<Self, Fault> {
        let value: N = common_length(name, &[(parameter, capacity)])?;
        Ok(Self { value: value.into_c(), capacity })
    }

    /// The slot of a length that the library does not change.
    pub fn to(length: N) -> Self {
        Self { value: length.into_c(), capacity: 0 }
    }

    /// The C value.
    pub fn pass(&mut self) -> *mut N::C {
        &raw mut self.value
    }

    /// The number, as the library left it.
    pub fn get(&self) -> N {
        N::of_c(self.value)
    }

    /// The length that the library wrote.
    ///
    /// # Errors
    /// [`Fault::Value`] if it exceeds the capacity.
    pub fn take(&self, parameter: &str) -> Result<usize, Fault> {
        length_within(parameter, reported_length(parameter, self.get())?, self.capacity)
    }
}

/// Notes a length for a C program, which sees it as the library has left it.
#[inline]
pub fn note_length<N: Length>(length: &OutLength<N>) {
    if has_c_callers() {
        c_caller::note_length(length.get().to_i64());
    }
}

macro_rules! lengths {
    ($($integer:ty)*) => {$(
        impl IsLength for $integer {
            type Value = $integer;
        }

        impl Length for $integer {
            const NAME: &'static str = stringify!($integer);

            fn into_c(self) -> Self {
                self
            }

            fn of_c(value: Self) -> Self {
                value
            }

            fn is_minus_one(self) -> bool {
                self == !0
            }

            fn to_i64(self) -> i64 {
                self as i64
            }

            fn of_i64(number: i64) -> Self {
                number as $integer
            }
        }
    )*};
}

lengths!(i8 i16 i32 i64 u8 u16 u32 u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_fit_or_say_why_not() {
        assert_eq!(common_length::<i32>("n", &[("x", 3), ("y", 3)]), Ok(3));
        assert_eq!(common_length::<u8>("n", &[("x", 255)]), Ok(255));
        assert_eq!(common_length::<u8>("n", &[("x", None), ("y", Some(2))]), Ok(2));
        assert_eq!(common_length::<u8>("n", &[("x", None::<usize>)]), Ok(0));
        let error = common_length::<i8>("n", &[("x", 128)]).unwrap_err();
        assert_eq!(error.reason, "has 128 elements, more than `n: i8` can hold");
        let error = common_length::<i32>("n", &[("x", 3), ("y", 4)]).unwrap_err();
        assert_eq!((error.parameter, &*error.reason), ("y", "has 4 elements and `x` has 3; `n` is the length of both"));
    }
}
