//! Reads the sources of a crate and reports cycles between its modules and types that share a name.
//!
//! Names are resolved by Rust's rules as far as syntax allows: paths, imports, glob imports and re-exports. Types are not
//! inferred, so a method call is not a reference, but naming the type or the trait is.

mod cfg;
mod cycles;
mod duplicates;
mod references;
mod resolve;
mod source;
#[cfg(test)]
mod tests;

pub use cycles::{Cycle, cycles, folder_cycles};
pub use duplicates::{Duplicate, duplicates};
pub use references::{Reference, references};
pub use source::{Crate, ReadError};
