//! What generated code calls: the whole contract between the macro and the runtime.

pub use crate::client::{Arguments, Client, Outcome, Session, connect, in_process};
pub use crate::fault::Fault;
pub use crate::interface::{
    self, Abi, Description, Dispatch, Interface, Method, Native as NativeFunction, Parameter, Reply,
};
pub use crate::library::{Library, Resolver, Symbol};
pub use crate::marshal::Decoder;
pub use crate::native::{Element, Length, Native, NativeReturn, Text, common_length};
pub use crate::server::native;
