//! Transports: how messages travel between client and server.
//!
//! A [`Channel`] encodes and sends messages, and receives them. It hands each one as a frame to its [`FrameTransport`]: a byte
//! stream ([`PipeTransport`]), shared memory ([`SharedMemoryTransport`]), or a queue within one process
//! ([`InProcessTransport`]). The two processes connect at an [`Endpoint`].
//!
//! Nothing here knows about processes, calls, or what a message means.

mod broken;
mod channel;
mod disconnector;
mod doorbell;
mod endpoint;
mod fifo;
mod frame_transport;
#[cfg(unix)]
mod handed_over;
mod in_process;
mod local_socket;
mod local_stream;
mod pipe;
#[cfg(unix)]
mod private_dir;
mod route;
mod shared_memory;
#[cfg(unix)]
mod unix_socket;

pub(crate) use channel::{ARENA_LIMIT, EXTRA_ARENA_LIMIT, LargerArena};
pub use channel::{Channel, ClientRequest, OwnedMessage, StreamingReply};
pub use disconnector::Disconnector;
pub use doorbell::Doorbell;
pub(crate) use endpoint::{Endpoint, connect, report_exceptions};
pub use frame_transport::FrameTransport;
pub use in_process::in_process_pair;
#[cfg(all(windows, feature = "testing"))]
pub use local_socket::both_pipe_ends;
pub(crate) use local_socket::{LocalListener, connect_local, named_path};
pub use pipe::PipeTransport;
pub(crate) use route::{Route, wine_path};
pub use shared_memory::SharedMemoryEnd;
