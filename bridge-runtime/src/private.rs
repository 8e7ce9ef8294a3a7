//! What generated code calls: the whole contract between the macro and the runtime.

pub use crate::__method_result as method_result;
pub use crate::__returned_as_taken as returned_as_taken;
pub use crate::client::{
    Arguments, Batch, BatchMode, Builder, CallSink, CallbackReply, Client, Outcome, Pending, PendingResults,
    RegisteredClosure, ServerExit, ServerInfo, Session, connect, in_process,
};
#[cfg(feature = "dotnet")]
pub use crate::dotnet;
use crate::error::CallError;
pub use crate::error::method_error;
pub use crate::fault::Fault;
pub use crate::interface::{
    self, Abi, Apartment, CType, Description, FunctionPointer, Interface, LibraryName, Method, NativeFunction,
    Parameter, Symbol, Target, Threads,
};
pub use crate::library::NativeLibrary;
pub use crate::marshal::{Cross, CrossInSlice, Decoder, OutVec, Slice, SliceMut};
pub use crate::native::{
    Ansi, AnyHandle, Array, ArrayBuffer, ArrayIn, ArrayInOut, ArrayRef, BufferElement, CClosure, CText, CallbackTable,
    ClosedHandle, Closes, Context, Encoding, FIRST_LISTED, InMemoryOf, IsLength, IsUserData, Latin1, Length,
    LentClosure, Native, NativeReturn, OutLength, Pointer, ReturnedText, Room, Scope, SlotRow, Slots, Status, Text,
    TextBuffer, Utf8, Wide, Zeroable, array_field, array_from_c, array_to_c, close, common_length, context_key,
    deserialize_enumeration, deserialize_record, give, give_array, give_text, given, given_length, in_field,
    not_in_enum, passed, passed_array, passed_array_mut, passed_c_str, passed_optional_c_str, passed_pointer,
    passed_pointer_mut, recycle, reported_length, returned_array, returned_value, slot, to_length,
};
pub use crate::registration::Registration;
pub use crate::server::{AbandonedHandles, Call, Closer, Dispatch, ThreadTarget, native, thread_target};
use crate::sys::SystemError;
pub use crate::{__slot_row as slot_row, __slots as slots};
pub use serde;

/// What the system said last in this thread, which a call has just set.
pub fn last_error() -> SystemError {
    std::io::Error::last_os_error().into()
}

/// Forgets what the system said, so that it is this call's.
pub fn clear_last_error() {
    crate::sys::clear_last_error();
}

/// What C's `errno` says in this thread, which a call has just set.
pub fn errno() -> SystemError {
    crate::sys::errno()
}

/// Forgets what `errno` said, so that it is this call's.
pub fn clear_errno() {
    crate::sys::clear_errno();
}

/// The result of a method that returns a `Result` of its own.
///
/// # Errors
/// [`CallError`].
pub fn method_result<T, E>(result: Result<T, E>) -> Result<T, CallError<E>> {
    result.map_err(CallError::Method)
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

/// Reads a variable of a library.
///
/// # Errors
/// As `take`.
///
/// # Safety
/// The pointer is to a variable of this type; otherwise as `take`.
pub unsafe fn read_variable<C, T>(variable: *mut C, take: unsafe fn(C) -> Result<T, Fault>) -> Result<T, Fault> {
    // SAFETY: the caller says that the variable is of this type; a packed library may not align it.
    let value = unsafe { variable.read_unaligned() };
    // SAFETY: the caller's promise is passed on.
    unsafe { take(value) }
}

/// Writes a variable of a library.
///
/// # Safety
/// The pointer is to a variable of this type.
pub unsafe fn write_variable<C>(variable: *mut C, value: C) {
    // SAFETY: the caller says that the variable is of this type; a packed library may not align it.
    unsafe { variable.write_unaligned(value) }
}

/// What a method returns where nobody is left to take it.
pub fn ignore<T>(value: T) {
    drop(value);
}

/// A number that no method has.
///
/// # Errors
/// [`Fault::Message`], always.
pub fn unknown_method(method: u32) -> Result<(), Fault> {
    Err(Fault::Message(format!("there is no method with the number {method}")))
}

/// The number of a closure that is to be registered.
///
/// # Errors
/// [`Fault::Message`] if there is none.
pub fn required(parameter: &str, number: Option<u32>) -> Result<u32, Fault> {
    number.ok_or_else(|| Fault::Message(format!("there is no closure for `{parameter}`")))
}

/// A place where the call has no closure.
///
/// # Errors
/// [`Fault::Message`], always.
pub fn no_closure(place: u32) -> Result<(), Box<Fault>> {
    Err(Box::new(Fault::Message(format!("is closure {place} of the call, which has none there"))))
}
