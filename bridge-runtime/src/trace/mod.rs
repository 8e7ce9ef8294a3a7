//! Events of a client and its servers for the crate `tracing`. Without the feature `tracing` all of it does nothing.
//!
//! | target | level | fields | when |
//! |---|---|---|---|
//! | `bridge32::client` | info | `pid`, `generation`, `server` | a server has started, or has been started again |
//! | `bridge32::client` | info, warn after a failure | `pid`, `status` | a server has ended |
//! | `bridge32::client` | warn | `pid`, `method`, `after` | a call's deadline has passed |
//! | `bridge32::server` | info | `pid`, `stream` | the server, or its library, has written a line |
//! | `bridge32::server` | warn | `pid`, `lost` | this many lines were dropped, because the subscriber was too slow |

#[cfg(not(feature = "tracing"))]
mod off;
#[cfg(feature = "tracing")]
mod on;
#[cfg(feature = "tracing")]
mod split;

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{Lines, Reporter, deadline_passed, started};
#[cfg(feature = "tracing")]
pub(crate) use on::{Lines, Reporter, deadline_passed, started};
