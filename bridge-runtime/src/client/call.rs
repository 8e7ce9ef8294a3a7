//! One call, in reading order: lock a connection, encode the arguments, send them, serve callbacks, decode the result.

use std::array;
use std::time::Duration;

use super::arguments::{Arguments, Outcome};
use super::call_context::{CallContext, Reply};
use super::close_reason::BATCH;
use super::closures::{CallClosures, RegisteredClosure, no_closures};
use super::connection::{Connection, reply_error};
use super::nesting::{ConnectionGuard, NestedConnection};
use super::pool::{ConnectionPool, PooledConnection};
use super::session::{Session, SessionState};
use super::{event_connection, extra_connection};
use crate::codec::Codec;
use crate::error::Error;
use crate::marshal::{BorrowedSlices, Buffer, Decoder};
use crate::registration::Registration;
use crate::transport::LargerArena;
use crate::wire::{GrowArena, Message, OUTERMOST, Purpose};

/// Receives the calls of generated methods: a session makes a call at once, a batch records it. `'b` is the lifetime of the
/// `&mut` arguments.
pub trait CallSink<'b> {
    /// The return type of the generated method.
    type Output<T, E>;

    /// Makes or records a call. `borrowed` holds the arguments that are passed by reference: the slices that are only read,
    /// and the places that the result changes. `encode` appends the arguments to the request, `decode` reads the reply.
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

impl Session {
    /// Makes a call without closures.
    ///
    /// # Errors
    /// Any [`Error`], or the method's own.
    pub fn call_with<S, P, T, E: From<Error>>(
        &self,
        method: u32,
        borrowed: (S, &mut P),
        encode: impl for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E>,
    ) -> Result<T, E> {
        self.call_back(method, borrowed, &mut no_closures, [], encode, decode).map(|(value, [])| value)
    }

    /// Makes a call with closures: those that can run while the call lasts, and those that the library keeps, where `None`
    /// passes NULL. Also returns the registrations of the latter.
    ///
    /// # Errors
    /// Any [`Error`], or the method's own.
    pub fn call_back<S, P, T, E: From<Error>, const R: usize>(
        &self,
        method: u32,
        (slices, places): (S, &mut P),
        closures: CallClosures<'_>,
        mut registered: [Option<RegisteredClosure>; R],
        encode: impl for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
        decode: impl FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E>,
    ) -> Result<(T, [Registration; R]), E> {
        let mut registrations = no_registrations();
        let mut codec = Codec::new(slices, places, encode, decode);
        self.state().call(method, closures, &mut registered, &mut registrations, &mut codec)?;
        let undecoded = || Err(Error::protocol("the result was not decoded").into());
        Ok((codec.result.unwrap_or_else(undecoded)?, registrations))
    }
}

// Not in `call_back`, of which there is one for each method.
fn no_registrations<const R: usize>() -> [Registration; R] {
    array::from_fn(|_| Registration::none())
}

/// [`Codec`] for a call, as a trait object.
trait CallCodec {
    fn encode<'s>(&'s mut self, arguments: &mut Arguments<'_, 's>) -> Result<(), Error>;
    /// Returns whether the result was decoded successfully, so that the whole reply must have been read.
    fn decode(&mut self, outcome: &mut Outcome<'_>) -> bool;
}

impl<S, P, N, D, T, E> CallCodec for Codec<'_, S, P, N, D, Result<T, E>>
where
    N: for<'s> FnOnce(&mut Arguments<'_, 's>, &'s S, &'s P) -> Result<(), Error>,
    D: FnOnce(&mut Outcome<'_>, &mut P) -> Result<T, E>,
{
    fn encode<'s>(&'s mut self, arguments: &mut Arguments<'_, 's>) -> Result<(), Error> {
        Codec::encode(self, arguments)
    }

    fn decode(&mut self, outcome: &mut Outcome<'_>) -> bool {
        Codec::decode(self, outcome).is_some_and(|result| self.result.insert(result).is_ok())
    }
}

