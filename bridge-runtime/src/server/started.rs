//! A server that a client started.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::marker::PhantomData;
use std::process::ExitCode;
use std::time::Duration;

use super::Serve;
use super::session::{MeetingError, Secrets, Served, introduce, make, ready, serve_lane};
use crate::interface::Interface;
use crate::wire::Message;
use crate::{lane, secret, sys};

/// How long the server may take for its own shutdown once the client has gone.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// Serves the client that started this process, until it closes the line.
pub(super) fn run<S: Serve>() -> ExitCode {
    match try_run::<S>() {
        Ok(code) => code,
        Err(error) => {
            // The client shows this among the last words.
            eprintln!("the server cannot go on: {error}");
            ExitCode::FAILURE
        }
    }
}

fn try_run<S: Serve>() -> io::Result<ExitCode> {
    sys::forbid_dialogs();
    sys::end_with_this_thread()?;
    let mut control = BufReader::new(sys::take_stdin()?);
    let (secrets, address) = read_greeting(&mut control)?;
    watch(control)?;
    let mut lane = lane::connect(&address)?;
    let description = S::Interface::description();
    let start = match introduce(&mut lane, description, secrets) {
        Ok(start) => start,
        Err(MeetingError::Told) => return Ok(ExitCode::SUCCESS),
        Err(MeetingError::Line(error)) => return Err(error),
    };
    let server = match make::<S>(start) {
        Ok(server) => server,
        Err(failure) => {
            lane.say(&Message::StartFailed(failure))?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    lane.say(&Message::Ready(ready(server.library_path())))?;
    let served = Served { server, interface: PhantomData::<S::Interface> };
    let result = serve_lane(&mut lane, &served);
    served.server.before_shutdown();
    result.map(|()| ExitCode::SUCCESS)
}

/// The first line on standard input: both secrets, and where the client waits.
fn read_greeting(control: &mut BufReader<File>) -> io::Result<(Secrets, String)> {
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "no greeting on standard input");
    let mut line = String::new();
    control.read_line(&mut line)?;
    let mut parts = line.trim_end().splitn(3, ' ');
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
        // The main thread sees its lane close and ends in good order, unless it is stuck.
        std::thread::sleep(SHUTDOWN);
        sys::end_now()
    })?;
    Ok(())
}
