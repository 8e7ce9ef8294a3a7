//! What the current thread is executing, so that callbacks know where their nested calls go.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::client_state::ClientState;
use super::connection::ClientConnection;
use crate::transport::OwnedMessage;
use crate::wire::Message;

/// Executes what a client asks for, on the thread that it belongs to.
pub(super) trait MessageHandler {
    /// Answers one message, which has come inside `depth - 1` other calls.
    ///
    /// # Errors
    /// Fails if the connection breaks, or if the message cannot come now.
    fn handle(
        &self,
        connection: &ClientConnection,
        message: Message,
        content: OwnedMessage,
        depth: u32,
    ) -> io::Result<()>;
}

/// The messages that the current thread answers.
#[derive(Clone)]
pub(super) struct Current {
    pub(super) handler: Rc<dyn MessageHandler>,
    pub(super) connection: ClientConnection,
    /// The depth of the call that is being executed.
    pub(super) depth: u32,
}

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
    /// What answers nested calls while this thread dispatches window messages between calls.
    static IDLE_HANDLER: RefCell<Option<Rc<dyn MessageHandler>>> = const { RefCell::new(None) };
}

impl Current {
    /// Returns what this thread is executing.
    pub(super) fn get() -> Option<Self> {
        CURRENT.with_borrow(Option::clone)
    }

    /// Makes this what the thread executes while `run` runs.
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

/// Runs what may call closures of clients between calls; `handler` answers the calls that these make.
pub(super) fn idle(handler: Option<Rc<dyn MessageHandler>>, run: impl FnOnce()) {
    let outer = IDLE_HANDLER.replace(handler);
    run();
    IDLE_HANDLER.set(outer);
}

/// Returns what executes calls on this thread, whether it is executing one or is idle; `None` on the library's own threads.
pub(super) fn handler_of_this_thread() -> Option<Rc<dyn MessageHandler>> {
    let current = CURRENT.with_borrow(|current| current.as_ref().map(|current| Rc::clone(&current.handler)));
    current.or_else(|| IDLE_HANDLER.with_borrow(Option::clone))
}
