//! Sending and receiving frames through shared memory.

use std::io;
use std::mem::take;
use std::sync::atomic::Ordering;

use super::end::SharedMemoryEnd;
use super::layout::{PIECE, RING, SLOT};
use super::placement::Placement;
use super::spin::Spin;
use super::wakeup::{self, WaitingFor};
use crate::marshal::{ALIGNMENT, BorrowedSlices, Buffer};
use crate::transport::{Disconnector, Doorbell, FrameTransport};
use crate::wire::frame;

/// A transport through shared memory, with a doorbell that wakes the other end.
pub struct SharedMemoryTransport {
    end: SharedMemoryEnd,
    doorbell: Box<dyn Doorbell>,
    sent: Counters,
    received: Counters,
    placement: Placement,
    /// For waits for an end that is awake.
    spin: Spin,
    /// For waits for an end that has just been woken, which take longer. If only one of both polled for long enough, the other one would
    /// be asleep again when it has its answer, and the call after a pause would be followed by another slow one.
    spin_after_waking: Spin,
    /// Whether this end has woken the other one since it last waited.
    has_woken: bool,
}

/// This end's own counters for one direction. It does not rely on those in the memory, which the other process can change at any
/// time.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    frames: u32,
    ring_words: u32,
}

impl SharedMemoryTransport {
    /// A transport through the memory of `end`, whose other end listens to `doorbell`.
    pub(in crate::transport) fn new(end: SharedMemoryEnd, doorbell: Box<dyn Doorbell>) -> Self {
        let (sent, received) = (Counters::default(), Counters::default());
        // The thread of the client is the program's own.
        let placement = if end.is_server_s() { Placement::leaving() } else { Placement::staying() };
        let (spin, spin_after_waking) = (Spin::new(), Spin::new());
        Self { end, doorbell, sent, received, placement, spin, spin_after_waking, has_woken: false }
    }
}

impl FrameTransport for SharedMemoryTransport {
    fn send(&mut self, frame: &mut Buffer, _: &BorrowedSlices<'_>) -> io::Result<()> {
        let channel = self.end.outgoing();
        let rest = channel.write_slot(frame.words());
        self.sent.frames = self.sent.frames.wrapping_add(1);
        channel.frames.store(self.sent.frames, Ordering::Release);
        if rest.is_empty() { self.wake(WaitingFor::Data) } else { self.send_through_ring(rest) }
    }

    fn receive(&mut self, frame: &mut Buffer) -> io::Result<()> {
        self.await_frame()?;
        let channel = self.end.incoming();
        let header = channel.read_header();
        let length = frame::length_by(header)?;
        let in_slot = length.min(SLOT * ALIGNMENT);
        frame.resize(in_slot)?;
        channel.read_slot(header, frame.words_mut());
        if in_slot == length { Ok(()) } else { self.receive_through_ring(frame, length) }
    }

    /// Other memory can then replace this one.
    fn into_doorbell(self: Box<Self>) -> io::Result<Box<dyn Doorbell>> {
        Ok(self.doorbell)
    }

    fn disconnector(&self) -> Disconnector {
        self.doorbell.disconnector()
    }
}

impl SharedMemoryTransport {
    /// Sends the words of a frame that do not fit into the slot.
    fn send_through_ring(&mut self, rest: &[u64]) -> io::Result<()> {
        let mut pieces = rest.chunks(PIECE).peekable();
        while let Some(piece) = pieces.next() {
            let in_flight = self.await_space()?;
            let channel = self.end.outgoing();
            channel.write_ring(self.sent.ring_words, piece);
            self.sent.ring_words = self.sent.ring_words.wrapping_add(piece.len() as u32);
            channel.written.0.store(self.sent.ring_words, Ordering::Release);
            // A receiver that is woken for one piece sleeps again at once. Half a ring is worth a wake-up; the end of the
            // frame needs one.
            if in_flight + piece.len() >= RING / 2 || pieces.peek().is_none() {
                self.wake(WaitingFor::Data)?;
            }
        }
        Ok(())
    }

    /// Receives the bytes of a frame that did not fit into the slot.
    fn receive_through_ring(&mut self, frame: &mut Buffer, length: usize) -> io::Result<()> {
        let mut received = frame.len();
        while received < length {
            let available = self.await_ring_words()?;
            let begin = received / ALIGNMENT;
            let words = available.min(length.div_ceil(ALIGNMENT) - begin);
            let mut unread = words;
            received = length.min(received + words * ALIGNMENT);
            // The buffer grows with what has arrived, and not with the length that the header claims.
            frame.resize(received)?;
            for piece in frame.words_mut()[begin..].chunks_mut(PIECE) {
                let channel = self.end.incoming();
                channel.read_ring(self.received.ring_words, piece);
                self.received.ring_words = self.received.ring_words.wrapping_add(piece.len() as u32);
                channel.read.0.store(self.received.ring_words, Ordering::Release);
                // As in `send_through_ring`. Only words known to be in the ring count, so the last piece always wakes the sender.
                unread -= piece.len();
                if unread <= RING / 2 {
                    self.wake(WaitingFor::Space)?;
                }
            }
        }
        Ok(())
    }