impl SessionState {
    /// The part of a call that does not depend on its types.
    fn call(
        &self,
        method: u32,
        closures: CallClosures<'_>,
        registered: &mut [Option<RegisteredClosure>],
        registrations: &mut [Registration],
        codec: &mut dyn CallCodec,
    ) -> Result<(), Error> {
        let (name, limit) = self.method(method);
        self.with_connection(name, limit, |context, connection| {
            let numbers = match registered.is_empty() {
                true => Vec::new(),
                false => event_connection::register(context, connection, registered, registrations)?,
            };
            let mut borrowed = BorrowedSlices::default();
            begin(context, connection, method)?;
            let encoder = connection.channel()?.encoder(context.is_outermost(), &mut borrowed);
            codec.encode(&mut Arguments::new(name, encoder, &numbers))?;
            context.send_for_result(connection, &borrowed, closures)?;
            context.decode(connection, |outcome| codec.decode(outcome))
        })
        .map_err(|error| if self.calls_one_function(method) { error.of_one_function() } else { error })
    }

    /// Makes the calls of a batch, whose message is complete, and decodes the results. Leaves another buffer in place of the
    /// message.
    pub(super) fn batch<R>(
        &self,
        message: &mut Buffer,
        limit: Option<Duration>,
        decode: impl FnOnce(Decoder<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.with_connection(BATCH, limit, |context, connection| {
            let channel = connection.channel()?;
            if context.is_outermost() {
                channel.reset_arena();
            }
            channel.swap_outgoing(message);
            match context.send_request(connection, BorrowedSlices::NONE, &mut no_closures)? {
                Reply::Results => decode(connection.channel()?.results()),
                Reply::Other(Message::Fault(fault)) => Err(reply_error(BATCH, Message::Fault(fault))),
                other => Err(connection.protocol_error(format!("{other:?} came instead of the results of a batch"))),
            }
        })
    }

    /// Runs `call` on a connection with a running server. A call that a closure makes uses the connection of the call that the
    /// closure belongs to. Other calls wait for a connection of the session, for as long as the call itself may take.
    #[inline]
    fn with_connection<R>(
        &self,
        method: &'static str,
        limit: Option<Duration>,
        call: impl FnOnce(&CallContext, &mut Connection) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.check_process()?;
        let mut guard = match NestedConnection::find(self.id) {
            Some(nested) => ConnectionGuard::Nested(nested),
            None => match &self.pool {
                None => ConnectionGuard::First(self.lock(method, limit)?),
                Some(pool) => ConnectionGuard::Pooled(self.pooled(pool, method, limit)?),
            },
        };
        self.ensure_running(&mut guard)?;
        let context = CallContext { session: self.id, depth: guard.depth(), method, limit };
        let connection: &mut Connection = &mut guard;
        event_connection::unregister(&context, connection)?;
        call(&context, connection)
    }

    /// Takes an idle connection from the pool, or opens another one.
    fn pooled<'p>(
        &self,
        pool: &'p ConnectionPool,
        method: &'static str,
        limit: Option<Duration>,
    ) -> Result<PooledConnection<'p>, Error> {
        if let Some(pooled) = pool.take(&self.current()) {
            return Ok(pooled);
        }
        let mut first = ConnectionGuard::First(self.lock(method, limit)?);
        self.ensure_running(&mut first)?;
        let context = CallContext { session: self.id, depth: OUTERMOST, method, limit };
        let channel = extra_connection::open(&context, &mut first, Purpose::Calls)?;
        Ok(pool.lend(Connection::new(std::sync::Arc::clone(&first.instance), channel)))
    }
}

/// Begins the message of a call, to which the arguments are appended.
#[inline]
fn begin(context: &CallContext, connection: &mut Connection, method: u32) -> Result<(), Error> {
    let is_outermost = context.is_outermost();
    if is_outermost && let Some(larger) = connection.channel()?.grow_arena() {
        offer_arena(context, connection, larger)?;
    }
    connection.channel()?.begin_call(method, is_outermost).map_err(|error| context.encode_error(&error))
}

/// Offers the server a larger arena for long arrays, because they did not fit in the last call.
#[cold]
fn offer_arena(context: &CallContext, connection: &mut Connection, larger: LargerArena) -> Result<(), Error> {
    let Ok(address) = larger.address(&connection.instance.route) else {
        // Long arrays continue to be sent inside messages.
        connection.channel()?.stop_growing();
        return Ok(());
    };
    let offer = Message::GrowArena(Box::new(GrowArena { address, words: larger.words() }));
    match context.request(connection, &offer) {
        Ok(()) => connection.channel()?.use_arena(larger),
        // The server refuses it: long arrays continue to be sent inside messages.
        Err(Error::Fault { .. }) => connection.channel()?.stop_growing(),
        Err(error) => return Err(error),
    }
    Ok(())
}
