//! Named pipes on Windows, Unix domain sockets elsewhere.

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

/// Listens under a name of this user's own.
#[derive(Debug)]
pub(crate) struct LocalListener {
    listener: Listener,
    path: PathBuf,
    /// Whether somebody is in [`LocalListener::accept`].
    accepting: AtomicBool,
    woken: AtomicBool,
    /// Holds the socket, and goes with it.
    #[cfg(unix)]
    _dir: Option<PrivateDir>,
}

impl LocalListener {
    /// Listens under a random name.
    ///
    /// # Errors
    /// What the system says.
    #[cfg(unix)]
    pub(crate) fn random() -> io::Result<Self> {
        // Whatever becomes of the socket's own mode.
        let dir = PrivateDir::new()?;
        let path = dir.path().join("channel");
        Ok(Self { _dir: Some(dir), ..Self::named(&path)? })
    }

    /// Listens under a random name.
    ///
    /// # Errors
    /// What the system says.
    #[cfg(windows)]
    pub(crate) fn random() -> io::Result<Self> {
        let mut name = [0; size_of::<u128>()];
        getrandom::fill(&mut name).map_err(io::Error::other)?;
        Self::named(Path::new(&format!(r"\\.\pipe\bridge32-{:032x}", u128::from_le_bytes(name))))
    }

    /// Listens under a given name.
    ///
    /// # Errors
    /// What the system says.
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

    /// Listens under a given name, also where a server that was killed has left it behind.
    ///
    /// # Errors
    /// [`io::ErrorKind::AddrInUse`] if somebody listens there, else what the system says.
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

    /// What to connect to.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Waits for somebody to connect; also returns the number of its process where the system tells it. One thread at
    /// a time may wait.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::Interrupted`] after [`LocalListener::wake`].
    pub(crate) fn accept(&self) -> io::Result<(Channel, Option<u32>)> {
        // Before `woken` is looked at, as `wake` has the opposite order: one of the two sees the other.
        self.accepting.store(true, Ordering::SeqCst);
        let accepted = if self.is_woken() { Err(interrupted()) } else { self.listener.accept() };
        self.accepting.store(false, Ordering::SeqCst);
        if self.is_woken() {
            return Err(interrupted());
        }
        let stream = accepted?;
        let pid = peer(&stream)?;
        Ok((channel(stream), pid))
    }

    fn is_woken(&self) -> bool {
        self.woken.load(Ordering::SeqCst)
    }

    /// Ends a wait in another thread, now or later: by connecting, which is the only thing that does on both systems.
    pub(crate) fn wake(&self) {
        self.woken.store(true, Ordering::SeqCst);
        // Held for as long as somebody waits: on Windows, who has connected and gone is passed over.
        let mut connection = None;
        while self.accepting.load(Ordering::SeqCst) {
            if connection.is_none() {
                match knock(&self.path) {
                    Ok(stream) => connection = Some(stream),
                    // Somebody else has connected. Either that ends the wait, or it has gone and is passed over.
                    Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
                    // Where nobody can connect any more, nobody waits either.
                    Err(_) => return,
                }
            }
            std::thread::sleep(WAKING);
        }
    }
}

/// The pause before it is looked again whether a wait has ended.
const WAKING: Duration = Duration::from_millis(1);

fn interrupted() -> io::Error {
    io::ErrorKind::Interrupted.into()
}

/// Connects to a listener.
#[cfg(unix)]
fn knock(path: &Path) -> io::Result<Stream> {
    stream_to(path)
}

/// Connects to a listener, if nobody else has: [`stream_to`] would wait until they are accepted, which may be never.
///
/// # Errors
/// What the system says; [`io::ErrorKind::TimedOut`] if somebody else has connected.
#[cfg(windows)]
fn knock(path: &Path) -> io::Result<impl Sized> {
    use interprocess::ConnectWaitMode;
    use interprocess::os::windows::named_pipe::{DuplexPipeStream, pipe_mode::Bytes};

    DuplexPipeStream::<Bytes>::connect_by_path_with_wait_mode(path, ConnectWaitMode::Timeout(Duration::ZERO))
}

fn channel(stream: Stream) -> Channel {
    Channel::new(PipeTransport::breakable(LocalStream::new(stream), LocalStream::disconnector))
}

/// The process at the other end, where the system tells it; refused if it is another user's.
fn peer(stream: &Stream) -> io::Result<Option<u32>> {
    let peer = stream.peer_creds()?;
    #[cfg(unix)]
    if peer.euid().is_some_and(|user| user != rustix::process::geteuid().as_raw()) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the other end is another user's"));
    }
    #[allow(clippy::cast_sign_loss, clippy::unnecessary_cast, reason = "a process number is signed on Unix only")]
    let pid = peer.pid().map(|pid| pid as u32);
    Ok(pid)
}

fn listen(path: &Path) -> io::Result<Listener> {
    let options = ListenerOptions::new().name(path.to_fs_name::<GenericFilePath>()?);
    #[cfg(windows)]
    let options = {
        use interprocess::os::windows::local_socket::ListenerOptionsExt as _;
        use interprocess::os::windows::security_descriptor::SecurityDescriptor;
        // All access for the owner and nobody else: without a descriptor everyone may read. "P" keeps inherited
        // entries out. Source: https://learn.microsoft.com/windows/win32/secauthz/security-descriptor-string-format
        options.security_descriptor(SecurityDescriptor::deserialize(widestring::u16cstr!("D:P(A;;GA;;;OW)"))?)
    };
    options.create_sync()
}

