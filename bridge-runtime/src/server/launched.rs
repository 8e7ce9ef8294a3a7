//! A server that a client started.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write as _};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use super::connection::{CallServer, ClientConnection, DispatchTarget, is_closed};
use super::main_thread::{JobKind, MainThreadJob, enter, jobs};
use super::session::{HandshakeError, Secrets, Served, begin, introduce, make, serve_channel};
use super::{Serve, close_all_of};
use crate::interface::Interface;
use crate::native::Owner;
use crate::sys::Pump;
use crate::transport::Channel;
use crate::wire::Message;
use crate::{secret, sys, transport};

/// How long the server may take for its own shutdown once the client has gone.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// Serves the client that started this process, until it closes the line.
pub(super) fn run<S: Serve>() -> ExitCode {
    match try_run::<S>() {
        Ok(code) => code,
        Err(error) => {
            // The client shows this among the last words.
            let _ = writeln!(io::stderr(), "the server cannot go on: {error}");
            ExitCode::FAILURE
        }
    }
}

fn try_run<S: Serve>() -> io::Result<ExitCode> {
    sys::forbid_dialogs();
    sys::end_with_this_thread()?;
    sys::continue_with_parent()?;
    let mut control = BufReader::new(sys::take_stdin()?);
    let (secrets, address) = read_greeting(&mut control)?;
    watch(control)?;
    let channel = transport::connect(&address)?;
    transport::report_exceptions(&address)?;
    converse::<S>(channel, secrets).map(|()| ExitCode::SUCCESS)
}

/// Meets the client at the other end of the connection, and serves it until it closes the line.
pub(crate) fn converse<S: Serve>(mut channel: Channel, secrets: Secrets) -> io::Result<()> {
    let mut start = match introduce(&mut channel, S::Interface::description(), secrets) {
        Ok(start) => start,
        Err(HandshakeError::Told) => return Ok(()),
        Err(HandshakeError::ClientConnection(error)) => return Err(error),
    };
    let (_apartment, pump) = match enter(S::Interface::description()) {
        Ok(entered) => entered,
        Err(failure) => return channel.send_message(&Message::StartFailed(Box::new(failure))),
    };
    let memory = start.memory.take();
    let server = match make::<S>(start) {
        Ok(server) => server,
        Err(failure) => return channel.send_message(&Message::StartFailed(Box::new(failure))),
    };
    begin(&mut channel, server.library_path(), memory.as_deref())?;
    let served = Served::<S, S::Interface>::new(server);
    let target: Rc<dyn DispatchTarget> = served.clone();
    let result = match pump {
        None => serve_channel(channel, &target),
        Some(pump) => serve_between_messages(channel, &target, pump),
    };
    close_all_of(Owner::current(), &*target);
    served.server.before_shutdown();
    result
}

/// As [`serve_channel`], in a thread that looks after its messages between the calls; another one reads the connection.
fn serve_between_messages(channel: Channel, target: &Rc<dyn DispatchTarget>, pump: Pump) -> io::Result<()> {
    let (jobs, waiting) = jobs(Some(pump));
    let owner = Owner::current();
    let connection = ClientConnection::new(channel);
    std::thread::Builder::new().name("bridge32 channel".to_owned()).spawn(move || {
        jobs.read(&connection, owner, None);
    })?;
    while let Some(MainThreadJob { what, .. }) = waiting.next(Some(target))? {
        let over = match what {
            JobKind::Message { connection, back, .. } => {
                CallServer::new(connection, Rc::clone(target)).answer().inspect(|()| {
                    // The thread waits for it.
                    let _ = back.send(());
                })
            }
            JobKind::End(error) => Err(error),
        };
        match over {
            Ok(()) => {}
            Err(error) if is_closed(&error) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Bytes of a greeting at most: no system has longer paths than half of it.
const LONGEST_GREETING: u64 = 64 << 10;

/// The first line on standard input: both secrets, and where the client waits.
pub(crate) fn read_greeting(control: &mut impl BufRead) -> io::Result<(Secrets, String)> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "no greeting on standard input");
    let mut connection = String::new();
    control.take(LONGEST_GREETING).read_line(&mut connection)?;
    let mut parts = connection.trim_end().splitn(3, ' ');
    let mut secret = || parts.next().and_then(secret::from_hex).ok_or_else(invalid);
    let secrets = Secrets { server: secret()?, client: secret()? };
    Ok((secrets, parts.next().ok_or_else(invalid)?.to_owned()))
}

/// Ends this process when the client is gone, even while the library hangs: standard input closes with the client,
/// however it ends.
fn watch(mut control: BufReader<File>) -> io::Result<()> {
    std::thread::Builder::new().name("bridge32 client watch".to_owned()).spawn(move || {
        // An error is an end, too.
        while let Ok(1..) = control.read(&mut [0; 64]) {}
        // The main thread sees its connection close and ends in good order, unless it is stuck.
        std::thread::sleep(SHUTDOWN);
        sys::end_now()
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interface::{Description, Threads};
    use crate::transport::in_process_pair;
    use crate::wire::{Secret, Start, StartFailure};

    const DESCRIPTION: Description = Description {
        name: "I",
        server: "i-server32",
        version: "1.0.0",
        library: None,
        threads: Threads::Single,
        apartment: None,
        methods: &[],
    };

    /// What the server makes of a client that answers its hello with this, and what it says to it.
    fn met_with(answer: &Message) -> (Result<Start, HandshakeError>, io::Result<Message>) {
        let (client, server) = in_process_pair();
        let mut client = Channel::new(client);
        client.send_message(answer).unwrap();
        let secrets = Secrets { server: [1; 16], client: [2; 16] };
        let result = introduce(&mut Channel::new(server), &DESCRIPTION, secrets);
        let Ok((Message::Hello(hello), _)) = client.receive() else { panic!("no hello") };
        assert_eq!(hello.secret, secrets.server);
        (result, client.receive().map(|(message, _)| message))
    }

    fn start(secret: Secret) -> Message {
        Message::Start(Box::new(Start { secret, ..Start::default() }))
    }

    #[test]
    fn a_client_without_the_secret_is_refused() {
        let (result, reply) = met_with(&start([1; 16]));
        assert!(matches!(result, Err(HandshakeError::Told)), "{result:?}");
        assert!(
            matches!(reply, Ok(Message::StartFailed(ref failure)) if matches!(**failure, StartFailure::Secret)),
            "{reply:?}"
        );

        let (result, _) = met_with(&Message::Call { method: 0 });
        assert!(matches!(result, Err(HandshakeError::Told)), "no call before the secret: {result:?}");

        let (result, _) = met_with(&start([2; 16]));
        assert!(result.is_ok(), "{result:?}");
    }

    #[test]
    fn a_greeting_is_two_secrets_and_an_address() {
        let read = |text: &str| {
            let mut file = tempfile::tempfile().unwrap();
            io::Write::write_all(&mut file, text.as_bytes()).unwrap();
            io::Seek::rewind(&mut file).unwrap();
            read_greeting(&mut BufReader::new(file))
        };
        let secret = "0f".repeat(16);
        let (secrets, address) = read(&format!("{secret} {secret} local:/a path\n")).unwrap();
        assert_eq!((secrets.client, address.as_str()), ([15; 16], "local:/a path"));
        for text in ["", "\n", &secret, &format!("{secret} x y\n"), &format!("{secret} {secret}\n")] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }
}
