//! Where the calls of a client go: each at once, or into a batch.

use super::{Arguments, Outcome, Session};
use crate::error::Error;

/// What takes calls. A generated method is written once for all that do. `'b` is how long what a call changes is lent.
pub trait CallSink<'b> {
    /// What a call gives.
    type Output<T, E>;

    /// Takes a call: `encode` puts the arguments in, which may refer to what is `borrowed`: slices that only go in, and the
    /// places of what goes in and comes back; `decode` takes the result out.
    fn call<S, P: 'b, T, E: From<Error>>(
        self,
        method: u32,
        borrowed: (S, P),
        encode: impl for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E> + 'b,
    ) -> Self::Output<T, E>;
}

impl<'b> CallSink<'b> for &Session {
    type Output<T, E> = Result<T, E>;

    fn call<S, P: 'b, T, E: From<Error>>(
        self,
        method: u32,
        (slices, mut places): (S, P),
        encode: impl for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E> + 'b,
    ) -> Result<T, E> {
        self.call_with(method, (slices, &mut places), encode, decode)
    }
}
