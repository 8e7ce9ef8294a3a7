//! The results of a batch, as they are handed out to the pending ones.

use super::arguments::Outcome;
use super::connection::reply_error;
use crate::error::Error;
use crate::marshal::Decoder;
use crate::wire::{next_part, tag};

/// A call of a batch.
pub(super) struct RecordedCall {
    pub(super) method: &'static str,
    pub(super) state: CallState,
}

/// Whether a call of a batch is made.
pub(super) enum CallState {
    Sent,
    /// It cannot be made.
    Refused(Box<Error>),
    /// It is not made, because the call at this place was refused.
    After(usize),
}

/// The results of a batch, by the places of its calls.
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
    /// The call was not made, because the one at this place had failed.
    After(usize),
    /// The result was handed out before.
    Taken,
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
        for (place, RecordedCall { method, state }) in calls.into_iter().enumerate() {
            let result = match state {
                CallState::Refused(error) => CallResult::Refused(error),
                CallState::After(refused) => CallResult::After(failed.unwrap_or(refused)),
                CallState::Sent => match next_part(replies).map_err(|error| error.to_string())? {
                    Some(reply) => {
                        last = Some(place);
                        CallResult::Replied(reply)
                    }
                    None => {
                        failed = last.filter(|_| stop);
                        CallResult::After(failed.ok_or("not every call has a result")?)
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

    /// Hands out the result at `place` of the batch with this id.
    ///
    /// # Errors
    /// The call's own; [`Error::OtherBatch`] if these are another batch's results.
    pub(super) fn take(&mut self, batch: u64, place: usize, method: &str) -> Result<Outcome<'m>, Error> {
        let call = self.calls.get_mut(place).filter(|_| batch == self.batch);
        let (name, result) = match call {
            Some((name, result)) => (*name, std::mem::replace(result, CallResult::Taken)),
            None => ("", CallResult::Taken),
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
            CallResult::After(place) => {
                let failed = self.calls.get(place).map_or("", |(name, _)| name).to_owned();
                Err(Error::NotCalled { method: method.to_owned(), failed, place })
            }
            CallResult::Taken => Err(Error::OtherBatch { method: method.to_owned() }),
        }
    }
}
