//! Messages out of their lane, which are answered while others come and go.

use std::io;
use std::sync::Arc;

use super::LaneEnd;
use crate::marshal::{Beside, Buffer, Bulk, Decoder, EncodeError, Encoder, Lent};
use crate::wire::{Message, frame, head};

/// A message that was taken out of its lane, with what belongs to it.
#[derive(Debug, Default)]
pub struct Taken {
    buffer: Buffer,
    /// Where its head ends.
    position: usize,
    beside: Beside,
}

impl Taken {
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
        Decoder::new(self.buffer.bytes_mut(), self.position).beside(&self.beside)
    }

    /// The memory beside it.
    pub(crate) fn bulk(&self) -> Option<Arc<Bulk>> {
        self.beside.bulk().cloned()
    }
}

impl LaneEnd {
    /// Waits for a message that is inside of no call. A call is received in the place of the last one, and its method is returned;
    /// any other message is left where it is.
    ///
    /// # Errors
    /// As [`LaneEnd::wait`].
    #[inline]
    pub fn wait_for_call(&mut self, call: &mut Taken) -> io::Result<Option<u32>> {
        self.forget_beside();
        call.beside.become_like(&self.beside);
        call.buffer.clear();
        let received = self.transport.receive(&mut call.buffer);
        self.unless_broken(received)?;
        if let Some((method, end)) = head::call(frame::message(&call.buffer)) {
            call.position = frame::HEADER + end;
            return Ok(Some(method));
        }
        std::mem::swap(&mut self.incoming, &mut call.buffer);
        Ok(None)
    }

    /// Takes the message that has arrived out of the lane: it can be read while others come and go.
    ///
    /// # Errors
    /// As [`LaneEnd::received`].
    #[inline]
    pub fn take(&mut self) -> io::Result<(Message, Taken)> {
        let (message, position) = self.head()?;
        let mut taken = Taken { beside: self.beside.clone(), ..Taken::new(self.buffer()) };
        self.take_into(&mut taken, position);
        Ok((message, taken))
    }

    /// As [`LaneEnd::take`], in the place of a message that was taken, where the head was looked at and ends there.
    #[inline]
    pub fn take_into(&mut self, taken: &mut Taken, position: usize) {
        std::mem::swap(&mut self.incoming, &mut taken.buffer);
        taken.position = position;
    }

    /// Takes the memory of a message back, for others to come.
    #[inline]
    pub fn give_back(&mut self, taken: Taken) {
        let incoming = std::mem::replace(&mut self.incoming, taken.buffer);
        self.keep(incoming);
    }

    /// Begins the result of a call, which may refer to what is `lent` until it is sent; of the outermost one, long arrays lie
    /// beside it.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    #[inline]
    pub fn begin_result<'l, 'v>(
        &'l mut self,
        is_outermost: bool,
        lent: &'l mut Lent<'v>,
    ) -> Result<Encoder<'l, 'v>, EncodeError> {
        frame::begin_with(&mut self.outgoing, head::RETURN, [])?;
        Ok(self.encoder(is_outermost, lent))
    }
}
