//! What travels: messages, and the frames they travel in. Nothing here reads or writes; that is a lane's work.

pub mod frame;
mod message;

pub use message::{Failure, Hello, Message, PROTOCOL, Ready, Secret, Start, hello_protocol};
