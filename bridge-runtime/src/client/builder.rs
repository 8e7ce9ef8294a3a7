//! How a program gets a client: by launching a server, by connecting to one, or from an implementation in this process.

use std::any::TypeId;
use std::ffi::OsString;
use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use super::batch::{Batch, BatchMode};
use super::connect::{ConnectFailure, connect_within};
use super::info::{ServerExit, ServerInfo};
use super::instance::{Server, ServerInstance};
use super::pending::PendingResults;
use super::restart::{History, Restart};
use super::session::{OnStart, Restarter, Session};
use super::start::Starter;
use crate::environment::Environment;
use crate::error::Error;
use crate::handshake::{Agreement, Transport, describe_server};
use crate::interface::Interface;
use crate::native::Owner;
use crate::process::{Launch, Output, Program, locate};
use crate::server::{CallServer, Dispatch, Served, close_handles_of, free_memory_of};
use crate::transport::{Channel, Route, connect_local, in_process_pair, named_path};
use crate::wire::{Secret, Start};

/// A generated client: launching, connecting, batches and shutdown, besides the interface's own methods.
///
/// Code that works with any client is written against this trait:
///
/// ```
/// # mod bridge32 {
/// #     pub use bridge32_runtime::*;
/// # }
/// use std::time::Duration;
///
/// use bridge32::{Client, Error};
///
/// fn launch_patiently<C: Client>() -> Result<C, Error> {
///     let client = C::builder().start_timeout(Duration::from_secs(60)).launch()?;
///     println!("server process {}", client.server_info().pid);
///     Ok(client)
/// }
/// ```
///
/// A generated client also has these methods as inherent ones, so that this trait need not be imported to call them. If
/// the interface declares a method of the same name, the inherent method is the interface's, and this trait's is called as
/// `<MeterClient as bridge32::Client>::connect(name)`.
///
/// # Implementations
///
/// Only `#[bridge32]` implements this trait. It has required items that are hidden from this page and may change in any
/// release, so an implementation by hand may stop compiling. Methods that are added in a later version are added to this
/// trait alone: they never clash with methods of an interface, or with inherent methods of your own.
pub trait Client: Clone + fmt::Debug + Send + Sync + Sized + 'static {
    /// The interface, as `dyn Trait`.
    type Interface: Interface + ?Sized;

    /// The type that records the calls of a batch. It has the interface's methods.
    type Batch<'batch>;

    /// Launches the server, with the defaults of [`builder`](Self::builder), and waits until it is ready.
    ///
    /// # Errors
    /// If the server cannot be started; each step has its own [`Error`]. No process is left running.
    fn launch() -> Result<Self, Error> {
        Self::builder().launch()
    }

    /// Returns a builder to configure the server before launching it.
    fn builder() -> Builder<Self> {
        Builder::default()
    }

    /// Connects to a server that was started with `--listen NAME`, with the defaults of [`builder`](Self::builder).
    ///
    /// # Errors
    /// [`Error::Connect`] if no server listens under that name; otherwise as [`launch`](Self::launch).
    fn connect(name: &str) -> Result<Self, Error> {
        Self::builder().connect(name)
    }

    /// Runs an implementation of the interface, such as a mock, on a thread of this process. Calls are encoded as for a
    /// server process.
    ///
    /// # Panics
    /// If the thread cannot be created.
    fn in_process<S>(server: S) -> Self
    where
        Self::Interface: Dispatch<S>,
        S: Send + 'static,
    {
        Self::from_session(in_process_session::<Self::Interface, S>(server))
    }

    /// Shuts the server down once it has finished the calls in progress, and returns how it ended. Waits without limit for a call
    /// that hangs; see [`shutdown_within`](Self::shutdown_within) and [`abort`](Self::abort).
    ///
    /// # Errors
    /// If the server cannot be ended, or its exit status cannot be read.
    fn shutdown(&self) -> Result<ServerExit, Error> {
        self.session().shutdown()
    }

    /// Shuts the server down within a time limit, and returns how it ended: as [`shutdown`](Self::shutdown) if the calls in
    /// progress are finished by then, and as [`abort`](Self::abort) otherwise. In both cases there is no restart, and later calls
    /// fail with [`Error::Shutdown`].
    ///
    /// Of the time limit, the server's process gets 5 seconds at most to exit after its last call. With
    /// [`Duration::ZERO`] the server is ended at once.
    ///
    /// # Errors
    /// As [`shutdown`](Self::shutdown).
    fn shutdown_within(&self, limit: Duration) -> Result<ServerExit, Error> {
        self.session().shutdown_within(limit)
    }

    /// Ends the server now, whatever it is doing, and returns how it ended. Any thread may call this while another thread's
    /// call hangs, and so may a closure. Calls in progress fail with [`Error::Aborted`]. So do later calls, unless
    /// [`Builder::restart`] lets them start the server again; such a restart does not count as one after a failure.
    ///
    /// | server | what happens |
    /// |---|---|
    /// | launched | its process is ended: on Unix it is asked with `SIGTERM`, and killed if it still runs half a second later; on Windows it is killed. The library's own cleanup does not run |
    /// | being restarted | the start is given up, and the call that has caused it fails with [`Error::Aborted`]; nothing is known of the server's end |
    /// | started by hand ([`connect`](Self::connect)) | the client disconnects. The server finishes its call, and serves other clients |
    /// | in this process ([`in_process`](Self::in_process)) | the client disconnects. A thread cannot be ended, so it finishes its call by itself |
    ///
    /// A closure of the program that runs during a call runs to its end; then the call fails.
    ///
    /// # Errors
    /// As [`shutdown`](Self::shutdown).
    fn abort(&self) -> Result<ServerExit, Error> {
        self.session().abort()
    }

    /// Returns information about the server; after a restart, about the new one.
    #[must_use]
    fn server_info(&self) -> ServerInfo {
        self.session().server_info()
    }

    /// Makes many calls in one round trip. The closure records the calls and returns their [`Pending`](crate::Pending)
    /// results, in tuples, arrays, `Vec`s or `Option`s; `batch` returns the same with a result in place of each `Pending`.
    ///
    /// All calls are made, in the order of recording, even if one fails. Their deadline is the sum of their own.
    ///
    /// # Errors
    /// If the batch as a whole fails, for example because the server died: then it is unknown which calls were made. A
    /// failed call is an error in its own result.
    fn batch<'batch, P: PendingResults>(
        &self,
        record: impl FnOnce(&Self::Batch<'batch>) -> P,
    ) -> Result<P::Results, Error> {
        self.batch_with(BatchMode::RunAll, record)
    }

    /// As [`batch`](Self::batch), with a choice of what happens after a call that fails.
    ///
    /// # Errors
    /// As [`batch`](Self::batch). A call that was not made has the result [`Error::NotCalled`].
    fn batch_with<'batch, P: PendingResults>(
        &self,
        mode: BatchMode,
        record: impl FnOnce(&Self::Batch<'batch>) -> P,
    ) -> Result<P::Results, Error> {
        let batch = Self::wrap_batch(Batch::new(self.session(), mode));
        let pending = record(&batch);
        Self::unwrap_batch(batch).send(pending)
    }

    #[doc(hidden)]
    fn session(&self) -> &Session;

    #[doc(hidden)]
    fn from_session(session: Session) -> Self;

    #[doc(hidden)]
    fn wrap_batch<'batch>(batch: Batch<'batch>) -> Self::Batch<'batch>;

    #[doc(hidden)]
    fn unwrap_batch<'batch>(batch: Self::Batch<'batch>) -> Batch<'batch>;
}

