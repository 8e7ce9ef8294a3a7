//! Shared memory: messages travel through memory that both processes have, and the pipe wakes whoever sleeps.
//!
//! The memory is the client's to make, new for every connection, and is agreed on when both meet. Once both have it, it has no
//! name any more. It has two channels, one for each direction. A message begins in its channel's slot, and what does not
//! fit there follows through a ring, piece by piece, while the receiver already takes it out.
//!
//! A message is written and read in memory of this process's own, and copied once on the way: what another process can
//! write to at any time can be no `&[u8]`, and what was checked there may be different when it is used.

mod doorbell;
mod layout;
mod spin;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::atomic::Ordering;

use doorbell::Cause;
pub(super) use doorbell::Doorbell;
use layout::{Layout, PIECE, RING, SLOT, SimplexChannel};
use spin::Spin;

use super::{invalid_frame, out_of_memory};
use crate::marshal::{ALIGNMENT, Buffer};
use crate::sys::{Offer, SharedMemory};
use crate::wire::frame;

/// Which end of a connection this process has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// It has made the memory.
    Client = 0,
    /// It was offered it.
    Server = 1,
}

/// One end of shared memory. The pipe, which wakes, is another's: each operation is handed it.
#[derive(Debug)]
pub struct SharedMemoryEnd {
    memory: SharedMemory<Layout>,
    side: Side,
    sent: Counts,
    received: Counts,
    spin: Spin,
}

/// What this end has sent, or received, so far. It never believes the memory about that.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    turn: u32,
    words: u32,
}

impl SharedMemoryEnd {
    /// The client's end, and what the server opens its own by.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::Unsupported`] where it has no such memory.
    pub(crate) fn offer() -> io::Result<(Self, Offer)> {
        let (memory, offer) = SharedMemory::new()?;
        Ok((Self::new(memory, Side::Client), offer))
    }

    /// The server's end.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::InvalidData`] if nothing of the kind was offered.
    pub(crate) fn open(address: &str) -> io::Result<Self> {
        Ok(Self::new(SharedMemory::open(address)?, Side::Server))
    }

    fn new(memory: SharedMemory<Layout>, side: Side) -> Self {
        Self { memory, side, sent: Counts::default(), received: Counts::default(), spin: Spin::new() }
    }

    /// As [`FrameTransport::send`](super::FrameTransport::send).
    #[inline]
    pub(super) fn send(&mut self, frame: &Buffer, doorbell: &mut impl Doorbell) -> io::Result<()> {
        let channel = outgoing(&self.memory, self.side);
        let rest = channel.write_slot(frame.words());
        self.sent.turn = self.sent.turn.wrapping_add(1);
        channel.turn.store(self.sent.turn, Ordering::Release);
        if rest.is_empty() { self.wake(Cause::Words, doorbell) } else { self.send_rest(rest, doorbell) }
    }

    /// Sends what does not fit into the slot.
    fn send_rest(&mut self, rest: &[u64], doorbell: &mut impl Doorbell) -> io::Result<()> {
        let mut pieces = rest.chunks(PIECE).peekable();
        while let Some(piece) = pieces.next() {
            let under_way = self.await_room(doorbell)?;
            let channel = outgoing(&self.memory, self.side);
            channel.write_ring(self.sent.words, piece);
            self.sent.words = self.sent.words.wrapping_add(piece.len() as u32);
            channel.written.0.store(self.sent.words, Ordering::Release);
            // Whoever is woken for one piece is soon asleep again: half a ring is worth it, and so is the last.
            if under_way + piece.len() >= RING / 2 || pieces.peek().is_none() {
                self.wake(Cause::Words, doorbell)?;
            }
        }
        Ok(())
    }

    /// As [`FrameTransport::receive`](super::FrameTransport::receive).
    #[inline]
    pub(super) fn receive(&mut self, frame: &mut Buffer, doorbell: &mut impl Doorbell) -> io::Result<()> {
        self.await_turn(doorbell)?;
        let channel = incoming(&self.memory, self.side);
        let header = channel.read_header();
        let length = frame::length_by(header).map_err(invalid_frame)?;
        let received = length.min(SLOT * ALIGNMENT);
        frame.resize(received).map_err(out_of_memory)?;
        channel.read_slot(header, frame.words_mut());
        if received == length { Ok(()) } else { self.receive_rest(frame, length, doorbell) }
    }

