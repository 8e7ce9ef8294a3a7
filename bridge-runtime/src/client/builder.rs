//! Starting a server, or reaching one that runs.

use std::any::TypeId;
use std::ffi::OsString;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use std::{fmt, io};

use super::connect::{ConnectFailure, join};
use super::info::describe;
use super::instance::{Server, ServerInstance};
use super::restart::{History, Restart};
use super::session::{OnStart, Restarter, Session};
use super::start::Starter;
use crate::error::Error;
use crate::handshake::{Agreement, Transport, describe_server};
use crate::interface::Interface;
use crate::native::Owner;
use crate::process::{Launch, Output, Program, locate};
use crate::server::{CallServer, Dispatch, Served, close_handles_of, free_memory_of};
use crate::transport::{Channel, connect_local, in_process_pair, named_path};
use crate::wire::{Secret, Start};

/// A generated client.
pub trait Client: Sized {
    /// Its interface: `dyn Trait`.
    type Interface: Interface + ?Sized;

    /// Its session.
    fn session(&self) -> &Session;

    /// The client of a session.
    fn from_session(session: Session) -> Self;
}

/// How a server is to be started; made by a client's `builder()`.
#[must_use = "nothing is started before `launch`"]
pub struct Builder<C: Client> {
    server: Option<PathBuf>,
    library: Option<PathBuf>,
    library_dirs: Vec<PathBuf>,
    args: Option<<C::Interface as Interface>::Args>,
    runner: Option<Vec<OsString>>,
    launch: Launch,
    start_timeout: Duration,
    call_timeout: Option<Duration>,
    restart: Restart,
    on_start: Option<OnStart>,
    transport: Transport,
    client: PhantomData<fn() -> C>,
}

/// How long a server may take to be ready, unless told otherwise.
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// The environment variable with the command that servers are started with.
const RUNNER_VARIABLE: &str = "BRIDGE32_RUNNER";

impl<C: Client> fmt::Debug for Builder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("server", &self.server).field("launch", &self.launch).finish_non_exhaustive()
    }
}

impl<C: Client> Default for Builder<C> {
    fn default() -> Self {
        Self {
            server: None,
            library: None,
            library_dirs: Vec::new(),
            args: None,
            runner: None,
            launch: Launch::default(),
            start_timeout: START_TIMEOUT,
            call_timeout: None,
            restart: Restart::default(),
            on_start: None,
            transport: Transport::Auto,
            client: PhantomData,
        }
    }
}

impl<C: Client> Builder<C> {
    /// The server's program. Without it, the server is looked for in `$BRIDGE32_SERVER_<NAME>`, beside this program,
    /// and in cargo's target folders.
    pub fn server(mut self, path: impl Into<PathBuf>) -> Self {
        self.server = Some(path.into());
        self
    }

    /// The native library, instead of the one that the interface names.
    pub fn library(mut self, path: impl Into<PathBuf>) -> Self {
        self.library = Some(path.into());
        self
    }

    /// A further folder with libraries that the library needs; may be given several times.
    pub fn library_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.library_dirs.push(dir.into());
        self
    }

    /// The server's typed start arguments, of the type that the interface gives with `args = …`.
    pub fn start_args(mut self, args: <C::Interface as Interface>::Args) -> Self {
        self.args = Some(args);
        self
    }

    /// An environment variable of the server; the others are this program's.
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.launch.env.push((key.into(), value.into()));
        self
    }

    /// The folder that the server runs in; without it, this program's.
    pub fn current_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.launch.current_dir = Some(dir.into());
        self
    }

    /// The command that the server is started with, such as `["wine"]`; without it, the words of `$BRIDGE32_RUNNER`.
    pub fn runner<P: Into<OsString>>(mut self, command: impl IntoIterator<Item = P>) -> Self {
        self.runner = Some(command.into_iter().map(Into::into).collect());
        self
    }

    /// How long the server may take to be ready, its library loaded; 10 seconds unless told otherwise.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// How long a call may take; without it, as long as it likes. A method's own `#[timeout("…")]` goes before it.
    ///
    /// The time counts from when the server gets the call. After it the server is ended, because a native call cannot be
    /// cancelled, and the call is [`Error::Timeout`]. A server that was started by hand is not ended: it loses this client.
    ///
    /// Waiting for the calls of other threads has the same limit; after it the call is [`Error::Busy`], and was not made.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }

    /// What becomes of the client when its server has failed; [`Restart::Never`] unless told otherwise.
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }

    /// What puts the library into its state: runs whenever a server has started, the first and every later one, before
    /// any other call. Its error is that of the launch, or of the call that started the server again.
    ///
    /// The client that it gets is for the hook's own time; afterwards that one's calls are [`Error::Shutdown`].
    pub fn on_start(mut self, hook: impl Fn(&C) -> Result<(), Error> + Send + 'static) -> Self {
        self.on_start = Some(Box::new(move |session| hook(&C::from_session(session))));
        self
    }

    /// What the calls travel over; [`Transport::Auto`] unless told otherwise. With [`Transport::SharedMemory`] a launch is [`Error::Transport`]
    /// where both ends cannot share memory.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// Where the output of the server and its library goes.
    pub fn output(mut self, output: Output) -> Self {
        self.launch.output = output;
        self
    }

    /// Starts the server and waits until it has loaded the library.
    ///
    /// # Errors
    /// Each step that fails has its own [`Error`]. Nothing is left running.
    pub fn launch(mut self) -> Result<C, Error> {
        let description = C::Interface::description();
        self.launch.runner = self.runner.take().unwrap_or_else(runner_from_environment);
        let server = locate(description, self.server.as_deref())?;
        let program = self.launch.inspect(&server)?;
        let start = self.start_message(program)?;
        let transport = self.transport.resolve(program.is_foreign())?;
        let timeout = self.start_timeout;
        let starter = Starter { description, launch: self.launch, server, program, start, transport, timeout };
        let restarter = Restarter { starter, history: History::new(self.restart), on_start: self.on_start };
        Ok(C::from_session(Session::start(description, restarter, self.call_timeout)?))
    }

    /// Connects to a server that was started by hand, with `--listen`.
    ///
    /// Of the settings, `start_timeout`, `call_timeout`, `transport` and `start_args` are looked at; the others are for a server that this
    /// program starts. A server that already serves another program keeps the start arguments it has.
    ///
    /// # Errors
    /// [`Error::Connect`] if none listens, [`Error::ConnectTimeout`] if it is not ready in time; otherwise as
    /// [`Builder::launch`].
    pub fn connect(mut self, name: &str) -> Result<C, Error> {
        let description = C::Interface::description();
        let args = self.args.take().map(|args| encode_args::<C>(Some(args))).transpose()?;
        let start = Start { args: args.unwrap_or_default(), ..Start::default() };
        let start = (start, self.transport.resolve(false)?);
        let (own_name, timeout) = (name.to_owned(), self.start_timeout);
        let reach = move || named_path(&own_name).and_then(|path| connect_local(&path));
        let met = join(description, Secret::default(), start, timeout, reach).map_err(|unreached| match unreached {
            ConnectFailure::NoServer(source) => {
                Error::Connect { name: name.to_owned(), server: description.server.to_owned(), source }
            }
            ConnectFailure::Timeout => Error::ConnectTimeout { name: name.to_owned(), after: timeout },
            ConnectFailure::Error(error) => error,
        })?;
        Ok(C::from_session(Session::new(description, met, self.call_timeout)))
    }

    fn start_message(&mut self, program: Program) -> Result<Start, Error> {
        let unreadable = |source| Error::CurrentDir { source };
        let path = |path: &Path| server_path(path, program).map_err(unreadable);
        Ok(Start {
            secret: Secret::default(),
            library: self.library.as_deref().map(path).transpose()?,
            library_dirs: self.library_dirs.iter().map(|dir| path(dir)).collect::<Result<_, _>>()?,
            args: encode_args::<C>(self.args.take())?,
            memory: None,
        })
    }
}

