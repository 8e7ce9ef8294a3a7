//! Assemblies of .NET: methods of an interface bound to managed methods.
//!
//! A host, the CLR or Mono, is loaded when the first assembly is. Into it goes a small assembly of ours, `shim.dll`,
//! which does with reflection what this module asks it for: it binds methods, converts values, calls, and holds objects.
//! So the two hosts differ only in how they are started, and what managed code does is checked by its compiler.

mod assembly;
mod call;
mod host;
mod managed;
mod matrix;
mod object;
mod owned_value;
mod request;
mod value;

pub use assembly::{ManagedLibrary, class_names};
pub use call::{ManagedCall, ManagedOutcome};
pub use managed::{Element, Managed, void};
pub use matrix::{Matrix, Scalar};
pub use object::{Class, Instance, Object};
