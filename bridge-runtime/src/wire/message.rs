//! The messages between client and server.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{LibraryError, with_sources};
use crate::fault::Fault;

/// The version of the protocol, which is everything in this module. Client and server must have the same.
pub const PROTOCOL_VERSION: u32 = 3;

/// Proves to the other process that this is the one it expects.
pub type Secret = [u8; 16];

/// A message. Arguments and results are not part of it, but follow it in the frame.
///
/// The order of the variants is part of the protocol: new ones are appended. Large and rare contents are boxed, so that a
/// `Message` is cheap to move.
#[derive(Serialize, Deserialize)]
pub enum Message {
    /// Server to client, first on a connection: introduces the server.
    Hello(Box<Hello>),
    /// Client to server: accepts the hello, and asks the server to start.
    Start(Box<Start>),
    /// Client to server, instead of `Start`: asks for the server's methods, for an error message, and ends the handshake.
    Describe,
    /// Server to client: the signatures of the server's methods.
    Description(Vec<String>),
    /// Server to client: ready for calls.
    Ready(Box<Ready>),
    /// Server to client, instead of `Ready`: why it cannot start.
    StartFailed(Box<StartFailure>),
    /// Client to server: calls a method. The arguments follow.
    Call {
        /// The method's index in the interface.
        method: u32,
    },
    /// Server to client: the call is done. The result follows.
    Return,
    /// Server to client: the call failed. Client to server: the callback failed.
    Fault(Box<Fault>),
    /// Server to client, during a call: calls one of the call's closures. The arguments follow.
    Callback {
        /// The nesting depth of the call with the closure; that of an outermost call is 1.
        depth: u32,
        /// The closure's index among those of the method.
        place: u32,
    },
    /// Server to client: calls a registered closure. The arguments follow. It is sent during a call on the call's connection,
    /// or on the event connection.
    Event {
        /// The client's number for the closure.
        registration: u32,
    },
    /// Client to server: the callback is done. The result follows.
    CallbackReturn,
    /// Client to server, between calls: these closures are no longer registered. The reply is `Return`.
    Unregister(Vec<u32>),
    /// Client to server, between calls: asks for an extra connection. The reply is `Return`, after [`Message::Joined`] was sent
    /// on the extra connection.
    OpenConnection(Box<OpenConnection>),
    /// Server to client, first on an extra connection: introduces the server.
    Joined(Box<Joined>),
    /// Client to server, between calls: offers a larger arena, which is used from the next call on. The reply is `Return`, or
    /// `Fault` if the server cannot open it; then the connection keeps the arena it has.
    GrowArena(Box<GrowArena>),
    /// Client to server: makes several calls in their order. Each is a part (see [`next_part`](super::next_part)): a
    /// [`Message::Call`] and its arguments.
    Batch {
        /// Whether the first call that fails is the last one made.
        stop: bool,
    },
    /// Server to client: the batch is done. The results of the calls that were made follow. Each is a part: a
    /// [`Message::Return`] and the result, or a [`Message::Fault`].
    Results,
    /// As [`Message::Event`], on the event connection, from a server thread that executes calls. Calls made by the closure come
    /// on the same connection, before the closure's result.
    NestingEvent {
        /// The client's number for the closure.
        registration: u32,
    },
}

/// Its kind only: messages have secrets and the user's data in them, and errors print them.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hello(_) => "Hello",
            Self::Start(_) => "Start",
            Self::Describe => "Describe",
            Self::Description(_) => "Description",
            Self::Ready(_) => "Ready",
            Self::StartFailed(_) => "StartFailed",
            Self::Call { .. } => "Call",
            Self::Return => "Return",
            Self::Fault(_) => "Fault",
            Self::Callback { .. } => "Callback",
            Self::Event { .. } => "Event",
            Self::CallbackReturn => "CallbackReturn",
            Self::Unregister(_) => "Unregister",
            Self::OpenConnection(_) => "OpenConnection",
            Self::Joined(_) => "Joined",
            Self::GrowArena(_) => "GrowArena",
            Self::Batch { .. } => "Batch",
            Self::Results => "Results",
            Self::NestingEvent { .. } => "NestingEvent",
        })
    }
}

/// An extra connection, which the server is to open.
#[derive(Debug, Serialize, Deserialize)]
pub struct OpenConnection {
    /// The address at which the client listens.
    pub address: String,
    /// The secret by which the client recognizes the server on the connection.
    pub secret: Secret,
    /// What the connection is for.
    pub purpose: Purpose,
    /// The address of the shared memory that the client offers for the connection.
    pub memory: Option<String>,
}

/// How the server introduces itself on an extra connection.
#[derive(Debug, Serialize, Deserialize)]
pub struct Joined {
    /// The secret of [`OpenConnection`].
    pub secret: Secret,
    /// As [`Ready::refused`], for this connection.
    pub refused: Option<String>,
}

/// A larger arena, which the server is to open.
#[derive(Debug, Serialize, Deserialize)]
pub struct GrowArena {
    /// Its address.
    pub address: String,
    /// Its length in words of eight bytes.
    pub words: u32,
}

/// What an extra connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Calls, executed by a server thread of the connection's own.
    Calls,
    /// Registered closures that the library calls outside any call.
    Events,
}

/// How the server introduces itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hello {
    /// The server's [`PROTOCOL_VERSION`]. It is the first field in every version.
    pub protocol: u32,
    /// The server's secret; zero for a server that was started by hand.
    pub secret: Secret,
    /// The name of the interface.
    pub interface: String,
    /// The fingerprint of the interface.
    pub fingerprint: u64,
    /// The server's process id.
    pub pid: u32,
}

/// What the server needs to start.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Start {
    /// The client's secret.
    pub secret: Secret,
    /// The library to load instead of the interface's default.
    pub library: Option<String>,
    /// Additional folders to search for the library's dependencies.
    pub library_dirs: Vec<String>,
    /// The start arguments of the interface, encoded.
    pub args: Vec<u8>,
    /// The address of the shared memory that the client offers for the connection.
    pub memory: Option<String>,
    /// Whether the callers are C programs, which use a drop-in library.
    pub for_c: bool,
}

/// What the server says about itself when it is ready.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ready {
    /// The architecture of the server's process.
    pub architecture: String,
    /// The operating system the server runs on.
    pub os: String,
    /// The library that was loaded.
    pub library: Option<String>,
    /// The path of the server's executable, as the server sees it.
    pub executable: String,
    /// Why the server does not use the offered shared memory. `None` if it does; the next message then travels through it.
    pub refused: Option<String>,
}

/// Why the server cannot start.
#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
pub enum StartFailure {
    /// The client is not the one that launched this server.
    #[error("the client is not the one that launched this server")]
    Secret,
    /// The start arguments cannot be decoded.
    #[error("the start arguments cannot be decoded: {0}")]
    Args(String),
    /// The library could not be loaded.
    #[error("{}", with_sources(.0))]
    Library(LibraryError),
    /// The server's own start failed.
    #[error("{0}")]
    Server(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_in_an_error_shows_no_secret() {
        let start = Start { secret: [0x5a; 16], args: b"password".to_vec(), ..Start::default() };
        assert_eq!(format!("{:?}", Message::Start(Box::new(start))), "Start");
    }
}