fn runner_from_environment() -> Vec<OsString> {
    let runner = std::env::var(RUNNER_VARIABLE).unwrap_or_default();
    runner.split_whitespace().map(OsString::from).collect()
}

/// A path for the server: a bare name stays one and is searched for there; everything else is made absolute here,
/// because the server may run in another folder.
fn server_path(path: &Path, program: Program) -> io::Result<String> {
    if path.components().count() == 1 && !path.exists() {
        return Ok(path.display().to_string());
    }
    let path = std::path::absolute(path)?.display().to_string();
    Ok(if program.is_foreign() { crate::transport::wine_path(&path) } else { path })
}

fn encode_args<C: Client>(args: Option<<C::Interface as Interface>::Args>) -> Result<Vec<u8>, Error> {
    let interface = C::Interface::description().name.to_owned();
    match args {
        Some(args) => postcard::to_allocvec(&args)
            .map_err(|error| Error::Args { interface, reason: format!("cannot be serialized: {error}") }),
        None if TypeId::of::<<C::Interface as Interface>::Args>() == TypeId::of::<()>() => Ok(Vec::new()),
        None => Err(Error::Args { interface, reason: "are missing; give them with `.start_args(…)`".to_owned() }),
    }
}

/// Connects to a server that was started by hand, with the settings of a new [`Builder`].
///
/// # Errors
/// As [`Builder::connect`].
pub fn connect<C: Client>(name: &str) -> Result<C, Error> {
    Builder::default().connect(name)
}

/// Serves an implementation in a thread of this process, through the same encoding as any other.
///
/// # Panics
/// If the system does not give a thread.
pub fn in_process<C: Client, S>(server: S) -> C
where
    C::Interface: Dispatch<S>,
    S: Send + 'static,
{
    let (client_end, server_end) = in_process_pair();
    let thread = std::thread::spawn(move || {
        let served = Rc::new(Served::<S, C::Interface>::new(server));
        let owner = Owner::new();
        let _acting = owner.enter();
        // It ends when the client does; between two threads nothing else can break.
        let _ = CallServer::new(served.clone()).serve_client(Channel::new(server_end));
        close_handles_of(owner, &*served);
        free_memory_of(owner);
    });
    let agreement = Agreement { pid: std::process::id(), ready: describe_server(None), transport: Transport::Auto };
    let server = Server::InProcess(std::sync::Mutex::new(Some(thread)));
    let channel = Channel::new(client_end);
    let instance = ServerInstance::new(describe(agreement), server, &channel);
    C::from_session(Session::new(C::Interface::description(), (instance, channel), None))
}

/// A client at one end of a connection, whose server is at the other.
#[cfg(feature = "testing")]
pub(crate) fn over<C: Client>(
    channel: Channel,
    (secret, start): (Secret, Start),
    (start_timeout, call_timeout): (Duration, Option<Duration>),
) -> Result<C, Error> {
    let description = C::Interface::description();
    let start = (start, Transport::Pipe.resolve(false)?);
    let met =
        join(description, secret, start, start_timeout, move || Ok(channel)).map_err(|unreached| match unreached {
            ConnectFailure::NoServer(error) => Error::disconnected(error),
            ConnectFailure::Timeout => Error::ConnectTimeout { name: "the channel".to_owned(), after: start_timeout },
            ConnectFailure::Error(error) => error,
        })?;
    Ok(C::from_session(Session::new(description, met, call_timeout)))
}
