//! The items that generated code uses, besides the public API. They may change in any release.
//!
//! A test of `bridge32-macros` fails if a name in this file is not used by the macros.

pub use serde;

pub use crate::__method_result as method_result;
pub use crate::client::{Batch, CallSink, CallbackReply, RegisteredClosure, Session};
pub use crate::error::method_error;
pub use crate::fault::Fault;
pub use crate::marshal::{Cross, CrossInSlice, Decoder, OutputArray, Slice, SliceMut};
pub use crate::server::{
    AbandonedHandles, Call, Closer, LibraryThreadTargets, ThreadTarget, library_thread_targets, native as run_native,
    thread_target,
};

use crate::load_library::LoadLibrary;
use crate::server::ServerContext;

/// Loads the library of a server that is starting.
///
/// # Errors
/// [`LibraryError`](crate::error::LibraryError) if it cannot be loaded or lacks functions.
pub fn start_library<L: LoadLibrary, A>(
    context: &ServerContext<A>,
) -> Result<L, Box<dyn std::error::Error + Send + Sync>> {
    // SAFETY: only the runtime makes a `ServerContext`, in a server process whose `main` names the library's type. This process
    // exists to run that library: an interface that describes it wrongly can damage this process alone, because the client
    // validates everything that the server sends.
    Ok(unsafe { L::open(context.library_path(), context.library_dirs()) }?)
}

/// Drops a value. Generated code calls it on the results of methods that close the handles of a disconnected client.
pub fn ignore<T>(value: T) {
    drop(value);
}

/// Fails because the interface has no method with this number.
///
/// # Errors
/// [`Fault::Message`], always.
pub fn unknown_method(method: u32) -> Result<(), Fault> {
    Err(Fault::Message(format!("there is no method with the number {method}")))
}

/// Returns the number of a registered closure whose parameter is not optional.
///
/// # Errors
/// [`Fault::Message`] if the message has none.
pub fn required(parameter: &str, number: Option<u32>) -> Result<u32, Fault> {
    number.ok_or_else(|| Fault::Message(format!("there is no closure for `{parameter}`")))
}

/// Fails because the call has no closure with this index.
///
/// # Errors
/// [`Fault::Message`], always.
pub fn no_closure(index: u32) -> Result<(), Box<Fault>> {
    Err(Box::new(Fault::Message(format!("is closure {index} of the call, which has none there"))))
}

/// Descriptions of interfaces.
pub mod interface {
    pub use crate::interface::{
        Abi, Apartment, CField, CType, CTypes, Description, FunctionPointer, LibraryName, Method, NativeFunction,
        Parameter, ReleaseFunction, Symbol, SymbolScope, Target, Threads, c_str, callback, declare, declare_pointer,
        optional_c_str, optional_reference, optional_reference_mut, optional_slice, optional_slice_mut, optional_text,
        out, out_text, out_text_list, out_vec, reference, reference_mut, result, slice, slice_mut, stack_bytes, text,
        text_list, user_data, value, vec,
    };
    #[cfg(feature = "dotnet")]
    pub use crate::interface::{Access, Form, ManagedMethod, ManagedParameter, ManagedPassing};
}

/// Drop-in libraries.
pub mod drop_in {
    pub use crate::drop_in::{
        CCaller, DeclaredFunction, DropIn, ExportedFunction, OwnContext, OwnPointer, PointedFunction, Settings,
        freed_by_c, give_back, last_error, of_c_function,
    };
}

/// These items, if the runtime has .NET support. The macros cannot know that: cargo may build them, which run on the host, with another
/// set of features.
#[cfg(feature = "dotnet")]
#[macro_export]
#[doc(hidden)]
macro_rules! __if_dotnet {
    ($($items:tt)*) => {
        $($items)*
    };
}

/// Nothing: the runtime has no .NET support.
#[cfg(not(feature = "dotnet"))]
#[macro_export]
#[doc(hidden)]
macro_rules! __if_dotnet {
    ($($items:tt)*) => {};
}

pub use crate::__if_dotnet as if_dotnet;

/// Managed methods.
#[cfg(feature = "dotnet")]
pub mod dotnet {
    pub use crate::dotnet::{Element, Instance, Managed, ManagedLibrary, OwnedValue, Value, void};
}

