//! Receiving: a message is waited for, and decoded where it was received.

use std::io;

use super::{Channel, OwnedMessage};
use crate::marshal::Decoder;
use crate::wire::{Message, frame, tag};

/// What a client asks for between calls.
#[derive(Debug, Clone, Copy)]
pub enum ClientRequest {
    /// [`Message::Call`].
    Call {
        /// The method's index in the interface.
        method: u32,
    },
    /// [`Message::Batch`].
    Batch {
        /// Whether the first call that fails is the last one made.
        stop: bool,
    },
    /// Another message, which the channel still holds.
    Other,
}

impl Channel {
    /// Waits for a message, and leaves it unread.
    ///
    /// # Errors
    /// As [`FrameTransport::receive`](crate::transport::FrameTransport::receive).
    #[inline]
    pub fn wait(&mut self) -> io::Result<()> {
        self.incoming.clear();
        let received = self.transport.receive(&mut self.incoming);
        self.or_break(received)
    }

    /// Waits for a message, and decodes it; what follows it is left in the decoder.
    ///
    /// # Errors
    /// As [`Channel::wait`] and [`Channel::decode_message`].
    pub fn receive(&mut self) -> io::Result<(Message, Decoder<'_>)> {
        self.wait()?;
        self.decode_message()
    }

    /// Waits for a request between calls. A call or a batch is received into `content`; any other message is left unread in the
    /// channel.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    #[inline]
    pub fn wait_for_request(&mut self, content: &mut OwnedMessage) -> io::Result<ClientRequest> {
        self.reset_arena();
        content.arena.share_with(&self.arena);
        content.buffer.clear();
        let received = self.transport.receive(&mut content.buffer);
        self.or_break(received)?;
        let message = frame::message(&content.buffer);
        let (request, end) = if let Some((method, end)) = tag::call(message) {
            (ClientRequest::Call { method }, end)
        } else if let Some((stop, end)) = tag::batch(message) {
            (ClientRequest::Batch { stop }, end)
        } else {
            std::mem::swap(&mut self.incoming, &mut content.buffer);
            return Ok(ClientRequest::Other);
        };
        content.position = frame::HEADER + end;
        Ok(request)
    }

    /// Waits for the reply to a call, and leaves it unread. If it is a long result, the channel may then be [streaming
    /// it](Channel::is_streaming).
    ///
    /// # Errors
    /// As [`Channel::wait`].
    #[inline]
    pub fn wait_for_reply(&mut self) -> io::Result<()> {
        self.incoming.clear();
        match self.transport.receive_first(&mut self.incoming) {
            Ok(0) => Ok(()),
            Ok(missing) => {
                self.missing = missing;
                if self.has_result() { Ok(()) } else { self.complete() }
            }
            Err(error) => self.or_break(Err(error)),
        }
    }

    /// The received message, undecoded.
    #[inline]
    pub fn message_bytes(&self) -> &[u8] {
        frame::message(&self.incoming)
    }

    /// Decodes the received message; what follows it is left in the decoder.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] if it is not a message.
    pub fn decode_message(&mut self) -> io::Result<(Message, Decoder<'_>)> {
        let (message, position) = self.peek_message()?;
        Ok((message, self.decoder_at(position)))
    }

    /// Decodes the received message; returns also the position of what follows it.
    ///
    /// # Errors
    /// As [`Channel::decode_message`].
    #[inline]
    pub fn peek_message(&mut self) -> io::Result<(Message, usize)> {
        let mut decoder = self.decoder_at(frame::HEADER);
        let message = decoder.value()?;
        Ok((message, decoder.position()))
    }

    /// Returns a decoder of the received message that begins at `position`.
    #[inline]
    pub fn decoder_at(&mut self, position: usize) -> Decoder<'_> {
        Decoder::new(self.incoming.bytes_mut(), position).with_arena(&self.arena)
    }

    /// Whether the received message is a [`Message::Return`].
    #[inline]
    pub fn has_result(&self) -> bool {
        tag::is_return(self.message_bytes())
    }

    /// Returns a decoder of the result, if the received message is a [`Message::Return`].
    #[inline]
    pub fn result(&mut self) -> Decoder<'_> {
        self.decoder_at(frame::HEADER + tag::LENGTH)
    }

    /// Whether the received message is a [`Message::Results`].
    #[inline]
    pub fn has_results(&self) -> bool {
        tag::is_results(self.message_bytes())
    }

    /// Returns a decoder of the results, if the received message is a [`Message::Results`]. They are never in the arena: each of
    /// many could be the whole of it.
    #[inline]
    pub fn results(&mut self) -> Decoder<'_> {
        Decoder::new(self.incoming.bytes_mut(), frame::HEADER + tag::LENGTH)
    }

    /// If the received message is a [`Message::Callback`], returns its depth and place, and the position of its arguments.
    #[inline]
    pub fn callback(&self) -> Option<((u32, u32), usize)> {
        tag::callback(self.message_bytes()).map(|(callback, end)| (callback, frame::HEADER + end))
    }

    /// If the received message is a [`Message::CallbackReturn`], returns a decoder of the closure's result.
    #[inline]
    pub fn callback_result(&mut self) -> Option<Decoder<'_>> {
        tag::is_callback_return(self.message_bytes()).then(|| self.result())
    }
}
