//! Types that native functions take and return by value.

pub use bytemuck::Zeroable;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::returned::CReturn;
use super::scope::Scope;
use crate::fault::Fault;
use crate::interface::{CTypes, declare};

/// A type with a C counterpart, which native functions take by value.
///
/// These are the integers of fixed width, floats, `bool`, [`Bool32`](crate::Bool32), [`Address`](crate::Address),
/// [`Handle`](crate::Handle), text, and types with `#[derive(Bridge)]`, which is the only way to implement this trait. Its
/// items are hidden from this page and may change in any release.
#[diagnostic::on_unimplemented(
    message = "a native function cannot take `{Self}`; pass integers of fixed width, `f32`, `f64` or `bool`, text as `&str`, arrays as `&[T]`, and types with `#[derive(Bridge)]`",
    label = "not a type with a C counterpart"
)]
pub trait Native: Serialize + DeserializeOwned + 'static {
    /// The type itself; `marshal/cross.rs` says why generated code names it so.
    #[doc(hidden)]
    type Value;
    /// The C type. It has a value whose bytes are all zero.
    #[doc(hidden)]
    type C: Copy + Zeroable + 'static;
    /// The name of the C type.
    #[doc(hidden)]
    const C_NAME: &'static str;
    /// The declaration of something of the C type.
    #[doc(hidden)]
    fn declare(declarator: &str) -> String {
        declare(Self::C_NAME, declarator)
    }

    /// Adds the structs and unions in the C type.
    #[doc(hidden)]
    fn add_types(types: &mut CTypes) {
        let _ = types;
    }

    /// Whether a C value contains pointers that are followed when it is converted to Rust.
    #[doc(hidden)]
    const POINTS: bool = true;

    /// Whether it is an integer or a floating-point number of fixed width, or an array of such: any bytes are a value, and it is the
    /// same in every process.
    #[doc(hidden)]
    const IS_NUMBERS: bool = false;

    /// Converts the value to C. What the C value points to is kept in `scope`.
    ///
    /// # Errors
    /// [`Fault`] if C cannot hold the value.
    #[doc(hidden)]
    fn to_c(&self, scope: &mut Scope) -> Result<Self::C, Fault>;

    /// Converts a value from C. `scope` has the memory that was passed to the library: what the value says about the length
    /// of memory that is there is not believed.
    ///
    /// # Errors
    /// [`Fault::Value`] if the C value is not one of this type.
    ///
    /// # Safety
    /// A pointer in it must be null, or valid for what the type reads from it.
    #[doc(hidden)]
    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault>;
}

/// A type that native functions return.
#[diagnostic::on_unimplemented(
    message = "a native function cannot return `{Self}`; return an integer of fixed width, `f32`, `f64`, `bool`, `String`, `Option<String>` or a type with `#[derive(Bridge)]`",
    label = "not a type with a C counterpart"
)]
pub trait NativeReturn: Serialize + DeserializeOwned + 'static {
    /// The type itself.
    type Value;
    /// The C type.
    type C: CReturn;
    /// The name of the C type.
    const C_NAME: &'static str;

    /// As [`Native::add_types`].
    fn add_types(types: &mut CTypes) {
        let _ = types;
    }

    /// Converts a value from C; as [`Native::from_c`].
    ///
    /// # Errors
    /// [`Fault::Value`] if the C value is not one of this type.
    ///
    /// # Safety
    /// A pointer in it must be null, or valid for what the type reads from it.
    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault>;
}

/// Implements [`NativeReturn`] for types that are returned as they are taken.
///
/// It is not an `impl` for every `T: Native`, because the compiler would then report the missing `Native`, whose message is
/// about parameters.
#[macro_export]
#[doc(hidden)]
macro_rules! __returned_as_taken {
    ($($ty:ty)*) => {$(
        impl $crate::private::native::NativeReturn for $ty
        where
            for<'__bridge32_any> $ty: ::core::clone::Clone,
        {
            type Value = $ty;
            type C = <$ty as $crate::private::native::Native>::C;
            const C_NAME: &'static ::core::primitive::str = <$ty as $crate::private::native::Native>::C_NAME;

            fn add_types(__bridge32_types: &mut $crate::private::interface::CTypes) {
                <$ty as $crate::private::native::Native>::add_types(__bridge32_types);
            }

            unsafe fn from_c(
                __bridge32_value: <$ty as $crate::private::native::Native>::C,
                __bridge32_scope: &$crate::private::native::Scope,
            ) -> ::core::result::Result<Self, $crate::private::Fault> {
                // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
                unsafe { <$ty as $crate::private::native::Native>::from_c(__bridge32_value, __bridge32_scope) }
            }
        }
    )*};
}

impl NativeReturn for () {
    type Value = ();
    type C = ();
    const C_NAME: &'static str = "void";

    unsafe fn from_c((): (), _: &Scope) -> Result<Self, Fault> {
        Ok(())
    }
}
