//! Catching panics and faults of methods.
//!
//! The return types of the trait's methods have no room for the bridge's errors. So a fault in the native implementation is
//! raised as a panic with the fault as its payload, and caught where the call was dispatched.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::fault::{Fault, panic_message};
use crate::native::NativeFrame;

thread_local! {
    /// Whether this thread is inside [`catch`].
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    /// The source location of the last panic inside [`catch`].
    static LOCATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs a method; a panic becomes a fault with its message and location.
#[inline]
pub(crate) fn catch(method: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
    static HOOK: Once = Once::new();
    HOOK.call_once(record_locations);
    let outer = CATCHING.replace(true);
    // The runtime does not use the state of the implementation, so a panic cannot make the runtime's inconsistent.
    let result = catch_unwind(AssertUnwindSafe(method));
    CATCHING.set(outer);
    result.unwrap_or_else(|payload| Err(fault(payload)))
}

/// Runs the native implementation of a method, and raises a fault as a panic.
///
/// # Panics
/// On any fault: in a server with the fault as payload, and with a message if the implementation is called directly.
#[inline]
#[track_caller]
#[allow(clippy::panic, reason = "the return type of an interface's method has no room for a fault")]
pub fn native<T>(method: &str, call: impl FnOnce() -> Result<T, Fault>) -> T {
    let frame = NativeFrame::enter();
    let result = call();
    frame.leave();
    match result {
        Ok(value) => value,
        Err(fault) if CATCHING.get() => resume_unwind(Box::new(fault)),
        Err(fault) => panic!("`{method}`: {fault}"),
    }
}

fn fault(payload: Box<dyn Any + Send>) -> Fault {
    let payload = match payload.downcast::<Fault>() {
        Ok(fault) => return *fault,
        Err(payload) => payload,
    };
    Fault::Panic { message: panic_message(&*payload), location: LOCATION.take() }
}

/// Installs a panic hook, because only a hook is passed the location of a panic. Panics outside methods go to the previous hook.
fn record_locations() {
    let before = take_hook();
    set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        if CATCHING.get() {
            let location = info.location().map(ToString::to_string).unwrap_or_default();
            LOCATION.set(location);
        } else {
            before(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_and_faults_are_caught() {
        let Err(Fault::Panic { message, location }) = catch(|| panic!("no {}", "paper")) else { unreachable!() };
        assert_eq!(message, "no paper");
        assert!(location.contains("catch.rs"), "{location}");

        let fault = Fault::Value("nonsense".to_owned());
        assert_eq!(catch(|| native("m", || Err(fault.clone()))), Err(fault));
    }

    #[test]
    fn without_a_bridge_a_fault_is_a_panic() {
        let panicked = catch_unwind(|| native::<()>("m", || Err(Fault::Value("nonsense".to_owned()))));
        let message = *panicked.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(message, "`m`: the library returned nonsense");
    }
}
