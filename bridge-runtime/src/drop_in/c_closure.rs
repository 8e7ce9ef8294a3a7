//! C functions that a program passes, as closures.

use std::ffi::c_void;
use std::fmt;

use crate::fault::Fault;
use crate::native::Signature;

/// A pointer that a program passes, and that is only passed back to it.
#[derive(Debug, Clone, Copy)]
pub struct OwnPointer(*mut c_void);

// SAFETY: nothing is read from the pointer. The program says by passing it that its function may be called, on a thread of this library
// too if the original may do so.
unsafe impl Send for OwnPointer {}

impl OwnPointer {
    /// The pointer.
    pub fn new(pointer: *mut c_void) -> Self {
        Self(pointer)
    }

    /// The pointer.
    pub fn get(self) -> *mut c_void {
        self.0
    }
}

/// The slot of the program's own context pointer.
#[derive(Debug)]
pub struct OwnContext(pub *mut c_void);

impl OwnContext {
    /// The C value.
    pub fn pass(&mut self) -> *mut c_void {
        self.0
    }
}

/// A C function of the program, of the type `F`.
pub struct PointedFunction<F> {
    pointer: *mut c_void,
    function: std::marker::PhantomData<F>,
}

impl<F> fmt::Debug for PointedFunction<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PointedFunction").field(&self.pointer).finish()
    }
}

impl<F: Copy> PointedFunction<F> {
    /// The function at `pointer`, of the type that `signature` says.
    pub fn new(pointer: *mut c_void, signature: Signature<F>) -> Self {
        let _ = signature;
        Self { pointer, function: std::marker::PhantomData }
    }

    /// Calls the function: passes it to `call`, which must call what it is passed.
    ///
    /// # Errors
    /// [`Fault::Message`] for a null pointer.
    ///
    /// # Safety
    /// `F` is the type of a function pointer, with the signature of the function, and `call` is sound for that function.
    pub unsafe fn call<R>(self, call: impl FnOnce(F) -> R) -> Result<R, Fault> {
        const { assert!(size_of::<F>() == size_of::<*mut c_void>(), "`F` is a function pointer") };
        if self.pointer.is_null() {
            return Err(Fault::Message("was given a null pointer as a callback".to_owned()));
        }
        // SAFETY: both are pointers; the type is guaranteed by the caller.
        let function = unsafe { std::mem::transmute_copy::<*mut c_void, F>(&self.pointer) };
        Ok(call(function))
    }
}

/// The result of a C function that is a closure for the bridge.
///
/// # Panics
/// If an argument or the result cannot be converted. The bridge reports that as the failure of the closure.
#[expect(clippy::panic, reason = "a closure has no other way to fail; the bridge catches it")]
pub fn of_c_function<R>(result: Result<R, Fault>) -> R {
    result.unwrap_or_else(|fault| panic!("{fault}"))
}