    /// Receives what did not fit into the slot.
    fn receive_rest(&mut self, frame: &mut Buffer, length: usize, doorbell: &mut impl Doorbell) -> io::Result<()> {
        let mut received = frame.len();
        while received < length {
            let arrived = self.await_words(doorbell)?;
            let begin = received / ALIGNMENT;
            let words = arrived.min(length.div_ceil(ALIGNMENT) - begin);
            let mut left = words;
            received = length.min(received + words * ALIGNMENT);
            frame.resize(received).map_err(out_of_memory)?;
            for piece in frame.words_mut()[begin..].chunks_mut(PIECE) {
                let channel = incoming(&self.memory, self.side);
                channel.read_ring(self.received.words, piece);
                self.received.words = self.received.words.wrapping_add(piece.len() as u32);
                channel.taken.0.store(self.received.words, Ordering::Release);
                // As above. Only what is known to be under way is counted, so the last of it always wakes.
                left -= piece.len();
                if left <= RING / 2 {
                    self.wake(Cause::Room, doorbell)?;
                }
            }
        }
        Ok(())
    }

    /// Waits for the other side's next message.
    fn await_turn(&mut self, doorbell: &mut impl Doorbell) -> io::Result<()> {
        let last = self.received.turn;
        let turn = self.wait(Cause::Words, doorbell, |memory, side| {
            let turn = incoming(memory, side).turn.load(Ordering::Acquire);
            (turn != last).then_some(turn)
        })?;
        self.received.turn = last.wrapping_add(1);
        if turn == self.received.turn { Ok(()) } else { Err(nonsense()) }
    }

    /// Waits for words in the ring; returns how many there are.
    fn await_words(&mut self, doorbell: &mut impl Doorbell) -> io::Result<usize> {
        let taken = self.received.words;
        let words = self.wait(Cause::Words, doorbell, |memory, side| {
            let written = incoming(memory, side).written.0.load(Ordering::Acquire);
            (written != taken).then(|| written.wrapping_sub(taken) as usize)
        })?;
        if words <= RING { Ok(words) } else { Err(nonsense()) }
    }

    /// Waits until the ring has room for a piece; returns how many words are under way.
    fn await_room(&mut self, doorbell: &mut impl Doorbell) -> io::Result<usize> {
        let written = self.sent.words;
        let under_way = self.wait(Cause::Room, doorbell, |memory, side| {
            let taken = outgoing(memory, side).taken.0.load(Ordering::Acquire);
            let under_way = written.wrapping_sub(taken) as usize;
            // More than can be is told, and not waited for.
            (!(RING - PIECE + 1..=RING).contains(&under_way)).then_some(under_way)
        })?;
        if under_way <= RING { Ok(under_way) } else { Err(nonsense()) }
    }

    /// Looks for what the other side has done, first awake, then asleep.
    fn wait<T>(
        &mut self,
        cause: Cause,
        doorbell: &mut impl Doorbell,
        look: impl Fn(&Layout, Side) -> Option<T>,
    ) -> io::Result<T> {
        let (memory, side) = (&*self.memory, self.side);
        let look = || look(memory, side);
        self.spin.find(look, || doorbell::sleep(&memory.asleep[side as usize].0, cause, doorbell, look))
    }

    fn wake(&self, cause: Cause, doorbell: &mut impl Doorbell) -> io::Result<()> {
        doorbell::wake(&self.memory.asleep[1 - self.side as usize].0, cause, doorbell)
    }
}

fn outgoing(memory: &Layout, side: Side) -> &SimplexChannel {
    &memory.channels[side as usize]
}

fn incoming(memory: &Layout, side: Side) -> &SimplexChannel {
    &memory.channels[1 - side as usize]
}

#[cold]
fn nonsense() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the shared memory says what cannot be")
}
