//! Numbers whose width or representation depends on the system: C's `size_t` and `long`, and its `long double`.

use std::ffi::{c_long, c_ulong};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::length::{IsLength, Length};
use super::scalar::of_one_value;
use super::{CReturn, Native, ReturnedAs, Scope, Status, Zeroable};
use crate::__returned_as_taken;
use crate::fault::Fault;

macro_rules! integers {
    ($($(#[$doc:meta])* $name:ident($wide:ty) = $c:ty, $c_name:literal, $minus_one:expr;)*) => {$(
        $(#[$doc])*
        ///
        /// It has 64 bits in Rust, and in C as many as the process of the library has for it. A value that does not fit there is
        /// [`Error::Argument`](crate::Error::Argument).
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub $wide);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        of_one_value!($name($wide));

        impl TryFrom<$name> for usize {
            type Error = std::num::TryFromIntError;

            fn try_from(value: $name) -> Result<Self, Self::Error> {
                value.0.try_into()
            }
        }

        impl Native for $name {
            type Value = Self;
            type C = $c;
            const C_NAME: &'static str = $c_name;
            const POINTS: bool = false;

            fn to_c(&self, _: &mut Scope) -> Result<$c, Fault> {
                <$c>::try_from(self.0).map_err(|_| Fault::Argument {
                    parameter: String::new(),
                    reason: format!("is {self}, which is not a `{}` of {} bits", $c_name, <$c>::BITS),
                })
            }

            unsafe fn from_c(value: $c, _: &Scope) -> Result<Self, Fault> {
                Ok(Self(value as $wide))
            }
        }

        impl IsLength for $name {
            type Value = Self;
        }

        impl Length for $name {
            const NAME: &'static str = stringify!($name);

            fn into_c(self) -> $c {
                self.0 as $c
            }

            fn of_c(value: $c) -> Self {
                Self(value as $wide)
            }

            fn is_minus_one(self) -> bool {
                self.0 == $minus_one
            }

            fn to_i64(self) -> i64 {
                self.0 as i64
            }

            fn of_i64(number: i64) -> Self {
                Self(number as $wide)
            }
        }
    )*};
}

integers! {
    /// C's `size_t`.
    Size(u64) = usize, "size_t", u64::MAX >> (64 - usize::BITS);
    /// C's `ssize_t`.
    SSize(i64) = isize, "ssize_t", -1;
    /// C's `long`, which has 32 bits in every 32-bit process and on Windows.
    Long(i64) = c_long, "long", -1;
    /// C's `unsigned long`, which has 32 bits in every 32-bit process and on Windows.
    ULong(u64) = c_ulong, "unsigned long", u64::MAX >> (64 - c_ulong::BITS);
    /// `intptr_t`; `INT_PTR`, `LONG_PTR` and `LPARAM` of Windows.
    IntPtr(i64) = isize, "intptr_t", -1;
    /// `uintptr_t`; `UINT_PTR`, `DWORD_PTR` and `WPARAM` of Windows.
    UIntPtr(u64) = usize, "uintptr_t", u64::MAX >> (64 - usize::BITS);
}

__returned_as_taken!(Size SSize Long ULong IntPtr UIntPtr LongDouble);

macro_rules! from_usize {
    ($($name:ident: $usize:ty;)*) => {$(
        impl From<$usize> for $name {
            fn from(value: $usize) -> Self {
                // No target has more than 64 bits.
                Self(value as _)
            }
        }
    )*};
}

from_usize! {
    Size: usize;
    UIntPtr: usize;
    SSize: isize;
    IntPtr: isize;
}

macro_rules! try_from_usize {
    ($($name:ident: $c:ty;)*) => {$(
        /// It must fit into the type in C, of this process.
        impl TryFrom<usize> for $name {
            type Error = std::num::TryFromIntError;

            fn try_from(value: usize) -> Result<Self, Self::Error> {
                Ok(Self::of_c(<$c>::try_from(value)?))
            }
        }
    )*};
}

try_from_usize! {
    SSize: isize;
    IntPtr: isize;
    Long: c_long;
    ULong: c_ulong;
}

/// C's `long double` as GCC, Clang and MinGW have it on x86: the 80 bits of an x87 register. In Rust it is an `f64`, and what C gives
/// is rounded to that.
///
/// It is for 32-bit processes; in a 64-bit one, a call with it fails. The `long double` of MSVC is a `double`: declare `f64` for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct LongDouble(pub f64);

impl From<f64> for LongDouble {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

impl From<LongDouble> for f64 {
    fn from(value: LongDouble) -> Self {
        value.0
    }
}

impl fmt::Display for LongDouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A `long double` in the memory of a 32-bit process: 10 bytes, and 2 of padding. As an argument it is on the stack in the same way.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct X87 {
    /// Its explicit highest bit is set, unless the number is zero or subnormal.
    mantissa: [u32; 2],
    sign_and_exponent: u16,
    padding: u16,
}

// SAFETY: it consists of integers.
unsafe impl Zeroable for X87 {}

/// A returned `long double`: it is in the register of a returned `double`, and the caller rounds it when it reads that.
#[repr(transparent)]
#[derive(Debug, Clone, Copy)]
pub struct InX87Register(f64);

// SAFETY: it consists of a number.
unsafe impl Zeroable for InX87Register {}

impl ReturnedAs<X87> for InX87Register {
    fn into_c(self) -> X87 {
        X87::new(self.0)
    }

    fn from_c(value: X87) -> Self {
        Self(value.get())
    }
}

impl CReturn for X87 {
    type Msvc = InX87Register;
    type Gnu = InX87Register;
    type InStruct<S: Copy + Zeroable> = S;
    type MemberPointer = ();
    type Member = InX87Register;

    fn member_pointer(_: *mut Self) {}

    fn from_member(returned: InX87Register, _: Self) -> Self {
        returned.into_c()
    }
}

/// How much the exponents' biases differ.
const BIAS: i32 = 16383 - 1023;

/// The exponent of infinities and NaNs.
const SPECIAL: u16 = 0x7fff;

/// The highest bit of the mantissa.
const ONE: u64 = 1 << 63;

impl X87 {
    fn new(value: f64) -> Self {
        let bits = value.to_bits();
        let sign = u16::from(value.is_sign_negative()) << 15;
        let (exponent, fraction) = ((bits >> 52 & 0x7ff) as i32, bits << 12 >> 1);
        let (exponent, mantissa) = match exponent {
            0x7ff => (i32::from(SPECIAL), ONE | fraction),
            0 if fraction == 0 => (0, 0),
            0 => (BIAS + 1 - fraction.leading_zeros() as i32, fraction << fraction.leading_zeros()),
            _ => (exponent + BIAS, ONE | fraction),
        };
        let mantissa = [mantissa as u32, (mantissa >> 32) as u32];
        Self { mantissa, sign_and_exponent: sign | exponent as u16, padding: 0 }
    }

    /// The nearest number, of two equally near ones the even one.
    fn get(self) -> f64 {
        let [low, high] = self.mantissa.map(u64::from);
        let mantissa = high << 32 | low;
        let exponent = self.sign_and_exponent & SPECIAL;
        let sign = u64::from(self.sign_and_exponent >> 15) << 63;
        if exponent == SPECIAL {
            let magnitude = if mantissa << 1 == 0 { f64::INFINITY } else { f64::NAN };
            return f64::from_bits(magnitude.to_bits() | sign);
        }
        if mantissa == 0 {
            return f64::from_bits(sign);
        }
        let zeros = mantissa.leading_zeros();
        let mantissa = mantissa << zeros;
        let exponent = i32::from(exponent.max(1)) - BIAS - zeros as i32;
        // The fraction of an `f64` has 52 bits, and fewer if the number is subnormal.
        let dropped = 11 + (1 - exponent).max(0);
        let magnitude = if exponent >= 0x7ff {
            f64::INFINITY.to_bits()
        } else if dropped > 64 {
            0
        } else {
            let mantissa = u128::from(mantissa);
            let (kept, rest, half) = (mantissa >> dropped, mantissa & ((1 << dropped) - 1), 1 << (dropped - 1));
            let rounds_up = rest > half || (rest == half && kept % 2 == 1);
            // The highest bit of a normal number is not stored: it counts as one in the exponent.
            let base = u64::from((exponent - 1).max(0).cast_unsigned()) << 52;
            base + kept as u64 + u64::from(rounds_up)
        };
        f64::from_bits(magnitude | sign)
    }
}

/// Why a call with a `long double` fails in a 64-bit process, where it is passed in a way that Rust cannot express.
const ONLY_32_BITS: &str = "a `long double`, which only a 32-bit server can exchange with C";

impl Native for LongDouble {
    type Value = Self;
    type C = X87;
    const C_NAME: &'static str = "long double";
    const POINTS: bool = false;

    fn to_c(&self, _: &mut Scope) -> Result<X87, Fault> {
        match cfg!(target_pointer_width = "32") {
            true => Ok(X87::new(self.0)),
            false => Err(Fault::Argument { parameter: String::new(), reason: format!("is {ONLY_32_BITS}") }),
        }
    }

    unsafe fn from_c(value: X87, _: &Scope) -> Result<Self, Fault> {
        match cfg!(target_pointer_width = "32") {
            true => Ok(Self(value.get())),
            false => Err(Fault::Value(ONLY_32_BITS.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused() {
        let scope = &mut Scope::new();
        assert_eq!(Size(5).to_c(scope), Ok(5));
        assert_eq!(IntPtr(-5).to_c(scope), Ok(-5));
        // SAFETY: there are no pointers in integers.
        let widened = unsafe { <SSize as Native>::from_c(-1, scope) };
        assert_eq!(widened, Ok(SSize(-1)));
        assert!(Size::from(usize::MAX).is_minus_one() && Long(-1).is_minus_one() && !Size(0).is_minus_one());
        let too_many = Size(u64::from(u32::MAX) + 1).to_c(scope).map_err(|fault| fault.to_string());
        match cfg!(target_pointer_width = "32") {
            true => assert!(too_many.unwrap_err().contains("is 4294967296, which is not a `size_t` of 32 bits")),
            false => assert_eq!(too_many, Ok(1 << 32)),
        }
    }

    #[test]
    fn long_doubles_hold_every_double() {
        let numbers = [0.0, -0.0, 1.0, -1.5, 0.1, f64::MAX, f64::MIN_POSITIVE, 5e-324, -3e-310, f64::INFINITY];
        for number in
            numbers.into_iter().chain((0..2046).map(|exponent| f64::from_bits(exponent << 52 | 0x000f_1234_5678_9abd)))
        {
            assert_eq!(X87::new(number).get().to_bits(), number.to_bits(), "{number:e}");
        }
        assert!(X87::new(f64::NAN).get().is_nan());
        let one = X87 { mantissa: [0, 1 << 31], sign_and_exponent: 16383, padding: 0 };
        assert_eq!((X87::new(1.0), X87::new(-1.0).sign_and_exponent), (one, 16383 | 1 << 15));
    }

    #[test]
    fn long_doubles_are_rounded_to_the_nearest_double() {
        let x87 = |mantissa: u64, exponent: i32| {
            let mantissa = [mantissa as u32, (mantissa >> 32) as u32];
            X87 { mantissa, sign_and_exponent: (16383 + exponent) as u16, padding: 0xabcd }.get()
        };
        assert_eq!(x87(ONE | 1 << 10, 0), 1.0, "halfway, to the even one");
        assert_eq!(x87(ONE | ((1 << 10) + 1), 0), 1.0 + f64::EPSILON);
        assert_eq!(x87(ONE | 3 << 10, 0), 1.0 + 2.0 * f64::EPSILON, "halfway, to the even one");
        assert_eq!(x87(u64::MAX, 0), 2.0, "into the next exponent");
        assert_eq!(x87(u64::MAX, 1023), f64::INFINITY);
        assert_eq!(x87(ONE, 1024), f64::INFINITY);
        assert_eq!(x87(ONE, -1074), 5e-324);
        assert_eq!(x87(ONE, -1075), 0.0, "halfway, to the even one");
        assert_eq!(x87(ONE | 1, -1075), 5e-324);
        assert_eq!(x87(ONE, -1076), 0.0);
        assert_eq!(x87(u64::MAX, -1023), f64::MIN_POSITIVE, "into the normal numbers");
        assert_eq!(x87(1, -16382), 0.0);
    }
}
