//! C functions that run a closure, for the library to keep.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Address, Context, Native as _, Scope};
use crate::fault::Fault;
use crate::registration::Registration;

/// A C function in the server that runs a closure of this program, until this is dropped.
///
/// The method of an interface that `#[callback]` declares makes one. Its addresses go wherever the library takes them: into a field of
/// a struct, a table of functions, or an [`Address`] parameter of one function and then of another.
#[must_use = "the library can call the function only until this is dropped"]
pub struct Callback {
    addresses: CallbackAddresses,
    registration: Registration,
}

/// The addresses of a C function and its context.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct CallbackAddresses {
    function: Address,
    context: Address,
}

impl Callback {
    /// A callback in Rust, for an implementation of an interface that has no library: the addresses that its other methods
    /// recognize, and the registration that keeps the closure.
    pub fn new(address: Address, context: Address, registration: Registration) -> Self {
        Self { addresses: CallbackAddresses { function: address, context }, registration }
    }

    /// The address of the C function.
    pub fn address(&self) -> Address {
        self.addresses.function
    }

    /// The context to pass with the function; null if the function takes none.
    pub fn context(&self) -> Address {
        self.addresses.context
    }

    /// Whether the library can still call the closure; see [`Registration::is_active`].
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.registration.is_active()
    }

    #[doc(hidden)]
    pub fn from_parts((addresses, registration): (CallbackAddresses, Registration)) -> Self {
        Self { addresses, registration }
    }

    #[doc(hidden)]
    pub fn into_parts(self) -> (CallbackAddresses, Registration) {
        (self.addresses, self.registration)
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("address", &self.address())
            .field("context", &self.context())
            .field("is_active", &self.is_active())
            .finish()
    }
}

impl CallbackAddresses {
    /// The addresses of a C function and of the context that it is called with.
    ///
    /// # Errors
    /// [`Fault::Value`] if an address has more than 32 bits: in a process with 64 bits.
    ///
    /// # Panics
    /// At compile time, if `F` is no pointer.
    pub fn new<F: Copy>(function: F, context: Option<&Context>) -> Result<Self, Fault> {
        const { assert!(size_of::<F>() == size_of::<*mut std::ffi::c_void>(), "`F` is a function pointer") };
        // SAFETY: the sizes are equal, and a function pointer has an address.
        let function = unsafe { std::mem::transmute_copy::<F, *mut std::ffi::c_void>(&function) };
        let scope = Scope::new();
        // SAFETY: nothing is read through an address.
        let address = |pointer| unsafe { Address::from_c(pointer, &scope) };
        let context = context.map_or(Ok(Address::NULL), |context| address(context.pass()))?;
        Ok(Self { function: address(function)?, context })
    }
}
