//! Values between Rust and C: what a native function is called with, and what it returns.

mod length;
mod scalar;
mod text;

pub use length::{Length, LengthError, common_length};
pub(crate) use text::INTERIOR_NUL;
pub use text::Text;

use crate::fault::Fault;

/// A type that C functions take and return by value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be passed to or returned from a native function",
    label = "not a type with a C counterpart",
    note = "native functions take and return integers of fixed width, `f32`, `f64` and `bool`; text is taken as `&str`, arrays as `&[T]`"
)]
pub trait Native: Sized {
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
    message = "a native function cannot return `{Self}`",
    label = "not a type with a C counterpart",
    note = "native functions return integers of fixed width, `f32`, `f64`, `bool`, `String` and `Option<String>`, or nothing"
)]
pub trait NativeReturn: Sized {
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

impl<T: Native> NativeReturn for T {
    type C = T::C;
    const C_NAME: &'static str = T::C_NAME;

    unsafe fn from_c(value: Self::C) -> Result<Self, Fault> {
        T::from_c(value)
    }
}

impl NativeReturn for () {
    type C = ();
    const C_NAME: &'static str = "void";

    unsafe fn from_c((): ()) -> Result<Self, Fault> {
        Ok(())
    }
}

/// An element of a C array whose Rust form is its C form: arrays of it are passed as they are.
#[diagnostic::on_unimplemented(
    message = "`&[{Self}]` cannot be passed to a native function",
    label = "not an element of a C array",
    note = "native functions take arrays of integers of fixed width, `f32` and `f64`"
)]
pub trait Element: Native<C = Self> + Copy {}
