//! What this project's own tests and fuzz targets reach into: both sides of a conversation over a line of theirs, and
//! the decoders of what other processes and files say. Behind a feature, and no part of the interface.

use std::io;
use std::time::Duration;

use crate::client::{Client, over};
use crate::error::Error;
use crate::handshake::{Greeting, Secrets};
use crate::library::Image;
use crate::native::Owner;
use crate::server::{Serve, free_memory_of, serve_client};
use crate::transport::{Channel, FrameTransport};
use crate::wire::{Secret, Start};

/// A client over one end of a line, at whose other end [`serve`] runs. `limits` are those of the meeting and of a call.
///
/// # Errors
/// As those of [`Builder::connect`](crate::Builder::connect).
pub fn client<C: Client>(
    transport: impl FrameTransport + 'static,
    secret: Secret,
    start: Start,
    limits: (Duration, Option<Duration>),
) -> Result<C, Error> {
    over(Channel::new(transport), (secret, start), limits)
}

/// Serves the client at the other end of a line, from the meeting to the end, as a server does that its client started. The
/// client owns what it opens: others may be served in this process at the same time.
///
/// # Errors
/// What broke the line.
pub fn serve<S: Serve>(transport: impl FrameTransport + 'static, server: Secret, client: Secret) -> io::Result<()> {
    let owner = Owner::new();
    let _acting = owner.enter();
    let result = serve_client::<S>(Channel::new(transport), Secrets { server, client });
    free_memory_of(owner);
    result
}

/// Reads what a client says on a server's standard input: both secrets, and an address.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] for what is no greeting.
pub fn read_greeting(mut said: &[u8]) -> io::Result<(Secret, Secret, String)> {
    let Greeting { secrets, address } = Greeting::read(&mut said)?;
    Ok((secrets.server, secrets.client, address))
}

/// Reads an executable file's header: the libraries it needs, and the names it exports.
///
/// # Errors
/// What it is instead of an executable file.
pub fn read_image(data: &[u8]) -> Result<(Vec<String>, Vec<String>), String> {
    let image = Image::parse(data)?;
    // What errors say of it, too.
    let _ = (image.architecture(), image.fits_this_process(), image.format.system());
    Ok((image.needed, image.exports))
}
