//! Integers, floating-point numbers, booleans and addresses.

use std::ffi::c_void;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use super::{Native, Scope};
use crate::__returned_as_taken;
use crate::fault::{Fault, panic_message};

/// A return value that reports success or failure.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a status",
    label = "has no number to report",
    note = "`#[check(…)]` is for functions that return an integer, `bool`, `Bool32`, an enum, a newtype of these or an `Option<Handle<Tag>>`"
)]
pub trait Status {
    /// The number to report.
    fn number(&self) -> i64;
}

macro_rules! same_in_c {
    ($($rust:ty => $c:literal)*) => {$(
        impl Native for $rust {
            type Value = $rust;
            type C = $rust;
            const C_NAME: &'static str = $c;
            const POINTS: bool = false;
            const IS_NUMBERS: bool = true;

            fn to_c(&self, _: &mut Scope) -> Result<Self::C, Fault> {
                Ok(*self)
            }

            unsafe fn from_c(value: Self::C, _: &Scope) -> Result<Self, Fault> {
                Ok(value)
            }
        }
    )*};
}

same_in_c! {
    i8 => "int8_t"
    i16 => "int16_t"
    i32 => "int32_t"
    i64 => "int64_t"
    u8 => "uint8_t"
    u16 => "uint16_t"
    u32 => "uint32_t"
    u64 => "uint64_t"
    f32 => "float"
    f64 => "double"
}

macro_rules! statuses {
    ($($integer:ty)*) => {$(
        impl Status for $integer {
            fn number(&self) -> i64 {
                // A `u64` beyond `i64::MAX` keeps its bits, and becomes negative.
                *self as i64
            }
        }
    )*};
}

statuses!(i8 i16 i32 i64 u8 u16 u32 u64 bool);

/// The first element.
impl<T: Status, const N: usize> Status for [T; N] {
    fn number(&self) -> i64 {
        self.first().map_or(0, T::number)
    }
}

__returned_as_taken!(bool Bool16 Bool32 Address i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);

/// C's `_Bool`, one byte. It is read as `u8`, because a library may leave any value in it, and a Rust `bool` other than 0 and 1
/// is undefined behaviour.
impl Native for bool {
    type Value = Self;
    type C = u8;
    const C_NAME: &'static str = "bool";
    const POINTS: bool = false;

    fn to_c(&self, _: &mut Scope) -> Result<u8, Fault> {
        Ok((*self).into())
    }

    unsafe fn from_c(value: u8, _: &Scope) -> Result<Self, Fault> {
        Ok(value != 0)
    }
}

/// What the types with one value in them have in common: how to get at it, and what a status of the type reports.
macro_rules! of_one_value {
    ($name:ident($value:ty)) => {
        impl From<$name> for $value {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl PartialEq<$value> for $name {
            fn eq(&self, other: &$value) -> bool {
                self.0 == *other
            }
        }

        impl Status for $name {
            fn number(&self) -> i64 {
                self.0.number()
            }
        }
    };
}
pub(super) use of_one_value;

macro_rules! booleans {
    ($($(#[$doc:meta])* $name:ident = $c:ty, $c_name:literal, $truth:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub bool);

        impl From<bool> for $name {
            fn from(value: bool) -> Self {
                Self(value)
            }
        }

        of_one_value!($name(bool));

        impl Native for $name {
            type Value = Self;
            type C = $c;
            const C_NAME: &'static str = $c_name;
            const POINTS: bool = false;

            fn to_c(&self, _: &mut Scope) -> Result<$c, Fault> {
                Ok(if self.0 { $truth } else { 0 })
            }

            unsafe fn from_c(value: $c, _: &Scope) -> Result<Self, Fault> {
                Ok(Self(value != 0))
            }
        }
    )*};
}

booleans! {
    /// Windows' `BOOL`, or any other boolean that is a 32-bit integer in C. Any value but zero is true.
    Bool32 = i32, "int32_t", 1;
    /// `VARIANT_BOOL`, the boolean of COM and Visual Basic: a 16-bit integer. True is passed as -1, and any value but zero is true.
    Bool16 = i16, "int16_t", -1;
}

/// A pointer in the server's address space, as a 32-bit number that this program only passes on.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Address(u32);

impl Address {
    /// The null pointer.
    pub const NULL: Self = Self(0);

    /// The address with this numeric value.
    pub const fn new(address: u32) -> Self {
        Self(address)
    }

    /// The numeric value.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The address `bytes` further on, or further back if negative. It wraps around at 32 bits, as pointer arithmetic does in
    /// the server.
    #[must_use = "this returns the new address and leaves the old one as it is"]
    pub const fn offset(self, bytes: i32) -> Self {
        Self(self.0.wrapping_add_signed(bytes))
    }

    /// Whether this is the null pointer.
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }
}

/// Eight hexadecimal digits: `0x0012ff40`.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010x}", self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl fmt::LowerHex for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::LowerHex::fmt(&self.0, f)
    }
}

