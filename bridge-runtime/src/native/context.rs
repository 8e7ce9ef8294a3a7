//! The context pointers of callbacks: numbers that stand for closures.

use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard};

use crate::sync::LockExt as _;

use super::sorted_map::SortedMap;

/// Marks the position of the `void *` context that a C function passes on to its callbacks. It has no values: in a method and
/// in its callbacks it says which parameter is the context.
#[derive(Debug)]
pub enum UserData {}

/// The type of a context.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a context; use `bridge32::UserData`",
    label = "not `bridge32::UserData`"
)]
pub trait IsUserData {
    /// The type itself.
    type Value;
}

impl IsUserData for UserData {
    type Value = Self;
}

/// A number that is passed to C as the context pointer and stands for one or more closures. It may be reused once the context
/// and its clones are dropped.
#[derive(Debug)]
pub struct Context(u32);

static KEYS: Mutex<Keys> = Mutex::new(Keys { used: SortedMap::new(), last: 0 });

struct Keys {
    /// How many contexts have each number.
    used: SortedMap<usize>,
    last: u32,
}

impl Keys {
    fn lock() -> MutexGuard<'static, Self> {
        KEYS.lock_unpoisoned()
    }
}

impl Context {
    /// A context with an unused number.
    #[expect(clippy::new_without_default, reason = "each is another")]
    pub fn new() -> Self {
        let mut keys = Keys::lock();
        loop {
            keys.last = keys.last.wrapping_add(1);
            let key = keys.last;
            // Zero would be a null pointer.
            if key != 0 && keys.used.insert(key, 1) {
                return Self(key);
            }
        }
    }

    /// The number.
    pub(super) fn key(&self) -> u32 {
        self.0
    }

    /// The C value.
    pub fn pass(&self) -> *mut c_void {
        std::ptr::without_provenance_mut(self.0 as usize)
    }
}

impl Clone for Context {
    fn clone(&self) -> Self {
        if let Some(count) = Keys::lock().used.get_mut(self.0) {
            *count += 1;
        }
        Self(self.0)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let mut keys = Keys::lock();
        match keys.used.get_mut(self.0) {
            Some(count @ 2..) => *count -= 1,
            _ => drop(keys.used.remove(self.0)),
        }
    }
}

/// The number of a context pointer that C passed to a callback.
pub fn context_key(context: *mut c_void) -> u32 {
    // A larger one was never given out, and neither was zero.
    u32::try_from(context.addr()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_used(key: u32) -> bool {
        Keys::lock().used.get(key).is_some()
    }

    #[test]
    fn a_number_is_used_until_its_last_clone_is_gone() {
        let context = Context::new();
        let (key, clone) = (context.key(), context.clone());
        assert_eq!(context_key(clone.pass()), key);
        drop(context);
        assert!(is_used(key));
        drop(clone);
        assert!(!is_used(key));
    }

    #[test]
    fn numbers_that_are_used_are_passed_over() {
        let (first, second) = (Context::new(), Context::new());
        assert_ne!((first.key(), first.key()), (second.key(), 0));
        // All numbers have been given out once.
        let before = std::mem::replace(&mut Keys::lock().last, first.key() - 1);
        let third = Context::new();
        assert!(![first.key(), second.key(), 0].contains(&third.key()));
        Keys::lock().last = before.max(third.key());
    }
}
