//! The .NET runtime of this process: the CLR on Windows, Mono elsewhere and where there is no CLR.

#[cfg(windows)]
mod clr;
mod mono;

use std::sync::OnceLock;

use super::managed::Managed as _;
use super::value::{Taken, Value};
use crate::error::LibraryError;
use crate::fault::Fault;
use crate::library::bits;

/// The managed half of this module; `shim.cs` is its source.
const SHIM: &[u8] = include_bytes!("../shim.dll");

/// The class in it, and its method that returns the address of the [`Entry`].
const CLASS: (&str, &str) = ("Bridge32", "Shim");
const START: &str = "Start";

/// The one function of the shim's.
type Entry = unsafe extern "C" fn(
    operation: Operation,
    subject: i32,
    arguments: *mut Value,
    count: i32,
    result: *mut Value,
) -> i32;

/// What the shim does; `shim.cs` has the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(super) enum Operation {
    Load = 0,
    Bind = 1,
    Invoke = 2,
    Release = 3,
    Free = 4,
    Classes = 5,
}

/// What keeps the shim from doing it.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Managed code threw an exception.
    Thrown { class: String, message: String, stack_trace: String },
    /// There is no such class or method: what is missing, and what there is.
    Mismatch(Vec<String>),
    /// The argument at this place is an object that is not there.
    ObjectMissing(usize),
    /// The shim's answer makes no sense.
    Nonsense(Fault),
}

/// A runtime that runs.
pub(super) struct Host {
    entry: Entry,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Host")
    }
}

impl Host {
    /// The runtime of this process, which is started when it is first asked for. It then runs until the process ends:
    /// neither the CLR nor Mono can be started again.
    pub(super) fn get() -> Result<&'static Self, LibraryError> {
        let host = HOST.get_or_init(start);
        host.as_ref().map_err(|tried| LibraryError::NoManagedRuntime {
            process: bits(cfg!(target_pointer_width = "64"), std::env::consts::ARCH),
            os: std::env::consts::OS.to_owned(),
            tried: tried.clone(),
        })
    }

    /// The runtime, if it was started.
    pub(super) fn running() -> Option<&'static Self> {
        HOST.get()?.as_ref().ok()
    }

    /// Asks the shim for something.
    ///
    /// # Safety
    /// What the arguments are addresses of is there, and is what they say.
    pub(super) unsafe fn ask(
        &'static self,
        operation: Operation,
        subject: i32,
        arguments: &mut [Value],
    ) -> Result<Taken, Refusal> {
        let mut result = Value::NULL;
        let count = i32::try_from(arguments.len()).unwrap_or(i32::MAX);
        // SAFETY: the shim reads so many arguments, which the caller vouches for, and writes one result.
        let status = unsafe { (self.entry)(operation, subject, arguments.as_mut_ptr(), count, &raw mut result) };
        let number = result.bits;
        let taken = Taken::new(result, self);
        let texts = |taken: &Taken| Vec::<String>::take(taken).map_err(Refusal::Nonsense);
        match status {
            0 => Ok(taken),
            1 => match <[String; 3]>::try_from(texts(&taken)?) {
                Ok([class, message, stack_trace]) => Err(Refusal::Thrown { class, message, stack_trace }),
                Err(texts) => Err(Refusal::Nonsense(Fault::Message(texts.join(", ")))),
            },
            2 => Err(Refusal::Mismatch(texts(&taken)?)),
            3 => Err(Refusal::ObjectMissing(number as usize)),
            other => Err(Refusal::Nonsense(Fault::Message(format!("the shim answers {other}")))),
        }
    }

    /// Lets go of what a value keeps in place.
    pub(super) fn free(&'static self, value: Value) {
        // SAFETY: the owner is the shim's own, and is given back once.
        let freed = unsafe { self.ask(Operation::Free, 0, &mut [value]) };
        // The shim frees what it has made; that it does not is nobody's to act on.
        drop(freed);
    }
}

static HOST: OnceLock<Result<Host, Vec<String>>> = OnceLock::new();

/// Starts the first runtime that can be; otherwise says why each could not.
fn start() -> Result<Host, Vec<String>> {
    let mut tried = Vec::new();
    #[cfg(windows)]
    match clr::start() {
        Ok(entry) => return Ok(Host { entry }),
        Err(error) => tried.push(error),
    }
    match mono::start() {
        Ok(entry) => return Ok(Host { entry }),
        Err(error) => tried.push(error),
    }
    Err(tried)
}

/// The address that the shim's start returned.
fn entry(address: i64) -> Result<Entry, String> {
    // .NET takes a 32-bit address for a signed number.
    let pointer = isize::try_from(address).ok().filter(|address| *address != 0).map(isize::cast_unsigned);
    let pointer = pointer.ok_or_else(|| format!("its entry is at {address:#x}"))?;
    let pointer = std::ptr::with_exposed_provenance::<()>(pointer);
    // SAFETY: the shim returned the address of a function with this signature.
    Ok(unsafe { std::mem::transmute::<*const (), Entry>(pointer) })
}
