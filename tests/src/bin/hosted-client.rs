//! A client in a process with unusual properties, which its first argument names. It ends with 0 if everything was as expected.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

#[cfg(unix)]
fn main() {
    let argument = std::env::args().nth(1).unwrap_or_default();
    match argument.as_str() {
        "fork" => unix::fork_with_clients(),
        "daemon" => unix::become_a_daemon(),
        "reap" => unix::reap_every_child(),
        "ignore-sigchld" => unix::ignore_sigchld(),
        "terminal" => unix::in_a_terminal(),
        other => panic!("{other:?} is not a property"),
    }
}

#[cfg(windows)]
fn main() {
    panic!("these properties are those of Unix processes");
}

#[cfg(unix)]
mod unix {
    use std::sync::atomic::{AtomicI32, Ordering};
    use std::time::Duration;

    use bridge32::{Error, ExitStatus, RemoteBuffer, bridge32};
    use bridge32_tests::callbacks::CallbacksClient;
    use bridge32_tests::extremes::ExtremesClient;
    use bridge32_tests::faults::FaultsClient;
    use bridge32_tests::pair::Pair;
    use bridge32_tests::threads::MultiClient;

    /// Much longer than a call takes on a busy machine.
    const DEADLINE: Duration = Duration::from_secs(60);

    /// Forks this process. The new one has one thread.
    fn fork() -> i32 {
        // SAFETY: the new process only uses what works after a fork of a process with threads: the C library's allocator, and
        // whatever is the subject of the test.
        unsafe { libc::fork() }
    }

    /// Waits until the process has ended; returns its status as `waitpid` reports it.
    fn wait_for(pid: i32) -> i32 {
        let mut status = -1;
        // SAFETY: the pointer is to an integer.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        status
    }

