//! The client's side of the handshake.

use std::io;

use super::transport::{Transport, TransportOffer};
use crate::error::Error;
use crate::interface::{Description, differences};
use crate::transport::{ARENA_LIMIT, Channel};
use crate::wire::tag::hello_version;
use crate::wire::{Hello, Message, PROTOCOL_VERSION, Ready, Secret, Start, StartFailure};

/// The name of the threads that shake hands with servers.
pub(crate) const HANDSHAKE_THREAD: &str = "bridge32 handshake";

/// Why a handshake failed.
#[derive(Debug)]
pub(crate) enum HandshakeError {
    /// The connection broke. The exit of the server process is the better error, where it is known.
    Connection(io::Error),
    /// One side rejects the other, or a message is invalid.
    Refused(Error),
}

impl From<io::Error> for HandshakeError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData => Self::Refused(Error::protocol(error.to_string()).before_call()),
            _ => Self::Connection(error),
        }
    }
}

impl From<Error> for HandshakeError {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// The result of a successful handshake.
#[derive(Debug)]
pub(crate) struct Agreement {
    /// The id of the server's process, as the server reports it.
    pub(crate) pid: u32,
    /// The server's description of itself.
    pub(crate) ready: Ready,
    pub(crate) transport: Transport,
}

/// Authenticates the server at the other end of `channel` and starts it. `secret` is the one that the server must present.
///
/// # Errors
/// [`HandshakeError`].
pub(crate) fn shake_hands(
    channel: &mut Channel,
    description: &Description,
    secret: Secret,
    start: Start,
    offer: TransportOffer,
) -> Result<Agreement, HandshakeError> {
    let hello = receive_hello(channel, secret)?;
    if hello.fingerprint != description.fingerprint() || hello.interface != description.name {
        return Err(compare(channel, description, &hello)?.into());
    }
    channel.send_message(&Message::Start(Box::new(Start { memory: offer.address()?, ..start })))?;
    match channel.receive()?.0 {
        Message::Ready(ready) => {
            let transport = offer.conclude(channel, ready.refused.as_deref(), ARENA_LIMIT)?;
            Ok(Agreement { pid: hello.pid, ready: *ready, transport })
        }
        Message::StartFailed(failure) => Err(start_error(*failure).into()),
        _ => Err(unexpected().into()),
    }
}

/// Receives the server's hello, and checks its version and its secret.
fn receive_hello(channel: &mut Channel, secret: Secret) -> Result<Hello, HandshakeError> {
    channel.wait()?;
    // The version comes first: the rest of another version's hello may differ.
    match hello_version(channel.message_bytes()) {
        None | Some(PROTOCOL_VERSION) => {}
        Some(server) => return Err(Error::ProtocolVersion { client: PROTOCOL_VERSION, server }.into()),
    }
    match channel.decode_message()?.0 {
        Message::Hello(hello) if hello.secret == secret => Ok(*hello),
        Message::Hello(_) => Err(Error::Impostor { reason: "it does not know the secret".to_owned() }.into()),
        _ => Err(Error::Impostor { reason: "it did not introduce itself".to_owned() }.into()),
    }
}

/// Requests the server's methods, and returns the error that lists how they differ from the client's.
fn compare(channel: &mut Channel, description: &Description, hello: &Hello) -> Result<Error, HandshakeError> {
    channel.send_message(&Message::Describe)?;
    let Message::Description(server) = channel.receive()?.0 else { return Err(unexpected().into()) };
    Ok(Error::InterfaceMismatch {
        interface: description.name.to_owned(),
        differences: differences((description.name, &description.signatures()), (&hello.interface, &server)),
    })
}

fn start_error(failure: StartFailure) -> Error {
    match failure {
        StartFailure::Library(error) => Error::Library(error),
        other => Error::ServerStart { reason: other.to_string(), stdout: String::new(), stderr: String::new() },
    }
}

fn unexpected() -> Error {
    Error::protocol("a message is not part of the handshake").before_call()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marshal::Buffer;
    use crate::transport::{FrameTransport as _, Route, in_process_pair};
    use crate::wire::frame;

    const DESCRIPTION: Description = Description::example(&[]);

    /// Returns the client's error for a server whose first message is `message`.
    fn refusal_of(message: &[u8]) -> Error {
        let (client, mut server) = in_process_pair();
        let mut sent = Buffer::default();
        frame::begin(&mut sent).unwrap();
        sent.extend(message).unwrap();
        frame::finish(&mut sent);
        server.send(&mut sent, crate::marshal::BorrowedSlices::NONE).unwrap();
        let offer = TransportOffer::new(Transport::Pipe, &Route::CONNECTED).unwrap();
        match shake_hands(&mut Channel::new(client), &DESCRIPTION, [7; 16], Start::default(), offer) {
            Err(HandshakeError::Refused(error)) => error,
            _ => panic!("it was not refused"),
        }
    }

    fn hello(protocol: u32, secret: Secret) -> Vec<u8> {
        let (interface, fingerprint) = (DESCRIPTION.name.to_owned(), DESCRIPTION.fingerprint());
        let hello = Hello { protocol, secret, interface, fingerprint, pid: 1 };
        postcard::to_allocvec(&Message::Hello(Box::new(hello))).unwrap()
    }

    #[test]
    fn another_version_is_named_whatever_follows_it() {
        for server in [0, PROTOCOL_VERSION + 1, u32::MAX] {
            let mut message = postcard::to_allocvec(&(0u8, server)).unwrap();
            for _ in 0..3 {
                let error = refusal_of(&message);
                assert!(matches!(error, Error::ProtocolVersion { server: found, .. } if found == server), "{error:?}");
                message.extend([0xff; 9]);
            }
            let error = refusal_of(&hello(server, [0; 16]));
            assert!(matches!(error, Error::ProtocolVersion { .. }), "{error:?}");
        }
    }

    #[test]
    fn a_wrong_secret_is_an_impostor() {
        assert!(matches!(refusal_of(&hello(PROTOCOL_VERSION, [8; 16])), Error::Impostor { .. }));
        assert!(matches!(refusal_of(&postcard::to_allocvec(&Message::Describe).unwrap()), Error::Impostor { .. }));
    }

    #[test]
    fn every_damaged_hello_is_refused() {
        let whole = hello(PROTOCOL_VERSION, [8; 16]);
        for length in 0..whole.len() {
            refusal_of(&whole[..length]);
        }
        for position in 0..whole.len() {
            for value in 0..=255 {
                let mut damaged = whole.clone();
                damaged[position] = value;
                refusal_of(&damaged);
            }
        }
    }
}
