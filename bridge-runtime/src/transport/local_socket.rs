//! Listening on, and connecting to, named pipes on Windows and Unix domain sockets elsewhere.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use interprocess::local_socket::traits::Listener as _;
use interprocess::local_socket::{Listener, Stream};

use super::local_stream::LocalStream;
#[cfg(unix)]
use super::private_dir::{PrivateDir, RUNTIME_VARIABLE, first_possible, temporary_folders};
#[cfg(unix)]
use super::unix_socket;
use super::{Channel, PipeTransport};

/// Listens at a name that only this user can connect to.
#[derive(Debug)]
pub(crate) struct LocalListener {
    listener: Listener,
    path: PathBuf,
    /// Whether a thread is in [`LocalListener::accept`].
    accepting: AtomicBool,
    woken: AtomicBool,
    /// The folder of the socket, removed together with it.
    #[cfg(unix)]
    _dir: Option<PrivateDir>,
}

impl LocalListener {
    /// Listens at a random name, in a new folder inside `parent` or else inside the folder for temporary files.
    ///
    /// # Errors
    /// The system's error.
    #[cfg(unix)]
    pub(crate) fn random(parent: Option<&Path>) -> io::Result<Self> {
        // Other users cannot enter the folder, whatever the mode of the socket.
        let dir = PrivateDir::new(parent)?;
        let path = dir.path().join("channel");
        let mut listener = Self::named(&path)?;
        listener._dir = Some(dir);
        Ok(listener)
    }

    /// Listens at a random name. Pipes are in no folder.
    ///
    /// # Errors
    /// The system's error.
    #[cfg(windows)]
    pub(crate) fn random(_parent: Option<&Path>) -> io::Result<Self> {
        let mut name = [0; size_of::<u128>()];
        getrandom::fill(&mut name).map_err(io::Error::other)?;
        Self::named(Path::new(&format!(r"\\.\pipe\bridge32-{:032x}", u128::from_le_bytes(name))))
    }

    /// Listens at a given name.
    ///
    /// # Errors
    /// The system's error.
    pub(crate) fn named(path: &Path) -> io::Result<Self> {
        Ok(Self {
            listener: listen(path)?,
            path: path.to_owned(),
            accepting: AtomicBool::new(false),
            woken: AtomicBool::new(false),
            #[cfg(unix)]
            _dir: None,
        })
    }

    /// Listens at a given name, even if a server that was killed has left its socket there.
    ///
    /// # Errors
    /// [`io::ErrorKind::AddrInUse`] if another process listens there, otherwise the system's error.
    pub(crate) fn claim(path: &Path) -> io::Result<Self> {
        #[cfg(unix)]
        let _turn = unix_socket::lock_folder_of(path)?;
        match Self::named(path) {
            #[cfg(unix)]
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && stream_to(path).is_err() => {
                std::fs::remove_file(path)?;
                Self::named(path)
            }
            result => result,
        }
    }

    /// The name.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for a process to connect; also returns its process id, if the system reports it. One thread at a time may wait.
    ///
    /// # Errors
    /// The system's error; [`io::ErrorKind::Interrupted`] after [`LocalListener::wake`].
    pub(crate) fn accept(&self) -> io::Result<(Channel, Option<u32>)> {
        // Stored before `woken` is loaded; `wake` does both in the opposite order. So at least one thread sees the other's store.
        self.accepting.store(true, Ordering::SeqCst);
        let accepted = if self.is_woken() { Err(interrupted()) } else { self.listener.accept() };
        self.accepting.store(false, Ordering::SeqCst);
        if self.is_woken() {
            return Err(interrupted());
        }
        let stream = accepted?;
        let pid = peer_pid(&stream)?;
        Ok((channel_of(stream)?, pid))
    }

    fn is_woken(&self) -> bool {
        self.woken.load(Ordering::SeqCst)
    }

    /// Ends the wait of another thread in [`LocalListener::accept`], and every later one. It connects to the listener, which is
    /// the only way on both systems.
    pub(crate) fn wake(&self) {
        self.woken.store(true, Ordering::SeqCst);
        // Kept open while a thread waits: on Windows, a connection that was closed does not end the wait.
        let mut connection = None;
        while self.accepting.load(Ordering::SeqCst) {
            if connection.is_none() {
                match connect_at_once(&self.path) {
                    Ok(stream) => connection = Some(stream),
                    // Another connection is pending. It ends the wait, unless it is closed; then this one can be made.
                    Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
                    // The listener is closed, so no thread waits.
                    Err(_) => return,
                }
            }
            std::thread::sleep(PAUSE);
        }
    }
}

