//! What travels: messages, and the frames they travel in. Nothing here reads or writes; that is a lane's work.

mod batch;
pub mod frame;
pub mod head;
mod memory;
mod message;

pub use batch::{Parts, next_part};
pub use memory::{Allocation, Block, MemoryCall};
pub use message::{Bulk, Failure, Hello, Joined, Message, Open, PROTOCOL, Purpose, Ready, Secret, Start};
