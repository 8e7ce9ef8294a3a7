//! Serving a connection: the meeting, then call after call.

use std::error::Error as StdError;
use std::io;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::call::{Call, Dispatch};
use super::catch::catch;
use super::connection::{CallServer, ClientConnection, DispatchTarget, ThreadTarget};
use super::{AbandonedHandles, Serve, ServerContext, memory};
use crate::error::{LibraryError, with_sources};
use crate::fault::Fault;
use crate::interface::{Description, Interface};
use crate::marshal::Decoder;
use crate::transport::{ARENA_LIMIT, Channel, SharedMemoryEnd};
use crate::wire::{Hello, MemoryCall, Message, PROTOCOL_VERSION, Ready, Secret, Start, StartFailure};

/// Why a meeting came to nothing.
#[derive(Debug)]
pub(super) enum HandshakeError {
    /// The line broke.
    ClientConnection(io::Error),
    /// The client was told, and has no more to say.
    Told,
}

impl From<io::Error> for HandshakeError {
    fn from(error: io::Error) -> Self {
        Self::ClientConnection(error)
    }
}

/// The server's half of a secret, and the one it expects; both zero where it was started by hand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Secrets {
    pub(crate) server: Secret,
    pub(crate) client: Secret,
}

/// Introduces this server to the client and waits for what it is to start with.
pub(super) fn introduce(
    channel: &mut Channel,
    description: &Description,
    secrets: Secrets,
) -> Result<Start, HandshakeError> {
    channel.send_message(&Message::Hello(Box::new(Hello {
        protocol: PROTOCOL_VERSION,
        secret: secrets.server,
        interface: description.name.to_owned(),
        fingerprint: description.fingerprint(),
        pid: std::process::id(),
    })))?;
    match channel.receive()?.0 {
        Message::Start(start) if start.secret == secrets.client => Ok(*start),
        Message::Start(_) => {
            channel.send_message(&Message::StartFailed(Box::new(StartFailure::Secret)))?;
            Err(HandshakeError::Told)
        }
        Message::Describe => {
            channel.send_message(&Message::Description(description.signatures()))?;
            Err(HandshakeError::Told)
        }
        _ => Err(HandshakeError::Told),
    }
}

/// Makes the server that the client asked for.
pub(super) fn make<S: Serve>(start: Start) -> Result<S, StartFailure> {
    let args = postcard::take_from_bytes::<<S::Interface as Interface>::Args>(&start.args);
    let args = match args {
        Ok((args, [])) => args,
        Ok(_) => return Err(StartFailure::Args("there are bytes after the arguments".to_owned())),
        Err(error) => return Err(StartFailure::Args(error.to_string())),
    };
    let library_dirs = start.library_dirs.into_iter().map(PathBuf::from).collect();
    let mut made = None;
    // A constructor that panics is reported like a method that does.
    catch(|| {
        made = Some(S::start(ServerContext::new(args, start.library.map(PathBuf::from), library_dirs)));
        Ok(())
    })
    .map_err(|fault| StartFailure::Server(fault.to_string()))?;
    match made {
        Some(result) => result.map_err(failure),
        None => Err(StartFailure::Server("it made nothing".to_owned())),
    }
}

/// The error of a server's own start, as the client will see it.
fn failure(error: Box<dyn StdError + Send + Sync>) -> StartFailure {
    match error.downcast::<LibraryError>() {
        Ok(error) => StartFailure::Library(*error),
        Err(error) => StartFailure::Server(with_sources(&*error)),
    }
}

/// What this process says of itself.
pub(crate) fn ready(library: Option<&str>) -> Ready {
    Ready {
        architecture: std::env::consts::ARCH.to_owned(),
        os: std::env::consts::OS.to_owned(),
        library: library.map(str::to_owned),
        executable: std::env::current_exe().map(|path| path.display().to_string()).unwrap_or_default(),
        refused: None,
    }
}

/// Tells the client that calls may come, over the memory that it offers if there is any.
pub(super) fn begin(channel: &mut Channel, library: Option<&str>, memory: Option<&str>) -> io::Result<()> {
    let (fast, refused) = take_memory(memory);
    channel.send_message(&Message::Ready(Box::new(Ready { refused, ..ready(library) })))?;
    fast.map_or(Ok(()), |fast| channel.upgrade(fast, ARENA_LIMIT))
}

/// Opens the memory that a client offers for a connection, or says why not.
pub(super) fn take_memory(memory: Option<&str>) -> (Option<SharedMemoryEnd>, Option<String>) {
    match memory.map(SharedMemoryEnd::open).transpose() {
        Ok(fast) => (fast, None),
        Err(error) => (None, Some(error.to_string())),
    }
}

/// Answers calls until the client closes the connection.
///
/// # Errors
/// What broke the connection, if it was not closed in good order.
pub(crate) fn serve_channel(channel: Channel, target: &Rc<dyn DispatchTarget>) -> io::Result<()> {
    let serving = CallServer::new(ClientConnection::new(channel), Rc::clone(target));
    let result = serving.serve();
    serving.connection.client_state().close();
    result
}

/// A server of type `S`, dispatched to by the interface.
pub(crate) struct Served<S, I: ?Sized> {
    pub(crate) server: Arc<S>,
    interface: PhantomData<fn(&I)>,
}

impl<S, I: ?Sized> Served<S, I> {
    pub(crate) fn new(server: S) -> Rc<Self> {
        Rc::new(Self { server: Arc::new(server), interface: PhantomData })
    }
}

/// A target of the same server, for another thread.
pub fn thread_target<S: Send + Sync + 'static, I: Dispatch<S> + ?Sized>(server: &Arc<S>) -> ThreadTarget {
    ThreadTarget(Box::new(Served::<S, I> { server: Arc::clone(server), interface: PhantomData }))
}

impl<S, I: Dispatch<S> + ?Sized> DispatchTarget for Served<S, I> {
    fn call(&self, method: u32, arguments: Decoder<'_>, call: &Call) -> Result<(), Fault> {
        match MemoryCall::of(method) {
            Some(operation) => memory::execute(operation, I::elements(), arguments, call),
            None => I::dispatch(&self.server, method, arguments, call),
        }
    }

    fn close_abandoned(&self, abandoned: &AbandonedHandles) {
        I::close_abandoned(&self.server, abandoned);
    }

    fn thread_target(&self) -> Option<ThreadTarget> {
        I::thread_target(&self.server)
    }
}
