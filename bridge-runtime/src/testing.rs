//! Access to internals for this project's tests and fuzz targets: client and server over a given transport, and the decoders
//! of data from other processes and files. Only with the feature `testing`; it may change in any release.

use std::io;
use std::time::Duration;

use crate::client::{Client, client_over};
use crate::error::Error;
use crate::handshake::{Greeting, Secrets};
use crate::library::Image;
use crate::native::Owner;
use crate::server::{Serve, free_memory_of, serve_client};
use crate::transport::{Channel, FrameTransport};
use crate::wire::{Secret, Start};

/// Encoding and decoding of values.
pub mod marshal {
    pub use crate::marshal::{ArenaView, Buffer, DecodeError, Decoder, SharedArena};
}

/// Byte streams between client and server.
pub mod transport {
    #[cfg(windows)]
    pub use crate::transport::both_pipe_ends;
    pub use crate::transport::{Disconnector, FrameTransport, PipeTransport};
}

/// Messages and frames.
pub mod wire {
    pub use crate::fault::Fault;
    pub use crate::wire::{Allocation, Joined, MemoryCall, Message, Secret, Start, frame, next_part, tag};
}

/// Whether this is Windows, and not Wine.
#[cfg(windows)]
pub fn is_real_windows() -> bool {
    !crate::sys::is_wine()
}

/// Returns a client over one end of a transport, at whose other end [`serve`] runs. `limits` are the time-outs of the
/// handshake and of a call.
///
/// # Errors
/// As [`Builder::connect`](crate::Builder::connect).
pub fn client<C: Client>(
    transport: impl FrameTransport + 'static,
    secret: Secret,
    start: Start,
    limits: (Duration, Option<Duration>),
) -> Result<C, Error> {
    client_over(Channel::new(transport), (secret, start), limits)
}

/// Serves the client at the other end of a transport, from the handshake until the client disconnects, as a launched server
/// does. The client owns the handles and memory that it opens, so several clients can be served in this process at a time.
///
/// # Errors
/// The error that broke the connection.
pub fn serve<S: Serve>(transport: impl FrameTransport + 'static, server: Secret, client: Secret) -> io::Result<()> {
    let owner = Owner::new();
    let _acting = owner.enter();
    let result = serve_client::<S>(Channel::new(transport), Secrets { server, client });
    free_memory_of(owner);
    result
}

/// Reads what a client writes to its server's standard input: the server's secret, the client's secret, and an address.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if the input is not a greeting.
pub fn read_greeting(mut input: &[u8]) -> io::Result<(Secret, Secret, String)> {
    let Greeting { secrets, address } = Greeting::parse(&crate::sys::read_line(&mut input)?)?;
    Ok((secrets.server, secrets.client, address))
}

/// Reads the header of an executable file: the libraries it needs, and the names it exports.
///
/// # Errors
/// A description of what the file is instead.
pub fn read_image(data: &[u8]) -> Result<(Vec<String>, Vec<String>), String> {
    let image = Image::parse(data)?;
    // Parsed from the same untrusted header; error messages print them.
    let _ = (image.architecture(), image.fits_this_process(), image.format.system());
    Ok((image.needed, image.exports))
}
