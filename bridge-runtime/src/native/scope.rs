//! Memory that C values point to during a call.

use std::any::Any;

/// Keeps the memory that C values point to until the end of one call.
#[derive(Debug, Default)]
pub struct Scope {
    /// `None` for nearly all calls.
    kept: Option<Vec<Box<dyn Any>>>,
}

impl Scope {
    /// An empty scope.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps values until the end of the call; returns a pointer to the first.
    pub fn keep<T: 'static>(&mut self, mut values: Vec<T>) -> *mut T {
        // The elements of a vector stay where they are when the vector is moved.
        let pointer = values.as_mut_ptr();
        self.kept.get_or_insert_default().push(Box::new(values));
        pointer
    }
}
