//! The 32-bit side: the process that loads the library and answers calls.

mod catch;
mod command_line;
mod context;
mod listen;
mod report;
mod session;
mod started;

pub use catch::native;
pub use command_line::serve;
pub use context::{Serve, ServerContext};
pub(crate) use session::{Served, ready, serve_lane};
