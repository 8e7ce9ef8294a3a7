//! The procedural macros of bridge32.
