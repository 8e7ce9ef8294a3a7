//! What a client's calls travel over.

use std::io;

use crate::error::Error;
use crate::lane::{FastEnd, LaneEnd, wine_path};
use crate::sys::Offer;

/// What the messages of a client and its server travel over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lane {
    /// The fast lane where both ends can have it, else the pipe lane; `$BRIDGE32_LANE` may say `pipe` or `fast`, which
    /// then goes as if the program said so.
    #[default]
    Auto,
    /// The pipe: a named pipe on Windows, a Unix domain socket elsewhere.
    Pipe,
    /// Memory that both processes share. Whoever waits looks at it for a moment, and then sleeps; the pipe wakes it.
    Fast,
}

/// The environment variable that decides where the program does not.
const VARIABLE: &str = "BRIDGE32_LANE";

/// The lane that a server is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    lane: Lane,
    /// Whether the server is a Windows process on a Unix system.
    for_wine: bool,
}

/// What a server is offered, ready to be taken.
pub(super) struct Offered {
    choice: Choice,
    /// The memory of a fast lane, and what the server opens it by.
    memory: Option<(FastEnd, Offer)>,
}

impl Lane {
    /// What the environment makes of it.
    ///
    /// # Errors
    /// [`Error::Lane`] if it asks for what there is not.
    pub(super) fn resolve(self, for_wine: bool) -> Result<Choice, Error> {
        let said = std::env::var_os(VARIABLE).unwrap_or_default();
        let lane = if self == Self::Auto { Self::named(&said.to_string_lossy())? } else { self };
        Ok(Choice { lane, for_wine })
    }

    fn named(name: &str) -> Result<Self, Error> {
        match name {
            "" | "auto" => Ok(Self::Auto),
            "pipe" => Ok(Self::Pipe),
            "fast" => Ok(Self::Fast),
            other => Err(Error::Lane(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("${VARIABLE} is `{other}`, which is none; say `auto`, `pipe` or `fast`"),
            ))),
        }
    }
}

impl Choice {
    /// The same for a further lane, where a pipe does if memory is short.
    pub(super) fn further(lane: Lane, for_wine: bool) -> Self {
        let lane = if lane == Lane::Fast { Lane::Auto } else { Lane::Pipe };
        Self { lane, for_wine }
    }

    /// Makes what the server is to be offered.
    pub(super) fn offer(self) -> Result<Offered, Error> {
        let memory = match self.lane {
            Lane::Pipe => None,
            Lane::Fast => Some(FastEnd::offer().map_err(Error::Lane)?),
            Lane::Auto => FastEnd::offer().ok(),
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
    pub(super) fn take(self, lane: &mut LaneEnd, refused: Option<&str>, widest: usize) -> Result<Lane, Error> {
        match (self.memory, refused) {
            (None, _) => Ok(Lane::Pipe),
            (Some(_), Some(reason)) if self.choice.lane == Lane::Fast => {
                Err(Error::Lane(io::Error::other(format!("the server refuses it: {reason}"))))
            }
            (Some(_), Some(_)) => Ok(Lane::Pipe),
            (Some((end, _)), None) => {
                lane.quicken(end, widest).map_err(Error::Lane)?;
                Ok(Lane::Fast)
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
        assert!(matches!(Lane::named("auto"), Ok(Lane::Auto)));
        assert!(matches!(Lane::named("fast"), Ok(Lane::Fast)));
        let Err(Error::Lane(error)) = Lane::named("Fast") else { panic!("it was taken") };
        assert!(error.to_string().contains("`Fast`"), "{error}");
    }

    /// What the client takes when the server says that.
    #[cfg(any(target_os = "linux", windows))]
    fn taken(lane: Lane, refused: Option<&str>) -> Result<Lane, Error> {
        let choice = Choice { lane, for_wine: false };
        // Nothing that a fast lane could wake through.
        let mut end = LaneEnd::new(memory_pair().0);
        choice.offer().unwrap().take(&mut end, refused, 0)
    }

    #[cfg(any(target_os = "linux", windows))]
    #[test]
    fn what_the_server_refuses_is_an_error_only_where_it_was_asked_for() {
        assert!(matches!(taken(Lane::Auto, Some("no memory")), Ok(Lane::Pipe)));
        assert!(matches!(taken(Lane::Pipe, None), Ok(Lane::Pipe)));
        let Err(Error::Lane(error)) = taken(Lane::Fast, Some("no memory")) else { panic!("it was taken") };
        assert!(error.to_string().contains("no memory"), "{error}");
    }
}
