//! Unions: they are bytes on the wire, and their fields are read from these.

use std::any::type_name;
use std::arch::asm;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Visitor};
use serde::ser::Serializer;

use super::{AsItself, EachAs, FormOf, FormRef, Native};
use crate::interface::declare_array;

/// A type that a field of a union may have: its bytes are the same in Rust and in C, in every process.
#[diagnostic::on_unimplemented(
    message = "a union cannot have a field of type `{Self}`; write integers, `f32`, `f64`, `bool`, enums with `#[derive(Bridge)]`, or arrays of these",
    label = "not a number, and not an array of numbers"
)]
pub trait UnionField {
    /// The type itself.
    type Value;
    /// What reading the field gives: the type, or an `Option` of it if there are bytes that are none of its values.
    type Read;

    /// As [`Native::declare`].
    fn declare(declarator: &str) -> String;

    /// Reads it from bytes, of which there are as many as the type has.
    fn read(bytes: &[u8]) -> Self::Read;
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl UnionField for $number {
            type Value = Self;
            type Read = Self;

            fn declare(declarator: &str) -> String {
                <Self as Native>::declare(declarator)
            }

            fn read(bytes: &[u8]) -> Self {
                bytes.try_into().map_or_else(|_| Self::default(), Self::from_ne_bytes)
            }
        }
    )*};
}

numbers!(i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);

/// Any value but zero is true.
impl UnionField for bool {
    type Value = Self;
    type Read = Self;

    fn declare(declarator: &str) -> String {
        <Self as Native>::declare(declarator)
    }

    fn read(bytes: &[u8]) -> Self {
        bytes != [0]
    }
}

impl<T: UnionField, const N: usize> UnionField for [T; N] {
    type Value = Self;
    type Read = [T::Read; N];

    fn declare(declarator: &str) -> String {
        declare_array(declarator, N, T::declare)
    }

    fn read(bytes: &[u8]) -> [T::Read; N] {
        std::array::from_fn(|place| {
            let element = bytes.chunks(size_of::<T>().max(1)).nth(place);
            T::read(element.unwrap_or_default())
        })
    }
}

/// The largest of several sizes.
pub const fn largest(sizes: &[usize]) -> usize {
    let mut largest = 0;
    let mut place = 0;
    while place < sizes.len() {
        if sizes[place] > largest {
            largest = sizes[place];
        }
        place += 1;
    }
    largest
}

/// The first `N` bytes of a union. Those that its fields have not set are anything.
///
/// # Safety
/// All fields of `U` consist of bytes, in which any value is valid, and are in the first `N` bytes.
pub unsafe fn bytes_of_union<U: Copy, const N: usize>(value: &U) -> [u8; N] {
    const { assert!(N <= size_of::<U>(), "the bytes are in the union") };
    let mut copy = *value;
    let place = &raw mut copy;
    // A field that is smaller than the union leaves other bytes uninitialized, and reading these would be undefined.
    // SAFETY: it does nothing. To the compiler it may write to all bytes of the copy, whose address it has.
    unsafe { asm!("/* {} */", in(reg) place, options(nostack, preserves_flags)) };
    // SAFETY: there are `N` bytes, which count as written by the assembly above.
    unsafe { place.cast::<[u8; N]>().read() }
}

/// The union with these bytes; those after them are zero.
///
/// # Safety
/// All fields of `U` consist of bytes, in which any value is valid.
pub unsafe fn union_of_bytes<U: Copy, const N: usize>(bytes: [u8; N]) -> U {
    const { assert!(N <= size_of::<U>(), "the bytes are in the union") };
    let mut value = std::mem::MaybeUninit::<U>::zeroed();
    // SAFETY: there is room for the bytes.
    unsafe { value.as_mut_ptr().cast::<[u8; N]>().write(bytes) };
    // SAFETY: all bytes are initialized, and guaranteed by the caller: any value of them is valid.
    unsafe { value.assume_init() }
}

/// Shows a union by its bytes.
///
/// # Errors
/// Those of the formatter.
pub fn debug_union(f: &mut fmt::Formatter<'_>, name: &str, bytes: &[u8]) -> fmt::Result {
    write!(f, "{name}({bytes:02x?})")
}

/// Writes a union by its bytes.
///
/// # Errors
/// Those of the serializer.
pub fn serialize_union<S: Serializer, const N: usize>(
    serializer: S,
    name: &'static str,
    bytes: &[u8; N],
) -> Result<S::Ok, S::Error> {
    serializer.serialize_newtype_struct(name, &FormRef::<EachAs<AsItself>, [u8; N]>::new(bytes))
}

/// Reads a union by its bytes.
///
/// # Errors
/// Those of the deserializer.
pub fn deserialize_union<'de, D: Deserializer<'de>, U, const N: usize>(
    deserializer: D,
    name: &'static str,
    of_bytes: fn([u8; N]) -> U,
) -> Result<U, D::Error> {
    struct ReadBytes<U, const N: usize>(fn([u8; N]) -> U, PhantomData<U>);

    impl<'de, U, const N: usize> Visitor<'de> for ReadBytes<U, N> {
        type Value = U;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "the bytes of `{}`", type_name::<U>())
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<U, D::Error> {
            let bytes: FormOf<EachAs<AsItself>, [u8; N]> = serde::Deserialize::deserialize(deserializer)?;
            Ok((self.0)(bytes.0))
        }
    }

    deserializer.deserialize_newtype_struct(name, ReadBytes(of_bytes, PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    #[repr(C)]
    union Mixed {
        short: u16,
        bytes: [u8; 7],
        word: u32,
    }

    #[test]
    fn bytes_go_in_and_come_out() {
        const SIZE: usize = largest(&[2, 7, 4]);
        // SAFETY: the fields consist of bytes.
        let mixed: Mixed = unsafe { union_of_bytes([1, 2, 3, 4, 5, 6, 7]) };
        // SAFETY: as above.
        assert_eq!(unsafe { bytes_of_union::<Mixed, SIZE>(&mixed) }, [1, 2, 3, 4, 5, 6, 7]);
        // SAFETY: as above.
        let bytes: [u8; SIZE] = unsafe { bytes_of_union(&Mixed { short: 0x0201 }) };
        assert_eq!(bytes[..2], 0x0201_u16.to_ne_bytes());
    }

    #[test]
    fn fields_are_read_from_bytes() {
        assert_eq!(<[u16; 2]>::read(&[1, 0, 2, 0]).map(u16::from_le), [1, 2]);
        assert_eq!(<[bool; 3]>::read(&[0, 1, 77]), [false, true, true]);
        assert_eq!(f32::read(&1.5f32.to_ne_bytes()), 1.5);
    }
}
