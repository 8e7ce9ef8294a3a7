//! The 32-bit side: the process that loads the library and answers calls.
//!
//! In reading order: [`serve()`] reads the command line; a server is launched by its client or listens for clients; it starts the
//! implementation, receives messages, dispatches calls to the implementation and replies.

mod command_line;
mod context;
mod launched;
mod listen;
mod report;
mod start;

mod serve;

mod batch;
mod call;
mod callback;
mod catch;
mod memory;
mod target;

mod cleanup;
mod client_state;
mod connection;
mod current;
mod main_thread;

pub use call::Call;
pub use catch::{attempt, native};
pub use cleanup::{AbandonedHandles, Closer};
pub use command_line::serve;
pub use context::{Serve, ServerContext};
#[cfg(feature = "testing")]
pub(crate) use launched::serve_client;
pub(crate) use memory::free_memory_of;
pub(crate) use serve::CallServer;
pub use target::{Dispatch, LibraryThreadTargets, ThreadTarget, library_thread_targets, thread_target};
pub(crate) use target::{Served, close_handles_of};