/// Calls of native functions, and conversions from and to C.
pub mod native {
    pub use crate::__returned_as_taken as returned_as_taken;
    pub use crate::library::NativeLibrary;
    pub use crate::native::{
        Ansi, ArrayBuffer, ArrayIn, ArrayInOut, AsItself, BufferElement, CClosure, CReturn, CText, CallbackAddresses,
        CallbackTable, Closes, Context, EachAs, Encoding, FIRST_LISTED, FieldForm, FormOf, FormRef, IsLength,
        IsUserData, Latin1, Length, LentClosure, MemberResult, Native, NativeReturn, OutLength, Pointer, PointerTo,
        RETURNED, ReturnedPointer, ReturnedText, Room, Scope, Signature, SlotRow, Slots, Status, StructByMsvc, Text,
        TextAt, TextBuffer, TextIn, TextList, UnionField, Utf8, Utf16, Wide, Zeroable, array_to_c, bytes_of_union,
        c_length, c_size, check_elements, check_elements_in_struct, close, common_length, context_key, counts_nul,
        debug_union, deserialize_enumeration, deserialize_record, deserialize_union, element_count, elements_from_c,
        elements_to_c, failure_value, from_gnu, from_msvc, give, give_array, give_text, give_text_to_c,
        give_texts_to_c, given, given_length, in_field, is_null_in_c, largest, length_for_c, length_in_struct,
        length_to_c, list_to_c, no_elements, no_elements_to_c, not_in_enum, note_length, note_pointer, note_pointers,
        noted_failure, null_in_c, optional_elements_from_c, output_at, output_buffer, output_text, passed,
        passed_array, passed_array_mut, passed_c_str, passed_nullable, passed_nullable_mut, passed_optional_c_str,
        passed_pointer, passed_pointer_mut, passed_text, pointer, pointers_noted, recycle, reported_length,
        restore_pointers, restored_pointers, returned_array, returned_list, returned_texts, returned_to_gnu,
        returned_to_msvc, serialize_union, slot, status_text, text_to_c, texts_to_c, to_length, union_of_bytes,
        vtable_entry, wanted, wanted_capacity,
    };
    pub use crate::{__slot_row as slot_row, __slots as slots};

    use crate::fault::Fault;
    use crate::sys::SystemError;

    /// The system's last error in this thread: `GetLastError`, elsewhere `errno`.
    pub fn last_error() -> SystemError {
        std::io::Error::last_os_error().into()
    }

    /// Clears the system's last error before a call.
    pub fn clear_last_error() {
        crate::sys::clear_last_error();
    }

    /// C's `errno` in this thread.
    pub fn errno() -> SystemError {
        crate::sys::errno()
    }

    /// Clears `errno` before a call.
    pub fn clear_errno() {
        crate::sys::clear_errno();
    }

    /// Converts what a native function returned. The value and the conversion are separate arguments so that the compiler
    /// reports a type without a C counterpart once.
    ///
    /// # Errors
    /// As `take`.
    ///
    /// # Safety
    /// As `take`.
    pub unsafe fn from_c<C, T>(
        value: C,
        take: unsafe fn(C, &Scope) -> Result<T, Fault>,
        scope: &Scope,
    ) -> Result<T, Fault> {
        // SAFETY: guaranteed by the caller.
        unsafe { take(value, scope) }
    }

    /// Reads a variable of a library.
    ///
    /// # Errors
    /// As `take`.
    ///
    /// # Safety
    /// The pointer must be to a variable of this type; otherwise as `take`.
    pub unsafe fn read_variable<C, T>(
        variable: *mut C,
        take: unsafe fn(C, &Scope) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        // SAFETY: guaranteed by the caller: the variable has this type. A packed library may not align it.
        let value = unsafe { variable.read_unaligned() };
        // SAFETY: guaranteed by the caller.
        unsafe { take(value, &Scope::new()) }
    }

    /// Writes a variable of a library.
    ///
    /// # Safety
    /// The pointer must be to a variable of this type.
    pub unsafe fn write_variable<C>(variable: *mut C, value: C) {
        // SAFETY: guaranteed by the caller: the variable has this type. A packed library may not align it.
        unsafe { variable.write_unaligned(value) }
    }
}