    #[track_caller]
    fn assert_forked<T: std::fmt::Debug>(result: Result<T, Error>) {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Forked), "{error:?}");
        assert_eq!((error.was_called(), error.is_server_gone()), (Some(false), true));
    }

    /// An interface without a library.
    #[bridge32]
    trait Echo {
        /// Returns the number.
        fn echo(&self, number: i32) -> i32;
    }

    struct Here;

    impl Echo for Here {
        fn echo(&self, number: i32) -> i32 {
            number
        }
    }

    /// Clients of every kind, with all that belongs to them, are used by both processes after a fork.
    pub(crate) fn fork_with_clients() {
        let client =
            FaultsClient::builder().call_timeout(DEADLINE).on_start(|client| client.set_mode(7)).launch().unwrap();
        let callbacks = CallbacksClient::launch().unwrap();
        let registration = callbacks.keep(|x| x + 1).unwrap();
        assert_eq!(callbacks.call_kept(1).unwrap(), 2);
        let multi = MultiClient::builder().call_timeout(DEADLINE).launch().unwrap();
        multi.stay(0).unwrap();
        let extremes = ExtremesClient::launch().unwrap();
        let buffer = RemoteBuffer::<f64>::allocate(&extremes, 10).unwrap();
        let here = EchoClient::in_process(Here);
        assert_eq!((client.get_mode().unwrap(), here.echo(5).unwrap()), (7, 5));

        let child = fork();
        if child == 0 {
            assert_forked(client.get_mode());
            assert_forked(client.batch(|batch| batch.get_mode()));
            assert_forked(callbacks.apply(1, |x| x));
            assert_forked(multi.stay(0));
            assert_forked(buffer.read(0, 1));
            assert_forked(here.echo(5));
            assert_forked(client.abort());
            assert_forked(client.shutdown());
            assert_forked(client.shutdown_within(DEADLINE));
            assert!(!registration.is_active());
            drop((registration, buffer, extremes, multi, callbacks, here, client));
            // A client of its own.
            let own = FaultsClient::builder().call_timeout(DEADLINE).launch().unwrap();
            assert_eq!(own.get_mode().unwrap(), 0);
            own.shutdown().unwrap();
            std::process::exit(0);
        }
        assert_eq!(wait_for(child), 0);
        assert_eq!((client.get_mode().unwrap(), callbacks.call_kept(1).unwrap()), (7, 2));
        assert_eq!((multi.stay(0).is_ok(), here.echo(6).unwrap()), (true, 6));
        buffer.write(0, &[1.5]).unwrap();
        assert!(registration.is_active());
        let exit = client.shutdown().unwrap();
        assert!(exit.status.unwrap().success(), "{exit:?}");
    }

    /// After `daemon` a client of before is refused, and the deadlines of a new one are kept.
    pub(crate) fn become_a_daemon() {
        let client = FaultsClient::builder().call_timeout(DEADLINE).launch().unwrap();
        assert_eq!(client.get_mode().unwrap(), 0);
        // SAFETY: as in `fork`; the old process ends at once.
        assert_eq!(unsafe { libc::daemon(1, 1) }, 0);
        assert_forked(client.get_mode());
        drop(client);
        let limit = Duration::from_millis(300);
        let client = FaultsClient::builder().call_timeout(limit).launch().unwrap();
        let error = client.nap(600_000).unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error:?}");
        println!("the daemon is done");
    }

    /// Another thread waits for every child, so it depends on the order whether a status is known.
    pub(crate) fn reap_every_child() {
        std::thread::spawn(|| {
            loop {
                // SAFETY: no status is asked for.
                if unsafe { libc::wait(std::ptr::null_mut()) } < 0 {
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        });
        without_statuses(|status, code| status.is_unknown() || status.code() == Some(code));
    }

    /// The system does not report to this process how its children have ended.
    pub(crate) fn ignore_sigchld() {
        // SAFETY: no handler is given.
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
        without_statuses(|status, _| status.is_unknown());
    }

    /// `is_right` says whether a status is what is to be expected of a process that has ended with a code.
    fn without_statuses(is_right: fn(&ExitStatus, i32) -> bool) {
        let client = FaultsClient::launch().unwrap();
        client.write_stderr("what it wrote").unwrap();
        let error = client.exit_with(3).unwrap_err();
        let Error::ServerDied { method, status, stderr, .. } = &error else { panic!("{error:?}") };
        assert!(is_right(status, 3) && stderr.contains("what it wrote"), "{error:?}");
        assert_eq!(method.as_deref(), Some("exit_with"));
        assert!(matches!(client.get_mode(), Err(Error::ServerDied { .. })));

        let client = FaultsClient::launch().unwrap();
        client.write_stderr("what it wrote").unwrap();
        let exit = client.shutdown().unwrap();
        assert!(is_right(&exit.status.unwrap(), 0) && exit.stderr.contains("what it wrote"), "{exit:?}");

        let limit = Duration::from_millis(300);
        let client = FaultsClient::builder().call_timeout(limit).launch().unwrap();
        assert!(matches!(client.nap(600_000), Err(Error::Timeout { .. })));
        client.abort().unwrap();

        // A server that ends at once. What it is given is not a library.
        let error = FaultsClient::builder().library("/dev/null").launch().unwrap_err();
        assert!(matches!(error, Error::Library(_)), "{error:?}");
        if Pair::current() == Pair::Linux {
            let error = FaultsClient::builder().server("/bin/true").launch().unwrap_err();
            assert!(matches!(&error, Error::ServerNotReady { status, .. } if is_right(status, 0)), "{error:?}");
        }
    }

    static SIGNALS: AtomicI32 = AtomicI32::new(0);

    extern "C" fn count_signal(_: i32) {
        SIGNALS.fetch_add(1, Ordering::SeqCst);
    }

    /// Makes the terminal that is the standard input the one of a new session, whose foreground group this process is. It shows
    /// no keys.
    fn take_terminal() {
        // SAFETY: it has no arguments.
        let session = unsafe { libc::setsid() };
        assert!(session > 0, "{}", std::io::Error::last_os_error());
        // SAFETY: this request takes a number.
        let taken = unsafe { libc::ioctl(0, libc::TIOCSCTTY, 0) };
        assert_eq!(taken, 0, "{}", std::io::Error::last_os_error());
        let mut settings = std::mem::MaybeUninit::<libc::termios>::uninit();
        // SAFETY: the pointer is to settings, which the call writes.
        assert_eq!(unsafe { libc::tcgetattr(0, settings.as_mut_ptr()) }, 0);
        // SAFETY: the call has succeeded.
        let mut settings = unsafe { settings.assume_init() };
        settings.c_lflag &= !libc::ECHO;
        // SAFETY: the pointer is to settings.
        assert_eq!(unsafe { libc::tcsetattr(0, libc::TCSANOW, &raw const settings) }, 0);
    }

    /// Handles the signals of a terminal during calls.
    pub(crate) fn in_a_terminal() {
        take_terminal();
        for signal in [libc::SIGINT, libc::SIGQUIT, libc::SIGTSTP] {
            let handler: extern "C" fn(i32) = count_signal;
            // SAFETY: the handler only changes an atomic.
            unsafe { libc::signal(signal, handler as libc::sighandler_t) };
        }
        let client = FaultsClient::launch().unwrap();
        for signals in 1..=3 {
            println!("ready");
            while SIGNALS.load(Ordering::SeqCst) < signals {
                // The server is in a call most of the time.
                client.nap(100).unwrap();
            }
            client.set_mode(signals).unwrap();
        }
        let exit = client.shutdown().unwrap();
        println!("{} signals; {}", SIGNALS.load(Ordering::SeqCst), exit.status.unwrap());
    }
}
