//! The client's side of the meeting.

use std::io;

use crate::error::Error;
use crate::interface::{Description, differences};
use crate::lane::LaneEnd;
use crate::wire::{Failure, Hello, Message, PROTOCOL, Ready, Secret, Start};

/// A meeting came to nothing.
pub(super) enum MeetingError {
    /// The line broke; whoever knows the process knows more.
    Line(io::Error),
    /// This is why.
    Final(Error),
}

impl From<io::Error> for MeetingError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData => Self::Final(Error::Protocol(error.to_string())),
            _ => Self::Line(error),
        }
    }
}

impl From<Error> for MeetingError {
    fn from(error: Error) -> Self {
        Self::Final(error)
    }
}

/// Checks who connected, and starts it. `secret` is what the server proves itself with.
pub(super) fn meet(
    lane: &mut LaneEnd,
    description: &Description,
    secret: Secret,
    start: Start,
) -> Result<(u32, Ready), MeetingError> {
    let hello = match lane.receive()?.0 {
        Message::Hello(hello) => hello,
        _ => return Err(Error::Impostor("it did not introduce itself".to_owned()).into()),
    };
    check(&hello, secret)?;
    if hello.fingerprint != description.fingerprint() || hello.interface != description.name {
        lane.say(&Message::Describe)?;
        let Message::Description(server) = lane.receive()?.0 else { return Err(out_of_turn().into()) };
        return Err(Error::InterfaceMismatch {
            interface: description.name.to_owned(),
            differences: differences((description.name, &description.signatures()), (&hello.interface, &server)),
        }
        .into());
    }
    lane.say(&Message::Start(start))?;
    match lane.receive()?.0 {
        Message::Ready(ready) => Ok((hello.pid, ready)),
        Message::StartFailed(failure) => Err(error(failure).into()),
        _ => Err(out_of_turn().into()),
    }
}

fn check(hello: &Hello, secret: Secret) -> Result<(), Error> {
    if hello.protocol != PROTOCOL {
        return Err(Error::ProtocolVersion { client: PROTOCOL, server: hello.protocol });
    }
    if hello.secret != secret {
        return Err(Error::Impostor("it does not know the secret".to_owned()));
    }
    Ok(())
}

fn error(failure: Failure) -> Error {
    match failure {
        Failure::Library(error) => Error::Library(error),
        other => Error::ServerStart(other.to_string()),
    }
}

fn out_of_turn() -> Error {
    Error::Protocol("a message came out of turn".to_owned())
}
