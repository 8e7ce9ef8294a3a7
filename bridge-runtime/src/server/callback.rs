//! Calling the client's closures: during a call, or at any time for registered closures.
//!
//! How the client is asked to run a registered closure depends on the thread from which the library calls it:
//!
//! | calling thread | message | connection |
//! |---|---|---|
//! | a thread that is executing a call of the same client | `Event` | the call's |
//! | a thread that is executing another client's call, or dispatching window messages | `NestingEvent` | the event connection |
//! | one of the library's own threads | `NestingEvent` | the event connection |
//!
//! Calls that the closure makes are executed on that thread, nested in the callback, as those of a C callback would be. If they
//! were executed on the main thread, they would wait forever if that thread waits for the closure, or holds a lock of the
//! library that the calling thread holds. An implementation that cannot be used on the library's threads, such as one in Rust
//! that is not `Sync`, refuses them.

use std::io;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::{Arc, MutexGuard};

use super::client_state::{ClientState, EventChannel};
use super::connection::ClientConnection;
use super::current::{Current, LibraryThreadHandlers, handler_of_this_thread};
use crate::codec::Codec;
use crate::fault::Fault;
use crate::marshal::{BorrowedSlices, DecodeError, Decoder, EncodeError, Encoder};
use crate::transport::{Channel, OwnedMessage};
use crate::wire::{Message, NO_CALL};

/// A closure of the client, which the server can call.
#[derive(Debug)]
pub struct Closure {
    name: &'static str,
    scope: ClosureScope,
}

/// How a closure is identified, which depends on how long it can be called.
#[derive(Debug)]
enum ClosureScope {
    /// During one call: by the call's depth, and the closure's index among the call's closures.
    Call { connection: ClientConnection, depth: u32, index: u32 },
    /// Until the client drops the registration: by the closure's number.
    Registered { client: Arc<ClientState>, number: u32, library_threads: Option<LibraryThreadHandlers> },
}

/// Why a callback failed.
#[derive(Debug)]
pub(super) enum CallbackError {
    /// The client replied with a fault, or the arguments could not be encoded.
    Fault(Fault),
    /// The connection is broken or closed.
    Connection(io::Error),
}

/// [`Codec`] for a callback, as a trait object.
trait CallbackCodec {
    fn encode<'s>(&'s mut self, encoder: &mut Encoder<'_, 's>) -> Result<(), EncodeError>;
    fn decode(&mut self, decoder: Decoder<'_>) -> Result<(), DecodeError>;
}

impl<S, P, N, D, T> CallbackCodec for Codec<'_, S, P, N, D, T>
where
    N: for<'s> FnOnce(&mut Encoder<'_, 's>, &'s S, &'s P) -> Result<(), EncodeError>,
    D: FnOnce(&mut Decoder<'_>, &mut P) -> Result<T, DecodeError>,
{
    fn encode<'s>(&'s mut self, encoder: &mut Encoder<'_, 's>) -> Result<(), EncodeError> {
        Codec::encode(self, encoder)
    }

    fn decode(&mut self, mut decoder: Decoder<'_>) -> Result<(), DecodeError> {
        if let Some(value) = Codec::decode(self, &mut decoder) {
            self.result = Some(value?);
            decoder.finish()?;
        }
        Ok(())
    }
}

impl Closure {
    /// The closure with this index of a call at `depth`.
    pub(super) fn of_call(name: &'static str, connection: ClientConnection, depth: u32, index: u32) -> Self {
        Self { name, scope: ClosureScope::Call { connection, depth, index } }
    }

    /// The closure that the client has registered under `number`. `library_threads` handle the calls that it makes on threads of
    /// the library's own.
    pub(super) fn registered(
        name: &'static str,
        client: Arc<ClientState>,
        number: u32,
        library_threads: Option<LibraryThreadHandlers>,
    ) -> Self {
        Self { name, scope: ClosureScope::Registered { client, number, library_threads } }
    }

