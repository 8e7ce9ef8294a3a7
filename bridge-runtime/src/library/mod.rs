//! Native libraries: finding and loading them, and looking up their symbols.

mod image;
mod load;
mod native;

pub(crate) use image::{Image, bits};
pub use load::Library;
#[cfg(feature = "dotnet")]
pub(crate) use load::{program_dir, system_error};
pub use native::NativeLibrary;
