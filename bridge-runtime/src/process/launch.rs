//! Starting the server program.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use object::FileKind;

use super::wine::wine_environment;
use super::{Output, STARTED_BY_CLIENT, Supervisor};
use crate::error::Error;
use crate::handshake::{Greeting, Secrets};
use crate::sys::{self, ControlSender};
use crate::transport::Endpoint;

/// The settings for starting a server process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Launch {
    /// The command that starts the server, such as `wine`; empty to start it directly.
    pub(crate) runner: Vec<OsString>,
    pub(crate) env: Vec<(OsString, OsString)>,
    pub(crate) current_dir: Option<PathBuf>,
    pub(crate) output: Output,
}

/// A server that was started and has not connected yet.
#[derive(Debug)]
pub(crate) struct LaunchedServer {
    pub(crate) supervisor: Supervisor,
    /// The command line, for error messages.
    pub(crate) command: String,
    pub(crate) secrets: Secrets,
    /// Whether the process is the server itself rather than a runner that starts it.
    pub(crate) is_direct: bool,
}

impl Launch {
    /// Starts `server` and sends it the greeting with the address of `endpoint`, through its standard input `stdin`, whose other end
    /// is `control`. `on_exit` runs when the process has exited.
    ///
    /// # Errors
    /// [`Error::Spawn`] if the process cannot be started, [`Error::Random`] or [`Error::Endpoint`] if the system fails before.
    pub(crate) fn start(
        &self,
        server: &Path,
        program: Program,
        endpoint: &Endpoint,
        (control, stdin): (ControlSender, Stdio),
        on_exit: impl FnOnce() + Send + 'static,
    ) -> Result<LaunchedServer, Error> {
        let words: Vec<_> = self.runner.iter().cloned().chain([server.into(), STARTED_BY_CLIENT.into()]).collect();
        let text = |parts: &[OsString]| parts.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join(" ");
        let command_text = text(&words[..words.len() - 1]);
        let secrets = Secrets::random().map_err(|source| Error::Random { source })?;
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        if program.is_foreign() {
            wine_environment(&mut command);
        }
        command.envs(self.env.iter().map(|(key, value)| (key, value)));
        if let Some(dir) = &self.current_dir {
            command.current_dir(dir);
        }
        let is_direct = self.runner.is_empty() && program != Program::Unknown;
        sys::detach_from_terminal(&mut command);
        if !is_direct {
            sys::continue_with_this_thread(&mut command);
        }
        let exception = endpoint.exception().map_err(|source| Error::Endpoint { source })?;
        command.stdin(stdin);
        let supervisor = Supervisor::spawn(command, self.output, control, exception, on_exit)
            .map_err(|source| Error::Spawn { command: command_text.clone(), source })?;
        let greeting = Greeting { secrets, address: endpoint.address() };
        // If this fails, the server is exiting already. Its exit status is the more useful error.
        let _ = supervisor.send_line(&greeting.to_line());
        Ok(LaunchedServer { supervisor, command: command_text, secrets, is_direct })
    }

    /// Determines what kind of program `server` is, by the header of the file.
    ///
    /// # Errors
    /// [`Error::ServerNotAProgram`] if it cannot be started on this system, [`Error::Spawn`] if it cannot be read.
    pub(crate) fn inspect(&self, server: &Path) -> Result<Program, Error> {
        let not_a_program = |found: &str, remedy: &str| Error::ServerNotAProgram {
            path: server.to_owned(),
            found: found.to_owned(),
            remedy: remedy.to_owned(),
        };
        let kind =
            file_kind(server).map_err(|source| Error::Spawn { command: server.display().to_string(), source })?;
        match kind {
            // It would start itself again and again.
            Some(_) if is_this_program(server) => {
                Err(not_a_program("this program itself", "name the server, which `cargo bridge32 build` builds"))
            }
            Some(FileKind::Pe32 | FileKind::Pe64) if cfg!(unix) && self.runner.is_empty() => {
                Err(not_a_program("a program for Windows", "start it with `.runner([\"wine\"])`"))
            }
            Some(FileKind::Pe32 | FileKind::Pe64) => Ok(Program::Windows),
            Some(FileKind::Elf32 | FileKind::Elf64) if cfg!(windows) => {
                Err(not_a_program("a program for Linux", "build it for this system with `cargo bridge32 build`"))
            }
            Some(_) if self.runner.is_empty() && !sys::is_executable(server) => {
                let found = "a program that this user is not permitted to execute";
                let remedy = format!("run `chmod +x {}`, or mount its file system without `noexec`", server.display());
                Err(not_a_program(found, &remedy))
            }
            Some(_) => Ok(Program::Native),
            None if !self.runner.is_empty() || is_script(server) => Ok(Program::Unknown),
            None => Err(not_a_program("not a program", "build the server with `cargo bridge32 build`")),
        }
    }
}

/// The kind of a server's program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Program {
    /// A program for Windows.
    Windows,
    /// A program for this system.
    Native,
    /// A script, or a file that only the runner understands.
    Unknown,
}

impl Program {
    /// Whether it runs under Wine and needs a transport that Wine supports.
    pub(crate) fn is_foreign(self) -> bool {
        self == Self::Windows && cfg!(unix)
    }
}

/// Returns the kind of an executable by its header; `None` for any other file.
pub(super) fn file_kind(path: &Path) -> io::Result<Option<FileKind>> {
    Ok(FileKind::parse(&*start_of(path)?).ok())
}

/// Whether a file is the program that runs.
fn is_this_program(path: &Path) -> bool {
    let this = std::env::current_exe().and_then(|this| this.canonicalize());
    this.is_ok_and(|this| path.canonicalize().is_ok_and(|path| path == this))
}

/// Whether a file begins with `#!`, so that a Unix system runs it with an interpreter.
fn is_script(path: &Path) -> bool {
    cfg!(unix) && start_of(path).is_ok_and(|start| start.starts_with(b"#!"))
}

/// Returns the first bytes of a file, enough for every header that is examined.
fn start_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(4096).read_to_end(&mut start)?;
    Ok(start)
}
