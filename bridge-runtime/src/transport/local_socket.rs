//! Listening on, and connecting to, named pipes on Windows and Unix domain sockets elsewhere.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use interprocess::local_socket::traits::{Listener as _, Stream as _, StreamCommon as _};
use interprocess::local_socket::{GenericFilePath, Listener, ListenerOptions, Stream, ToFsName as _};

use super::local_stream::LocalStream;
#[cfg(unix)]
use super::private_dir::PrivateDir;
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
    /// Listens at a random name.
    ///
    /// # Errors
    /// The system's error.
    #[cfg(unix)]
    pub(crate) fn random() -> io::Result<Self> {
        // Other users cannot enter the folder, whatever the mode of the socket.
        let dir = PrivateDir::new()?;
        let path = dir.path().join("channel");
        Ok(Self { _dir: Some(dir), ..Self::named(&path)? })
    }

    /// Listens at a random name.
    ///
    /// # Errors
    /// The system's error.
    #[cfg(windows)]
    pub(crate) fn random() -> io::Result<Self> {
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
        Ok((channel(stream), pid))
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
    use interprocess::ConnectWaitMode;
    use interprocess::os::windows::named_pipe::{DuplexPipeStream, pipe_mode::Bytes};

    DuplexPipeStream::<Bytes>::connect_by_path_with_wait_mode(path, ConnectWaitMode::Timeout(Duration::ZERO))
}

fn channel(stream: Stream) -> Channel {
    Channel::new(PipeTransport::with_disconnector(LocalStream::new(stream), LocalStream::disconnector))
}

/// Returns the process id of the other end, if the system reports it.
///
/// # Errors
/// The system's error; [`io::ErrorKind::PermissionDenied`] if the process is another user's.
fn peer_pid(stream: &Stream) -> io::Result<Option<u32>> {
    let peer = stream.peer_creds()?;
    #[cfg(unix)]
    if peer.euid().is_some_and(|user| user != rustix::process::geteuid().as_raw()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the process at the other end is another user's"));
    }
    #[allow(clippy::cast_sign_loss, clippy::unnecessary_cast, reason = "a process id is signed on Unix only")]
    let pid = peer.pid().map(|pid| pid as u32);
    Ok(pid)
}

fn listen(path: &Path) -> io::Result<Listener> {
    let options = ListenerOptions::new().name(path.to_fs_name::<GenericFilePath>()?);
    #[cfg(windows)]
    let options = {
        use interprocess::os::windows::local_socket::ListenerOptionsExt as _;
        use interprocess::os::windows::security_descriptor::SecurityDescriptor;
        // Full access for the owner only. Without a descriptor, every user could read. "P" excludes inherited entries. Source: https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
        options.security_descriptor(SecurityDescriptor::deserialize(widestring::u16cstr!("D:P(A;;GA;;;OW)"))?)
    };
    options.create_sync()
}

fn stream_to(path: &Path) -> io::Result<Stream> {
    Stream::connect(path.to_fs_name::<GenericFilePath>()?)
}

