//! Drop-in libraries: C functions for programs in any language, each of which makes a call on a client.
//!
//! The functions are generated from the same trait as the client, and are compiled only by `cargo bridge32 drop-in`. They convert C's
//! arguments and results as the C functions of callbacks do; this module has what they share: the client, the memory that outlives a
//! call, and what happens if the bridge fails.

mod c_closure;
mod c_header;
mod memory;
mod report;
mod settings;

use std::cell::RefCell;
use std::ffi::c_int;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicPtr, Ordering};

pub use self::c_closure::{OwnContext, OwnPointer, PointedFunction, of_c_function};
pub use self::c_header::DeclaredFunction;
use self::c_header::c_header;
use self::memory::keep_returned;
pub use self::memory::{freed_by_c, give_back};
pub use self::report::last_error;
use self::report::report;
pub use self::settings::Settings;
use crate::client::{Arguments, CallClosures, CallSink, Client, Outcome, RegisteredClosure, Session, no_closures};
use crate::error::Error;
use crate::fault::{Fault, panic_message};
use crate::interface::Interface as _;
use crate::native::{CLength, COutput, CReply, CRequest, LengthError, Scope, have_c_callers};
use crate::registration::Registration;
use crate::sync::LockExt as _;
use crate::sys::ProcessMark;

/// The client of a drop-in library, which is launched at the first call.
pub struct DropIn<C> {
    settings: Settings,
    /// Of this process; a fork makes its own, because the threads and locks of another process are of no use to it.
    state: AtomicPtr<ProcessState<C>>,
}

struct ProcessState<C> {
    process: ProcessMark,
    client: Mutex<Option<C>>,
    /// Of the closures that the library keeps, which nobody says the end of.
    registrations: Mutex<Vec<Registration>>,
}

/// An exported function.
#[derive(Debug)]
pub struct ExportedFunction {
    name: &'static str,
}

/// Why a call was not made, or has no result.
#[derive(Debug)]
pub enum Failure {
    /// An argument or a result cannot be converted.
    Conversion(Fault),
    /// The bridge has failed.
    Bridge(Error),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Conversion(fault)
    }
}

impl From<Box<Fault>> for Failure {
    fn from(fault: Box<Fault>) -> Self {
        Self::Conversion(*fault)
    }
}

impl From<LengthError> for Failure {
    fn from(error: LengthError) -> Self {
        Self::Conversion(error.into())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Bridge(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conversion(fault) => write!(f, "{fault}"),
            // Its `Debug` form includes the sources.
            Self::Bridge(error) => write!(f, "{error:?}"),
        }
    }
}

impl ExportedFunction {
    /// The function of this name.
    pub const fn new(name: &'static str) -> Self {
        Self { name }
    }
}

