//! The results of a batch, by the index of the call.

use std::mem::replace;
use std::ops::Range;

use super::arguments::Outcome;
use super::connection::reply_error;
use crate::error::Error;
use crate::marshal::{Buffer, Decoder};
use crate::wire::{next_part, tag};

/// The memory of a batch, which its session keeps for the next one.
#[derive(Debug, Default)]
pub(super) struct BatchMemory {
    /// The buffer for the message, until that is begun.
    pub(super) buffer: Buffer,
    pub(super) calls: Vec<RecordedCall>,
}

/// A recorded call of a batch.
#[derive(Debug)]
pub(super) struct RecordedCall {
    pub(super) method: &'static str,
    pub(super) state: CallState,
}

/// What has become of a recorded call.
#[derive(Debug)]
pub(super) enum CallState {
    /// It is in the message.
    Sent,
    /// Its arguments could not be encoded.
    Refused(Box<Error>),
    /// It was not made, because the call at the index `failed` was refused or has failed.
    Skipped { failed: usize },
    /// Its reply is at these positions in the message with the results.
    Replied(Range<usize>),
    /// [`BatchResults::take`] has returned its result already.
    Consumed,
}

/// The results of a batch, in the order of its calls.
#[derive(Debug)]
pub struct BatchResults<'m> {
    batch: u64,
    calls: &'m mut [RecordedCall],
    replies: Decoder<'m>,
}

impl<'m> BatchResults<'m> {
    /// Assigns the `replies` to the calls. With `stop` there may be fewer.
    ///
    /// # Errors
    /// What is wrong with the replies.
    pub(super) fn new(
        batch: u64,
        calls: &'m mut [RecordedCall],
        stop: bool,
        mut replies: Decoder<'m>,
    ) -> Result<Self, String> {
        let mut parts = replies.between(replies.positions());
        let (mut last, mut failed) = (None, None);
        for (index, RecordedCall { state, .. }) in calls.iter_mut().enumerate() {
            match state {
                CallState::Skipped { failed: refused } => *refused = failed.unwrap_or(*refused),
                CallState::Sent => {
                    *state = match next_part(&mut parts).map_err(|error| error.to_string())? {
                        Some(reply) => {
                            last = Some(index);
                            CallState::Replied(reply.positions())
                        }
                        None => {
                            failed = last.filter(|_| stop);
                            CallState::Skipped { failed: failed.ok_or("not every call has a result")? }
                        }
                    }
                }
                CallState::Refused(_) | CallState::Replied(_) | CallState::Consumed => {}
            }
        }
        if parts.is_empty() {
            Ok(Self { batch, calls, replies })
        } else {
            Err("there are more results than calls".to_owned())
        }
    }

    /// Returns the result of the call at `index`, if these are the results of the batch with the id `batch`.
    ///
    /// # Errors
    /// The call's own; [`Error::OtherBatch`] if these are another batch's results.
    pub(super) fn take(&mut self, batch: u64, index: usize, method: &'static str) -> Result<Outcome<'_>, Error> {
        let call = self.calls.get_mut(index).filter(|_| batch == self.batch);
        let state = call.map(|call| replace(&mut call.state, CallState::Consumed));
        match state {
            Some(CallState::Replied(positions)) => {
                let mut reply = self.replies.between(positions);
                if tag::is_return(reply.remaining()) {
                    reply.skip(tag::LENGTH).map_err(|error| Error::protocol(error.to_string()))?;
                    return Ok(Outcome::new(method, reply));
                }
                Err(match reply.value() {
                    Ok(message) => reply_error(method, message),
                    Err(error) => Error::protocol(error.to_string()),
                })
            }
            Some(CallState::Refused(error)) => Err(*error),
            Some(CallState::Skipped { failed: index }) => {
                let failed = self.calls.get(index).map_or("", |call| call.method).to_owned();
                Err(Error::NotCalled { method: method.to_owned(), failed, index })
            }
            Some(CallState::Sent | CallState::Consumed) | None => Err(Error::OtherBatch { method: method.to_owned() }),
        }
    }
}
