//! Which types cross, in words for those whose types do not.
//!
//! Generated code names a type as `<T as Cross<_>>::Value` where it needs more than the type itself. For a type that
//! does not cross, that is one error to the compiler, at the type and in the words below, however often it stands
//! there. Each `T: Serialize` of a function that it is passed to would be one more, but follows from that one: the
//! traits here have all that is asked of their types as supertraits.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type whose values cross between the processes, in some way that the compiler finds.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross between client and server; derive `serde::Serialize` and `serde::Deserialize` for it",
    label = "not a type that serde can write and read"
)]
pub trait Cross<Way>: Serialize + DeserializeOwned + 'static {
    /// The type itself.
    type Value;
}

/// A type whose slices cross.
#[diagnostic::on_unimplemented(
    message = "`[{Self}]` cannot cross between client and server; derive `Clone`, `serde::Serialize` and `serde::Deserialize` for `{Self}`",
    label = "not a type that can be cloned, and that serde can write and read"
)]
pub trait CrossInSlice<Way>: Serialize + DeserializeOwned + Clone + 'static {
    /// The type itself.
    type Value;
}

/// With serde: the way of every type so far.
#[derive(Debug)]
pub enum SerdeWay {}

/// A way that is open to no type.
///
/// If there were one way only, the compiler would take it before it looks at its bounds, and would then report each
/// of these instead of the text above.
#[derive(Debug)]
pub enum NoWay {}

/// What the closed way asks for.
pub trait Nothing: Serialize + DeserializeOwned + Clone + 'static {}

impl<T: Serialize + DeserializeOwned + 'static> Cross<SerdeWay> for T {
    type Value = T;
}

impl<T: Nothing> Cross<NoWay> for T {
    type Value = T;
}

impl<T: Serialize + DeserializeOwned + Clone + 'static> CrossInSlice<SerdeWay> for T {
    type Value = T;
}

impl<T: Nothing> CrossInSlice<NoWay> for T {
    type Value = T;
}