/// Configures a server before it is launched; returned by a client's `builder()`.
#[must_use = "no server is started before `launch`"]
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
    runtime_dir: Option<PathBuf>,
    environment: Environment,
    for_c: bool,
    client: PhantomData<fn() -> C>,
}

/// The default of [`Builder::start_timeout`].
const START_TIMEOUT: Duration = Duration::from_secs(10);

/// The environment variable that holds the default of [`Builder::runner`].
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
            runtime_dir: None,
            environment: Environment::default(),
            for_c: false,
            client: PhantomData,
        }
    }
}

impl<C: Client> Builder<C> {
    /// Sets the path of the server's program. By default it is the one that `$BRIDGE32_SERVER_<NAME>` names, or else is
    /// searched for in the folder of the library that contains the client, if that is a plug-in, in the folder of this program, and
    /// in cargo's target folders.
    pub fn server(mut self, path: impl Into<PathBuf>) -> Self {
        self.server = Some(path.into());
        self
    }

    /// Sets the native library to load instead of the one that the interface names.
    pub fn library(mut self, path: impl Into<PathBuf>) -> Self {
        self.library = Some(path.into());
        self
    }

    /// Adds a folder to search for libraries that the library depends on.
    pub fn library_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.library_dirs.push(dir.into());
        self
    }

    /// Sets the server's start arguments. Their type is the one in the interface's option `args`.
    pub fn start_args(mut self, args: <C::Interface as Interface>::Args) -> Self {
        self.args = Some(args);
        self
    }

    /// Adds an environment variable to those that the server inherits from this program.
    pub fn env(mut self, key: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.launch.env.push((key.into(), value.into()));
        self
    }

    /// Sets the server's current folder. The default is this program's.
    pub fn current_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.launch.current_dir = Some(dir.into());
        self
    }

    /// Sets the command that runs the server's program, such as `["wine"]`. The default is the words of `$BRIDGE32_RUNNER`; a word
    /// with spaces is in double or single quotes there.
    pub fn runner<P: Into<OsString>>(mut self, command: impl IntoIterator<Item = P>) -> Self {
        self.runner = Some(command.into_iter().map(Into::into).collect());
        self
    }

    /// Limits the time until the server has loaded its library and is ready, without the `on_start` hook. The default is
    /// 10 seconds.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// Limits the duration of a call. By default there is no limit. A method's `#[timeout("…")]` has precedence.
    ///
    /// The time starts when the call is sent. When it is over, the server is killed, because a native call cannot be
    /// cancelled, and the call returns [`Error::Timeout`]. A server that was started with `--listen` is not killed, but
    /// disconnected.
    ///
    /// Waiting for calls of other threads has the same limit. When that is over, the call returns [`Error::Busy`] and was not
    /// made.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(timeout);
        self
    }

    /// Sets whether a failed server is restarted. The default is [`Restart::Never`].
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = restart;
        self
    }

    /// Sets a hook that initializes the library. It runs after every start of a server, including restarts, before any other
    /// call. If it fails, so does the launch, or the call that caused the restart.
    ///
    /// The hook's client is valid only while the hook runs; after that its calls return [`Error::Shutdown`].
    pub fn on_start(mut self, hook: impl Fn(&C) -> Result<(), Error> + Send + 'static) -> Self {
        self.on_start = Some(Box::new(move |session| hook(&C::from_session(session))));
        self
    }

    /// Sets the transport. The default is [`Transport::Auto`]. With [`Transport::SharedMemory`] a launch fails with
    /// [`Error::Transport`] if the two processes cannot share memory.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// Ignores the environment variables `BRIDGE32_RUNNER`, `BRIDGE32_SERVER_…` and `BRIDGE32_TRANSPORT`, which can make this program
    /// run another one. A program that has more rights than the user who started it ignores them anyway: one that is setuid or has
    /// capabilities, or was elevated on Windows.
    pub fn ignore_environment(mut self) -> Self {
        self.environment.is_ignored = true;
        self
    }

    /// Makes the server find its client in this folder, by the name of a socket in a new private folder there.
    ///
    /// A server on Linux needs no folder by default: its connection is handed over through its standard input. Set this for a
    /// runner that passes on only the text of its standard input, such as `docker run -i`. The server must see the folder under the
    /// same path, and run as the same user.
    ///
    /// For a server under Wine, this is the folder of its FIFOs; the default is `$TMPDIR`, `$XDG_RUNTIME_DIR` or `/tmp`. On Windows
    /// it has no effect, because pipes are in no folder.
    pub fn runtime_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.runtime_dir = Some(dir.into());
        self
    }

    /// The callers are C programs, whose calls have a `CRequest` before their arguments and a `CReply` before their results.
    pub(crate) fn for_c(mut self) -> Self {
        self.for_c = true;
        self
    }

    /// Sets where the output of the server and its library goes.
    pub fn output(mut self, output: Output) -> Self {
        self.launch.output = output;
        self
    }

    /// Launches the server and waits until it has loaded the library.
    ///
    /// # Errors
    /// If the server cannot be started; each step has its own [`Error`]. No process is left running.
    pub fn launch(mut self) -> Result<C, Error> {
        let description = C::Interface::description();
        self.launch.runner = match self.runner.take() {
            Some(runner) => runner,
            None => self.environment.words(RUNNER_VARIABLE)?,
        };
        // On Unix, a relative path would be taken relative to the server's current folder.
        let absolute = |path: &Path| std::path::absolute(path).map_err(|source| Error::CurrentDir { source });
        if let Some(program) =
            self.launch.runner.first_mut().filter(|program| Path::new(program).components().count() > 1)
        {
            *program = absolute(Path::new(program))?.into();
        }
        let server = absolute(&locate(description, self.server.as_deref(), self.environment)?)?;
        let program = self.launch.inspect(&server)?;
        let start = self.start_message(program)?;
        let starter = Starter {
            description,
            launch: self.launch,
            server,
            program,
            start,
            transport: self.transport.resolve(self.environment)?,
            runtime_dir: self.runtime_dir,
            timeout: self.start_timeout,
        };
        let restarter = Restarter { starter, history: History::new(self.restart), on_start: self.on_start };
        Ok(C::from_session(Session::start(description, restarter, self.call_timeout)?))
    }

    /// Connects to a server that was started with `--listen NAME`.
    ///
    /// Only `start_timeout`, `call_timeout`, `transport` and `start_args` apply; the other settings are for a server that this
    /// program launches. A server that already has a client keeps its start arguments.
    ///
    /// # Errors
    /// [`Error::Connect`] if no server listens under that name, [`Error::ConnectTimeout`] if it is not ready in time;
    /// otherwise as [`Builder::launch`].
    pub fn connect(mut self, name: &str) -> Result<C, Error> {
        let description = C::Interface::description();
        let args = self.args.take().map(|args| encode_args::<C>(Some(args))).transpose()?;
        let start = Start { args: args.unwrap_or_default(), ..Start::default() };
        let start = (start, self.transport.resolve(self.environment)?);
        let (own_name, timeout) = (name.to_owned(), self.start_timeout);
        let connect = move || named_path(&own_name).and_then(|path| connect_local(&path));
        let connected =
            connect_within(timeout, description, Secret::default(), start, connect).map_err(
                |failure| match failure {
                    ConnectFailure::NoServer(source) => {
                        Error::Connect { name: name.to_owned(), server: description.server.to_owned(), source }
                    }
                    ConnectFailure::Timeout => Error::ConnectTimeout { name: name.to_owned(), after: timeout },
                    ConnectFailure::Error(error) => error,
                },
            )?;
        Ok(C::from_session(Session::new(description, connected, self.call_timeout)))
    }

    fn start_message(&mut self, program: Program) -> Result<Start, Error> {
        let path = |path: &Path| server_path(path, program);
        Ok(Start {
            secret: Secret::default(),
            library: self.library.as_deref().map(path).transpose()?,
            library_dirs: self.library_dirs.iter().map(|dir| path(dir)).collect::<Result<_, _>>()?,
            args: encode_args::<C>(self.args.take())?,
            memory: None,
            for_c: self.for_c,
        })
    }
}

