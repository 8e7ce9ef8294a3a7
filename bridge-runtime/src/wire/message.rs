//! What client and server say to each other. Arguments and results follow the message that announces them.

use serde::{Deserialize, Serialize};

use crate::error::{LibraryError, with_sources};
use crate::fault::Fault;

/// The version of everything in this module; client and server must agree on it.
pub const PROTOCOL: u32 = 2;

/// What one side proves itself with.
pub type Secret = [u8; 16];

/// The head of every message. New messages go to the end: the number of each is its place here. What is rare and large is
/// boxed, for the heads of calls are moved about.
#[derive(Debug, Serialize, Deserialize)]
pub enum Message {
    /// Server to client, first on every connection.
    Hello(Box<Hello>),
    /// Client to server: the hello is accepted, begin.
    Start(Box<Start>),
    /// Client to server, instead of `Start`: list your methods, for an error message, and end.
    Describe,
    /// Server to client: the signature of each method.
    Description(Vec<String>),
    /// Server to client: calls may come.
    Ready(Box<Ready>),
    /// Server to client, instead of `Ready`.
    StartFailed(Box<Failure>),
    /// Client to server: call a method; its arguments follow.
    Call {
        /// The method's place in the interface.
        method: u32,
    },
    /// Server to client: the result follows.
    Return,
    /// Server to client: the call could not be carried out. Client to server: the callback failed.
    Fault(Box<Fault>),
    /// Server to client, while a call is carried out: run one of its closures; the arguments follow.
    Callback {
        /// How many calls the one with the closure is inside of, itself included.
        depth: u32,
        /// The closure's place among the method's.
        place: u32,
    },
    /// Server to client: run a closure that was registered; the arguments follow. On the connection of a call, while it is
    /// carried out, or on the event connection.
    Event {
        /// The number that the client gave it.
        registration: u32,
    },
    /// Client to server: what the closure returned follows.
    CallbackReturn,
    /// Client to server, between calls: these registrations are over. The answer is `Return`.
    Unregister(Vec<u32>),
    /// Client to server, between calls: connect another connection. The answer is `Return`, once [`Message::Joined`] is on the
    /// new connection.
    Open(Box<Open>),
    /// Server to client, first on an extra connection.
    Joined(Box<Joined>),
    /// Client to server, between calls: from the next call on, long arrays lie in this memory. The answer is `Return`, or
    /// `Fault` if the server cannot have it, and the connection has what it had before.
    GrowArena(Box<GrowArena>),
    /// Client to server: make these calls, one after the other. Each is a part (see [`next_part`](super::next_part)): its
    /// [`Message::Call`], and its arguments.
    Batch {
        /// Whether no further call is made after one that failed.
        stop: bool,
    },
    /// Server to client: the results of a batch follow, those of the calls that were made. Each is a part: [`Message::Return`]
    /// and the result, or [`Message::Fault`].
    Results,
    /// As [`Message::Event`], on the event connection, from a thread that carries out calls: those of the closure come on
    /// this connection, before its answer.
    NestingEvent {
        /// The number that the client gave it.
        registration: u32,
    },
}

/// An extra connection.
#[derive(Debug, Serialize, Deserialize)]
pub struct Open {
    /// Where the client waits.
    pub address: String,
    /// What the new connection proves itself with.
    pub secret: Secret,
    /// What the connection is for.
    pub purpose: Purpose,
    /// The memory of shared memory that the client offers.
    pub memory: Option<String>,
}

/// The other end of an extra connection.
#[derive(Debug, Serialize, Deserialize)]
pub struct Joined {
    /// What the connection proves itself with.
    pub secret: Secret,
    /// As [`Ready::refused`], for this connection.
    pub refused: Option<String>,
}

/// Memory for long arrays.
#[derive(Debug, Serialize, Deserialize)]
pub struct GrowArena {
    /// What the server opens it by.
    pub address: String,
    /// How long it is.
    pub words: u32,
}

/// What an extra connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// Calls, which a thread of its own carries out.
    Calls,
    /// Closures that are called outside of any call.
    Events,
}

/// How the server introduces itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`]. It stays the first field in every version.
    pub protocol: u32,
    /// The server's half of the secret; zero for a server that was started by hand.
    pub secret: Secret,
    /// The interface's name.
    pub interface: String,
    /// The interface's fingerprint.
    pub fingerprint: u64,
    /// The server's process.
    pub pid: u32,
}

/// What the server needs to begin.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Start {
    /// The client's half of the secret.
    pub secret: Secret,
    /// The library to load instead of the interface's.
    pub library: Option<String>,
    /// Further folders with the library's dependencies.
    pub library_dirs: Vec<String>,
    /// The server's typed arguments, encoded.
    pub args: Vec<u8>,
    /// The memory of shared memory that the client offers.
    pub memory: Option<String>,
}

/// What the server says of itself when it can take calls.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ready {
    /// The architecture the server runs as.
    pub architecture: String,
    /// The system the server runs on.
    pub os: String,
    /// The library it loaded.
    pub library: Option<String>,
    /// The server's executable, as it sees it.
    pub executable: String,
    /// Why the memory that the client offers is not taken; without this, it is what carries every further message.
    pub refused: Option<String>,
}

/// Why the server cannot take calls.
#[derive(Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Failure {
    /// The client is not who started this server.
    #[error("the client is not who started this server")]
    Secret,
    /// The start arguments are not of the interface's type.
    #[error("the start arguments cannot be understood: {0}")]
    Args(String),
    /// The library could not be loaded.
    #[error("{}", with_sources(.0))]
    Library(LibraryError),
    /// The server type's own start failed.
    #[error("{0}")]
    Server(String),
}
