//! The event connection: closures that the library calls outside of any call, from threads of its own or because of a
//! message to the server's main thread.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::callback::{CallbackReply, RegisteredClosure, guarded};
use super::connection::Connection;
use super::instance::ServerInstance;
use super::nesting::{EVENTS, suspend};
use crate::marshal::Buffer;
use crate::registration::Registration;
use crate::transport::Channel;
use crate::wire::Message;

/// Starts the thread that serves an event connection.
pub(super) fn start(instance: &Arc<ServerInstance>, channel: Channel) -> io::Result<()> {
    // Where two threads have opened one each, the server uses the later one, and the other's thread ends.
    let _ = instance.events.set(channel.disconnector());
    let connection = Connection::new(Arc::clone(instance), channel);
    let thread = std::thread::Builder::new().name("bridge32 events".to_owned());
    thread.spawn(move || serve(connection)).map(drop)
}

/// Registers a closure with a server.
pub(super) fn register(instance: &Arc<ServerInstance>, closure: RegisteredClosure) -> (u32, Registration) {
    let number = instance.registry.insert(closure);
    let registry = Arc::clone(&instance.registry);
    let instance: Weak<ServerInstance> = Arc::downgrade(instance);
    let registration = Registration::new(move || registry.remove(number)).with_state(move || {
        instance.upgrade().is_some_and(|instance| !instance.registry.is_closed() && !instance.has_ended())
    });
    (number, registration)
}

/// Runs what the server asks for, until the connection ends.
fn serve(mut connection: Connection) {
    let mut answer = CallbackReply::new(Buffer::default());
    while serve_one(&mut connection, &mut answer).is_some() {}
}

/// The next closure; `None` where there is none.
fn serve_one(connection: &mut Connection, answer: &mut CallbackReply) -> Option<()> {
    let registry = Arc::clone(&connection.instance.registry);
    let channel = connection.channel().ok()?;
    channel.wait().ok()?;
    let (message, mut taken) = channel.take_message().ok()?;
    let mut run = |registration| guarded(|| registry.run(registration, taken.decoder(), answer));
    let result = match message {
        Message::Event { registration } => run(registration),
        Message::NestingEvent { registration } => {
            let owner = connection.instance.owner.load(Ordering::SeqCst);
            suspend(owner, EVENTS, connection, || run(registration))
        }
        _ => return None,
    };
    let channel = connection.channel().ok()?;
    channel.give_back(taken);
    let sent = match result {
        Ok(()) => {
            channel.swap_outgoing(answer.buffer());
            channel.send()
        }
        Err(fault) => channel.send_message(&Message::Fault(fault)),
    };
    sent.ok()
}
