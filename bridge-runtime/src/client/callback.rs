//! Running the callbacks that the server requests during a call.

use std::sync::Arc;

use super::closures::{CallClosures, CallbackReply, RegisteredClosures, already_running, guarded};
use super::connection::Connection;
use super::nesting::{SessionId, suspend};
use crate::error::Error;
use crate::marshal::EncodeError;
use crate::transport::OwnedMessage;
use crate::wire::Message;

/// Buffers for the arguments and the reply of a callback: the channel's own are used by nested calls meanwhile.
pub(super) struct CallbackBuffers {
    arguments: OwnedMessage,
    reply: CallbackReply,
}

/// The closure that the server calls.
#[derive(Debug)]
pub(super) enum CallbackRequest {
    /// A closure that was passed to a call, by the call's depth and the closure's index.
    OfCall { depth: u32, index: u32 },
    /// A registered closure, by its number.
    Registered(Arc<RegisteredClosures>, u32),
}

/// A message that is not the result of a call.
#[derive(Debug)]
pub(super) enum Arrived {
    /// Also the position of its arguments.
    Callback(CallbackRequest, usize),
    Other(Message),
}

impl CallbackBuffers {
    /// Takes spare buffers from the connection's channel.
    pub(super) fn take(connection: &mut Connection) -> Result<Self, Error> {
        let channel = connection.channel()?;
        let (arguments, reply) =
            (OwnedMessage::new(channel.spare_buffer()), CallbackReply::new(channel.spare_buffer()));
        Ok(Self { arguments, reply })
    }

    /// Returns the buffers to the channel, if that is still open.
    pub(super) fn give_back(self, connection: &mut Connection) {
        if let Ok(channel) = connection.channel() {
            channel.recycle(self.arguments.into_buffer());
            channel.recycle(self.reply.into_buffer());
        }
    }
}

impl CallbackRequest {
    /// Decodes the message that has arrived.
    ///
    /// # Errors
    /// [`Error::Protocol`] if it is not a valid message.
    pub(super) fn receive(connection: &mut Connection) -> Result<Arrived, Error> {
        if let Some(((depth, index), position)) = connection.channel()?.callback() {
            return Ok(Arrived::Callback(Self::OfCall { depth, index }, position));
        }
        Ok(match connection.message()? {
            (Message::Event { registration }, position) => {
                let registry = Arc::clone(&connection.instance.registry);
                Arrived::Callback(Self::Registered(registry, registration), position)
            }
            (message, _) => Arrived::Other(message),
        })
    }

    /// Runs the closure, whose arguments begin at `position` of the message that has arrived, and begins the reply. Calls that
    /// the closure makes are nested in the call at `depth`.
    ///
    /// # Errors
    /// The outer error if the connection is closed, the inner one if the reply cannot be encoded.
    pub(super) fn run(
        self,
        connection: &mut Connection,
        (session, call_depth): (SessionId, u32),
        position: usize,
        closures: CallClosures<'_>,
        CallbackBuffers { arguments, reply }: &mut CallbackBuffers,
    ) -> Result<Result<(), EncodeError>, Error> {
        connection.channel()?.take_into(arguments, position);
        let result = suspend(session, call_depth, connection, || {
            guarded(|| match self {
                Self::OfCall { depth, index } if depth == call_depth => closures(index, arguments.decoder(), reply),
                // A closure of an outer call: the one that is making this call.
                Self::OfCall { .. } => already_running(),
                Self::Registered(registry, number) => registry.run(number, arguments.decoder(), reply),
            })
        });
        let channel = connection.channel()?;
        Ok(match result {
            Ok(()) => {
                channel.swap_outgoing(reply.buffer());
                Ok(())
            }
            Err(fault) => channel.begin(&Message::Fault(fault)).map(drop),
        })
    }
}
