//! The client's side of the meeting.

use std::io;

use super::Transport;
use super::transport::TransportOffer;
use crate::error::Error;
use crate::interface::{Description, differences};
use crate::transport::{ARENA_LIMIT, Channel};
use crate::wire::tag::hello_version;
use crate::wire::{Hello, Message, PROTOCOL_VERSION, Ready, Secret, Start, StartFailure};

/// A meeting came to nothing.
pub(super) enum HandshakeError {
    /// The line broke; whoever knows the process knows more.
    Connection(io::Error),
    /// This is why.
    Final(Error),
}

impl From<io::Error> for HandshakeError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData => Self::Final(Error::Protocol(error.to_string())),
            _ => Self::Connection(error),
        }
    }
}

impl From<Error> for HandshakeError {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// Checks who connected, and starts it, with what it is offered. `secret` is what the server proves itself with.
pub(super) fn handshake(
    channel: &mut Channel,
    description: &Description,
    secret: Secret,
    start: Start,
    offered: TransportOffer,
) -> Result<(u32, Ready, Transport), HandshakeError> {
    channel.wait()?;
    // Looked at first: another version may have put something else behind it.
    match hello_version(channel.message_bytes()) {
        None | Some(PROTOCOL_VERSION) => {}
        Some(server) => return Err(Error::ProtocolVersion { client: PROTOCOL_VERSION, server }.into()),
    }
    let hello = match channel.decode_message()?.0 {
        Message::Hello(hello) => hello,
        _ => return Err(Error::Impostor("it did not introduce itself".to_owned()).into()),
    };
    check(&hello, secret)?;
    if hello.fingerprint != description.fingerprint() || hello.interface != description.name {
        channel.send_message(&Message::Describe)?;
        let Message::Description(server) = channel.receive()?.0 else { return Err(out_of_turn().into()) };
        return Err(Error::InterfaceMismatch {
            interface: description.name.to_owned(),
            differences: differences((description.name, &description.signatures()), (&hello.interface, &server)),
        }
        .into());
    }
    channel.send_message(&Message::Start(Box::new(Start { memory: offered.address(), ..start })))?;
    match channel.receive()?.0 {
        Message::Ready(ready) => {
            let taken = offered.take(channel, ready.refused.as_deref(), ARENA_LIMIT)?;
            Ok((hello.pid, *ready, taken))
        }
        Message::StartFailed(failure) => Err(error(*failure).into()),
        _ => Err(out_of_turn().into()),
    }
}

fn check(hello: &Hello, secret: Secret) -> Result<(), Error> {
    if hello.secret != secret {
        return Err(Error::Impostor("it does not know the secret".to_owned()));
    }
    Ok(())
}

fn error(failure: StartFailure) -> Error {
    match failure {
        StartFailure::Library(error) => Error::Library(error),
        other => Error::ServerStart(other.to_string()),
    }
}

fn out_of_turn() -> Error {
    Error::Protocol("a message came out of turn".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::Threads;
    use crate::marshal::Buffer;
    use crate::transport::{FrameTransport as _, in_process_pair};
    use crate::wire::frame;

    const DESCRIPTION: Description = Description {
        name: "I",
        server: "i-server32",
        version: "1.0.0",
        library: None,
        threads: Threads::Single,
        apartment: None,
        methods: &[],
    };

    /// What the client says to a server whose first message is this.
    fn met_with(message: &[u8]) -> Error {
        let (client, mut server) = in_process_pair();
        let mut sent = Buffer::default();
        frame::begin(&mut sent).unwrap();
        sent.extend(message).unwrap();
        frame::finish(&mut sent);
        server.send(&mut sent, crate::marshal::BorrowedSlices::NONE).unwrap();
        let choice = Transport::Pipe.resolve(false).unwrap();
        match handshake(&mut Channel::new(client), &DESCRIPTION, [7; 16], Start::default(), choice.offer().unwrap()) {
            Err(HandshakeError::Final(error)) => error,
            _ => panic!("it was not refused"),
        }
    }

    fn hello(protocol: u32, secret: Secret) -> Vec<u8> {
        let (interface, fingerprint) = (DESCRIPTION.name.to_owned(), DESCRIPTION.fingerprint());
        let hello = Hello { protocol, secret, interface, fingerprint, pid: 1 };
        postcard::to_allocvec(&Message::Hello(Box::new(hello))).unwrap()
    }

    #[test]
    fn another_version_is_named_whatever_it_says() {
        for server in [0, PROTOCOL_VERSION + 1, u32::MAX] {
            let mut message = postcard::to_allocvec(&(0u8, server)).unwrap();
            for _ in 0..3 {
                let error = met_with(&message);
                assert!(matches!(error, Error::ProtocolVersion { server: found, .. } if found == server), "{error:?}");
                message.extend([0xff; 9]);
            }
            let error = met_with(&hello(server, [0; 16]));
            assert!(matches!(error, Error::ProtocolVersion { .. }), "{error:?}");
        }
    }

    #[test]
    fn a_wrong_secret_is_an_impostor() {
        assert!(matches!(met_with(&hello(PROTOCOL_VERSION, [8; 16])), Error::Impostor(_)));
        assert!(matches!(met_with(&postcard::to_allocvec(&Message::Describe).unwrap()), Error::Impostor(_)));
    }

    #[test]
    fn every_damaged_hello_is_refused_or_goes_on() {
        let whole = hello(PROTOCOL_VERSION, [8; 16]);
        for length in 0..whole.len() {
            met_with(&whole[..length]);
        }
        for position in 0..whole.len() {
            for value in 0..=255 {
                let mut damaged = whole.clone();
                damaged[position] = value;
                met_with(&damaged);
            }
        }
    }
}
