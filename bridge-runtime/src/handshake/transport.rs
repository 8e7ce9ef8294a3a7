//! The choice of the transport: the client's request, its offer, and the server's answer.

use std::io;

use crate::environment::Environment;
use crate::error::Error;
use crate::sys::MemoryOffer;
use crate::transport::{Channel, Route, SharedMemoryEnd};

/// The transport of the messages between a client and its server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// Shared memory if both processes can map it, otherwise a pipe. The environment variable `BRIDGE32_TRANSPORT` can replace
    /// this choice with `pipe` or `shared-memory`.
    #[default]
    Auto,
    /// A named pipe on Windows, a Unix domain socket elsewhere.
    Pipe,
    /// Memory that both processes map. A waiting side spins briefly and then sleeps, until it is woken through a pipe.
    SharedMemory,
}

/// The environment variable that replaces [`Transport::Auto`].
const VARIABLE: &str = "BRIDGE32_TRANSPORT";

/// What a client offers a server, before the server accepts or refuses it.
pub(crate) struct TransportOffer {
    /// What the client wants to use.
    transport: Transport,
    route: Route,
    /// This end of the shared memory, and the offer with the address that the server opens it by.
    memory: Option<(SharedMemoryEnd, MemoryOffer)>,
}

impl Transport {
    /// Returns this choice, with [`Transport::Auto`] replaced by the environment's choice if there is one.
    ///
    /// # Errors
    /// [`Error::Transport`] if the environment names a transport that does not exist.
    pub(crate) fn resolve(self, environment: Environment) -> Result<Self, Error> {
        let variable = environment.variable(VARIABLE).unwrap_or_default();
        if self == Self::Auto { Self::named(&variable.to_string_lossy()) } else { Ok(self) }
    }

    /// The transport of an extra connection to a server whose first connection has this one: a pipe if there is not enough shared
    /// memory.
    pub(crate) fn of_extra_connection(self) -> Self {
        if self == Self::SharedMemory { Self::Auto } else { Self::Pipe }
    }

    pub(crate) fn named(name: &str) -> Result<Self, Error> {
        match name {
            "" | "auto" => Ok(Self::Auto),
            "pipe" => Ok(Self::Pipe),
            "shared-memory" => Ok(Self::SharedMemory),
            other => Err(unavailable(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("${VARIABLE} is `{other}`; use `auto`, `pipe` or `shared-memory`"),
            ))),
        }
    }
}

impl TransportOffer {
    /// Creates the shared memory to offer a server, unless a pipe is to be used.
    ///
    /// # Errors
    /// [`Error::Transport`] if shared memory was requested and cannot be created.
    pub(crate) fn new(transport: Transport, route: &Route) -> Result<Self, Error> {
        let memory = match transport {
            Transport::Pipe => None,
            Transport::SharedMemory => Some(SharedMemoryEnd::offer().map_err(unavailable)?),
            Transport::Auto => SharedMemoryEnd::offer().ok(),
        };
        Ok(Self { transport, route: route.clone(), memory })
    }

    /// Makes the address by which the server opens the shared memory, if any is offered.
    ///
    /// # Errors
    /// [`Error::Transport`] if the memory cannot be handed over.
    pub(crate) fn address(&self) -> Result<Option<String>, Error> {
        let memory = self.memory.as_ref();
        memory.map(|(_, offer)| self.route.memory_address(offer)).transpose().map_err(unavailable)
    }

    /// Switches the channel to what the server has accepted, and returns which transport that is. `refusal` is the server's
    /// reason not to use the memory; `arena_limit` bounds the channel's memory for long arrays, in bytes.
    ///
    /// # Errors
    /// [`Error::Transport`] if shared memory was requested and the server refuses it.
    pub(crate) fn conclude(
        self,
        channel: &mut Channel,
        refusal: Option<&str>,
        arena_limit: usize,
    ) -> Result<Transport, Error> {
        match (self.memory, refusal) {
            (None, _) => Ok(Transport::Pipe),
            (Some(_), Some(reason)) if self.transport == Transport::SharedMemory => {
                Err(unavailable(io::Error::other(format!("the server refuses it: {reason}"))))
            }
            (Some(_), Some(_)) => Ok(Transport::Pipe),
            (Some((end, _)), None) => {
                channel.upgrade(end, arena_limit).map_err(unavailable)?;
                Ok(Transport::SharedMemory)
            }
        }
    }
}

fn unavailable(source: io::Error) -> Error {
    Error::Transport { source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::in_process_pair;

    #[test]
    fn an_unknown_transport_is_refused() {
        assert!(matches!(Transport::named("auto"), Ok(Transport::Auto)));
        assert!(matches!(Transport::named("shared-memory"), Ok(Transport::SharedMemory)));
        let Err(Error::Transport { source: error }) = Transport::named("fast") else { panic!("it was accepted") };
        assert!(error.to_string().contains("`fast`"), "{error}");
    }

    /// Returns the transport that a client uses after this answer to its offer.
    #[cfg(any(target_os = "linux", windows))]
    fn concluded(transport: Transport, refusal: Option<&str>) -> Result<Transport, Error> {
        // A transport without a stream through which shared memory could wake a waiting side.
        let mut channel = Channel::new(in_process_pair().0);
        TransportOffer::new(transport, &Route::CONNECTED).unwrap().conclude(&mut channel, refusal, 0)
    }

    #[cfg(any(target_os = "linux", windows))]
    #[test]
    fn a_refusal_is_an_error_only_where_shared_memory_was_requested() {
        assert!(matches!(concluded(Transport::Auto, Some("no memory")), Ok(Transport::Pipe)));
        assert!(matches!(concluded(Transport::Pipe, None), Ok(Transport::Pipe)));
        let Err(Error::Transport { source: error }) = concluded(Transport::SharedMemory, Some("no memory")) else {
            panic!("it was accepted")
        };
        assert!(error.to_string().contains("no memory"), "{error}");
    }
}
