//! A call: its two ends, and the line that it is made on.

use std::array;
use std::time::Duration;

use super::call_context::CallContext;
use super::callback::{self, CallClosures, RegisteredClosure};
use super::connection::Connection;
use super::nesting::{ConnectionGuard, NestedConnection};
use super::session::Shared;
use super::{Arguments, Outcome};
use crate::error::Error;
use crate::marshal::{BorrowedSlices, Buffer, Decoder};
use crate::registration::Registration;

/// What errors that are about a batch as a whole call it.
const BATCH: &str = "batch";

/// The two ends of a call, which are the method's own. All between them is the same for every method, and is compiled once.
trait Ends {
    /// Puts the arguments in, which may refer to what these ends have.
    fn encode<'s>(&'s mut self, arguments: &mut Arguments<'_, 's>) -> Result<(), Error>;

    /// Takes the result out, and keeps it; returns whether it could, and nothing may be left.
    fn decode(&mut self, outcome: &mut Outcome<'_>) -> bool;
}

struct CallEnds<'p, S, P, N, D, T, E> {
    slices: S,
    places: &'p mut P,
    encode: Option<N>,
    decode: Option<D>,
    result: Option<Result<T, E>>,
}

impl<S, P, N, D, T, E> Ends for CallEnds<'_, S, P, N, D, T, E>
where
    N: for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
    D: FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E>,
    E: From<Error>,
{
    fn encode<'s>(&'s mut self, arguments: &mut Arguments<'_, 's>) -> Result<(), Error> {
        self.encode.take().map_or(Ok(()), |encode| encode(arguments, &self.slices, self.places))
    }

    fn decode(&mut self, outcome: &mut Outcome<'_>) -> bool {
        self.decode.take().is_some_and(|decode| self.result.insert(decode(outcome, self.places)).is_ok())
    }
}

impl Shared {
    /// Makes a call.
    pub(super) fn call<S, P, T, E: From<Error>, const R: usize>(
        &self,
        method: u32,
        (slices, places): (S, &mut P),
        closures: CallClosures<'_>,
        mut registered: [Option<RegisteredClosure>; R],
        encode: impl for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E>,
    ) -> Result<(T, [Registration; R]), E> {
        let mut registrations = array::from_fn(|_| Registration::none());
        let mut ends = CallEnds { slices, places, encode: Some(encode), decode: Some(decode), result: None };
        self.make(method, closures, &mut registered, &mut registrations, &mut ends)?;
        let untaken = || Err(Error::Protocol("the result was not taken".to_owned()).into());
        Ok((ends.result.unwrap_or_else(untaken)?, registrations))
    }

    /// As [`Shared::call`], whatever the types.
    fn make(
        &self,
        method: u32,
        closures: CallClosures<'_>,
        registered: &mut [Option<RegisteredClosure>],
        registrations: &mut [Registration],
        ends: &mut dyn Ends,
    ) -> Result<(), Error> {
        let (name, limit) = self.method(method);
        self.enter(name, limit, |exchange, connection| {
            let numbers = if registered.is_empty() {
                Vec::new()
            } else {
                exchange.register(connection, registered, registrations)?
            };
            let mut borrowed = BorrowedSlices::default();
            exchange.begin(connection, method)?;
            let encoder = connection.channel()?.encoder(exchange.is_outermost(), &mut borrowed);
            ends.encode(&mut Arguments::new(name, encoder, &numbers))?;
            exchange.result(connection, &borrowed, closures)?;
            exchange.take(connection, |outcome| ends.decode(outcome))
        })
    }

    /// Makes a call on a line that has a server which is ready for it: that of the call whose closure makes this one, or else
    /// once nobody else is calling, after no longer than the call itself may take.
    #[inline]
    fn enter<R>(
        &self,
        name: &'static str,
        limit: Option<Duration>,
        call: impl FnOnce(&CallContext, &mut Connection) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let mut held = match NestedConnection::find(self.owner()) {
            Some(nested) => ConnectionGuard::Nested(nested),
            None => match &self.pool {
                None => ConnectionGuard::Turn(self.turn(name, limit)?),
                Some(pool) => ConnectionGuard::Pooled(self.extra(pool, name, limit)?),
            },
        };
        self.ready(&mut held)?;
        let exchange = self.exchange(held.depth(), name, limit);
        let connection: &mut Connection = &mut held;
        exchange.unregister(connection)?;
        call(&exchange, connection)
    }

    /// Sends many calls in one message, which is complete, and takes what answers it.
    pub(super) fn batch<R>(
        &self,
        mut message: Buffer,
        limit: Option<Duration>,
        take: impl FnOnce(&mut Decoder<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.enter(BATCH, limit, |exchange, connection| {
            let channel = connection.channel()?;
            if exchange.is_outermost() {
                channel.reset_arena();
            }
            channel.swap_outgoing(&mut message);
            let reply = exchange.run(connection, BorrowedSlices::NONE, &mut callback::none)?;
            take(&mut connection.results(BATCH, reply)?)
        })
    }
}
