//! A request to the shim, and why the shim refuses one.

use super::host::{Host, Operation};
use super::managed::Managed as _;
use super::owned_value::OwnedValue;
use super::value::Value;
use crate::fault::Fault;

/// Why the shim refused a request.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Managed code threw an exception.
    Thrown { class: String, message: String, stack_trace: String },
    /// There is no such class or method: first what is missing, then what there is instead.
    Mismatch(Vec<String>),
    /// The argument at this index is not an object that the server holds.
    ObjectMissing(usize),
    /// The shim's reply cannot be understood.
    InvalidReply(Fault),
}

impl Refusal {
    /// The refusal as a fault; `name` returns the name of the parameter at an index.
    pub(super) fn into_fault<'n>(self, name: impl FnOnce(usize) -> &'n str) -> Fault {
        match self {
            Self::Thrown { class, message, stack_trace } => Fault::Exception { class, message, stack_trace },
            Self::Mismatch(found) => Fault::Message(found.join(", ")),
            Self::ObjectMissing(place) => Fault::Argument {
                parameter: name(place).to_owned(),
                reason: "is not an object of this server; it was released, or is another server's".to_owned(),
            },
            Self::InvalidReply(fault) => fault,
        }
    }
}

impl Host {
    /// Asks the shim to carry out an operation.
    ///
    /// # Safety
    /// As [`Host::call_shim`].
    pub(super) unsafe fn ask(
        &'static self,
        operation: Operation,
        subject: i32,
        arguments: &mut [Value],
    ) -> Result<OwnedValue, Refusal> {
        // SAFETY: guaranteed by the caller: the arguments are valid.
        let (status, result) = unsafe { self.call_shim(operation, subject, arguments) };
        let number = result.bits;
        let value = OwnedValue::new(result, self);
        let texts = |value: &OwnedValue| Vec::<String>::take(value).map_err(Refusal::InvalidReply);
        match status {
            0 => Ok(value),
            1 => match <[String; 3]>::try_from(texts(&value)?) {
                Ok([class, message, stack_trace]) => Err(Refusal::Thrown { class, message, stack_trace }),
                Err(texts) => Err(Refusal::InvalidReply(Fault::Message(texts.join(", ")))),
            },
            2 => Err(Refusal::Mismatch(texts(&value)?)),
            3 => Err(Refusal::ObjectMissing(number as usize)),
            other => Err(Refusal::InvalidReply(Fault::Message(format!("the shim answers {other}")))),
        }
    }
}
