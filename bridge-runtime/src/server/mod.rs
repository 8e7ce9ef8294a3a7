//! The 32-bit side: the process that loads the library and answers calls.

mod batch;
mod call;
mod catch;
mod cleanup;
mod client_state;
mod command_line;
mod connection;
mod context;
mod launched;
mod listen;
mod main_thread;
mod memory;
mod report;
mod session;

pub use call::{Call, Closure, Dispatch};
pub use catch::native;
pub(crate) use cleanup::close_all_of;
pub use cleanup::{AbandonedHandles, Closer};
pub use command_line::serve;
pub(crate) use connection::DispatchTarget;
pub use connection::ThreadTarget;
pub use context::{Serve, ServerContext};
#[cfg(feature = "testing")]
pub(crate) use launched::{converse, read_greeting};
pub(crate) use memory::free_all_of;
pub use session::thread_target;
pub(crate) use session::{Served, ready, serve_channel};
