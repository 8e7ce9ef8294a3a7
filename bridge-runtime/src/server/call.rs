//! What a method sees of the call that it is carrying out: the answer, and the client's closures.

use std::cell::RefCell;
use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;

use super::abandoned::Abandoned;
use super::line::{LaneTarget, Line, OUTERMOST, Refused};
use super::link::Link;
use crate::fault::Fault;
use crate::interface::Interface;
use crate::marshal::{Bulk, DecodeError, Decoder, EncodeError, Encoder};
use crate::native::{Element, Room};
use crate::registration::Registration;
use crate::wire::Message;

/// How calls reach an implementation `S` of the interface: the macro implements it for `dyn Trait`, for every
/// implementation of the trait.
pub trait Dispatch<S: ?Sized>: Interface {
    /// Carries out one call: takes its arguments, calls the method, answers with its result.
    ///
    /// # Errors
    /// [`Fault`] if the call cannot be carried out.
    fn dispatch(server: &S, method: u32, arguments: Decoder<'_>, call: &Call) -> Result<(), Fault>;

    /// What carries out the calls of a further lane, in a thread of its own; `None` where all calls are the main thread's.
    fn on_a_lane(server: &Arc<S>) -> Option<LaneTarget>
    where
        S: Sized,
    {
        let _ = server;
        None
    }

    /// The types that the interface lists for memory of the server.
    fn elements() -> &'static [Element] {
        &[]
    }

    /// Closes what a client that is gone left open, with the methods that close a handle and take nothing else.
    fn close_abandoned(server: &S, abandoned: &Abandoned) {
        let _ = (server, abandoned);
    }
}

/// The call that is being carried out.
#[derive(Debug)]
pub struct Call {
    line: Arc<Line>,
    depth: u32,
    /// Where its long results go, if they do not go into the answer.
    bulk: Option<Arc<Bulk>>,
    /// What became of the answer, once there is one.
    sent: RefCell<Option<io::Result<()>>>,
}

impl Call {
    pub(super) fn new(line: Arc<Line>, depth: u32, bulk: Option<Arc<Bulk>>) -> Self {
        Self { line, depth, bulk, sent: RefCell::new(None) }
    }

    pub(super) fn sent(&self) -> Option<io::Result<()>> {
        self.sent.take()
    }

    /// Answers with a result. Until then a fault can still take its place.
    ///
    /// # Errors
    /// [`Fault::Result`] for what cannot be sent; the call is not answered then.
    pub fn answer(&self, encode: impl FnOnce(&mut Encoder<'_>) -> Result<(), EncodeError>) -> Result<(), Fault> {
        let mut lane = self.line.lane();
        let mut encoder = match self.depth {
            OUTERMOST => lane.begin_outermost(&Message::Return)?,
            _ => lane.begin(&Message::Return)?,
        };
        encode(&mut encoder)?;
        self.sent.replace(Some(lane.send()));
        Ok(())
    }

    /// Where its long results go.
    pub fn room(&self) -> Room<'_> {
        Room::new(self.bulk.as_ref())
    }

    /// The closure at `place` among those that the method was given for the time of the call.
    pub fn closure(&self, place: u32, name: &'static str) -> Closure {
        Closure { name, at: At::Call { line: Arc::clone(&self.line), message: (self.depth, place) } }
    }

    /// A closure that was registered.
    pub fn registered(&self, number: u32, name: &'static str) -> Closure {
        Closure { name, at: At::Client { link: Arc::clone(self.line.link()), number } }
    }

    /// Keeps a registration for as long as the client does.
    pub fn keep(&self, number: Option<u32>, registration: Registration) {
        if let Some(number) = number {
            self.line.link().keep(number, registration);
        }
    }
}

/// A closure of the client's.
#[derive(Debug)]
pub struct Closure {
    name: &'static str,
    at: At,
}

#[derive(Debug)]
enum At {
    /// For the time of one call: the call's depth, and the closure's place.
    Call { line: Arc<Line>, message: (u32, u32) },
    /// Registered.
    Client { link: Arc<Link>, number: u32 },
}

impl Closure {
    /// Runs it, and waits for what it returns; `places` are for what goes in and comes back.
    ///
    /// # Panics
    /// If it cannot be run, or panics: with [`Fault::Callback`], which is caught where C called, or where the call was
    /// dispatched.
    pub fn run<P, T>(
        &self,
        places: &mut P,
        encode: impl FnOnce(&mut Encoder<'_>, &mut P) -> Result<(), EncodeError>,
        decode: impl FnOnce(&mut Decoder<'_>, &mut P) -> Result<T, DecodeError>,
    ) -> T {
        let result = match &self.at {
            At::Call { line, message: (depth, place) } => {
                line.converse(&Message::Callback { depth: *depth, place: *place }, places, encode, decode)
            }
            At::Client { link, number } => {
                let message = Message::Event { registration: *number };
                match Line::current(link) {
                    Some(line) => line.converse(&message, places, encode, decode),
                    None => link.converse(&message, places, encode, decode),
                }
            }
        };
        result.unwrap_or_else(|refused| {
            let reason = match refused {
                // C gets zero; Rust has no value for it.
                Refused::Fault(fault @ Fault::Unregistered) => resume_unwind(Box::new(fault)),
                Refused::Fault(fault) => fault.to_string(),
                Refused::Line(error) => format!("does not reach the client: {error}"),
            };
            resume_unwind(Box::new(Fault::Callback { callback: self.name.to_owned(), reason }))
        })
    }
}
