//! Many calls in one message, carried out one after the other as if each had come by itself.

use std::io;
use std::rc::Rc;

use super::call::Call;
use super::catch::catch;
use super::connection::{CallServer, DispatchTarget, fault, unexpected};
use crate::fault::Fault;
use crate::marshal::{DecodeError, Decoder, EncodeError};
use crate::transport::OwnedMessage;
use crate::wire::{Message, PartsWriter, next_part, tag};

impl CallServer {
    /// Carries out the calls of a batch, and answers with all their results.
    pub(super) fn execute_batch(self: &Rc<Self>, stop: bool, mut taken: OwnedMessage, depth: u32) -> io::Result<()> {
        let memory = self.connection.channel().spare_buffer();
        let results = PartsWriter::new(memory, &Message::Results).map_err(io::Error::other)?;
        let call = Call::of_batch(Rc::clone(self), depth, results);
        let ended = execute_calls(stop, taken.decoder(), &*self.target, &call);
        let mut channel = self.connection.channel();
        channel.give_back(taken);
        match (ended, call.into_results()) {
            (Ok(()), Some(results)) => {
                let mut message = results.into_frame();
                channel.swap_outgoing(&mut message);
                channel.recycle(message);
                channel.send()
            }
            (Err(Ended::Damaged(error)), _) => Err(error),
            (Err(Ended::TooLarge(error)), _) => channel.send_message(&fault(error.into())),
            (Ok(()), None) => Err(io::Error::other("a batch without results")),
        }
    }
}

/// Why the calls of a batch were not all made.
enum Ended {
    /// What came is no batch of calls.
    Damaged(io::Error),
    /// There is no room for a fault.
    TooLarge(EncodeError),
}

impl From<DecodeError> for Ended {
    fn from(error: DecodeError) -> Self {
        Self::Damaged(io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// Carries out call after call; after one that failed no other, if it is to `stop` there.
fn execute_calls(stop: bool, mut calls: Decoder<'_>, target: &dyn DispatchTarget, call: &Call) -> Result<(), Ended> {
    while let Some(mut arguments) = next_part(&mut calls)? {
        let Some((method, end)) = tag::call(arguments.remaining()) else {
            return Err(Ended::Damaged(unexpected(&arguments.value()?)));
        };
        arguments.skip(end)?;
        let result = catch(|| target.call(method, arguments, call));
        let fault = call.conclude(result).err();
        let has_failed = call.has_failed() || fault.is_some();
        fault.map_or(Ok(()), |fault: Fault| call.add_fault(fault)).map_err(Ended::TooLarge)?;
        if stop && has_failed {
            break;
        }
    }
    Ok(())
}
