//! Messages out of their connection, which are answered while others come and go.

use std::io;
use std::sync::Arc;

use super::Channel;
use crate::marshal::{ArenaView, BorrowedSlices, Buffer, Decoder, EncodeError, Encoder, SharedArena};
use crate::wire::{Message, frame, tag};

/// A message that was taken out of its connection, with what belongs to it.
#[derive(Debug, Default)]
pub struct OwnedMessage {
    buffer: Buffer,
    /// Where its head ends.
    position: usize,
    arena: ArenaView,
}

impl OwnedMessage {
    /// No message yet, and memory for one.
    pub fn new(buffer: Buffer) -> Self {
        Self { buffer, ..Self::default() }
    }

    /// Its memory.
    pub fn into_buffer(self) -> Buffer {
        self.buffer
    }

    /// What belongs to it.
    pub fn decoder(&mut self) -> Decoder<'_> {
        Decoder::new(self.buffer.bytes_mut(), self.position).with_arena(&self.arena)
    }

    /// The memory beside it.
    pub(crate) fn arena(&self) -> Option<Arc<SharedArena>> {
        self.arena.arena().cloned()
    }
}

impl Channel {
    /// Waits for a message that is inside of no call. A call is received in the place of the last one, and its method is returned;
    /// any other message is left where it is.
    ///
    /// # Errors
    /// As [`Channel::wait`].
    #[inline]
    pub fn wait_for_call(&mut self, call: &mut OwnedMessage) -> io::Result<Option<u32>> {
        self.reset_arena();
        call.arena.share_with(&self.arena);
        call.buffer.clear();
        let received = self.transport.receive(&mut call.buffer);
        self.or_fail(received)?;
        if let Some((method, end)) = tag::call(frame::message(&call.buffer)) {
            call.position = frame::HEADER + end;
            return Ok(Some(method));
        }
        std::mem::swap(&mut self.incoming, &mut call.buffer);
        Ok(None)
    }

    /// Takes the message that has arrived out of the connection: it can be read while others come and go.
    ///
    /// # Errors
    /// As [`Channel::received`].
    #[inline]
    pub fn take(&mut self) -> io::Result<(Message, OwnedMessage)> {
        let (message, position) = self.head()?;
        let mut taken = OwnedMessage { arena: self.arena.clone(), ..OwnedMessage::new(self.buffer()) };
        self.take_into(&mut taken, position);
        Ok((message, taken))
    }

    /// As [`Channel::take`], in the place of a message that was taken, where the head was looked at and ends there.
    #[inline]
    pub fn take_into(&mut self, taken: &mut OwnedMessage, position: usize) {
        std::mem::swap(&mut self.incoming, &mut taken.buffer);
        taken.position = position;
    }

    /// Takes the memory of a message back, for others to come.
    #[inline]
    pub fn give_back(&mut self, taken: OwnedMessage) {
        let incoming = std::mem::replace(&mut self.incoming, taken.buffer);
        self.keep(incoming);
    }

    /// Begins the result of a call, which may refer to what is `borrowed` until it is sent; of the outermost one, long arrays lie
    /// beside it.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    #[inline]
    pub fn begin_result<'l, 'v>(
        &'l mut self,
        is_outermost: bool,
        borrowed: &'l mut BorrowedSlices<'v>,
    ) -> Result<Encoder<'l, 'v>, EncodeError> {
        frame::begin_with(&mut self.outgoing, tag::RETURN, [])?;
        Ok(self.encoder(is_outermost, borrowed))
    }
}
