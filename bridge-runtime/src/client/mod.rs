//! The 64-bit side: the program's line to the server.

mod arguments;
mod builder;
mod info;
mod meet;
mod session;

pub use arguments::{Arguments, Outcome};
pub use builder::{Builder, Client, connect, in_process};
pub use info::{ServerExit, ServerInfo};
pub use session::Session;
