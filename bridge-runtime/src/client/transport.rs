//! What a client's calls travel over.

use std::io;

use crate::error::Error;
use crate::sys::MemoryOffer;
use crate::transport::{Channel, SharedMemoryEnd, wine_path};

/// How a client and its server exchange messages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// Shared memory where both processes can map it, otherwise the pipe. `$BRIDGE32_TRANSPORT` may say `pipe` or
    /// `shared-memory`, which then counts as if the program had said so.
    #[default]
    Auto,
    /// A named pipe on Windows, a Unix domain socket elsewhere.
    Pipe,
    /// Memory that both processes map. A waiting side spins for a moment and then sleeps; the pipe wakes it.
    SharedMemory,
}

/// The environment variable that decides where the program does not.
const VARIABLE: &str = "BRIDGE32_TRANSPORT";

/// The connection that a server is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct TransportRequest {
    channel: Transport,
    /// Whether the server is a Windows process on a Unix system.
    for_wine: bool,
}

/// What a server is offered, ready to be taken.
pub(super) struct TransportOffer {
    choice: TransportRequest,
    /// The memory of shared memory, and what the server opens it by.
    memory: Option<(SharedMemoryEnd, MemoryOffer)>,
}

impl Transport {
    /// What the environment makes of it.
    ///
    /// # Errors
    /// [`Error::Transport`] if it asks for what there is not.
    pub(super) fn resolve(self, for_wine: bool) -> Result<TransportRequest, Error> {
        let said = std::env::var_os(VARIABLE).unwrap_or_default();
        let channel = if self == Self::Auto { Self::named(&said.to_string_lossy())? } else { self };
        Ok(TransportRequest { channel, for_wine })
    }

    fn named(name: &str) -> Result<Self, Error> {
        match name {
            "" | "auto" => Ok(Self::Auto),
            "pipe" => Ok(Self::Pipe),
            "shared-memory" => Ok(Self::SharedMemory),
            other => Err(Error::Transport(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("${VARIABLE} is `{other}`; use `auto`, `pipe` or `shared-memory`"),
            ))),
        }
    }
}

impl TransportRequest {
    /// The same for an extra connection, where a pipe does if memory is short.
    pub(super) fn extra(channel: Transport, for_wine: bool) -> Self {
        let channel = if channel == Transport::SharedMemory { Transport::Auto } else { Transport::Pipe };
        Self { channel, for_wine }
    }

    /// Makes what the server is to be offered.
    pub(super) fn offer(self) -> Result<TransportOffer, Error> {
        let memory = match self.channel {
            Transport::Pipe => None,
            Transport::SharedMemory => Some(SharedMemoryEnd::offer().map_err(Error::Transport)?),
            Transport::Auto => SharedMemoryEnd::offer().ok(),
        };
        Ok(TransportOffer { choice: self, memory })
    }
}

impl TransportOffer {
    /// What the server opens the memory by, if there is any.
    pub(super) fn address(&self) -> Option<String> {
        let (_, offer) = self.memory.as_ref()?;
        let address = offer.address();
        Some(if self.choice.for_wine { wine_path(&address) } else { address })
    }

    /// Goes over to what the server has taken, if it has not `refused` it; returns what that is. Of memory for long arrays it
    /// may have `arena_limit` bytes.
    pub(super) fn take(
        self,
        channel: &mut Channel,
        refused: Option<&str>,
        arena_limit: usize,
    ) -> Result<Transport, Error> {
        match (self.memory, refused) {
            (None, _) => Ok(Transport::Pipe),
            (Some(_), Some(reason)) if self.choice.channel == Transport::SharedMemory => {
                Err(Error::Transport(io::Error::other(format!("the server refuses it: {reason}"))))
            }
            (Some(_), Some(_)) => Ok(Transport::Pipe),
            (Some((end, _)), None) => {
                channel.upgrade(end, arena_limit).map_err(Error::Transport)?;
                Ok(Transport::SharedMemory)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::in_process_pair;

    #[test]
    fn a_lane_that_is_not_named_right_is_refused() {
        assert!(matches!(Transport::named("auto"), Ok(Transport::Auto)));
        assert!(matches!(Transport::named("shared-memory"), Ok(Transport::SharedMemory)));
        let Err(Error::Transport(error)) = Transport::named("fast") else { panic!("it was taken") };
        assert!(error.to_string().contains("`fast`"), "{error}");
    }

    /// What the client takes when the server says that.
    #[cfg(any(target_os = "linux", windows))]
    fn taken(channel: Transport, refused: Option<&str>) -> Result<Transport, Error> {
        let choice = TransportRequest { channel, for_wine: false };
        // Nothing that shared memory could wake through.
        let mut end = Channel::new(in_process_pair().0);
        choice.offer().unwrap().take(&mut end, refused, 0)
    }

    #[cfg(any(target_os = "linux", windows))]
    #[test]
    fn what_the_server_refuses_is_an_error_only_where_it_was_asked_for() {
        assert!(matches!(taken(Transport::Auto, Some("no memory")), Ok(Transport::Pipe)));
        assert!(matches!(taken(Transport::Pipe, None), Ok(Transport::Pipe)));
        let Err(Error::Transport(error)) = taken(Transport::SharedMemory, Some("no memory")) else {
            panic!("it was taken")
        };
        assert!(error.to_string().contains("no memory"), "{error}");
    }
}
