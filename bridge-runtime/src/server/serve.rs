//! Serving a connection: receiving a message, dispatching it, and replying.

use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use super::batch;
use super::call::Call;
use super::catch::catch;
use super::connection::ClientConnection;
use super::current::{Current, LibraryThreadHandlers, MessageHandler};
use super::target::{DispatchTarget, ThreadTarget};
use crate::fault::Fault;
use crate::handshake::open_shared_memory;
use crate::native::Owner;
use crate::sync::spawn_named;
use crate::sys::float_state;
use crate::transport::{self, Channel, ClientRequest, EXTRA_ARENA_LIMIT, OwnedMessage};
use crate::wire::{Joined, Message, OUTERMOST, OpenConnection, Purpose};

/// Serves connections by dispatching their calls to a target, on the thread that the target belongs to.
#[derive(Clone)]
pub(crate) struct CallServer {
    target: Rc<dyn DispatchTarget>,
}

impl CallServer {
    pub(crate) fn new(target: Rc<dyn DispatchTarget>) -> Self {
        Self { target }
    }

    /// Serves the first connection of a client until the client closes it.
    ///
    /// # Errors
    /// Fails if the connection breaks in another way.
    pub(crate) fn serve_client(&self, channel: Channel) -> io::Result<()> {
        let connection = ClientConnection::new(channel);
        let result = self.serve(&connection);
        connection.client().close();
        result
    }

    /// Answers messages until the client closes the connection.
    pub(super) fn serve(&self, connection: &ClientConnection) -> io::Result<()> {
        let mut message = OwnedMessage::default();
        let error = self.current(connection, OUTERMOST).enter(|| {
            loop {
                if let Err(error) = self.receive_and_answer(connection, &mut message) {
                    break error;
                }
            }
        });
        if is_closed(&error) { Ok(()) } else { Err(error) }
    }

    /// Receives a message that is not nested in a call, and answers it. `content` is a buffer for calls and batches, which is
    /// reused because nearly all messages are calls.
    fn receive_and_answer(&self, connection: &ClientConnection, content: &mut OwnedMessage) -> io::Result<()> {
        let mut channel = connection.channel();
        match channel.wait_for_request(content)? {
            ClientRequest::Call { method } => {
                drop(channel);
                self.execute(connection, method, content, OUTERMOST)
            }
            ClientRequest::Batch { stop } => {
                drop(channel);
                batch::execute(connection, &*self.target, stop, content, OUTERMOST)
            }
            ClientRequest::Other => {
                let (message, content) = channel.take_message()?;
                drop(channel);
                self.handle(connection, message, content, OUTERMOST)
            }
        }
    }

    /// Answers a message that has arrived on a connection which another thread reads.
    pub(super) fn answer_arrived(&self, connection: &ClientConnection) -> io::Result<()> {
        let mut channel = connection.channel();
        channel.reset_arena();
        let (message, content) = channel.take_message()?;
        drop(channel);
        let current = self.current(connection, OUTERMOST);
        current.enter(|| self.handle(connection, message, content, OUTERMOST))
    }

    /// Executes a call and replies to it.
    fn execute(
        &self,
        connection: &ClientConnection,
        method: u32,
        content: &mut OwnedMessage,
        depth: u32,
    ) -> io::Result<()> {
        let arena = content.arena().filter(|_| depth == OUTERMOST);
        let call = Call::new(connection, depth, arena);
        let result = catch(|| self.target.call(method, content.decoder(), &call));
        call.conclude(result)
            .unwrap_or_else(|fault| connection.channel().send_message(&Message::Fault(Box::new(fault))))
    }

    fn current(&self, connection: &ClientConnection, depth: u32) -> Current {
        Current { handler: Rc::new(self.clone()), connection: connection.clone(), depth }
    }

    /// Opens an extra connection of the same client.
    fn open(&self, connection: &ClientConnection, open: &OpenConnection) -> io::Result<()> {
        let OpenConnection { address, secret, purpose, memory } = open;
        let mut channel = transport::connect(address)?;
        let (end, refused) = open_shared_memory(memory.as_deref());
        channel.send_message(&Message::Joined(Box::new(Joined { secret: *secret, refused })))?;
        if let Some(end) = end {
            channel.upgrade(end, EXTRA_ARENA_LIMIT)?;
        }
        match (purpose, self.target.thread_target()) {
            (Purpose::Events, _) => {
                connection.client().set_event_channel(channel);
                Ok(())
            }
            (Purpose::Calls, Some(target)) => serve_on_thread(connection, channel, target),
            (Purpose::Calls, None) => Err(io::Error::other("all calls run on the main thread")),
        }
    }
}

impl MessageHandler for CallServer {
    fn handle(
        &self,
        connection: &ClientConnection,
        message: Message,
        mut content: OwnedMessage,
        depth: u32,
    ) -> io::Result<()> {
        let reply = match message {
            Message::Call { method } => {
                self.execute(connection, method, &mut content, depth)?;
                connection.channel().give_back(content);
                return Ok(());
            }
            Message::Batch { stop } => {
                batch::execute(connection, &*self.target, stop, &mut content, depth)?;
                connection.channel().give_back(content);
                return Ok(());
            }
            Message::Unregister(registrations) => {
                connection.client().unregister(&registrations);
                Ok(())
            }
            Message::OpenConnection(open) => self
                .open(connection, &open)
                .map_err(|error| Fault::Message(format!("another connection cannot be opened: {error}"))),
            // Not in a nested call: the outer call's arrays are in the current arena.
            Message::GrowArena(arena) if depth == OUTERMOST => connection
                .channel()
                .open_arena(&arena.address, arena.words)
                .map_err(|error| Fault::Message(format!("there is no room for long arrays: {error}"))),
            other => return Err(unexpected(&other)),
        };
        let reply = reply.map_or_else(|fault| Message::Fault(Box::new(fault)), |()| Message::Return);
        let mut channel = connection.channel();
        channel.give_back(content);
        channel.send_message(&reply)
    }

    fn for_library_threads(&self) -> Option<LibraryThreadHandlers> {
        let targets = self.target.library_thread_targets()?;
        Some(LibraryThreadHandlers(Arc::new(move || {
            let ThreadTarget(target) = targets.make();
            Rc::new(Self::new(Rc::from(target as Box<dyn DispatchTarget>)))
        })))
    }
}

/// Serves an extra connection of a client on its own thread.
fn serve_on_thread(connection: &ClientConnection, channel: Channel, target: ThreadTarget) -> io::Result<()> {
    let extra = ClientConnection::of(Arc::clone(connection.client()), Arc::new(Mutex::new(channel)));
    let (owner, float_state, ThreadTarget(target)) = (Owner::current(), float_state::Inherited::here(), target);
    let thread = spawn_named("bridge32 connection", move || {
        float_state.begin_thread();
        let _acting = owner.enter();
        let server = CallServer::new(Rc::from(target as Box<dyn DispatchTarget>));
        if let Err(error) = server.serve(&extra) {
            Fault::Message(format!("a connection broke: {error}")).log();
        }
    })?;
    connection.client().keep_thread(thread);
    Ok(())
}

/// Whether the client has closed the connection.
pub(super) fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}

/// Returns the error for a message that is not allowed at this point.
pub(super) fn unexpected(message: &Message) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{message:?} is not allowed at this point"))
}