#[cfg(unix)]
impl Drop for LocalListener {
    /// Removes the socket while it is still listening: no other process can have claimed its name.
    fn drop(&mut self) {
        // There is nobody to report it to.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The pause between two checks whether a wait has ended.
const PAUSE: Duration = Duration::from_millis(1);

fn interrupted() -> io::Error {
    io::ErrorKind::Interrupted.into()
}

/// Connects to a listener.
#[cfg(unix)]
fn connect_at_once(path: &Path) -> io::Result<Stream> {
    stream_to(path)
}

/// Connects to a listener without waiting. [`stream_to`] would wait until other connections have been accepted.
///
/// # Errors
/// The system's error; [`io::ErrorKind::TimedOut`] if another connection is pending.
#[cfg(windows)]
fn connect_at_once(path: &Path) -> io::Result<impl Sized> {
    crate::sys::open_pipe(path, false)
}

/// Makes a channel of a connected socket.
///
/// # Errors
/// The system's error.
#[cfg(unix)]
pub(super) fn channel(stream: std::os::unix::net::UnixStream) -> io::Result<Channel> {
    channel_of(Stream::UdSocket(stream.into()))
}

fn channel_of(stream: Stream) -> io::Result<Channel> {
    Ok(Channel::new(PipeTransport::with_disconnector(LocalStream::new(stream)?, LocalStream::disconnector)))
}

/// Returns the process id of the other end, if the system reports it: not for a process in another PID namespace.
///
/// # Errors
/// The system's error; [`io::ErrorKind::PermissionDenied`] if the process is another user's.
#[cfg(unix)]
fn peer_pid(stream: &Stream) -> io::Result<Option<u32>> {
    let Stream::UdSocket(socket) = stream;
    let peer = crate::sys::peer_of(socket)?;
    if peer.user != rustix::process::geteuid().as_raw() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the process at the other end is another user's"));
    }
    Ok(peer.pid)
}

/// Returns the process id of the other end.
///
/// # Errors
/// The system's error.
#[cfg(windows)]
fn peer_pid(stream: &Stream) -> io::Result<Option<u32>> {
    use interprocess::local_socket::traits::StreamCommon as _;

    Ok(stream.peer_creds()?.pid())
}

#[cfg(unix)]
fn listen(path: &Path) -> io::Result<Listener> {
    Ok(Listener::UdSocket(unix_socket::listen(path)?.into()))
}

#[cfg(windows)]
fn listen(path: &Path) -> io::Result<Listener> {
    use interprocess::local_socket::{GenericFilePath, ListenerOptions, ToFsName as _};
    use interprocess::os::windows::local_socket::ListenerOptionsExt as _;
    use interprocess::os::windows::security_descriptor::SecurityDescriptor;

    let options = ListenerOptions::new().name(path.to_fs_name::<GenericFilePath>()?);
    // Without a descriptor, every user could read.
    let descriptor = SecurityDescriptor::deserialize(&crate::sys::private_access()?)?;
    options.security_descriptor(descriptor).create_sync()
}

#[cfg(unix)]
fn stream_to(path: &Path) -> io::Result<Stream> {
    Ok(Stream::UdSocket(unix_socket::connect(path)?.into()))
}

#[cfg(windows)]
fn stream_to(path: &Path) -> io::Result<Stream> {
    use interprocess::os::windows::named_pipe::local_socket::Stream as PipeStream;

    let pipe = PipeStream::try_from(crate::sys::open_pipe(path, true)?);
    let pipe = pipe.map_err(|error| error.cause.unwrap_or_else(|| io::ErrorKind::Other.into()))?;
    // Nothing was written yet that would have to be flushed.
    pipe.inner().assume_flushed();
    Ok(Stream::NamedPipe(pipe))
}

/// The path of the socket at which a server that was started by hand listens as `name`: in a private folder of this user, unless the
/// name is a path.
///
/// # Errors
/// The system's error; [`io::ErrorKind::PermissionDenied`] if other users can enter the folder.
#[cfg(unix)]
pub(crate) fn named_path(name: &str) -> io::Result<PathBuf> {
    if name.contains('/') {
        return Ok(name.into());
    }
    let user = rustix::process::geteuid().as_raw();
    let mut folders = temporary_folders();
    // The folder for sockets comes first; it belongs to one user, unlike the others.
    folders.sort_by_key(|(variable, _)| *variable != RUNTIME_VARIABLE);
    let folders = folders.into_iter().map(|(variable, folder)| match variable {
        RUNTIME_VARIABLE => (variable, folder.join("bridge32")),
        _ => (variable, folder.join(format!("bridge32-{user}"))),
    });
    let path_instead =
        |error: io::Error| io::Error::new(error.kind(), format!("{error}; use a path instead of a name"));
    // Another folder is used only if this one cannot be created, and not if it is another user's.
    let checked = first_possible(folders.collect(), |dir| create_private(dir).map(|()| check_private(dir)));
    Ok(checked.map_err(path_instead)??.join(name))
}

#[cfg(unix)]
fn create_private(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    match std::fs::DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(io::Error::new(error.kind(), format!("{}: {error}", dir.display())))
        }
        _ => Ok(()),
    }
}

