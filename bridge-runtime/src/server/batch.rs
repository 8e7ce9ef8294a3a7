//! Executing a batch: many calls in one message, one after another, and one reply with all results.

use std::io;

use super::call::Call;
use super::catch::catch;
use super::connection::ClientConnection;
use super::target::DispatchTarget;
use crate::marshal::{DecodeError, Decoder, EncodeError};
use crate::transport::OwnedMessage;
use crate::wire::{Message, PartsWriter, next_part, tag};

/// Executes the calls of a batch, and replies with all results.
///
/// # Errors
/// Fails if the connection breaks, or if the message is not a batch of calls.
pub(super) fn execute(
    connection: &ClientConnection,
    target: &dyn DispatchTarget,
    stop: bool,
    content: &mut OwnedMessage,
    depth: u32,
) -> io::Result<()> {
    let memory = connection.channel().spare_buffer();
    let results = PartsWriter::results(memory).map_err(io::Error::other)?;
    let call = Call::of_batch(connection, depth, results);
    let executed = execute_calls(stop, content.decoder(), target, &call);
    let results = call.into_results();
    let mut channel = connection.channel();
    match (executed, results) {
        (Ok(()), Some(results)) => {
            let mut message = results.into_frame();
            channel.swap_outgoing(&mut message);
            channel.recycle(message);
            channel.send()
        }
        (Err(BatchError::Damaged(error)), _) => Err(error),
        (Err(BatchError::TooLarge(error)), _) => channel.send_message(&Message::Fault(Box::new(error.into()))),
        (Ok(()), None) => Err(io::Error::other("a batch without results")),
    }
}

/// Why a batch was not executed completely.
enum BatchError {
    /// The message is not a valid batch.
    Damaged(io::Error),
    /// The results do not fit into a message, not even with a fault as the last one.
    TooLarge(EncodeError),
}

impl From<DecodeError> for BatchError {
    fn from(error: DecodeError) -> Self {
        Self::Damaged(io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// Executes one call after another; with `stop`, none after a failed call.
fn execute_calls(
    stop: bool,
    mut calls: Decoder<'_>,
    target: &dyn DispatchTarget,
    call: &Call<'_>,
) -> Result<(), BatchError> {
    while let Some(mut arguments) = next_part(&mut calls)? {
        let Some((method, end)) = tag::call(arguments.remaining()) else {
            let message: Message = arguments.value()?;
            let text = format!("{message:?} came in a batch");
            return Err(BatchError::Damaged(io::Error::new(io::ErrorKind::InvalidData, text)));
        };
        arguments.skip(end)?;
        let result = catch(|| target.call(method, arguments, call));
        let has_failed = match call.conclude(result) {
            Ok(_) => call.take_failure(),
            Err(fault) => {
                call.add_fault(fault).map_err(BatchError::TooLarge)?;
                true
            }
        };
        if stop && has_failed {
            break;
        }
    }
    Ok(())
}
