//! The runtime of bridge32.
