//! Serving the client that has launched this process.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use super::connection::ClientConnection;
use super::context::Serve;
use super::current::MessageHandler;
use super::main_thread::{JobKind, MainThreadJob, enter_apartment, job_queue};
use super::serve::{CallServer, is_closed};
use super::start::start;
use super::target::{Served, close_handles_of};
use crate::handshake::{Greeting, Secrets, complete_handshake, receive_start};
use crate::interface::Interface;
use crate::native::{self, Owner};
use crate::sync::spawn_named;
use crate::sys::{Control, Pump};
use crate::transport::Channel;
use crate::wire::Message;
use crate::{sys, transport};

/// How long the server may take to shut down once the client has exited.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(5);

/// Serves the client that started this process, until it closes the connection.
pub(super) fn run<S: Serve>() -> ExitCode {
    match try_run::<S>() {
        Ok(code) => code,
        Err(error) => {
            // The client includes the end of this output in its error.
            let _ = writeln!(io::stderr(), "the server cannot continue: {error}");
            ExitCode::FAILURE
        }
    }
}

fn try_run<S: Serve>() -> io::Result<ExitCode> {
    sys::ignore_interrupts()?;
    sys::end_with_this_thread()?;
    sys::continue_with_parent()?;
    let mut control = Control::take_stdin()?;
    let Greeting { secrets, address } = Greeting::parse(&control.next_line()?)?;
    end_with_client(control)?;
    let channel = transport::connect(&address)?;
    transport::report_exceptions(&address)?;
    serve_client_with::<S>(channel, secrets, native::have_c_callers).map(|()| ExitCode::SUCCESS)
}

/// Serves the client at the other end of a channel, from the handshake until it closes the connection.
///
/// # Errors
/// Fails if the connection breaks.
#[cfg(feature = "testing")]
pub(crate) fn serve_client<S: Serve>(channel: Channel, secrets: Secrets) -> io::Result<()> {
    serve_client_with::<S>(channel, secrets, || {})
}

/// As `serve_client`; `have_c_callers` is called if the client's callers are C programs, which concerns the whole process.
fn serve_client_with<S: Serve>(
    mut channel: Channel,
    secrets: Secrets,
    have_c_callers: impl FnOnce(),
) -> io::Result<()> {
    let description = S::Interface::description();
    let Some(mut start_message) = receive_start(&mut channel, description, secrets)? else { return Ok(()) };
    if start_message.for_c {
        have_c_callers();
    }
    let (_apartment, pump) = match enter_apartment(description) {
        Ok(entered) => entered,
        Err(failure) => return channel.send_message(&Message::StartFailed(Box::new(failure))),
    };
    let memory = start_message.memory.take();
    let server = match start::<S>(start_message) {
        Ok(server) => server,
        Err(failure) => return channel.send_message(&Message::StartFailed(Box::new(failure))),
    };
    complete_handshake(&mut channel, server.library_path(), memory.as_deref())?;
    let served = Rc::new(Served::<S, S::Interface>::of_library(server, S::library_thread_targets));
    let call_server = CallServer::new(served.clone());
    let result = match pump {
        None => call_server.serve_client(channel),
        Some(pump) => serve_between_messages(channel, &call_server, pump),
    };
    close_handles_of(Owner::current(), &*served);
    served.server.before_shutdown();
    result
}

/// Serves a client on a thread that dispatches window messages between the calls; another thread reads the connection.
fn serve_between_messages(channel: Channel, call_server: &CallServer, pump: Pump) -> io::Result<()> {
    let (sender, receiver) = job_queue(Some(pump));
    let owner = Owner::current();
    let connection = ClientConnection::new(channel);
    spawn_named("bridge32 connection", move || sender.read(&connection, owner, None))?;
    let handler: Rc<dyn MessageHandler> = Rc::new(call_server.clone());
    while let Some(MainThreadJob { kind, .. }) = receiver.next(Some(&handler))? {
        let result = match kind {
            JobKind::Message { connection, answered, .. } => {
                call_server.answer_arrived(&connection).inspect(|()| {
                    // The reading thread is waiting for this.
                    let _ = answered.send(());
                })
            }
            JobKind::Disconnected(error) => Err(error),
        };
        match result {
            Ok(()) => {}
            Err(error) if is_closed(&error) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Ends this process after the client has exited, even if the library hangs. The system closes standard input when the client
/// exits or is killed.
fn end_with_client(mut control: Control) -> io::Result<()> {
    spawn_named("bridge32 client watch", move || {
        // An error is treated like the end of the input.
        while control.next_line().is_ok() {}
        // The main thread notices that its connection is closed and exits normally, unless it hangs in the library.
        std::thread::sleep(SHUTDOWN_PATIENCE);
        sys::end_now()
    })?;
    Ok(())
}
