//! The results of a batch, by the index of the call.

use super::arguments::Outcome;
use super::connection::reply_error;
use crate::error::Error;
use crate::marshal::Decoder;
use crate::wire::{next_part, tag};

/// A recorded call of a batch.
pub(super) struct RecordedCall {
    pub(super) method: &'static str,
    pub(super) state: CallState,
}

/// Whether a recorded call was sent.
pub(super) enum CallState {
    Sent,
    /// Its arguments could not be encoded.
    Refused(Box<Error>),
    /// It was not sent, because the call at the index `failed` was refused.
    Skipped {
        failed: usize,
    },
}

/// The results of a batch, in the order of its calls.
#[derive(Debug)]
pub struct BatchResults<'m> {
    batch: u64,
    calls: Vec<(&'static str, CallResult<'m>)>,
}

/// The result of one call.
#[derive(Debug)]
enum CallResult<'m> {
    Replied(Decoder<'m>),
    Refused(Box<Error>),
    /// The call was not made, because the one at the index `failed` had failed.
    Skipped {
        failed: usize,
    },
    /// [`BatchResults::take`] has returned it already.
    Consumed,
}

impl<'m> BatchResults<'m> {
    /// Assigns the `replies` to the calls. With `stop` there may be fewer.
    ///
    /// # Errors
    /// What is wrong with the replies.
    pub(super) fn new(
        batch: u64,
        calls: Vec<RecordedCall>,
        stop: bool,
        replies: &mut Decoder<'m>,
    ) -> Result<Self, String> {
        let mut results = Vec::with_capacity(calls.len());
        let (mut last, mut failed) = (None, None);
        for (index, RecordedCall { method, state }) in calls.into_iter().enumerate() {
            let result = match state {
                CallState::Refused(error) => CallResult::Refused(error),
                CallState::Skipped { failed: refused } => CallResult::Skipped { failed: failed.unwrap_or(refused) },
                CallState::Sent => match next_part(replies).map_err(|error| error.to_string())? {
                    Some(reply) => {
                        last = Some(index);
                        CallResult::Replied(reply)
                    }
                    None => {
                        failed = last.filter(|_| stop);
                        CallResult::Skipped { failed: failed.ok_or("not every call has a result")? }
                    }
                },
            };
            results.push((method, result));
        }
        if replies.is_empty() {
            Ok(Self { batch, calls: results })
        } else {
            Err("there are more results than calls".to_owned())
        }
    }

    /// Returns the result of the call at `index`, if these are the results of the batch with the id `batch`.
    ///
    /// # Errors
    /// The call's own; [`Error::OtherBatch`] if these are another batch's results.
    pub(super) fn take(&mut self, batch: u64, index: usize, method: &str) -> Result<Outcome<'m>, Error> {
        let call = self.calls.get_mut(index).filter(|_| batch == self.batch);
        let (name, result) = match call {
            Some((name, result)) => (*name, std::mem::replace(result, CallResult::Consumed)),
            None => ("", CallResult::Consumed),
        };
        match result {
            CallResult::Replied(mut reply) if tag::is_return(reply.remaining()) => reply
                .skip(tag::LENGTH)
                .map(|()| Outcome::new(name, reply))
                .map_err(|error| Error::protocol(error.to_string())),
            CallResult::Replied(mut reply) => Err(match reply.value() {
                Ok(message) => reply_error(name, message),
                Err(error) => Error::protocol(error.to_string()),
            }),
            CallResult::Refused(error) => Err(*error),
            CallResult::Skipped { failed: index } => {
                let failed = self.calls.get(index).map_or("", |(name, _)| name).to_owned();
                Err(Error::NotCalled { method: method.to_owned(), failed, index })
            }
            CallResult::Consumed => Err(Error::OtherBatch { method: method.to_owned() }),
        }
    }
}
