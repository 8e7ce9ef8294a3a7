//! A channel: one end of a connection, which encodes, sends and receives messages.
//!
//! | file | its part |
//! |---|---|
//! | `send` | beginning a message, encoding what follows it, and sending it |
//! | `receive` | waiting for a message, and decoding it in place |
//! | `owned_message` | taking a message out of the channel, while others come and go |
//! | `streaming_reply` | decoding a long result while it arrives |
//! | `arena` | the shared memory for long arrays |

mod arena;
mod owned_message;
mod receive;
mod send;
mod streaming_reply;

use std::{fmt, io, mem};

pub(crate) use arena::{ARENA_LIMIT, EXTRA_ARENA_LIMIT, LargerArena};
pub use owned_message::OwnedMessage;
pub use receive::ClientRequest;
pub use streaming_reply::StreamingReply;

use super::broken::BrokenTransport;
use super::shared_memory::{SharedMemoryEnd, SharedMemoryTransport};
use super::{Disconnector, FrameTransport};
use crate::marshal::{ArenaView, Buffer};

/// One end of a connection, with the buffers in which its messages are encoded and received.
///
/// The buffers are reused: a channel that has warmed up allocates nothing for a message.
pub struct Channel {
    transport: Box<dyn FrameTransport>,
    /// What the transport says of itself, kept here to save a virtual call.
    is_vectored: bool,
    outgoing: Buffer,
    incoming: Buffer,
    /// Bytes of the message in `incoming` that are still to be received.
    missing: usize,
    /// Bytes of the longest vector that was received while it arrived.
    longest_vector: usize,
    /// Buffers for messages that are needed while others come and go. There are as many as were ever needed at once.
    spare: Vec<Buffer>,
    /// The shared memory for long arrays. It serves the outermost call and its result, not the calls nested in it.
    arena: ArenaView,
    /// The most bytes that `arena` may have.
    arena_limit: usize,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").finish_non_exhaustive()
    }
}

impl Channel {
    /// A channel over `transport`.
    pub fn new(transport: impl FrameTransport + 'static) -> Self {
        Self {
            is_vectored: transport.is_vectored(),
            transport: Box::new(transport),
            outgoing: Buffer::default(),
            incoming: Buffer::default(),
            missing: 0,
            longest_vector: 0,
            spare: Vec::new(),
            arena: ArenaView::default(),
            arena_limit: 0,
        }
    }

    /// Replaces the transport by one through shared memory, whose doorbell is the byte stream of the one before. The next
    /// message of either end travels through the memory. A [`Disconnector`] from before stays valid.
    ///
    /// The channel may also share up to `arena_limit` bytes of memory for long arrays.
    ///
    /// # Errors
    /// As [`FrameTransport::into_doorbell`]; the channel is then of no further use.
    pub fn upgrade(&mut self, end: SharedMemoryEnd, arena_limit: usize) -> io::Result<()> {
        let placeholder = Box::new(BrokenTransport(io::ErrorKind::Unsupported));
        let doorbell = mem::replace(&mut self.transport, placeholder).into_doorbell()?;
        let transport = SharedMemoryTransport::new(end, doorbell);
        self.is_vectored = transport.is_vectored();
        self.transport = Box::new(transport);
        self.arena_limit = arena_limit;
        Ok(())
    }

    /// Returns what ends a wait on this channel from another thread.
    pub fn disconnector(&self) -> Disconnector {
        self.transport.disconnector()
    }

    /// Drops the transport if it has failed. The other end, which may be out of step, sees the connection closed.
    #[inline]
    fn or_break(&mut self, result: io::Result<()>) -> io::Result<()> {
        match result {
            Ok(()) => Ok(()),
            Err(error) => Err(self.break_with(error)),
        }
    }

    #[cold]
    fn break_with(&mut self, error: io::Error) -> io::Error {
        self.transport = Box::new(BrokenTransport(error.kind()));
        error
    }
}
