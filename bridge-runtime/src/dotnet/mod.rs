//! Assemblies of .NET: methods of an interface bound to managed methods.
//!
//! A runtime, the CLR or Mono, is started together with the first assembly. It loads a small assembly that is part of this crate,
//! `shim.dll`, which binds methods by reflection, converts values, makes calls and keeps objects alive. So the two runtimes
//! differ only in how they are started.

mod assembly;
mod call;
mod host;
mod managed;
mod matrix;
mod object;
// Only the 64-bit side of a drop-in library has them in C.
#[cfg(target_pointer_width = "64")]
mod object_in_c;
mod owned_value;
mod request;
mod value;

pub use assembly::{ManagedLibrary, class_names};
pub use call::{ManagedCall, ManagedOutcome};
pub use managed::{Element, Managed, void};
pub use matrix::{Matrix, Scalar};
pub use object::{Class, Instance, Object};
pub use owned_value::OwnedValue;
pub use value::Value;