    /// Runs the closure in the client and returns its result. `encode` appends the arguments, which may borrow from `slices` and
    /// `places`; `decode` reads the reply, which may change `places`.
    ///
    /// # Panics
    /// If the closure cannot be run, or panics. The payload is [`Fault::Callback`], which is caught in the C function that the
    /// library called, or where the call was dispatched.
    pub fn run<S, P, T>(
        &self,
        (slices, places): (S, &mut P),
        encode: impl for<'s> FnOnce(&mut Encoder<'_, 's>, &'s S, &'s P) -> Result<(), EncodeError>,
        decode: impl FnOnce(&mut Decoder<'_>, &mut P) -> Result<T, DecodeError>,
    ) -> T {
        let mut codec = Codec::new(slices, places, encode, decode);
        let ran = self.run_any(&mut codec);
        let result = ran.and_then(|()| codec.result.ok_or_else(|| io::ErrorKind::UnexpectedEof.into()));
        result.unwrap_or_else(|error| self.fail(error))
    }

    fn run_any(&self, codec: &mut dyn CallbackCodec) -> Result<(), CallbackError> {
        match &self.scope {
            ClosureScope::Call { connection, depth, index } => {
                let mut channel = connection.channel();
                channel.begin_callback(*depth, *index)?;
                send_request(connection, channel, codec)
            }
            ClosureScope::Registered { client, number, library_threads } => match Current::connection_of(client) {
                Some(connection) => request(&connection, &Message::Event { registration: *number }, codec),
                None => client.with_event_channel(|events| match events {
                    Some(events) => {
                        let result = run_event(client, events, *number, library_threads.as_ref(), codec);
                        let is_broken = matches!(result, Err(CallbackError::Connection(_)));
                        (result, is_broken)
                    }
                    None => (Err(io::Error::from(io::ErrorKind::NotConnected).into()), false),
                }),
            },
        }
    }

    #[cold]
    fn fail(&self, error: CallbackError) -> ! {
        let reason = match error {
            // The C function returns zero for it.
            CallbackError::Fault(fault @ Fault::Unregistered) => resume_unwind(Box::new(fault)),
            CallbackError::Fault(fault) => fault.to_string(),
            CallbackError::Connection(error) => format!("does not reach the client: {error}"),
        };
        resume_unwind(Box::new(Fault::Callback { callback: self.name.to_owned(), reason }))
    }
}

/// Runs a registered closure on the event connection. The calls that it makes are executed on this thread: either the one that
/// executes calls, or one of the library's own, for which `library_threads` make the handler. Without a handler they fail.
fn run_event(
    client: &Arc<ClientState>,
    events: &EventChannel,
    registration: u32,
    library_threads: Option<&LibraryThreadHandlers>,
    codec: &mut dyn CallbackCodec,
) -> Result<(), CallbackError> {
    let connection = ClientConnection::of(Arc::clone(client), Arc::clone(&events.channel));
    let handler = handler_of_this_thread().or_else(|| library_threads.map(LibraryThreadHandlers::make));
    let mut request = || request(&connection, &Message::NestingEvent { registration }, codec);
    let Some(handler) = handler else { return request() };
    let _acting = events.owner.enter();
    Current { handler, connection: connection.clone(), depth: NO_CALL }.enter(request)
}

/// Sends a request that begins with `message`, and receives its reply.
fn request(
    connection: &ClientConnection,
    message: &Message,
    codec: &mut dyn CallbackCodec,
) -> Result<(), CallbackError> {
    let mut channel = connection.channel();
    channel.begin(message)?;
    send_request(connection, channel, codec)
}

/// Sends the request that was begun, answers the calls that the closure makes, and receives the reply.
fn send_request<'c>(
    connection: &'c ClientConnection,
    mut channel: MutexGuard<'c, Channel>,
    codec: &mut dyn CallbackCodec,
) -> Result<(), CallbackError> {
    let mut borrowed = BorrowedSlices::default();
    codec.encode(&mut channel.encoder(false, &mut borrowed))?;
    channel.send_borrowed(&borrowed)?;
    loop {
        channel.wait()?;
        if let Some(reply) = channel.callback_result() {
            return Ok(codec.decode(reply)?);
        }
        let (message, content) = channel.take_message()?;
        match message {
            Message::Fault(fault) => {
                channel.give_back(content);
                return Err(CallbackError::Fault(*fault));
            }
            message => {
                drop(channel);
                handle_nested(connection, message, content)?;
                channel = connection.channel();
            }
        }
    }
}

/// Handles a message that a closure's nested call sends, on the thread that called the closure.
fn handle_nested(connection: &ClientConnection, message: Message, content: OwnedMessage) -> io::Result<()> {
    match Current::get().filter(|current| current.connection.is(connection)) {
        Some(current) => {
            let depth = current.depth.saturating_add(1);
            let handler = Rc::clone(&current.handler);
            Current { depth, ..current }.enter(|| handler.handle(connection, message, content, depth))
        }
        // Either the closure is one of a call, whose own thread is executing that call, or the implementation can be used on the
        // threads of the runtime only.
        None => {
            let mut channel = connection.channel();
            channel.give_back(content);
            let reason = "cannot be called from this closure, because a thread of the library's own runs it: the call would wait \
                          for the main thread, which may be waiting for the closure; call it after the closure";
            channel.send_message(&Message::Fault(Box::new(Fault::Message(reason.to_owned()))))
        }
    }
}

impl From<io::Error> for CallbackError {
    fn from(error: io::Error) -> Self {
        Self::Connection(error)
    }
}

impl From<io::ErrorKind> for CallbackError {
    fn from(kind: io::ErrorKind) -> Self {
        Self::Connection(kind.into())
    }
}

impl From<EncodeError> for CallbackError {
    fn from(error: EncodeError) -> Self {
        Self::Fault(Fault::Message(format!("got an argument that cannot be sent: {error}")))
    }
}

impl From<DecodeError> for CallbackError {
    fn from(error: DecodeError) -> Self {
        Self::Connection(io::Error::new(io::ErrorKind::InvalidData, error))
    }
}
