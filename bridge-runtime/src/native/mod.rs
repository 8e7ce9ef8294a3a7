//! Values between Rust and C: what a native function is called with, and what it returns.

mod length;
mod scalar;
mod text;

pub use length::{IsLength, Length, LengthError, common_length};
pub(crate) use text::INTERIOR_NUL;
pub use text::Text;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// A type that C functions take and return by value.
#[diagnostic::on_unimplemented(
    message = "a native function cannot take `{Self}`; pass integers of fixed width, `f32`, `f64` or `bool`, text as `&str` and arrays as `&[T]`",
    label = "not a type with a C counterpart"
)]
pub trait Native: Serialize + DeserializeOwned + Clone + 'static {
    /// The type itself; `marshal/cross.rs` says why generated code names it so.
    type Value;
    /// The C type.
    type C: Copy;
    /// Its name in C.
    const C_NAME: &'static str;
    /// To C.
    fn into_c(self) -> Self::C;
    /// From C.
    ///
    /// # Errors
    /// [`Fault::Value`] where the C value is none of the type's.
    fn from_c(value: Self::C) -> Result<Self, Fault>;
}

/// A type that native functions return.
#[diagnostic::on_unimplemented(
    message = "a native function cannot return `{Self}`; return an integer of fixed width, `f32`, `f64`, `bool`, `String` or `Option<String>`",
    label = "not a type with a C counterpart"
)]
pub trait NativeReturn: Serialize + DeserializeOwned + 'static {
    /// The type itself.
    type Value;
    /// The C type.
    type C: Copy;
    /// Its name in C.
    const C_NAME: &'static str;
    /// From C.
    ///
    /// # Errors
    /// [`Fault::Value`] where the C value is none of the type's.
    ///
    /// # Safety
    /// A pointer must be null, or be valid for what the type reads from it.
    unsafe fn from_c(value: Self::C) -> Result<Self, Fault>;
}

/// A type that is taken by value is returned in the same way.
///
/// This is no `impl` for every `T: Native`: the compiler would report the missing `Native`, and speak of parameters.
macro_rules! returned_as_taken {
    ($($ty:ty)*) => {$(
        impl NativeReturn for $ty {
            type Value = $ty;
            type C = <$ty as Native>::C;
            const C_NAME: &'static str = <$ty as Native>::C_NAME;

            unsafe fn from_c(value: Self::C) -> Result<Self, Fault> {
                Native::from_c(value)
            }
        }
    )*};
}

returned_as_taken!(bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);

impl NativeReturn for () {
    type Value = ();
    type C = ();
    const C_NAME: &'static str = "void";

    unsafe fn from_c((): ()) -> Result<Self, Fault> {
        Ok(())
    }
}

/// An element of a C array whose Rust form is its C form: arrays of it are passed as they are.
#[diagnostic::on_unimplemented(
    message = "a native function cannot take `&[{Self}]`; pass a slice of integers of fixed width, `f32` or `f64`",
    label = "not an element of a C array"
)]
pub trait Element: Native<C = Self> + Copy {
    /// The type itself.
    type Value;
}