impl<C> fmt::Debug for DropIn<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DropIn").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl<C: Client> DropIn<C> {
    /// A drop-in library whose server is not started yet.
    pub const fn new(settings: Settings) -> Self {
        Self { settings, state: AtomicPtr::new(null_mut()) }
    }

    /// Runs an exported function: `run` converts the arguments, makes the call, and returns the C result with the server's reply. If it
    /// fails, the function returns `failed`, and [`last_error`] says why.
    pub fn call<R>(
        &'static self,
        export: &'static ExportedFunction,
        failed: impl FnOnce() -> R,
        run: impl FnOnce(&Session, &mut Scope) -> Result<(R, CReply), Failure>,
    ) -> R {
        // A panic must not reach the program.
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let client = self.client()?;
            let mut scope = Scope::new();
            let (value, reply) = run(client.session(), &mut scope)?;
            keep_returned(export.name, scope);
            Ok((value, reply))
        }));
        let result = caught.unwrap_or_else(|panic| Err(Failure::Conversion(Fault::Message(panic_message(&*panic)))));
        match result {
            Ok((value, reply)) => {
                // Last, because everything else may change them.
                reply.set_errors();
                value
            }
            Err(failure) => {
                report(C::Interface::description().name, export.name, &failure);
                failed()
            }
        }
    }

    /// Ends the server. The next call starts another one.
    pub fn end(&'static self) {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let client = self.state().client.lock_unpoisoned().take();
            if let Some(client) = client
                && let Err(error) = client.shutdown()
            {
                report(C::Interface::description().name, "bridge32_end", &Failure::Bridge(error));
            }
        }));
        // A panic is reported by its own message, and must not reach the program.
        drop(caught);
    }

    /// Keeps closures callable until the process ends: C programs do not say when the library has let go of one.
    pub fn keep(&'static self, registrations: impl IntoIterator<Item = Registration>) {
        self.state().registrations.lock_unpoisoned().extend(registrations);
    }

    /// The `main` function of the program that prints the C header, which declares these functions.
    pub fn print_c_header(&self, functions: &[DeclaredFunction]) -> c_int {
        let name = C::Interface::description().name;
        // A panic must not leave a function of C's.
        let printed = catch_unwind(AssertUnwindSafe(|| print!("{}", c_header(name, functions))));
        c_int::from(printed.is_err())
    }

    fn client(&'static self) -> Result<C, Error> {
        let mut client = self.state().client.lock_unpoisoned();
        if let Some(client) = &*client {
            return Ok(client.clone());
        }
        have_c_callers();
        Ok(client.insert(self.settings.builder::<C>()?.for_c().launch()?).clone())
    }

    /// The state of this process.
    fn state(&'static self) -> &'static ProcessState<C> {
        let known = self.state.load(Ordering::Acquire);
        // SAFETY: the pointer is null, or to a state that was leaked.
        if let Some(state) = unsafe { known.as_ref() }
            && state.process.is_this_process()
        {
            return state;
        }
        let (client, registrations) = (Mutex::new(None), Mutex::new(Vec::new()));
        let new =
            Box::into_raw(Box::new(ProcessState { process: ProcessMark::of_this_process(), client, registrations }));
        match self.state.compare_exchange(known, new, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: the state was leaked.
            Ok(_) => unsafe { &*new },
            Err(other) => {
                // SAFETY: another thread was faster, so nobody else knows this one.
                drop(unsafe { Box::from_raw(new) });
                // SAFETY: the other thread has leaked its state.
                unsafe { &*other }
            }
        }
    }
}

/// Makes the call of an exported function, with what C says besides the arguments.
#[derive(Debug)]
pub struct CCaller<'s> {
    session: &'s Session,
    request: CRequest,
    reply: RefCell<CReply>,
}

impl<'s> CCaller<'s> {
    /// Says what C passes; see [`CRequest`].
    pub fn new<const O: usize, const N: usize, const L: usize>(
        session: &'s Session,
        outputs: [COutput; O],
        nulls: [Option<u32>; N],
        lengths: [Option<(u32, CLength)>; L],
    ) -> Self {
        let (nulls, lengths) = (nulls.into_iter().flatten().collect(), lengths.into_iter().flatten().collect());
        let request = CRequest { outputs: outputs.into(), nulls, lengths };
        Self { session, request, reply: RefCell::default() }
    }

    /// The reply to the call.
    pub fn into_reply(self) -> CReply {
        self.reply.into_inner()
    }

    /// As [`Session::call_back`].
    ///
    /// # Errors
    /// Any [`Error`].
    pub fn call_back<S, P, T, E: From<Error>, const R: usize>(
        &self,
        method: u32,
        borrowed: (S, &mut P),
        closures: CallClosures<'_>,
        registered: [Option<RegisteredClosure>; R],
        encode: impl for<'v> FnOnce(&mut Arguments<'_, 'v>, &'v S, &'v P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E>,
    ) -> Result<(T, [Registration; R]), E> {
        self.session.call_back(
            method,
            borrowed,
            closures,
            registered,
            |arguments, slices, places| {
                arguments.value("", &self.request.unless_empty())?;
                encode(arguments, slices, places)
            },
            |outcome, places| {
                self.reply.replace(outcome.value::<Option<CReply>>()?.unwrap_or_default());
                decode(outcome, places)
            },
        )
    }
}

impl<'b> CallSink<'b> for &CCaller<'_> {
    type Output<T, E> = Result<T, E>;

    fn call<S, P: 'b, T, E: From<Error>>(
        self,
        method: u32,
        (slices, mut places): (S, P),
        encode: impl for<'v> FnOnce(&mut Arguments<'_, 'v>, &'v S, &'v P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E> + 'b,
    ) -> Result<T, E> {
        self.call_back(method, (slices, &mut places), &mut no_closures, [], encode, decode).map(|(value, [])| value)
    }
}
