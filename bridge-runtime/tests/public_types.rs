//! The traits that users expect of the public types. Each test passes if it compiles.

use std::fmt::Debug;
use std::hash::Hash;
use std::panic::{RefUnwindSafe, UnwindSafe};

use bridge32_runtime::{
    Address, BatchMode, Bool32, Builder, CallError, Difference, Error, ExitStatus, Handle, LibraryError, MissingMethod,
    MissingSymbol, Output, Pending, Registration, RemoteBuffer, Restart, ServerContext, ServerExit, ServerInfo,
    SystemError, Transport, UserData,
};

/// The crate as users see it.
mod bridge32 {
    pub(crate) use bridge32_macros::bridge32;
    pub(crate) use bridge32_runtime::private as __private;
    pub(crate) use bridge32_runtime::*;
}

#[bridge32::bridge32(crate = bridge32)]
trait Echo {
    fn echo(&self, text: &str) -> String;
}

/// A tag of handles.
enum Tag {}

#[test]
fn types_are_thread_safe_and_debug() {
    fn check<T: Send + Sync + Debug>() {}
    check::<Address>();
    check::<BatchMode>();
    check::<Bool32>();
    check::<CallError<String>>();
    check::<Difference>();
    check::<Error>();
    check::<ExitStatus>();
    check::<Handle<Tag>>();
    check::<LibraryError>();
    check::<MissingMethod>();
    check::<MissingSymbol>();
    check::<Output>();
    check::<Registration>();
    check::<RemoteBuffer<f64>>();
    check::<Restart>();
    check::<ServerContext>();
    check::<ServerExit>();
    check::<ServerInfo>();
    check::<SystemError>();
    check::<Transport>();
    check::<UserData>();
}

#[test]
fn plain_values_are_copy_eq_and_hash() {
    fn check<T: Copy + Eq + Hash>() {}
    check::<Address>();
    check::<BatchMode>();
    check::<Bool32>();
    check::<Handle<Tag>>();
    check::<Output>();
    check::<Restart>();
    check::<Transport>();
}

#[test]
fn reports_are_clone_and_eq() {
    fn check<T: Clone + Eq>() {}
    check::<Difference>();
    check::<ExitStatus>();
    check::<LibraryError>();
    check::<MissingMethod>();
    check::<MissingSymbol>();
    check::<ServerExit>();
    check::<ServerInfo>();
    check::<SystemError>();
}

#[test]
fn errors_convert_into_boxed_errors() {
    fn check<T: Into<Box<dyn std::error::Error + Send + Sync>>>() {}
    check::<Error>();
    check::<CallError<String>>();
    check::<LibraryError>();
    check::<SystemError>();
}

#[test]
fn clients_are_thread_safe_and_unwind_safe() {
    fn check<T: Clone + Debug + Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    check::<EchoClient>();
}

#[test]
fn builders_can_move_to_another_thread() {
    fn check<T: Debug + Send>() {}
    check::<Builder<EchoClient>>();
}

#[test]
fn pending_results_are_debug() {
    fn check<T: Debug>() {}
    check::<Pending<'_, i32>>();
}
