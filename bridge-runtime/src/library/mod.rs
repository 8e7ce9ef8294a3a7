//! Native libraries: finding and loading them, and looking up their symbols.

mod decoration;
mod image;
mod load;
mod native;

pub(crate) use decoration::Contradiction;
#[cfg(any(feature = "dotnet", feature = "testing"))]
pub(crate) use image::Image;
pub(crate) use image::bits;
pub(crate) use load::{is_server, serve_libraries};
#[cfg(feature = "dotnet")]
pub(crate) use load::{program_dir, system_error};
pub use native::NativeLibrary;
