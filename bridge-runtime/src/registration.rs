//! What lasts until it is dropped.

use std::fmt;

/// A closure that a library keeps, until this is dropped. Dropping it does not tell the library, which has a function
/// of its own for that; a library that calls the closure nevertheless gets zero for an answer.
///
/// A method with a `#[registered]` closure returns one. Whoever implements such a method in Rust makes it, with what is
/// to be done when the closure is no longer wanted.
#[must_use = "the closure is forgotten at once when this is dropped"]
pub struct Registration {
    end: Option<Box<dyn FnOnce() + Send>>,
    is_active: Option<Box<dyn Fn() -> bool + Send + Sync>>,
}

impl Registration {
    /// Does `end` when it is dropped.
    pub fn new(end: impl FnOnce() + Send + 'static) -> Self {
        Self { end: Some(Box::new(end)), is_active: None }
    }

    /// Of no closure: `None` was passed.
    pub fn none() -> Self {
        Self { end: None, is_active: None }
    }

    /// That can tell whether it still is one.
    pub(crate) fn with_state(mut self, is_active: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.is_active = Some(Box::new(is_active));
        self
    }

    /// Whether the library can still call the closure: false once the server that the closure was registered with is
    /// gone, also where another one was started in its place. Register it there again, best in `on_start`.
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