fn stream_to(path: &Path) -> io::Result<Stream> {
    Stream::connect(path.to_fs_name::<GenericFilePath>()?)
}

/// Where a server that was started by hand listens as `name`: a folder of this user's own, unless the name is a path.
///
/// # Errors
/// What the system says; [`io::ErrorKind::PermissionDenied`] if the folder belongs to somebody else.
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

/// Where a server that was started by hand listens as `name`, unless the name is a path.
///
/// # Errors
/// None; other systems have some.
#[cfg(windows)]
pub(crate) fn named_path(name: &str) -> io::Result<PathBuf> {
    Ok(if name.starts_with(r"\\") { name.into() } else { format!(r"\\.\pipe\bridge32-{name}").into() })
}

/// Connects to a [`LocalListener`].
///
/// # Errors
/// What the system says; [`io::ErrorKind::PermissionDenied`] if another user listens there.
pub(crate) fn connect_local(path: &Path) -> io::Result<Channel> {
    let stream = stream_to(path)?;
    peer(&stream)?;
    Ok(channel(stream))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    /// On Windows the flag of the first instance does it, which Wine 8 does not know.
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
    fn the_folder_is_this_user_s_alone() {
        use std::os::unix::fs::MetadataExt as _;
        let listener = LocalListener::random().unwrap();
        let folder = listener.path().parent().unwrap().metadata().unwrap();
        assert_eq!((folder.mode() & 0o777, folder.uid()), (0o700, rustix::process::geteuid().as_raw()));
    }

    /// Who may do what with a pipe, as the system tells it of the pipe itself.
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
        // SAFETY: the handle is open, and what is not asked for may be null.
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
        // SAFETY: the descriptor is what the system has just made.
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
        // SAFETY: as many units are there, the last of them a zero, until they are given back.
        let units = unsafe { &*slice_from_raw_parts(text, length as usize) };
        let found = String::from_utf16_lossy(units).trim_end_matches('\0').to_owned();
        // SAFETY: both were made for the caller, who is done with them.
        unsafe { LocalFree(text.cast()) };
        // SAFETY: as above.
        unsafe { LocalFree(descriptor) };
        found
    }

    #[cfg(windows)]
    #[test]
    fn the_pipe_is_this_user_s_alone() {
        let listener = LocalListener::random().unwrap();
        let stream = stream_to(listener.path()).unwrap();
        // One entry, for the owner and nobody else, and none inherited; "GA" and "FA" are all access.
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

    /// What a wait of the listener comes to, in another thread that has begun to wait by now.
    fn waiting(listener: &Arc<LocalListener>) -> Receiver<io::Result<()>> {
        let (accepted, next) = channel();
        let waiting = Arc::clone(listener);
        std::thread::spawn(move || accepted.send(waiting.accept().map(drop)));
        std::thread::sleep(Duration::from_millis(100));
        next
    }

    /// Long enough on any machine.
    const SOON: Duration = Duration::from_secs(10);

    #[test]
    fn a_listener_is_woken_as_often_as_one_likes() {
        let listener = Arc::new(LocalListener::random().unwrap());
        // Nobody waits.
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
    fn a_listener_is_woken_whoever_has_connected() {
        for stays in [true, false] {
            let listener = Arc::new(LocalListener::random().unwrap());
            let connection = stream_to(listener.path()).unwrap();
            let _stays = stays.then_some(connection);
            // Nobody waits, and nobody else can connect.
            listener.wake();
            assert_eq!(waiting(&listener).recv_timeout(SOON).unwrap().unwrap_err().kind(), io::ErrorKind::Interrupted);
        }
        // Between the beginning of a wait and what the system is asked for, over and over.
        for _ in 0..200 {
            let listener = Arc::new(LocalListener::random().unwrap());
            drop(stream_to(listener.path()).unwrap());
            let (accepted, next) = channel();
            let waiting = Arc::clone(&listener);
            std::thread::spawn(move || accepted.send(waiting.accept().map(drop)));
            listener.wake();
            // Where one who has gone is not passed over, the wait may have ended before.
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
    fn who_waits_for_a_message_is_woken_by_the_breaker() {
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
    fn who_sends_to_nobody_is_woken_by_the_breaker() {
        let (mut sending, other) = both_ends();
        let disconnector = sending.disconnector();
        // More than any pipe holds.
        let description = vec!["x".repeat(8 << 20)];
        let sender = std::thread::spawn(move || sending.say(&crate::wire::Message::Description(description)));
        std::thread::sleep(Duration::from_millis(200));
        assert!(!sender.is_finished());
        disconnector.disconnect();
        sender.join().unwrap().unwrap_err();
        drop(other);
    }

    #[test]
    fn a_broken_lane_stays_broken_and_tells_the_other_end() {
        let (mut broken, mut other) = both_ends();
        let disconnector = broken.disconnector();
        disconnector.disconnect();
        broken.wait().unwrap_err();
        broken.say(&crate::wire::Message::Describe).unwrap_err();
        drop(broken);
        // The breaker does not hold the connection open.
        other.wait().unwrap_err();
        disconnector.disconnect();
    }
}
