//! Registered closures, and the event connection, on which the library calls them outside any call: from its own threads, or
//! from a window message.

use std::mem;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::call_context::CallContext;
use super::closures::{CallbackReply, RegisteredClosure, guarded};
use super::connection::Connection;
use super::extra_connection;
use super::instance::ServerInstance;
use super::nesting::{SessionId, suspend};
use crate::error::Error;
use crate::marshal::Buffer;
use crate::registration::Registration;
use crate::sync::spawn_named;
use crate::sys::ProcessMark;
use crate::transport::Channel;
use crate::wire::{Message, NO_CALL, Purpose};

/// Registers closures, so that the server can call them at any time. Returns their numbers, and fills in `registrations`. Both
/// have the order of `closures`.
///
/// # Errors
/// The error of opening the event connection.
pub(super) fn register(
    context: &CallContext,
    connection: &mut Connection,
    closures: &mut [Option<RegisteredClosure>],
    registrations: &mut [Registration],
) -> Result<Vec<Option<u32>>, Error> {
    if closures.iter().any(Option::is_some) && connection.instance.events.get().is_none() {
        let channel = extra_connection::open(context, connection, Purpose::Events)?;
        start(&connection.instance, channel)?;
    }
    let register = |(closure, registration): (&mut Option<_>, &mut _)| {
        let (number, registered) = register_one(&connection.instance, closure.take()?);
        *registration = registered;
        Some(number)
    };
    Ok(closures.iter_mut().zip(registrations).map(register).collect())
}

fn register_one(instance: &Arc<ServerInstance>, closure: RegisteredClosure) -> (u32, Registration) {
    let number = instance.registry.insert(closure);
    let registry = Arc::clone(&instance.registry);
    let instance: Weak<ServerInstance> = Arc::downgrade(instance);
    let process = ProcessMark::of_this_process();
    let on_drop = move || {
        // In a fork, a thread that does not exist there may hold a lock of the registry.
        if process.is_this_process() {
            registry.remove(number);
        } else {
            mem::forget(registry);
        }
    };
    let registration = Registration::new(on_drop).with_state(move || {
        process.is_this_process()
            && instance.upgrade().is_some_and(|instance| !instance.registry.is_closed() && !instance.has_exited())
    });
    (number, registration)
}

/// Notifies the server of closures that are no longer registered, if there are any.
#[inline]
pub(super) fn unregister(context: &CallContext, connection: &mut Connection) -> Result<(), Error> {
    if connection.instance.registry.has_released() { send_released(context, connection) } else { Ok(()) }
}

#[cold]
fn send_released(context: &CallContext, connection: &mut Connection) -> Result<(), Error> {
    let released = connection.instance.registry.take_released();
    context.request(connection, &Message::Unregister(released))
}

/// The name of the thread that serves the event connection.
const THREAD: &str = "bridge32 events";

/// Starts the thread that serves the event connection.
fn start(instance: &Arc<ServerInstance>, channel: Channel) -> Result<(), Error> {
    // If two threads open one at the same time, the server keeps the later one and closes the other, whose thread then ends.
    let _ = instance.events.set(channel.disconnector());
    let connection = Connection::new(Arc::clone(instance), channel);
    spawn_named(THREAD, move || serve(connection)).map_err(Error::thread(THREAD)).map(drop)
}

/// Runs the closures that the server calls, until the connection closes.
fn serve(mut connection: Connection) {
    let mut reply = CallbackReply::new(Buffer::default());
    while serve_one(&mut connection, &mut reply).is_some() {}
}

/// Runs the next closure; `None` if the connection is closed or broken.
fn serve_one(connection: &mut Connection, reply: &mut CallbackReply) -> Option<()> {
    let registry = Arc::clone(&connection.instance.registry);
    let channel = connection.channel().ok()?;
    channel.wait().ok()?;
    let (message, mut arguments) = channel.take_message().ok()?;
    let mut run = |registration| guarded(|| registry.run(registration, arguments.decoder(), reply));
    let result = match message {
        Message::Event { registration } => run(registration),
        Message::NestingEvent { registration } => {
            let session = SessionId::load(&connection.instance.session, Ordering::SeqCst);
            suspend(session, NO_CALL, connection, || run(registration))
        }
        _ => return None,
    };
    let channel = connection.channel().ok()?;
    channel.give_back(arguments);
    let sent = match result {
        Ok(()) => {
            channel.swap_outgoing(reply.buffer());
            channel.send()
        }
        Err(fault) => channel.send_message(&Message::Fault(fault)),
    };
    sent.ok()
}
