//! The registration of a closure that the library keeps.

use std::fmt;
use std::sync::Mutex;

use crate::sync::LockExt as _;

/// Keeps a registered closure callable by the library until it is dropped. Dropping it does not unregister the closure in the
/// library, which has its own function for that. If the library calls the closure afterwards, the call returns zero.
///
/// A method with a `#[registered]` closure returns one. If you implement such a method in Rust, create it with the code that
/// unregisters the closure.
#[must_use = "the closure is unregistered at once when this is dropped"]
pub struct Registration {
    /// In a mutex to make this type `Sync`.
    on_drop: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    is_active: Option<Box<dyn Fn() -> bool + Send + Sync>>,
}

impl Registration {
    /// Creates a registration that calls `on_drop` when it is dropped.
    pub fn new(on_drop: impl FnOnce() + Send + 'static) -> Self {
        Self { on_drop: Mutex::new(Some(Box::new(on_drop))), is_active: None }
    }

    /// Creates the registration for an optional closure that is `None`. It is never active.
    pub fn none() -> Self {
        Self { on_drop: Mutex::new(None), is_active: None }
    }

    /// Adds the function that [`Registration::is_active`] calls.
    pub(crate) fn with_state(mut self, is_active: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.is_active = Some(Box::new(is_active));
        self
    }

    /// Returns whether the library can still call the closure. After the server has exited it cannot, even if the client has
    /// restarted it: register the closure again, preferably in [`on_start`](crate::Builder::on_start).
    #[must_use]
    pub fn is_active(&self) -> bool {
        let is_registered = self.on_drop.lock_unpoisoned().is_some();
        is_registered && self.is_active.as_ref().is_none_or(|is_active| is_active())
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let on_drop = self.on_drop.lock_unpoisoned().take();
        if let Some(on_drop) = on_drop {
            on_drop();
        }
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("is_active", &self.is_active()).finish()
    }
}
