//! The handshake: client and server authenticate each other and agree on the interface and the transport.
//!
//! | step | side | action |
//! |---|---|---|
//! | 1 | client | starts the server and writes a [`Greeting`] to its standard input: two secrets and where to connect |
//! | 2 | server | connects and sends `Hello`: its secret, the protocol's version and the interface's fingerprint |
//! | 3 | client | sends `Start`: its secret, the library to load, the start arguments, and shared memory if it offers any |
//! | 4 | server | loads the library and sends `Ready`, or `StartFailed` |
//!
//! A server that was started by hand has no secrets. There, both sides ask the system for the user at the other end.

mod client;
mod secrets;
mod server;
mod transport;

pub(crate) use client::{Agreement, HANDSHAKE_THREAD, HandshakeError, shake_hands};
pub(crate) use secrets::{Greeting, Secrets, random_secret};
pub(crate) use server::{complete_handshake, describe_server, open_shared_memory, receive_start};
pub use transport::Transport;
pub(crate) use transport::TransportOffer;
