//! The call that the current thread is executing, which handles the nested calls of its callbacks.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::client_state::ClientState;
use super::connection::ClientConnection;
use crate::transport::OwnedMessage;
use crate::wire::Message;

/// Handles a client's messages on the current thread.
pub(super) trait MessageHandler {
    /// Handles one message at the nesting depth `depth`, and replies to it.
    ///
    /// # Errors
    /// Fails if the connection breaks, or if the message is not allowed at this point.
    fn handle(
        &self,
        connection: &ClientConnection,
        message: Message,
        content: OwnedMessage,
        depth: u32,
    ) -> io::Result<()>;

    /// Returns what makes handlers for the library's own threads; `None` if calls cannot be executed there.
    fn for_library_threads(&self) -> Option<LibraryThreadHandlers>;
}

/// Makes handlers for the library's own threads.
#[derive(Clone)]
pub(super) struct LibraryThreadHandlers(pub(super) Arc<dyn Fn() -> Rc<dyn MessageHandler> + Send + Sync>);

impl LibraryThreadHandlers {
    /// Makes a handler for this thread.
    pub(super) fn make(&self) -> Rc<dyn MessageHandler> {
        (self.0)()
    }
}

impl fmt::Debug for LibraryThreadHandlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LibraryThreadHandlers").finish_non_exhaustive()
    }
}

/// The call that the current thread is executing, and the handler of its nested calls.
#[derive(Clone)]
pub(super) struct Current {
    pub(super) handler: Rc<dyn MessageHandler>,
    pub(super) connection: ClientConnection,
    /// The depth of the call that is being executed.
    pub(super) depth: u32,
}

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
    /// The handler of nested calls while this thread dispatches window messages between two calls.
    static IDLE_HANDLER: RefCell<Option<Rc<dyn MessageHandler>>> = const { RefCell::new(None) };
}

impl Current {
    /// Returns the call that this thread is executing.
    pub(super) fn get() -> Option<Self> {
        CURRENT.with_borrow(Option::clone)
    }

    /// Makes this the thread's current call while `run` runs.
    pub(super) fn enter<R>(self, run: impl FnOnce() -> R) -> R {
        let outer = CURRENT.replace(Some(self));
        let result = run();
        CURRENT.set(outer);
        result
    }

    /// Returns the connection whose call this thread is executing, if it is one of this client's.
    pub(super) fn connection_of(client: &Arc<ClientState>) -> Option<ClientConnection> {
        CURRENT.with_borrow(|current| {
            let connection = &current.as_ref()?.connection;
            Arc::ptr_eq(connection.client(), client).then(|| connection.clone())
        })
    }
}

/// Runs code that may call closures of clients between two calls; `handler` handles the calls that the closures make.
pub(super) fn idle(handler: Option<Rc<dyn MessageHandler>>, run: impl FnOnce()) {
    let outer = IDLE_HANDLER.replace(handler);
    run();
    IDLE_HANDLER.set(outer);
}

/// Returns the handler of messages on this thread, whether it is executing a call or idle; `None` on the library's own threads.
pub(super) fn handler_of_this_thread() -> Option<Rc<dyn MessageHandler>> {
    let current = CURRENT.with_borrow(|current| current.as_ref().map(|current| Rc::clone(&current.handler)));
    current.or_else(|| IDLE_HANDLER.with_borrow(Option::clone))
}
