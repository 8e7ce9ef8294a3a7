//! Which types of methods' own errors implement [`Error`].
//!
//! [`CallError<E>`](super::CallError) is an [`Error`] for every `E` that can be displayed, `String` included, and passes the
//! source of `E` on if `E` is an [`Error`] itself. A generic implementation cannot ask that of `E`, and Rust does not allow one
//! implementation for each case, because `String` might implement [`Error`] some day. Generated code, however, knows each `E`:
//! [`__method_result`](crate::__method_result) registers those that are an [`Error`] before it returns one.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::error::Error;
use std::marker::PhantomData;
use std::sync::Mutex;

use crate::sync::LockExt as _;

/// Views a value of a registered type as an error.
type AsError = fn(&dyn Any) -> Option<&(dyn Error + 'static)>;

static ERROR_TYPES: Mutex<BTreeMap<TypeId, AsError>> = Mutex::new(BTreeMap::new());

/// The source of a method's own error, if its type is registered and it has one.
pub(super) fn source<E: 'static>(error: &E) -> Option<&(dyn Error + 'static)> {
    let as_error = ERROR_TYPES.lock_unpoisoned().get(&TypeId::of::<E>()).copied()?;
    as_error(error)?.source()
}

/// The error type of a method's result.
#[derive(Debug)]
pub struct MethodErrorType<E>(PhantomData<fn() -> E>);

impl<E> Default for MethodErrorType<E> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// Registers a type that implements [`Error`]. The compiler prefers this method to that of [`RegisterOther`], which needs one
/// more reference.
pub trait RegisterError {
    /// Registers the type.
    fn __bridge32_register(&self);
}

impl<E: Error + 'static> RegisterError for MethodErrorType<E> {
    fn __bridge32_register(&self) {
        let as_error: AsError = |error| Some(error.downcast_ref::<E>()?);
        ERROR_TYPES.lock_unpoisoned().insert(TypeId::of::<E>(), as_error);
    }
}

/// Does nothing for a type that does not implement [`Error`].
pub trait RegisterOther {
    /// Does nothing.
    fn __bridge32_register(&self) {}
}

impl<E> RegisterOther for &MethodErrorType<E> {}

/// Turns the `Result` of a method into the result of its call. The error type is an argument because the compiler would report a
/// type that cannot be sent a second time if it had to infer it.
#[macro_export]
#[doc(hidden)]
macro_rules! __method_result {
    ($error:ty, $result:expr) => {{
        let result = $result;
        if result.is_err() {
            // All of the module, because one of the two traits is not used.
            use $crate::private::method_error::*;
            (&<MethodErrorType<$error> as ::core::default::Default>::default()).__bridge32_register();
        }
        result.map_err($crate::CallError::<$error>::Method)
    }};
}