/// Returns the folder if no other user can enter it.
#[cfg(unix)]
fn check_private(dir: &Path) -> io::Result<PathBuf> {
    use std::os::unix::fs::MetadataExt as _;

    let found = dir.symlink_metadata()?;
    if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() || found.mode() & 0o077 != 0 {
        let text = format!("{} is not a folder of this user's alone", dir.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    Ok(dir.to_owned())
}

/// The name of the pipe at which a server that was started by hand listens as `name`, unless that is the name of a pipe already.
///
/// # Errors
/// None on this system.
#[cfg(windows)]
pub(crate) fn named_path(name: &str) -> io::Result<PathBuf> {
    Ok(if name.starts_with(r"\\") { name.into() } else { format!(r"\\.\pipe\bridge32-{name}").into() })
}

/// Connects to a [`LocalListener`].
///
/// # Errors
/// The system's error; [`io::ErrorKind::PermissionDenied`] if a process of another user listens there.
pub(crate) fn connect_local(path: &Path) -> io::Result<Channel> {
    let stream = stream_to(path)?;
    peer_pid(&stream)?;
    channel_of(stream)
}

/// Returns both ends of a pipe: that of the listener, and that of the process that has connected to it.
///
/// # Errors
/// The system's error.
#[cfg(all(windows, feature = "testing"))]
pub fn both_pipe_ends() -> io::Result<[std::os::windows::io::OwnedHandle; 2]> {
    let listener = LocalListener::random(None)?;
    let Stream::NamedPipe(connected) = stream_to(&listener.path)?;
    let Stream::NamedPipe(accepted) = listener.listener.accept()?;
    Ok([accepted.into(), connected.into()])
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    fn random() -> LocalListener {
        LocalListener::random(None).unwrap()
    }

    /// Not on Windows, where it depends on the flag for the first pipe instance, which Wine 8 ignores.
    #[cfg(unix)]
    #[test]
    fn a_name_is_taken_once() {
        let dir = tempfile::tempdir().unwrap();
        let listener = LocalListener::named(&dir.path().join("name")).unwrap();
        for taken in [LocalListener::named(listener.path()), LocalListener::claim(listener.path())] {
            let error = taken.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::AddrInUse, "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn one_of_several_servers_gets_the_name_of_a_killed_one() {
        let dir = tempfile::tempdir().unwrap();
        for round in 0..20 {
            let path = dir.path().join(format!("name-{round}"));
            // The socket of a server that was killed.
            drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
            let claimed: Vec<_> = std::thread::scope(|scope| {
                let claiming: Vec<_> = (0..4).map(|_| scope.spawn(|| LocalListener::claim(&path))).collect();
                claiming.into_iter().map(|claiming| claiming.join().unwrap()).collect()
            });
            assert_eq!(claimed.iter().filter(|claimed| claimed.is_ok()).count(), 1, "{claimed:?}");
            connect_local(&path).unwrap();
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_for_this_user_only() {
        use std::os::unix::fs::MetadataExt as _;
        let listener = random();
        let folder = listener.path().parent().unwrap().metadata().unwrap();
        assert_eq!((folder.mode() & 0o777, folder.uid()), (0o700, rustix::process::geteuid().as_raw()));
    }

    #[cfg(windows)]
    #[test]
    fn the_pipe_is_for_this_user_only() {
        use std::os::windows::io::AsHandle as _;

        let listener = random();
        let Stream::NamedPipe(stream) = stream_to(listener.path()).unwrap();
        crate::sys::assert_private(stream.inner().as_handle());
        listener.accept().unwrap();
    }

    #[test]
    fn the_process_at_the_other_end_is_known() {
        let listener = random();
        let path = listener.path().to_owned();
        let connected = std::thread::spawn(move || connect_local(&path).map(drop));
        let (_, pid) = listener.accept().unwrap();
        assert_eq!(pid, Some(std::process::id()));
        connected.join().unwrap().unwrap();
    }

    /// Waits on the listener in another thread, which has begun by now; returns the receiver of its result.
    fn waiting(listener: &Arc<LocalListener>) -> Receiver<io::Result<()>> {
        let (accepted, next) = channel();
        let waiting = Arc::clone(listener);
        std::thread::spawn(move || accepted.send(waiting.accept().map(drop)));
        std::thread::sleep(Duration::from_millis(100));
        next
    }

    /// Much longer than any of these waits lasts.
    const SOON: Duration = Duration::from_secs(10);

    #[test]
    fn a_listener_can_be_woken_again() {
        let listener = Arc::new(random());
        // No thread waits.
        listener.wake();
        listener.wake();
        assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::Interrupted);

        let listener = Arc::new(random());
        let accepted = waiting(&listener);
        listener.wake();
        assert_eq!(accepted.recv_timeout(SOON).unwrap().unwrap_err().kind(), io::ErrorKind::Interrupted);
        listener.wake();
        assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::Interrupted);
    }

    #[test]
    fn a_listener_is_woken_while_connections_are_pending() {
        for stays in [true, false] {
            let listener = Arc::new(random());
            let connection = stream_to(listener.path()).unwrap();
            let _stays = stays.then_some(connection);
            // No thread waits, and no other connection can be made.
            listener.wake();
            assert_eq!(waiting(&listener).recv_timeout(SOON).unwrap().unwrap_err().kind(), io::ErrorKind::Interrupted);
        }
        // Woken between the beginning of `accept` and its system call, which takes many attempts.
        for _ in 0..200 {
            let listener = Arc::new(random());
            drop(stream_to(listener.path()).unwrap());
            let (accepted, next) = channel();
            let waiting = Arc::clone(&listener);
            std::thread::spawn(move || accepted.send(waiting.accept().map(drop)));
            listener.wake();
            // On Unix, the closed connection may have ended the wait before.
            if let Err(error) = next.recv_timeout(SOON).unwrap() {
                assert_eq!(error.kind(), io::ErrorKind::Interrupted);
            }
        }
    }

    /// Both ends of a connection.
    fn both_ends() -> (Channel, Channel) {
        let listener = random();
        let path = listener.path().to_owned();
        let connecting = std::thread::spawn(move || connect_local(&path));
        let (accepted, _) = listener.accept().unwrap();
        (connecting.join().unwrap().unwrap(), accepted)
    }

    #[test]
    fn a_disconnector_ends_a_wait_for_a_message() {
        for accepted in [false, true] {
            let (left, right) = both_ends();
            let (mut waiting, other) = if accepted { (right, left) } else { (left, right) };
            let disconnector = waiting.disconnector();
            let waiter = std::thread::spawn(move || waiting.wait().map(|()| waiting));
            std::thread::sleep(Duration::from_millis(100));
            assert!(!waiter.is_finished());
            disconnector.disconnect();
            waiter.join().unwrap().unwrap_err();
            disconnector.disconnect();
            drop(other);
        }
    }

    #[test]
    fn a_disconnector_ends_a_send_that_is_not_received() {
        let (mut sending, other) = both_ends();
        let disconnector = sending.disconnector();
        // More than any pipe holds.
        let description = vec!["x".repeat(8 << 20)];
        let sender = std::thread::spawn(move || sending.send_message(&crate::wire::Message::Description(description)));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!sender.is_finished());
        disconnector.disconnect();
        sender.join().unwrap().unwrap_err();
        drop(other);
    }

    #[test]
    fn a_disconnected_channel_stays_so_and_closes_the_other_end() {
        let (mut broken, mut other) = both_ends();
        let disconnector = broken.disconnector();
        disconnector.disconnect();
        broken.wait().unwrap_err();
        broken.send_message(&crate::wire::Message::Describe).unwrap_err();
        drop(broken);
        // The disconnector does not keep the connection open.
        other.wait().unwrap_err();
        disconnector.disconnect();
    }
}
