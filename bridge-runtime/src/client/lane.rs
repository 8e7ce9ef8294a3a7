//! What a client's calls travel over.

use std::io;

use crate::error::Error;
use crate::lane::{FastEnd, LaneEnd, wine_path};
use crate::sys::Offer;

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

/// The lane that a server is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    lane: Transport,
    /// Whether the server is a Windows process on a Unix system.
    for_wine: bool,
}

/// What a server is offered, ready to be taken.
pub(super) struct Offered {
    choice: Choice,
    /// The memory of a fast lane, and what the server opens it by.
    memory: Option<(FastEnd, Offer)>,
}

impl Transport {
    /// What the environment makes of it.
    ///
    /// # Errors
    /// [`Error::Transport`] if it asks for what there is not.
    pub(super) fn resolve(self, for_wine: bool) -> Result<Choice, Error> {
        let said = std::env::var_os(VARIABLE).unwrap_or_default();
        let lane = if self == Self::Auto { Self::named(&said.to_string_lossy())? } else { self };
        Ok(Choice { lane, for_wine })
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

impl Choice {
    /// The same for a further lane, where a pipe does if memory is short.
    pub(super) fn further(lane: Transport, for_wine: bool) -> Self {
        let lane = if lane == Transport::SharedMemory { Transport::Auto } else { Transport::Pipe };
        Self { lane, for_wine }
    }

    /// Makes what the server is to be offered.
    pub(super) fn offer(self) -> Result<Offered, Error> {
        let memory = match self.lane {
            Transport::Pipe => None,
            Transport::SharedMemory => Some(FastEnd::offer().map_err(Error::Transport)?),
            Transport::Auto => FastEnd::offer().ok(),
        };
        Ok(Offered { choice: self, memory })
    }
}

impl Offered {
    /// What the server opens the memory by, if there is any.
    pub(super) fn address(&self) -> Option<String> {
        let (_, offer) = self.memory.as_ref()?;
        let address = offer.address();
        Some(if self.choice.for_wine { wine_path(&address) } else { address })
    }

    /// Goes over to what the server has taken, if it has not `refused` it; returns what that is. Of memory for long arrays it
    /// may have `widest` bytes.
    pub(super) fn take(self, lane: &mut LaneEnd, refused: Option<&str>, widest: usize) -> Result<Transport, Error> {
        match (self.memory, refused) {
            (None, _) => Ok(Transport::Pipe),
            (Some(_), Some(reason)) if self.choice.lane == Transport::SharedMemory => {
                Err(Error::Transport(io::Error::other(format!("the server refuses it: {reason}"))))
            }
            (Some(_), Some(_)) => Ok(Transport::Pipe),
            (Some((end, _)), None) => {
                lane.quicken(end, widest).map_err(Error::Transport)?;
                Ok(Transport::SharedMemory)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lane::memory_pair;

    #[test]
    fn a_lane_that_is_not_named_right_is_refused() {
        assert!(matches!(Transport::named("auto"), Ok(Transport::Auto)));
        assert!(matches!(Transport::named("shared-memory"), Ok(Transport::SharedMemory)));
        let Err(Error::Transport(error)) = Transport::named("fast") else { panic!("it was taken") };
        assert!(error.to_string().contains("`fast`"), "{error}");
    }

    /// What the client takes when the server says that.
    #[cfg(any(target_os = "linux", windows))]
    fn taken(lane: Transport, refused: Option<&str>) -> Result<Transport, Error> {
        let choice = Choice { lane, for_wine: false };
        // Nothing that a fast lane could wake through.
        let mut end = LaneEnd::new(memory_pair().0);
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
