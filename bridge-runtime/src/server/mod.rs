//! The 32-bit side: the process that loads the library and answers calls.

mod abandoned;
mod batch;
mod call;
mod catch;
mod command_line;
mod context;
mod line;
mod link;
mod listen;
mod main_thread;
mod memory;
mod report;
mod session;
mod started;

pub(crate) use abandoned::close_all_of;
pub use abandoned::{Abandoned, Closer};
pub use call::{Call, Closure, Dispatch};
pub use catch::native;
pub use command_line::serve;
pub use context::{Serve, ServerContext};
pub use line::LaneTarget;
pub(crate) use line::Target;
pub(crate) use memory::free_all_of;
#[cfg(feature = "testing")]
pub(crate) use session::Secrets;
pub use session::on_a_lane;
pub(crate) use session::{Served, ready, serve_lane};
#[cfg(feature = "testing")]
pub(crate) use started::{converse, read_greeting};
