//! The 64-bit side: the runtime of generated clients.
//!
//! In reading order: a builder makes a session, which launches a server or connects to one; a generated method makes a call on
//! the session, or records it in a batch; a call locks a connection, sends its request, serves callbacks and receives the reply.

mod builder;
mod info;
mod restart;
mod session;

mod connect;
mod current_server;
mod instance;
mod start;

mod arguments;
mod call;
mod call_context;
mod callback;
mod closures;

mod batch;
mod batch_results;
mod memory;
mod pending;

mod close_reason;
mod connection;
mod deadline;
mod event_connection;
mod extra_connection;
mod fair_mutex;
mod nesting;
mod pool;

pub use arguments::{Arguments, Outcome};
pub use batch::{Batch, BatchMode};
#[cfg(feature = "testing")]
pub(crate) use builder::client_over;
pub use builder::{Builder, Client};
pub use call::CallSink;
pub(crate) use closures::no_closures;
pub use closures::{CallClosures, CallbackReply, RegisteredClosure};
pub use info::{ServerExit, ServerInfo};
pub use memory::RemoteBuffer;
pub use pending::{Pending, PendingResults};
pub use restart::Restart;
pub use session::Session;
