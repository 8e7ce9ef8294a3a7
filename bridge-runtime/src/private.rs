//! What generated code calls: the whole contract between the macro and the runtime.

pub use crate::client::{Arguments, Builder, Client, Outcome, ServerExit, ServerInfo, Session, connect, in_process};
use crate::error::{CallError, Error};
pub use crate::fault::Fault;
pub use crate::interface::{
    self, Abi, CType, Description, Dispatch, Interface, Method, Native as NativeFunction, Parameter, Reply,
};
pub use crate::library::NativeLibrary;
pub use crate::marshal::{Cross, CrossInSlice, Decoder};
pub use crate::native::{Element, IsLength, Native, NativeReturn, Text, common_length};
pub use crate::server::native;

/// The result of a method that returns a `Result` of its own.
///
/// # Errors
/// [`CallError`].
pub fn method_result<T, E>(result: Result<Result<T, E>, Error>) -> Result<T, CallError<E>> {
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(CallError::Method(error)),
        Err(error) => Err(CallError::Bridge(error)),
    }
}

/// Takes what a native function returned.
///
/// The value and what takes it are apart so that the compiler reports a type that it cannot take once.
///
/// # Errors
/// As `take`.
///
/// # Safety
/// As `take`.
pub unsafe fn from_c<C, T>(value: C, take: unsafe fn(C) -> Result<T, Fault>) -> Result<T, Fault> {
    // SAFETY: the caller's promise is passed on.
    unsafe { take(value) }
}

/// A number that no method has.
///
/// # Errors
/// [`Fault::Message`], always.
pub fn unknown_method(method: u32) -> Result<(), Fault> {
    Err(Fault::Message(format!("there is no method with the number {method}")))
}
