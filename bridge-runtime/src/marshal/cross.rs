//! The types that can be sent between client and server, with an error message for those that cannot.
//!
//! Generated code writes a type as `<T as Cross<_>>::Value` where it passes the type to generic functions. For a type that
//! cannot be sent, the compiler then reports this once, at the type and with the message below. A bound `T: Serialize` at
//! each of these functions would be one more error each; here they follow from the supertraits.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type whose values can be sent between client and server.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross between client and server; derive `serde::Serialize` and `serde::Deserialize` for it",
    label = "not a type that serde can write and read"
)]
pub trait Cross<By>: Serialize + DeserializeOwned + 'static {
    /// The type itself.
    type Value;
}

/// A type whose slices can be sent between client and server.
#[diagnostic::on_unimplemented(
    message = "`[{Self}]` cannot cross between client and server; derive `Clone`, `serde::Serialize` and `serde::Deserialize` for `{Self}`",
    label = "not a type that can be cloned, and that serde can write and read"
)]
pub trait CrossInSlice<By>: Serialize + DeserializeOwned + Clone + 'static {
    /// The type itself.
    type Value;
}

/// Marks types that are sent by serde, which are all.
#[derive(Debug)]
pub enum BySerde {}

/// Marks a second implementation, which no type has.
///
/// With a single implementation, the compiler would select it before it checks its bounds, and then report each bound that
/// does not hold instead of the message of the trait.
#[derive(Debug)]
pub enum ByNothing {}

/// The bound of the second implementation. No type implements it.
pub trait Unimplemented: Serialize + DeserializeOwned + Clone + 'static {}

impl<T: Serialize + DeserializeOwned + 'static> Cross<BySerde> for T {
    type Value = T;
}

impl<T: Unimplemented> Cross<ByNothing> for T {
    type Value = T;
}

impl<T: Serialize + DeserializeOwned + Clone + 'static> CrossInSlice<BySerde> for T {
    type Value = T;
}

impl<T: Unimplemented> CrossInSlice<ByNothing> for T {
    type Value = T;
}
