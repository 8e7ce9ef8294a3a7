//! Catching panics and faults of methods.
//!
//! The return types of the trait's methods have no room for the bridge's errors. So a fault in the native implementation is
//! raised as a panic with the fault as its payload, and caught where the call was dispatched.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::Once;

use crate::error::Error;
use crate::fault::{Fault, panic_message};
use crate::native::{Address, Handle, NativeFrame, in_field};

thread_local! {
    /// Whether this thread is inside [`catch`].
    static CATCHING: Cell<bool> = const { Cell::new(false) };
    /// The source location of the last panic inside [`catch`].
    static LOCATION: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs a method; a panic becomes a fault with its message and location.
#[inline]
pub(crate) fn catch(method: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
    record_locations();
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
pub fn native<T>(method: &'static str, call: impl FnOnce() -> Result<T, Fault>) -> T {
    let frame = NativeFrame::enter(method);
    let result = call();
    frame.leave();
    match result {
        Ok(value) => value,
        Err(fault) => raise(method, fault),
    }
}

/// Raises a fault as a panic.
#[cold]
#[track_caller]
#[allow(clippy::panic, reason = "the return type of an interface's method has no room for a fault")]
fn raise(method: &'static str, fault: Fault) -> ! {
    if CATCHING.get() {
        NativeFrame::failed_in(method);
        resume_unwind(Box::new(fault));
    }
    panic!("`{method}`: {fault}")
}

impl<Tag: 'static> Handle<Tag> {
    /// The address that the handle stands for, in the server: for methods with a body, and for the expressions of an interface, such
    /// as `#[function(self.table_of(meter.address()).read)]` or `#[fixed(meter.address().offset(8))]`.
    ///
    /// # Panics
    /// In a server, a handle that it does not hold ends the call as one that is passed to the library does: the client gets
    /// [`Error::Argument`] or [`Error::StaleHandle`]. Anywhere else it panics with a message, because only the server knows the
    /// address.
    #[track_caller]
    pub fn address(self) -> Address {
        native("Handle::address", || in_field("handle", self.to_address()))
    }
}

/// Calls native methods of an interface inside a method with a body, and returns the error that would otherwise end that method.
///
/// A method of the library's implementation returns what its function returns, and has no room for an error: if the call fails, by
/// its `#[check]` for example, the method that made it ends, and the client gets the error. This function is for methods that go on.
///
/// ```
/// # extern crate bridge32_runtime as bridge32;
/// # trait Scale {
/// # fn weight(&self, channel: u8) -> f64;
/// /// The weight of the first channel that has one.
/// fn any_weight(&self) -> Option<f64> {
///     (0..8).find_map(|channel| bridge32::attempt(|| self.weight(channel)).ok())
/// }
/// # }
/// ```
///
/// # Errors
/// That of the method that failed. It is [`Error::Callback`] if a closure of the client has failed.
///
/// # Panics
/// If `call` does for any other reason.
pub fn attempt<T>(call: impl FnOnce() -> T) -> Result<T, Error> {
    record_locations();
    NativeFrame::take_failed();
    let outer = CATCHING.replace(true);
    // What the closure of the caller has changed is its own affair, as after a panic that the caller catches.
    let result = catch_unwind(AssertUnwindSafe(call));
    CATCHING.set(outer);
    result.map_err(|payload| match payload.downcast::<Fault>() {
        Ok(fault) => Error::from_fault(NativeFrame::take_failed().unwrap_or_default(), *fault),
        Err(payload) => {
            if !outer {
                // The panic hook has left this to the code that catches the panic.
                let (message, location) = (panic_message(&*payload), LOCATION.take());
                Fault::Panic { message, location }.log();
            }
            resume_unwind(payload)
        }
    })
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
    static HOOK: Once = Once::new();
    HOOK.call_once(install_hook);
}

fn install_hook() {
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
