//! Results that are still to come, and whatever holds them.

use std::fmt;

use super::Outcome;
use super::batch::{Call, State};
use super::connection::unexpected_batch_reply;
use crate::error::Error;
use crate::marshal::Decoder;
use crate::wire::{next_part, tag};

/// The result of a call in a batch: what the closure that fills the batch returns instead of it.
///
/// What the call changes, by `&mut`, is changed once the batch is done, and not if this is dropped before.
#[must_use = "the result is lost, unless the closure that fills the batch returns it"]
pub struct Pending<'b, T, E = Error> {
    batch: u64,
    place: usize,
    method: &'static str,
    take: Take<'b, T, E>,
}

/// What takes a result. No allocation, unless the call changes something.
type Take<'b, T, E> = Box<dyn FnOnce(&mut Outcome<'_>) -> Result<T, E> + 'b>;

impl<T, E> fmt::Debug for Pending<'_, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("method", &self.method).finish_non_exhaustive()
    }
}

impl<'b, T, E> Pending<'b, T, E> {
    pub(super) fn new(
        batch: u64,
        place: usize,
        method: &'static str,
        take: impl FnOnce(&mut Outcome<'_>) -> Result<T, E> + 'b,
    ) -> Self {
        Self { batch, place, method, take: Box::new(take) }
    }
}

/// What holds pending results: a [`Pending`], or a tuple, an array, a `Vec` or an `Option` of what does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no pending results of a batch",
    label = "not a `Pending`, nor a tuple, an array, a `Vec` or an `Option` of those"
)]
pub trait PendingResults: sealed::Sealed {
    /// The same, with results in their places.
    type Results;

    /// Puts the results in.
    #[doc(hidden)]
    fn resolve(self, results: &mut Results<'_>) -> Self::Results;
}

mod sealed {
    pub trait Sealed {}
}

/// The results of a batch, by the places of its calls.
#[derive(Debug)]
pub struct Results<'m> {
    batch: u64,
    calls: Vec<(&'static str, Place<'m>)>,
}

/// The result of one call.
#[derive(Debug)]
enum Place<'m> {
    Answered(Decoder<'m>),
    Refused(Box<Error>),
    /// It was not made: the one at this place had failed.
    After(usize),
    OwnedMessage,
}

impl<'m> Results<'m> {
    /// Gives each call its own of the `answers`, of which there are less only where the batch was to `stop`.
    ///
    /// # Errors
    /// What is wrong with the answers.
    pub(super) fn new(batch: u64, calls: Vec<Call>, stop: bool, answers: &mut Decoder<'m>) -> Result<Self, String> {
        let mut places = Vec::with_capacity(calls.len());
        let (mut last, mut failed) = (None, None);
        for (number, Call { method, state }) in calls.into_iter().enumerate() {
            let place = match state {
                State::Refused(error) => Place::Refused(error),
                State::After(refused) => Place::After(failed.unwrap_or(refused)),
                State::Sent => match next_part(answers).map_err(|error| error.to_string())? {
                    Some(answer) => {
                        last = Some(number);
                        Place::Answered(answer)
                    }
                    None => {
                        failed = last.filter(|_| stop);
                        Place::After(failed.ok_or("not every call has a result")?)
                    }
                },
            };
            places.push((method, place));
        }
        if answers.is_empty() {
            Ok(Self { batch, calls: places })
        } else {
            Err("there are more results than calls".to_owned())
        }
    }

    fn take(&mut self, batch: u64, place: usize, method: &str) -> Result<Outcome<'m>, Error> {
        let call = self.calls.get_mut(place).filter(|_| batch == self.batch);
        let (name, taken) = match call {
            Some((name, place)) => (*name, std::mem::replace(place, Place::OwnedMessage)),
            None => ("", Place::OwnedMessage),
        };
        match taken {
            Place::Answered(mut answer) if tag::is_return(answer.remaining()) => answer
                .skip(tag::LENGTH)
                .map(|()| Outcome::new(name, answer))
                .map_err(|error| Error::Protocol(error.to_string())),
            Place::Answered(mut answer) => Err(match answer.value() {
                Ok(message) => unexpected_batch_reply(name, message),
                Err(error) => Error::Protocol(error.to_string()),
            }),
            Place::Refused(error) => Err(*error),
            Place::After(place) => {
                let failed = self.calls.get(place).map_or("", |(name, _)| name).to_owned();
                Err(Error::NotCalled { method: method.to_owned(), failed, place })
            }
            Place::OwnedMessage => Err(Error::OtherBatch { method: method.to_owned() }),
        }
    }
}

impl<T, E> sealed::Sealed for Pending<'_, T, E> {}

impl<T, E: From<Error>> PendingResults for Pending<'_, T, E> {
    type Results = Result<T, E>;

    fn resolve(self, results: &mut Results<'_>) -> Self::Results {
        let mut outcome = results.take(self.batch, self.place, self.method)?;
        let value = (self.take)(&mut outcome)?;
        outcome.finish()?;
        Ok(value)
    }
}

impl<P: PendingResults> sealed::Sealed for Vec<P> {}

impl<P: PendingResults> PendingResults for Vec<P> {
    type Results = Vec<P::Results>;

    fn resolve(self, results: &mut Results<'_>) -> Self::Results {
        self.into_iter().map(|pending| pending.resolve(results)).collect()
    }
}

impl<P: PendingResults> sealed::Sealed for Option<P> {}

impl<P: PendingResults> PendingResults for Option<P> {
    type Results = Option<P::Results>;

    fn resolve(self, results: &mut Results<'_>) -> Self::Results {
        self.map(|pending| pending.resolve(results))
    }
}

impl<P: PendingResults, const N: usize> sealed::Sealed for [P; N] {}

impl<P: PendingResults, const N: usize> PendingResults for [P; N] {
    type Results = [P::Results; N];

    fn resolve(self, results: &mut Results<'_>) -> Self::Results {
        self.map(|pending| pending.resolve(results))
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: PendingResults),*> sealed::Sealed for ($($name,)*) {}

        impl<$($name: PendingResults),*> PendingResults for ($($name,)*) {
            type Results = ($($name::Results,)*);

            #[allow(non_snake_case, unused_variables, clippy::unused_unit)]
            fn resolve(self, results: &mut Results<'_>) -> Self::Results {
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
