//! Where the calls of a client go: each at once, or into a batch.

use super::{Arguments, Outcome, Session};
use crate::error::Error;

/// What takes calls. A generated method is written once for all that do. `'b` is how long what a call changes is lent.
pub trait Calls<'b> {
    /// What a call gives.
    type Answer<T, E>;

    /// Takes a call: `encode` puts the arguments in, `decode` takes the result out. `places` are for what goes in and
    /// comes back.
    fn call<'v, P: 'b, T, E: From<Error>>(
        self,
        method: u32,
        places: P,
        encode: impl FnOnce(&mut Arguments<'_, 'v>, &mut P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E> + 'b,
    ) -> Self::Answer<T, E>;
}

impl<'b> Calls<'b> for &Session {
    type Answer<T, E> = Result<T, E>;

    fn call<'v, P: 'b, T, E: From<Error>>(
        self,
        method: u32,
        mut places: P,
        encode: impl FnOnce(&mut Arguments<'_, 'v>, &mut P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E> + 'b,
    ) -> Result<T, E> {
        self.call_with(method, &mut places, encode, decode)
    }
}
