//! A message taken out of its channel, which stays readable while the channel sends and receives others.

use std::io;
use std::sync::Arc;

use super::Channel;
use crate::marshal::{ArenaView, Buffer, Decoder, SharedArena};
use crate::wire::Message;

/// A message with a buffer of its own.
#[derive(Debug, Default)]
pub struct OwnedMessage {
    pub(super) buffer: Buffer,
    /// Where what follows the [`Message`] begins.
    pub(super) position: usize,
    pub(super) arena: ArenaView,
}

impl OwnedMessage {
    /// An empty message, to be received into `buffer`.
    pub fn new(buffer: Buffer) -> Self {
        Self { buffer, ..Self::default() }
    }

    /// Returns the message's buffer, to be reused.
    pub fn into_buffer(self) -> Buffer {
        self.buffer
    }

    /// Returns a decoder of what follows the [`Message`].
    pub fn decoder(&mut self) -> Decoder<'_> {
        Decoder::new(self.buffer.bytes_mut(), self.position).with_arena(&self.arena)
    }

    /// The arena that the message may refer to.
    pub(crate) fn arena(&self) -> Option<Arc<SharedArena>> {
        self.arena.arena().cloned()
    }
}

impl Channel {
    /// Decodes the received message, and takes it out of the channel.
    ///
    /// # Errors
    /// As [`Channel::decode_message`].
    #[inline]
    pub fn take_message(&mut self) -> io::Result<(Message, OwnedMessage)> {
        let (message, position) = self.peek_message()?;
        let mut taken = OwnedMessage { arena: self.arena.clone(), ..OwnedMessage::new(self.spare_buffer()) };
        self.take_into(&mut taken, position);
        Ok((message, taken))
    }

    /// Takes the received message out of the channel into `taken`. What follows its [`Message`] begins at `position`.
    #[inline]
    pub fn take_into(&mut self, taken: &mut OwnedMessage, position: usize) {
        std::mem::swap(&mut self.incoming, &mut taken.buffer);
        taken.position = position;
    }

    /// Takes the buffer of an owned message back.
    #[inline]
    pub fn give_back(&mut self, taken: OwnedMessage) {
        let incoming = std::mem::replace(&mut self.incoming, taken.buffer);
        self.recycle(incoming);
    }
}
