//! Callbacks of native functions: the C functions that the library calls, and the closures that they run.

mod names;
pub(super) use self::names::context as context_of;
pub(super) mod slot;
pub(super) mod trampoline;
