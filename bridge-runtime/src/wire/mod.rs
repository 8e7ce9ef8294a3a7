//! The wire format: messages, and the frames in which they travel. Nothing here does any I/O.

mod batch;
pub mod frame;
mod memory;
mod message;
mod nesting;
pub mod tag;

pub use batch::{PartsWriter, next_part};
pub use memory::{Allocation, Block, MemoryCall};
pub use message::{
    GrowArena, Hello, Joined, Message, OpenConnection, PROTOCOL_VERSION, Purpose, Ready, Secret, Start, StartFailure,
};
pub use nesting::{NO_CALL, OUTERMOST};
