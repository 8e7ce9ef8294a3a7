//! The registration of a closure that the library keeps.

use std::fmt;

/// Keeps a closure callable by the library until it is dropped. Dropping it does not unregister the closure in the library,
/// which has its own function for that; if the library calls the closure afterwards, it gets zero.
///
/// A method with a `#[registered]` closure returns one. If you implement such a method in Rust, create it with what is to be
/// done when the closure is no longer wanted.
#[must_use = "the closure is unregistered at once when this is dropped"]
pub struct Registration {
    end: Option<Box<dyn FnOnce() + Send>>,
    is_active: Option<Box<dyn Fn() -> bool + Send + Sync>>,
}

impl Registration {
    /// Calls `end` when it is dropped.
    pub fn new(end: impl FnOnce() + Send + 'static) -> Self {
        Self { end: Some(Box::new(end)), is_active: None }
    }

    /// The registration of no closure, where `None` was passed.
    pub fn none() -> Self {
        Self { end: None, is_active: None }
    }

    /// Adds a way to ask whether the closure is still registered.
    pub(crate) fn with_state(mut self, is_active: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.is_active = Some(Box::new(is_active));
        self
    }

    /// Whether the library can still call the closure. It cannot once the server that the closure was registered with is
    /// gone, even if the client has started another one; register the closure there again, best in `on_start`.
    pub fn is_active(&self) -> bool {
        self.end.is_some() && self.is_active.as_ref().is_none_or(|is_active| is_active())
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end();
        }
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").field("is_active", &self.is_active()).finish()
    }
}
