//! The shared-memory transport: frames travel through memory that both processes have mapped, and the byte stream of the
//! connection becomes a doorbell that wakes the other end when it sleeps.
//!
//! The client creates the memory, a new one for each connection, and offers it during the handshake. Once both processes have
//! mapped it, it no longer has a name. It holds two one-way channels. A frame begins in the slot of its channel, and nearly
//! every frame ends there, too; the rest of a longer one follows through a ring buffer, piece by piece, which the receiver
//! empties meanwhile.
//!
//! | file | its part |
//! |---|---|
//! | `layout` | what the memory holds, in atomics only: that is why sharing it with another process is sound |
//! | `end` | one process's mapping of the memory, before and after the upgrade |
//! | `transport` | sending and receiving frames |
//! | `placement` | on which processors the two ends run |
//! | `spin` | how long to poll before sleeping |
//! | `wakeup` | sleeping and waking without losing a wake-up |
//!
//! Each frame is encoded and decoded in memory of this process's own, and copied once on its way. It cannot be decoded in the
//! shared memory: the other process may write there at any time, so no `&[u8]` may point into it, and what was checked may
//! have changed when it is used.

mod end;
mod layout;
mod placement;
mod spin;
#[cfg(test)]
mod tests;
mod transport;
mod wakeup;

pub use end::SharedMemoryEnd;
pub use transport::SharedMemoryTransport;
