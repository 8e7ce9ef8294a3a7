//! The native library: finding it, loading it, looking up its symbols, and saying why that fails.

mod image;
mod load;
mod native;

pub(crate) use image::{Image, bits};
pub use load::Library;
#[cfg(feature = "dotnet")]
pub(crate) use load::{program_dir, system_error};
pub use native::NativeLibrary;
