//! The 64-bit side: the program's line to the server.

mod arguments;
mod batch;
mod builder;
mod call;
mod callbacks;
mod calls;
mod connect;
mod deadline;
mod events;
mod exchange;
mod further;
mod generation;
mod info;
mod lane;
mod line;
mod meet;
mod parked;
mod pending;
mod pool;
mod remote;
mod restart;
mod session;
mod start;
mod turns;

pub use arguments::{Arguments, Outcome};
pub use batch::{Batch, BatchMode};
#[cfg(feature = "testing")]
pub(crate) use builder::over;
pub use builder::{Builder, Client, connect, in_process};
pub use callbacks::{Answer, Closures, RegisteredClosure};
pub use calls::Calls;
pub use info::{ServerExit, ServerInfo};
pub use lane::Transport;
pub use pending::{Pending, PendingResults};
pub use remote::RemoteBuffer;
pub use restart::Restart;
pub use session::Session;
