//! Pending results of a batch, and the tuples and collections that hold them.

use std::fmt;

use super::arguments::Outcome;
use super::batch_results::BatchResults;
use crate::error::Error;

/// The pending result of a call in a batch, which the closure that fills the batch returns.
///
/// The call's `&mut` arguments change when the batch is done. They stay as they are if this is dropped before.
#[must_use = "the result is lost, unless the closure that fills the batch returns it"]
pub struct Pending<'b, T, E = Error> {
    batch: u64,
    index: usize,
    method: &'static str,
    decode: DecodeResult<'b, T, E>,
}

/// Decodes a result. The box does not allocate unless the call has `&mut` arguments.
type DecodeResult<'b, T, E> = Box<dyn FnOnce(&mut Outcome<'_>) -> Result<T, E> + 'b>;

impl<T, E> fmt::Debug for Pending<'_, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("method", &self.method).finish_non_exhaustive()
    }
}

impl<'b, T, E> Pending<'b, T, E> {
    pub(super) fn new(
        batch: u64,
        index: usize,
        method: &'static str,
        decode: impl FnOnce(&mut Outcome<'_>) -> Result<T, E> + 'b,
    ) -> Self {
        Self { batch, index, method, decode: Box::new(decode) }
    }
}

/// Pending results of a batch: a [`Pending`], or a tuple, an array, a `Vec` or an `Option` of those.
///
/// This trait is sealed: it cannot be implemented outside this crate.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no pending results of a batch",
    label = "not a `Pending`, nor a tuple, an array, a `Vec` or an `Option` of those"
)]
pub trait PendingResults: sealed::Sealed {
    /// The same shape, with each result in the place of the pending one.
    type Results;

    /// Replaces each pending result with the result.
    #[doc(hidden)]
    fn resolve(self, results: &mut BatchResults<'_>) -> Self::Results;
}

mod sealed {
    pub trait Sealed {}
}

impl<T, E> sealed::Sealed for Pending<'_, T, E> {}

impl<T, E: From<Error>> PendingResults for Pending<'_, T, E> {
    type Results = Result<T, E>;

    fn resolve(self, results: &mut BatchResults<'_>) -> Self::Results {
        let mut outcome = results.take(self.batch, self.index, self.method)?;
        let value = (self.decode)(&mut outcome)?;
        outcome.finish()?;
        Ok(value)
    }
}

impl<P: PendingResults> sealed::Sealed for Vec<P> {}

impl<P: PendingResults> PendingResults for Vec<P> {
    type Results = Vec<P::Results>;

    fn resolve(self, results: &mut BatchResults<'_>) -> Self::Results {
        self.into_iter().map(|pending| pending.resolve(results)).collect()
    }
}

impl<P: PendingResults> sealed::Sealed for Option<P> {}

impl<P: PendingResults> PendingResults for Option<P> {
    type Results = Option<P::Results>;

    fn resolve(self, results: &mut BatchResults<'_>) -> Self::Results {
        self.map(|pending| pending.resolve(results))
    }
}

impl<P: PendingResults, const N: usize> sealed::Sealed for [P; N] {}

impl<P: PendingResults, const N: usize> PendingResults for [P; N] {
    type Results = [P::Results; N];

    fn resolve(self, results: &mut BatchResults<'_>) -> Self::Results {
        self.map(|pending| pending.resolve(results))
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: PendingResults),*> sealed::Sealed for ($($name,)*) {}

        impl<$($name: PendingResults),*> PendingResults for ($($name,)*) {
            type Results = ($($name::Results,)*);

            #[allow(non_snake_case, unused_variables, clippy::unused_unit)]
            fn resolve(self, results: &mut BatchResults<'_>) -> Self::Results {
                let ($($name,)*) = self;
                ($($name.resolve(results),)*)
            }
        }
    };
}

tuples!();
tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);
tuples!(A B C D E F G H I J);
tuples!(A B C D E F G H I J K);
tuples!(A B C D E F G H I J K L);
