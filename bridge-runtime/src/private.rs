//! What generated code calls: the whole contract between the macro and the runtime.

pub use crate::client::{Arguments, Builder, Client, Outcome, ServerExit, ServerInfo, Session, connect, in_process};
use crate::error::{CallError, Error};
pub use crate::fault::Fault;
pub use crate::interface::{
    self, Abi, CType, Description, Dispatch, Interface, Method, Native as NativeFunction, Parameter, Reply,
};
pub use crate::library::NativeLibrary;
pub use crate::marshal::Decoder;
pub use crate::native::{Element, Length, Native, NativeReturn, Text, common_length};
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

/// The pointer that a C function takes an array by.
pub fn array_pointer<T: Element>(values: &[T]) -> *const T {
    values.as_ptr()
}

/// A number that no method has.
///
/// # Errors
/// [`Fault::Message`], always.
pub fn unknown_method(method: u32) -> Result<(), Fault> {
    Err(Fault::Message(format!("there is no method with the number {method}")))
}
