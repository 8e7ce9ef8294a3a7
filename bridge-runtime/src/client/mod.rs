//! The 64-bit side: the program's line to the server.

mod arguments;
mod batch;
mod builder;
mod call;
mod call_context;
mod call_sink;
mod callback;
mod connect;
mod connection;
mod deadline;
mod event_connection;
mod extra_connection;
mod fair_mutex;
mod handshake;
mod info;
mod instance;
mod memory;
mod nesting;
mod pending;
mod pool;
mod restart;
mod session;
mod start;
mod transport;

pub use arguments::{Arguments, Outcome};
pub use batch::{Batch, BatchMode};
#[cfg(feature = "testing")]
pub(crate) use builder::over;
pub use builder::{Builder, Client};
pub use call_sink::CallSink;
pub use callback::{CallClosures, CallbackReply, RegisteredClosure};
pub use info::{ServerExit, ServerInfo};
pub use memory::RemoteBuffer;
pub use pending::{Pending, PendingResults};
pub use restart::Restart;
pub use session::Session;
pub use transport::Transport;