    /// Waits for the other end's next frame.
    #[inline]
    fn await_frame(&mut self) -> io::Result<()> {
        let before = self.received.frames;
        let frames = self.wait(WaitingFor::Data, |end| {
            let frames = end.incoming().frames.load(Ordering::Acquire);
            (frames != before).then_some(frames)
        })?;
        self.received.frames = before.wrapping_add(1);
        if frames == self.received.frames { Ok(()) } else { Err(corrupt()) }
    }

    /// Waits for words in the ring; returns how many there are.
    fn await_ring_words(&mut self) -> io::Result<usize> {
        let read = self.received.ring_words;
        let words = self.wait(WaitingFor::Data, |end| {
            let written = end.incoming().written.0.load(Ordering::Acquire);
            (written != read).then(|| written.wrapping_sub(read) as usize)
        })?;
        if words <= RING { Ok(words) } else { Err(corrupt()) }
    }

    /// Waits until the ring has space for a piece; returns how many words are in it.
    fn await_space(&mut self) -> io::Result<usize> {
        let written = self.sent.ring_words;
        let in_flight = self.wait(WaitingFor::Space, |end| {
            let read = end.outgoing().read.0.load(Ordering::Acquire);
            let in_flight = written.wrapping_sub(read) as usize;
            // An impossible number ends the wait, too, and is reported.
            (!(RING - PIECE + 1..=RING).contains(&in_flight)).then_some(in_flight)
        })?;
        if in_flight <= RING { Ok(in_flight) } else { Err(corrupt()) }
    }

    /// Calls `look` until it finds what the other end has done: first in a loop, then asleep until the other end rings.
    #[inline]
    fn wait<T>(&mut self, waiting_for: WaitingFor, look: impl Fn(&SharedMemoryEnd) -> Option<T>) -> io::Result<T> {
        let Self { end, doorbell, placement, spin, spin_after_waking, has_woken, .. } = self;
        let spin = if take(has_woken) { spin_after_waking } else { spin };
        let end = &*end;
        let look = || look(end);
        let mut has_slept = false;
        let asleep = || {
            has_slept = true;
            wakeup::sleep(end.own_sleep_flag(), waiting_for, &mut **doorbell, look)
        };
        let found = spin.find(look, || placement.shares_processor(end.shares_processor()), asleep);
        if has_slept {
            placement.slept();
        }
        found
    }

    /// Wakes the other end if it sleeps for what this end has just done.
    #[inline]
    fn wake(&mut self, waiting_for: WaitingFor) -> io::Result<()> {
        self.has_woken |= wakeup::wake(self.end.other_sleep_flag(), waiting_for, &mut *self.doorbell)?;
        Ok(())
    }
}

#[cold]
fn corrupt() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a counter in the shared memory has an impossible value")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A doorbell whose other end answers when this end sleeps.
    struct Answering(SharedMemoryEnd, u32);

    impl Doorbell for Answering {
        fn ring(&mut self) -> io::Result<()> {
            Ok(())
        }

        fn wait(&mut self) -> io::Result<()> {
            let Self(end, frames) = self;
            *frames += 1;
            end.outgoing().frames.store(*frames, Ordering::Release);
            Ok(())
        }
    }

    #[test]
    fn waits_for_an_end_that_was_woken_are_judged_by_themselves() {
        let (end, offer) = SharedMemoryEnd::offer().unwrap();
        let other = SharedMemoryEnd::open(&offer.address(str::to_owned)).unwrap();
        let mut transport = SharedMemoryTransport::new(end, Box::new(Answering(other, 0)));
        (transport.spin, transport.spin_after_waking) = (Spin::on_several_cores(), Spin::on_several_cores());
        let states = |transport: &SharedMemoryTransport| {
            [&transport.spin, &transport.spin_after_waking].map(|spin| format!("{spin:?}"))
        };
        // Each wait sleeps, which changes the state of its kind, except if the system takes this thread off its core meanwhile.
        for (is_asleep, kind) in [(true, 1), (false, 0)] {
            let before = states(&transport);
            while states(&transport)[kind] == before[kind] {
                let flag = if is_asleep { WaitingFor::Data as u32 } else { wakeup::AWAKE };
                transport.end.other_sleep_flag().store(flag, Ordering::Relaxed);
                transport.wake(WaitingFor::Data).unwrap();
                transport.await_frame().unwrap();
                assert_eq!(states(&transport)[1 - kind], before[1 - kind], "that of the other kind");
            }
        }
    }
}
