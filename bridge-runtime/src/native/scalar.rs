//! Integers, floating point numbers and `bool`.

use super::{Element, Native};
use crate::fault::Fault;

macro_rules! same_in_c {
    ($($rust:ty => $c:literal)*) => {$(
        impl Native for $rust {
            type Value = $rust;
            type C = $rust;
            const C_NAME: &'static str = $c;

            fn into_c(self) -> Self::C {
                self
            }

            fn from_c(value: Self::C) -> Result<Self, Fault> {
                Ok(value)
            }
        }

        impl Element for $rust {
            type Value = $rust;
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

/// C's `_Bool`: one byte. A library may leave any value in it, so it is taken as a byte; Rust's `bool` would be
/// undefined for all but 0 and 1.
impl Native for bool {
    type Value = bool;
    type C = u8;
    const C_NAME: &'static str = "bool";

    fn into_c(self) -> u8 {
        self.into()
    }

    fn from_c(value: u8) -> Result<Self, Fault> {
        Ok(value != 0)
    }
}
