//! Sending: a message is begun, what follows it is appended by an encoder, and then it is sent.

use std::io;

use super::Channel;
use crate::marshal::{BorrowedSlices, Buffer, EncodeError, Encoder};
use crate::wire::{Message, frame, tag};

impl Channel {
    /// Begins a message; what follows it is appended to the encoder.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    #[inline]
    pub fn begin<'v>(&mut self, message: &Message) -> Result<Encoder<'_, 'v>, EncodeError> {
        frame::begin(&mut self.outgoing)?;
        let mut encoder = Encoder::new(&mut self.outgoing);
        encoder.value(message)?;
        Ok(encoder)
    }

    /// Begins a [`Message::Call`], whose arguments are appended to its [`Channel::encoder`]. An outermost call has the arena to
    /// itself.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    #[inline]
    pub fn begin_call(&mut self, method: u32, is_outermost: bool) -> Result<(), EncodeError> {
        if is_outermost {
            self.reset_arena();
        }
        tag::begin_call(&mut self.outgoing, method)
    }

    /// Begins a [`Message::Callback`], whose arguments are appended to its [`Channel::encoder`].
    ///
    /// # Errors
    /// As [`Encoder::value`].
    #[inline]
    pub fn begin_callback(&mut self, depth: u32, place: u32) -> Result<(), EncodeError> {
        tag::begin_callback(&mut self.outgoing, depth, place)
    }

    /// Begins a [`Message::Return`]; the result is appended to the encoder, which is that of [`Channel::encoder`].
    ///
    /// # Errors
    /// As [`Encoder::value`].
    #[inline]
    pub fn begin_result<'l, 'v>(
        &'l mut self,
        is_outermost: bool,
        borrowed: &'l mut BorrowedSlices<'v>,
    ) -> Result<Encoder<'l, 'v>, EncodeError> {
        tag::begin_return(&mut self.outgoing)?;
        Ok(self.encoder(is_outermost, borrowed))
    }

    /// Returns the encoder of the message that was begun. Long arrays of an outermost call, or of its result, go into the arena;
    /// where the transport allows it, others are not copied, but added to `borrowed`, and read when the message is sent.
    #[inline]
    pub fn encoder<'l, 'v>(&'l mut self, is_outermost: bool, borrowed: &'l mut BorrowedSlices<'v>) -> Encoder<'l, 'v> {
        let encoder = Encoder::new(&mut self.outgoing).borrowing(self.is_vectored.then_some(borrowed));
        if is_outermost { encoder.with_arena(&self.arena) } else { encoder }
    }

    /// Sends the message that was begun.
    ///
    /// # Errors
    /// As [`FrameTransport::send`](crate::transport::FrameTransport::send).
    #[inline]
    pub fn send(&mut self) -> io::Result<()> {
        self.send_borrowed(BorrowedSlices::NONE)
    }

    /// Sends the message that was begun, with the `borrowed` slices that it refers to.
    ///
    /// # Errors
    /// As [`FrameTransport::send`](crate::transport::FrameTransport::send).
    #[inline]
    pub fn send_borrowed(&mut self, borrowed: &BorrowedSlices<'_>) -> io::Result<()> {
        frame::finish(&mut self.outgoing);
        let sent = self.transport.send(&mut self.outgoing, borrowed);
        self.or_break(sent)
    }

    /// Sends a message that nothing follows.
    ///
    /// # Errors
    /// As [`Channel::send`]; [`io::ErrorKind::InvalidInput`] if the message cannot be encoded.
    pub fn send_message(&mut self, message: &Message) -> io::Result<()> {
        self.begin(message).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        self.send()
    }

    /// Makes `message` the one that [`Channel::send`] sends, and leaves the last one in its place.
    #[inline]
    pub fn swap_outgoing(&mut self, message: &mut Buffer) {
        std::mem::swap(&mut self.outgoing, message);
    }

    /// Takes a spare buffer, for a message that is needed while others come and go.
    pub fn spare_buffer(&mut self) -> Buffer {
        self.spare.pop().unwrap_or_default()
    }

    /// Returns a buffer to the spare ones.
    pub fn recycle(&mut self, buffer: Buffer) {
        self.spare.push(buffer);
    }
}
