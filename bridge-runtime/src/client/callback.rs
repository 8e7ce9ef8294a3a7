//! Running the callbacks that the server asks for while a call lasts.

use std::sync::Arc;

use super::closures::{CallClosures, CallbackReply, RegisteredClosures, already_running, guarded};
use super::connection::Connection;
use super::nesting::{SessionId, suspend};
use crate::error::Error;
use crate::marshal::EncodeError;
use crate::transport::OwnedMessage;
use crate::wire::Message;

/// Memory for the arguments of callbacks and for their replies, while messages of nested calls come and go.
pub(super) struct CallbackBuffers {
    arguments: OwnedMessage,
    reply: CallbackReply,
}

/// Which closure the server asks for.
#[derive(Debug)]
pub(super) enum CallbackRequest {
    /// One of a call's, by the call's depth and the closure's place.
    OfCall { depth: u32, place: u32 },
    /// A registered one.
    Registered(Arc<RegisteredClosures>, u32),
}

/// A message that is not the result of a call, and where its content begins.
#[derive(Debug)]
pub(super) enum Arrived {
    Callback(CallbackRequest, usize),
    Other(Message, usize),
}

impl CallbackBuffers {
    /// Takes memory from the connection's channel.
    pub(super) fn take(connection: &mut Connection) -> Result<Self, Error> {
        let channel = connection.channel()?;
        let (arguments, reply) =
            (OwnedMessage::new(channel.spare_buffer()), CallbackReply::new(channel.spare_buffer()));
        Ok(Self { arguments, reply })
    }

    /// Gives the memory back to the channel, if that is still open.
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
    /// [`Error::Protocol`] if it is not a message.
    pub(super) fn receive(connection: &mut Connection) -> Result<Arrived, Error> {
        if let Some(((depth, place), position)) = connection.channel()?.callback() {
            return Ok(Arrived::Callback(Self::OfCall { depth, place }, position));
        }
        Ok(match connection.message()? {
            (Message::Event { registration }, position) => {
                let registry = Arc::clone(&connection.instance.registry);
                Arrived::Callback(Self::Registered(registry, registration), position)
            }
            (message, position) => Arrived::Other(message, position),
        })
    }

    /// Runs the closure, whose arguments begin at `position` of the message that has arrived, and begins the reply. Calls that
    /// the closure makes are nested in the call at `depth`.
    ///
    /// # Errors
    /// The channel's, or why the reply cannot be encoded.
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
                Self::OfCall { depth, place } if depth == call_depth => closures(place, arguments.decoder(), reply),
                // One of an outer call's: it is the closure that makes this call.
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