impl fmt::UpperHex for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::UpperHex::fmt(&self.0, f)
    }
}

/// What a library says about a failure.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no text; write an expression of type `String`, `&str` or `Option<String>` after `text =`",
    label = "not text"
)]
pub trait StatusText {
    /// The text, if there is one.
    fn into_text(self) -> Option<String>;
}

impl StatusText for String {
    fn into_text(self) -> Option<String> {
        Some(self)
    }
}

impl StatusText for &str {
    fn into_text(self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl StatusText for &String {
    fn into_text(self) -> Option<String> {
        Some(self.clone())
    }
}

impl<T: StatusText> StatusText for Option<T> {
    fn into_text(self) -> Option<String> {
        self.and_then(T::into_text)
    }
}

/// Asks for what the library says about a failure. If that fails itself, the text says so.
pub fn status_text<T: StatusText>(text: impl FnOnce() -> T) -> Option<String> {
    // The text is all that comes out of the closure.
    match catch_unwind(AssertUnwindSafe(text)) {
        Ok(text) => text.into_text(),
        Err(payload) => {
            let reason = match payload.downcast::<Fault>() {
                Ok(fault) => fault.to_string(),
                Err(payload) => panic_message(&*payload),
            };
            Some(format!("(its own words are not known: {reason})"))
        }
    }
}

/// The address as a pointer of this process.
pub fn pointer(address: Address) -> *const () {
    std::ptr::with_exposed_provenance(address.0 as usize)
}

/// From here on, addresses are small negative numbers that C casts to pointers, such as `MAP_FAILED` and `SQLITE_TRANSIENT`: they are
/// the same numbers in processes of 64 bits. There is never memory.
const LAST_PAGE: u32 = 0xffff_f000;

impl Native for Address {
    type Value = Self;
    type C = *mut c_void;
    const C_NAME: &'static str = "void *";
    const POINTS: bool = false;

    fn to_c(&self, _: &mut Scope) -> Result<*mut c_void, Fault> {
        let address = match self.0 {
            LAST_PAGE.. => self.0.cast_signed() as usize,
            address => address as usize,
        };
        Ok(std::ptr::with_exposed_provenance_mut(address))
    }

    unsafe fn from_c(value: *mut c_void, _: &Scope) -> Result<Self, Fault> {
        let address = value.expose_provenance();
        let is_negative = i32::try_from(address.cast_signed()).is_ok_and(i32::is_negative);
        if is_negative {
            return Ok(Self(address as u32));
        }
        let too_large = |_| Fault::Value(format!("the address {address:#x}, which has more than 32 bits"));
        u32::try_from(address).map(Self).map_err(too_large)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_in_hexadecimal() {
        let address = Address::new(0x0012_ff40);
        assert_eq!((address.to_string(), format!("{address:?}")), ("0x0012ff40".into(), "Address(0x0012ff40)".into()));
        assert_eq!(format!("{address:x} {address:#X}"), "12ff40 0x12FF40");
    }

    #[test]
    fn a_negative_number_is_the_same_address_in_both_widths() {
        // SAFETY: nothing is read from the pointer.
        let from_c = |address: isize| unsafe {
            Address::from_c(std::ptr::without_provenance_mut(address.cast_unsigned()), &Scope::new())
        };
        for number in [-1, -4096] {
            let address = from_c(number).expect("an address");
            assert_eq!(address, Address::new((number as i32).cast_unsigned()));
            assert_eq!(address.to_c(&mut Scope::new()).expect("a pointer").addr(), number.cast_unsigned());
        }
        let high = Address::new(0xf7d0_1234);
        let pointer = high.to_c(&mut Scope::new()).expect("a pointer");
        assert_eq!((pointer.addr(), from_c(pointer.addr().cast_signed()).expect("an address")), (0xf7d0_1234, high));
        #[cfg(target_pointer_width = "64")]
        assert!(from_c(0x7fff_1234_5678).is_err());
    }

    #[test]
    fn an_offset_goes_both_ways_and_wraps_around() {
        assert_eq!(Address::new(100).offset(-20).get(), 80);
        assert_eq!(Address::new(u32::MAX).offset(1), Address::NULL);
        assert!(Address::new(8).offset(-8).is_null());
    }
}
