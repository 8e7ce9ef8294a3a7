//! The native library: finding it, loading it, looking up its symbols, and saying why that fails.

mod image;
mod load;
mod symbol;

pub(crate) use image::{Image, bits};
pub use load::Library;
pub use symbol::{Resolver, Symbol};