/// The path of the socket at which a server that was started by hand listens as `name`: in a private folder of this user, unless the
/// name is a path.
///
/// # Errors
/// The system's error; [`io::ErrorKind::PermissionDenied`] if other users can enter the folder.
#[cfg(unix)]
pub(crate) fn named_path(name: &str) -> io::Result<PathBuf> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};

    if name.contains('/') {
        return Ok(name.into());
    }
    let user = rustix::process::geteuid().as_raw();
    let dir = match std::env::var_os("XDG_RUNTIME_DIR") {
        Some(dir) => PathBuf::from(dir).join("bridge32"),
        None => std::env::temp_dir().join(format!("bridge32-{user}")),
    };
    match std::fs::DirBuilder::new().mode(0o700).create(&dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let found = dir.symlink_metadata()?;
    if !found.is_dir() || found.uid() != user || found.mode() & 0o077 != 0 {
        let text = format!("{} is not a folder of this user's alone", dir.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    Ok(dir.join(name))
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
    Ok(channel(stream))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    /// Not on Windows, where it depends on the flag for the first pipe instance, which Wine 8 ignores.
    #[cfg(unix)]
    #[test]
    fn a_name_is_taken_once() {
        let listener = LocalListener::random().unwrap();
        let error = LocalListener::named(listener.path()).unwrap_err();
        assert!(matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied), "{error}");
        let error = LocalListener::claim(listener.path()).unwrap_err();
        assert!(matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_for_this_user_only() {
        use std::os::unix::fs::MetadataExt as _;
        let listener = LocalListener::random().unwrap();
        let folder = listener.path().parent().unwrap().metadata().unwrap();
        assert_eq!((folder.mode() & 0o777, folder.uid()), (0o700, rustix::process::geteuid().as_raw()));
    }

    /// The access rights of a pipe, as the system reports them, in the format of security descriptors.
    #[cfg(windows)]
    fn access(stream: &Stream) -> String {
        use std::os::windows::io::{AsHandle as _, AsRawHandle as _};
        use std::ptr::{null_mut, slice_from_raw_parts};
        use windows_sys::Win32::Foundation::LocalFree;
        use windows_sys::Win32::Security::Authorization::{
            ConvertSecurityDescriptorToStringSecurityDescriptorW, GetSecurityInfo, SDDL_REVISION_1, SE_KERNEL_OBJECT,
        };
        use windows_sys::Win32::Security::DACL_SECURITY_INFORMATION;

        let Stream::NamedPipe(pipe) = stream;
        let handle = pipe.inner().as_handle().as_raw_handle();
        let mut descriptor = null_mut();
        // SAFETY: the handle is open, and the pointers for information that is not requested may be null.
        let code = unsafe {
            GetSecurityInfo(
                handle,
                SE_KERNEL_OBJECT,
                DACL_SECURITY_INFORMATION,
                null_mut(),
                null_mut(),
                null_mut(),
                null_mut(),
                &raw mut descriptor,
            )
        };
        assert_eq!(code, 0, "{}", io::Error::from_raw_os_error(code.cast_signed()));
        let (mut text, mut length) = (null_mut(), 0);
        // SAFETY: the system has just allocated the descriptor.
        let done = unsafe {
            ConvertSecurityDescriptorToStringSecurityDescriptorW(
                descriptor,
                SDDL_REVISION_1,
                DACL_SECURITY_INFORMATION,
                &raw mut text,
                &raw mut length,
            )
        };
        assert_ne!(done, 0, "{}", io::Error::last_os_error());
        // SAFETY: the system has written `length` units, which are valid until they are freed below.
        let units = unsafe { &*slice_from_raw_parts(text, length as usize) };
        let found = String::from_utf16_lossy(units).trim_end_matches('\0').to_owned();
        // SAFETY: the system has allocated it for the caller, who no longer uses it.
        unsafe { LocalFree(text.cast()) };
        // SAFETY: as above.
        unsafe { LocalFree(descriptor) };
        found
    }

    #[cfg(windows)]
    #[test]
    fn the_pipe_is_for_this_user_only() {
        let listener = LocalListener::random().unwrap();
        let stream = stream_to(listener.path()).unwrap();
        // One entry, for the owner only, and none inherited. "GA" and "FA" are full access.
        let access = access(&stream);
        let only_the_owner = ["GA", "FA", "0x1f01ff"].map(|rights| format!("D:P(A;;{rights};;;OW)"));
        assert!(only_the_owner.contains(&access), "{access}");
        listener.accept().unwrap();
    }

    #[test]
    fn the_process_at_the_other_end_is_known() {
        let listener = LocalListener::random().unwrap();
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
        let listener = Arc::new(LocalListener::random().unwrap());
        // No thread waits.
        listener.wake();
        listener.wake();
        assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::Interrupted);

        let listener = Arc::new(LocalListener::random().unwrap());
        let accepted = waiting(&listener);
        listener.wake();
        assert_eq!(accepted.recv_timeout(SOON).unwrap().unwrap_err().kind(), io::ErrorKind::Interrupted);
        listener.wake();
        assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::Interrupted);
    }

    #[test]
    fn a_listener_is_woken_while_connections_are_pending() {
        for stays in [true, false] {
            let listener = Arc::new(LocalListener::random().unwrap());
            let connection = stream_to(listener.path()).unwrap();
            let _stays = stays.then_some(connection);
            // No thread waits, and no other connection can be made.
            listener.wake();
            assert_eq!(waiting(&listener).recv_timeout(SOON).unwrap().unwrap_err().kind(), io::ErrorKind::Interrupted);
        }
        // Woken between the beginning of `accept` and its system call, which takes many attempts.
        for _ in 0..200 {
            let listener = Arc::new(LocalListener::random().unwrap());
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
        let listener = LocalListener::random().unwrap();
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
