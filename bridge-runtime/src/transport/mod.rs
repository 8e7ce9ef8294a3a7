//! A connection: one line between a client thread and the server, and what carries it.

mod channel_arena;
mod disconnector;
mod endpoint;
mod fifo;
mod in_process;
mod local_socket;
mod local_stream;
mod owned_message;
mod pipe;
#[cfg(unix)]
mod private_dir;
mod shared_memory;
mod streaming_reply;

use std::{fmt, io};

pub(crate) use channel_arena::{ARENA_LIMIT, EXTRA_ARENA_LIMIT, LargerArena};
pub use disconnector::Disconnector;
pub(crate) use endpoint::{Endpoint, connect, report_exceptions, wine_path};
pub use in_process::{InProcessTransport, in_process_pair};
pub(crate) use local_socket::{LocalListener, connect_local, named_path};
pub use owned_message::OwnedMessage;
pub use pipe::PipeTransport;
pub use shared_memory::SharedMemoryEnd;
pub use streaming_reply::StreamingReply;

use crate::marshal::{self, ArenaView, BorrowedSlices, Buffer, Decoder, EncodeError, Encoder};
use crate::wire::frame::{self, FrameError};
use crate::wire::{Message, tag};

/// What carries whole frames from one end of a connection to the other.
pub trait FrameTransport: Send {
    /// Sends a frame, with the runs that it refers to, if [`FrameTransport::is_vectored`].
    ///
    /// # Errors
    /// What the system says; the connection is then of no further use.
    fn send(&mut self, frame: &mut Buffer, borrowed: &BorrowedSlices<'_>) -> io::Result<()>;

    /// Whether frames may refer to runs that are elsewhere.
    fn is_vectored(&self) -> bool {
        false
    }

    /// Receives a frame into `frame`, whose content is replaced.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] when the other end is gone, else what the system says;
    /// the connection is then of no further use.
    fn receive(&mut self, frame: &mut Buffer) -> io::Result<()>;

    /// As [`FrameTransport::receive`], or receives the beginning of a long frame; returns how many bytes are missing.
    ///
    /// # Errors
    /// As [`FrameTransport::receive`].
    fn receive_first(&mut self, frame: &mut Buffer) -> io::Result<usize> {
        self.receive(frame).map(|()| 0)
    }

    /// Receives bytes that [`FrameTransport::receive_first`] said are missing; the `last` of the frame, or others.
    ///
    /// # Errors
    /// As [`FrameTransport::receive`].
    fn receive_rest(&mut self, into: &mut [u8], last: bool) -> io::Result<()> {
        let _ = last;
        if into.is_empty() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// From the next frame on, `fast` carries the frames, and this wakes who waits for them.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] if this is nothing between two processes.
    fn upgrade(&mut self, end: SharedMemoryEnd) -> io::Result<()> {
        drop(end);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// What breaks it from another thread.
    fn disconnector(&self) -> Disconnector {
        Disconnector::default()
    }
}

/// What has carried a connection.
struct BrokenTransport(io::ErrorKind);

impl FrameTransport for BrokenTransport {
    fn send(&mut self, _: &mut Buffer, _: &BorrowedSlices<'_>) -> io::Result<()> {
        Err(self.0.into())
    }

    fn receive(&mut self, _: &mut Buffer) -> io::Result<()> {
        Err(self.0.into())
    }

    fn receive_rest(&mut self, _: &mut [u8], _: bool) -> io::Result<()> {
        Err(self.0.into())
    }
}

/// One end of a connection, with the two buffers that its messages are written to and read from.
pub struct Channel {
    transport: Box<dyn FrameTransport>,
    /// What it says of itself.
    is_vectored: bool,
    outgoing: Buffer,
    incoming: Buffer,
    /// Bytes of the message in it that have not come yet.
    missing: usize,
    /// Bytes of the longest run that was taken while it came.
    longest: usize,
    /// For messages that arrive while others are still being read.
    spare: Vec<Buffer>,
    /// Memory for long arrays. Of calls that are nested only the outermost, and its result, are written there.
    arena: ArenaView,
    /// Bytes that `arena` may have.
    arena_limit: usize,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").finish_non_exhaustive()
    }
}

impl Channel {
    /// The end that `transport` carries.
    pub fn new(transport: impl FrameTransport + 'static) -> Self {
        let is_vectored = transport.is_vectored();
        let (outgoing, incoming) = Default::default();
        let (spare, arena) = Default::default();
        Self {
            transport: Box::new(transport),
            is_vectored,
            outgoing,
            incoming,
            missing: 0,
            longest: 0,
            spare,
            arena,
            arena_limit: 0,
        }
    }

    /// Begins a message; what belongs to it is appended to the encoder.
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

    /// Begins a call, whose arguments are to be appended to its [`Channel::encoder`]. What lay beside the last outermost one is
    /// forgotten where another one begins.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    #[inline]
    pub fn begin_call(&mut self, method: u32, is_outermost: bool) -> Result<(), EncodeError> {
        if is_outermost {
            self.reset_arena();
        }
        frame::begin_with(&mut self.outgoing, tag::CALL, [method])
    }

    /// Begins a question for a closure, whose arguments are to be appended to its [`Channel::encoder`].
    ///
    /// # Errors
    /// As [`Encoder::value`].
    #[inline]
    pub fn begin_callback(&mut self, depth: u32, place: u32) -> Result<(), EncodeError> {
        frame::begin_with(&mut self.outgoing, tag::CALLBACK, [depth, place])
    }

    /// Goes on with the message that was begun, which may refer to what is `borrowed` until it is sent; long arrays of the
    /// outermost call, or of its result, lie beside it.
    #[inline]
    pub fn encoder<'l, 'v>(&'l mut self, is_outermost: bool, borrowed: &'l mut BorrowedSlices<'v>) -> Encoder<'l, 'v> {
        let encoder = Encoder::new(&mut self.outgoing).borrowing(self.is_vectored.then_some(borrowed));
        if is_outermost { encoder.with_arena(&self.arena) } else { encoder }
    }

    /// Sends the message that was begun, which refers to nothing.
    ///
    /// # Errors
    /// As [`FrameTransport::send`].
    #[inline]
    pub fn send(&mut self) -> io::Result<()> {
        self.send_borrowed(marshal::NONE)
    }

    /// Sends the message that was begun, which refers to what is `borrowed`.
    ///
    /// # Errors
    /// As [`FrameTransport::send`].
    #[inline]
    pub fn send_borrowed(&mut self, borrowed: &BorrowedSlices<'_>) -> io::Result<()> {
        frame::finish(&mut self.outgoing);
        let sent = self.transport.send(&mut self.outgoing, borrowed);
        self.or_fail(sent)
    }

    /// Memory for a message that is written while others come and go.
    pub fn buffer(&mut self) -> Buffer {
        self.spare.pop().unwrap_or_default()
    }

    /// Takes memory back, for others.
    pub fn keep(&mut self, buffer: Buffer) {
        // The connection keeps as many buffers as messages were ever open at once.
        self.spare.push(buffer);
    }

    /// Makes a message that was written elsewhere the one that [`Channel::send`] sends; in its place is what that was.
    #[inline]
    pub fn exchange(&mut self, message: &mut Buffer) {
        std::mem::swap(&mut self.outgoing, message);
    }

    /// Sends a message that nothing follows.
    ///
    /// # Errors
    /// As [`Channel::send`]; a message that cannot be encoded is [`io::ErrorKind::InvalidInput`].
    pub fn say(&mut self, message: &Message) -> io::Result<()> {
        self.begin(message).map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        self.send()
    }

    /// Forgets what lies beside the last call: another one begins.
    #[inline]
    pub(crate) fn reset_arena(&mut self) {
        self.arena.clear();
    }

    /// Waits for a message; what belongs to it is left in the decoder.
    ///
    /// # Errors
    /// As [`Channel::wait`] and [`Channel::received`].
    pub fn receive(&mut self) -> io::Result<(Message, Decoder<'_>)> {
        self.wait()?;
        self.received()
    }

    /// Waits for a message and leaves it where it is.
    ///
    /// # Errors
    /// As [`FrameTransport::receive`].
    #[inline]
    pub fn wait(&mut self) -> io::Result<()> {
        self.incoming.clear();
        let received = self.transport.receive(&mut self.incoming);
        self.or_fail(received)
    }

    /// Lets go of what carries the connection once that has failed: who is at the other end, perhaps out of step, learns of it.
    #[inline]
    fn or_fail(&mut self, result: io::Result<()>) -> io::Result<()> {
        match result {
            Ok(()) => Ok(()),
            Err(error) => Err(self.fail(error)),
        }
    }

    #[cold]
    fn fail(&mut self, error: io::Error) -> io::Error {
        self.transport = Box::new(BrokenTransport(error.kind()));
        error
    }

    /// As [`FrameTransport::upgrade`]. The connection may have `arena_limit` bytes for long arrays besides.
    ///
    /// # Errors
    /// As there.
    pub fn upgrade(&mut self, end: SharedMemoryEnd, arena_limit: usize) -> io::Result<()> {
        self.transport.upgrade(end)?;
        self.is_vectored = self.transport.is_vectored();
        self.arena_limit = arena_limit;
        Ok(())
    }

    /// What ends a wait for a message from another thread.
    pub fn disconnector(&self) -> Disconnector {
        self.transport.disconnector()
    }

    /// The bytes of the message that has arrived, not understood yet.
    #[inline]
    pub fn arrived(&self) -> &[u8] {
        frame::message(&self.incoming)
    }

    /// The message that has arrived, and what belongs to it.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] for what is no message.
    pub fn received(&mut self) -> io::Result<(Message, Decoder<'_>)> {
        let (message, position) = self.head()?;
        Ok((message, self.rest(position)))
    }

    /// The message that has arrived, and where its head ends.
    ///
    /// # Errors
    /// As [`Channel::received`].
    #[inline]
    pub fn head(&mut self) -> io::Result<(Message, usize)> {
        let mut decoder = self.rest(frame::HEADER);
        let message = decoder.value().map_err(invalid_data)?;
        Ok((message, decoder.position()))
    }

    /// Whether a result has arrived, or its beginning.
    #[inline]
    pub fn has_result(&self) -> bool {
        self.arrived().first() == Some(&tag::RETURN)
    }

    /// The depth and the place of the closure that is asked for, if such a message has arrived, and where its head ends.
    #[inline]
    pub fn callback(&self) -> Option<((u32, u32), usize)> {
        tag::callback(self.arrived()).map(|(closure, head)| (closure, frame::HEADER + head))
    }

    /// What belongs to the answer of a closure, if that has arrived.
    #[inline]
    pub fn callback_result(&mut self) -> Option<Decoder<'_>> {
        let has_come = self.arrived().first() == Some(&tag::CALLBACK_RETURN);
        has_come.then(|| self.rest(frame::AFTER_BYTE))
    }

    /// What belongs to the result that has arrived.
    #[inline]
    pub fn result(&mut self) -> Decoder<'_> {
        self.rest(frame::AFTER_BYTE)
    }

    /// What belongs to the message that has arrived, whose head ends there.
    #[inline]
    pub fn rest(&mut self, position: usize) -> Decoder<'_> {
        Decoder::new(self.incoming.bytes_mut(), position).with_arena(&self.arena)
    }
}

/// Grows `frame` for what is still missing of it, `received` bytes of which are there. It grows with what arrives, not
/// with what a header claims.
///
/// Returns the length of the frame, or `None` if its header is not complete.
fn make_room(frame: &mut Buffer, received: usize) -> io::Result<Option<usize>> {
    frame.resize(received).map_err(out_of_memory)?;
    let length = frame::length(frame.bytes()).map_err(invalid_frame)?;
    let wanted = length.unwrap_or(0).min(received.saturating_mul(2)).max(FIRST_READ);
    frame.resize(wanted.max(received)).map_err(out_of_memory)?;
    Ok(length)
}

/// Bytes that the first read of a frame asks for: nearly every message is complete with it.
const FIRST_READ: usize = 64 << 10;

fn out_of_memory(error: marshal::BufferError) -> io::Error {
    io::Error::new(io::ErrorKind::OutOfMemory, error)
}

fn invalid_frame(error: FrameError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn invalid_data(error: marshal::DecodeError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
