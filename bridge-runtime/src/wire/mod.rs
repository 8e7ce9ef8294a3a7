//! What travels: messages, and the frames they travel in. Nothing here reads or writes; that is a connection's work.

mod batch;
pub mod frame;
mod memory;
mod message;
mod nesting;
pub mod tag;

pub use batch::{Parts, next_part};
pub use memory::{Allocation, Block, MemoryCall};
pub use message::{Failure, GrowArena, Hello, Joined, Message, Open, PROTOCOL, Purpose, Ready, Secret, Start};
pub use nesting::{NO_CALL, OUTERMOST};