/// Returns `path` in the form that the server needs. A bare file name is kept, because the server searches for it. Any other path
/// is made absolute, because the server may have another current folder.
fn server_path(path: &Path, program: Program) -> Result<String, Error> {
    let refused = |reason: &str| Error::Path { path: path.to_owned(), reason: reason.to_owned() };
    if path.as_os_str().is_empty() {
        return Err(refused("is empty"));
    }
    let text = |path: &Path| path.to_str().map(str::to_owned);
    let not_unicode = || refused("is not Unicode, so it cannot be sent to the server");
    if path.components().count() == 1 && !path.exists() {
        return text(path).ok_or_else(not_unicode);
    }
    let path = std::path::absolute(path).map_err(|source| Error::CurrentDir { source })?;
    let path = text(&path).ok_or_else(not_unicode)?;
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

/// Runs `server` on a thread of this process, and returns a session with it.
fn in_process_session<I: Dispatch<S> + ?Sized, S: Send + 'static>(server: S) -> Session {
    let (client_end, server_end) = in_process_pair();
    let thread = std::thread::spawn(move || {
        let served = Rc::new(Served::<S, I>::new(server));
        let owner = Owner::new();
        let _acting = owner.enter();
        // It returns when the client is dropped. So does an error: a connection in this process breaks in no other way.
        let _ = CallServer::new(served.clone()).serve_client(Channel::new(server_end));
        close_handles_of(owner, &*served);
        free_memory_of(owner);
    });
    let agreement = Agreement { pid: std::process::id(), ready: describe_server(None), transport: Transport::Auto };
    let server = Server::InProcess(std::sync::Mutex::new(Some(thread)));
    let channel = Channel::new(client_end);
    let instance = ServerInstance::new(ServerInfo::new(agreement), server, Route::CONNECTED, &channel);
    Session::new(I::description(), (instance, channel), None)
}

/// Returns a client whose server is at the other end of `channel`.
///
/// # Errors
/// As [`Builder::connect`].
#[cfg(feature = "testing")]
pub(crate) fn client_over<C: Client>(
    channel: Channel,
    (secret, start): (Secret, Start),
    (start_timeout, call_timeout): (Duration, Option<Duration>),
) -> Result<C, Error> {
    let description = C::Interface::description();
    let start = (start, Transport::Pipe);
    let connected = connect_within(start_timeout, description, secret, start, move || Ok(channel)).map_err(
        |failure| match failure {
            ConnectFailure::NoServer(error) => Error::disconnected(error),
            ConnectFailure::Timeout => Error::ConnectTimeout { name: "the channel".to_owned(), after: start_timeout },
            ConnectFailure::Error(error) => error,
        },
    )?;
    Ok(C::from_session(Session::new(description, connected, call_timeout)))
}
