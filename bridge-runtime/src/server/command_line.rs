//! The command line of a server's program.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::prelude::*;

use super::context::Serve;
use super::{launched, listen, report};
use crate::interface::{Description, Interface};
use crate::process::STARTED_BY_CLIENT;
use crate::sys;

/// The request on the command line.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    /// No arguments: print the help and fail.
    NoArguments,
    Help,
    Version,
    Describe,
    Check(Option<PathBuf>),
    Listen(String),
    StartedByClient,
}

/// Why a server does not run that was built for another width than 32 bits, or without [`server_main!`](crate::server_main), which
/// reports it when it is compiled.
const ABORTS_ON_PANIC: &str = "this server was built with `panic = \"abort\"`, and the error of a call would end it; build it \
     with `cargo bridge32 build`, or remove `panic` from the profile";

/// Runs a server program; [`server_main!`](crate::server_main) generates a `main` function that calls it.
///
/// The program serves the client that has started it, or executes the request on its command line; see `--help`.
#[must_use = "the exit code is to be returned from `main`"]
pub fn serve<S: Serve>() -> ExitCode {
    let interface = S::Interface::description();
    let (request, library) = match parse(std::env::args_os().skip(1)) {
        Ok(parsed) => parsed,
        Err(error) => {
            eprintln!("{}: {error}; see --help", interface.server);
            return ExitCode::from(2);
        }
    };
    if cfg!(not(panic = "unwind")) && matches!(request, Request::StartedByClient | Request::Listen(_)) {
        eprintln!("{}: {ABORTS_ON_PANIC}", interface.server);
        return ExitCode::FAILURE;
    }
    // Before a library is loaded, which may crash.
    sys::forbid_dialogs();
    sys::report_crashes();
    crate::library::serve_libraries();
    match request {
        Request::StartedByClient => launched::run::<S>(),
        Request::Listen(name) => listen::run::<S>(&name, library),
        Request::Check(path) => check(interface, path.or(library)),
        Request::Describe => print_text(&report::describe(interface)),
        Request::Version => print_text(&format!(
            "{} {} (bridge32 {}, {})\n",
            interface.server,
            interface.version,
            env!("CARGO_PKG_VERSION"),
            std::env::consts::ARCH
        )),
        Request::Help => print_text(&help(interface)),
        Request::NoArguments => {
            eprint!("{}", help(interface));
            ExitCode::from(2)
        }
    }
}

fn print_text(text: &str) -> ExitCode {
    print!("{text}");
    ExitCode::SUCCESS
}

fn check(interface: &'static Description, library: Option<PathBuf>) -> ExitCode {
    if interface.library.is_none() {
        return print_text(&format!("the interface {} has no native library\n", interface.name));
    }
    match report::check(interface, library.as_deref()) {
        Ok((text, complete)) => {
            print!("{text}");
            if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("{}", crate::error::with_sources(&error));
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: impl Iterator<Item = OsString>) -> Result<(Request, Option<PathBuf>), lexopt::Error> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut request = Request::NoArguments;
    let mut library = None;
    while let Some(argument) = parser.next()? {
        request = match argument {
            Short('h') | Long("help") => Request::Help,
            Short('V') | Long("version") => Request::Version,
            Long("describe") => Request::Describe,
            Long("check") => Request::Check(None),
            Long("listen") => Request::Listen(parser.value()?.string()?),
            Long("library") => {
                library = Some(parser.value()?.into());
                continue;
            }
            Long(long) if Some(long) == STARTED_BY_CLIENT.strip_prefix("--") => Request::StartedByClient,
            Value(value) if request == Request::Check(None) => Request::Check(Some(value.into())),
            other => return Err(other.unexpected()),
        };
    }
    Ok((request, library))
}

fn help(interface: &Description) -> String {
    let Description { name, server, library, .. } = interface;
    let what = match library {
        Some(library) => format!("loads the library `{library}` and calls it for a program of another width"),
        None => "serves a program in another process".to_owned(),
    };
    format!(
        "{server}: the bridge32 server of the interface {name}. It {what}.

Programs that use {name} start it by themselves; there is no need to do so by hand.

Usage: {server} [OPTIONS]

Options:
      --describe       print the interface: methods, C signatures, fingerprint
      --check [LIB]    load the library, report missing symbols and wrong declarations
      --listen NAME    serve programs of the same user that connect to NAME, until it is stopped
      --library PATH   load this library instead of the usual one
  -h, --help           print this
  -V, --version        print the version
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(command_line: &str) -> Result<(Request, Option<PathBuf>), String> {
        parse(command_line.split_whitespace().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn requests_are_understood() {
        assert_eq!(parsed("").unwrap(), (Request::NoArguments, None));
        assert_eq!(parsed("--check").unwrap(), (Request::Check(None), None));
        assert_eq!(parsed("--check a.dll").unwrap(), (Request::Check(Some("a.dll".into())), None));
        assert_eq!(parsed("--library a.dll --check").unwrap(), (Request::Check(None), Some("a.dll".into())));
        assert_eq!(parsed("--listen x").unwrap().0, Request::Listen("x".into()));
        assert_eq!(parsed(STARTED_BY_CLIENT).unwrap().0, Request::StartedByClient);
    }

    #[test]
    fn mistakes_are_named() {
        assert_eq!(parsed("--nonsense").unwrap_err(), "invalid option '--nonsense'");
        assert_eq!(parsed("--listen").unwrap_err(), "missing argument for option '--listen'");
        assert_eq!(parsed("stray").unwrap_err(), "unexpected argument \"stray\"");
    }
}
