//! Values between Rust and C: what a native function is called with, and what it returns.
//!
//! Every parameter of a native function becomes a *slot* for the time of the call: it is made from the value in Rust,
//! passed as its C value, and where something comes back, taken.

mod array;
mod callback;
mod closures;
mod context;
mod element;
mod encoding;
mod handle;
mod length;
mod native_frame;
mod owner;
mod pointer;
mod record;
mod scalar;
mod slots;
mod sorted_map;
mod spare_memory;
mod text;

pub use array::{ArrayBuffer, ArrayIn, ArrayInOut, Room, array_field, array_from_c, array_to_c, returned_array};
pub use bytemuck::Zeroable;
pub use callback::{
    give, give_array, give_text, given, given_length, passed, passed_array, passed_array_mut, passed_pointer,
    passed_pointer_mut, returned_value,
};
pub use closures::{CClosure, CallbackTable, LentClosure};
pub use context::{Context, IsUserData, UserData, context_key};
pub use element::{Element, FIRST_LISTED, InMemoryOf};
pub use encoding::{Ansi, Encoding, Latin1, Utf8, Wide};
pub use handle::{AnyHandle, ClosedHandle, Closes, Handle, close};
pub(crate) use handle::{abandoned_by, this_server};
pub use length::{IsLength, Length, LengthError, OutLength, common_length, to_length, told_length};
pub(crate) use native_frame::NativeFrame;
pub(crate) use owner::Owner;
pub use pointer::Pointer;
pub use record::{Array, ArrayRef, Record, deserialize_enumeration, deserialize_record, in_field, not_in_enum};
pub use scalar::{Address, Bool32, Status};
pub use slots::{SlotRow, Slots, slot};
pub use spare_memory::recycle;
pub(crate) use text::INTERIOR_NUL;
pub use text::{CText, ReturnedText, Text, TextBuffer, passed_c_str, passed_optional_c_str};

use std::any::Any;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// A type that has a C counterpart, so that native functions can take it by value.
///
/// These are the integers of fixed width, floats, `bool`, [`Bool32`], [`Address`], [`Handle`], text, and types with
/// `#[derive(Bridge)]`, which is the only way to implement this trait: its items are hidden from this page and may change in
/// any release.
#[diagnostic::on_unimplemented(
    message = "a native function cannot take `{Self}`; pass integers of fixed width, `f32`, `f64` or `bool`, text as `&str`, arrays as `&[T]`, and types with `#[derive(Bridge)]`",
    label = "not a type with a C counterpart"
)]
pub trait Native: Serialize + DeserializeOwned + Clone + 'static {
    /// The type itself; `marshal/cross.rs` says why generated code names it so.
    #[doc(hidden)]
    type Value;
    /// The C type. All of its bytes being zero is a value of it.
    #[doc(hidden)]
    type C: Copy + Zeroable + 'static;
    /// Its name in C.
    #[doc(hidden)]
    const C_NAME: &'static str;
    /// Whether there are pointers in it that are followed when it comes from C.
    #[doc(hidden)]
    const POINTS: bool = true;

    /// To C. What the C value points to is kept in `scope`.
    ///
    /// # Errors
    /// [`Fault`] where C cannot hold the value.
    #[doc(hidden)]
    fn to_c(&self, scope: &mut Scope) -> Result<Self::C, Fault>;

    /// From C.
    ///
    /// # Errors
    /// [`Fault::Value`] where the C value is none of the type's.
    ///
    /// # Safety
    /// A pointer in it must be null, or be valid for what the type reads from it.
    #[doc(hidden)]
    unsafe fn from_c(value: Self::C) -> Result<Self, Fault>;
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
    type C: Copy;
    /// Its name in C.
    const C_NAME: &'static str;

    /// From C.
    ///
    /// # Errors
    /// [`Fault::Value`] where the C value is none of the type's.
    ///
    /// # Safety
    /// A pointer in it must be null, or be valid for what the type reads from it.
    unsafe fn from_c(value: Self::C) -> Result<Self, Fault>;
}

/// A type that is taken by value is returned in the same way.
///
/// This is no `impl` for every `T: Native`: the compiler would report the missing `Native`, and speak of parameters.
#[macro_export]
#[doc(hidden)]
macro_rules! __returned_as_taken {
    ($($ty:ty)*) => {$(
        impl $crate::native::NativeReturn for $ty {
            type Value = $ty;
            type C = <$ty as $crate::native::Native>::C;
            const C_NAME: &'static ::core::primitive::str = <$ty as $crate::native::Native>::C_NAME;

            unsafe fn from_c(
                __bridge32_value: <$ty as $crate::native::Native>::C,
            ) -> ::core::result::Result<Self, $crate::fault::Fault> {
                // SAFETY: guaranteed by the caller.
                unsafe { <$ty as $crate::native::Native>::from_c(__bridge32_value) }
            }
        }
    )*};
}

__returned_as_taken!(bool Bool32 Address i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 String Option<String>);

impl NativeReturn for () {
    type Value = ();
    type C = ();
    const C_NAME: &'static str = "void";

    unsafe fn from_c((): ()) -> Result<Self, Fault> {
        Ok(())
    }
}

/// What C values point to, for the time of one call.
#[derive(Debug, Default)]
pub struct Scope {
    /// Nothing, nearly always.
    kept: Option<Vec<Box<dyn Any>>>,
}

impl Scope {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps values until the end of the call; the pointer is to the first.
    pub fn keep<T: 'static>(&mut self, mut values: Vec<T>) -> *mut T {
        // The elements of a vector stay where they are when the vector is moved.
        let pointer = values.as_mut_ptr();
        self.kept.get_or_insert_default().push(Box::new(values));
        pointer
    }
}
