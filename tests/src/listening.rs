//! Listening servers for tests.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::pair;

/// A name that no server uses.
pub fn free_name() -> String {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    format!("bridge32-test-{}-{}", std::process::id(), TAKEN.fetch_add(1, Ordering::SeqCst))
}

/// A listening server, killed at the end of the test.
#[derive(Debug)]
pub struct Listening {
    /// The name that clients connect to.
    pub name: String,
    child: Child,
}

impl Listening {
    /// Starts the server `server` under a unique name, and waits until it listens.
    ///
    /// # Panics
    /// If it does not listen.
    #[allow(clippy::panic, clippy::unwrap_used, reason = "a test cannot go on without it")]
    pub fn start(server: &str) -> Self {
        Self::under(server, free_name())
    }

    /// Starts the server `server` under this name.
    ///
    /// # Panics
    /// If it does not listen.
    #[allow(clippy::panic, clippy::unwrap_used, reason = "a test cannot go on without it")]
    pub fn under(server: &str, name: String) -> Self {
        let mut command = Command::new(pair::server(server));
        let mut child = command.args(["--listen", &name]).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut words = String::new();
        stderr.read_line(&mut words).unwrap();
        assert!(words.contains("listens as"), "{words}");
        // The rest of the output is discarded, so that the server does not block.
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        Self { name, child }
    }

    /// The process id of the server.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process runs.
    ///
    /// # Panics
    /// If the system does not report the state of the process.
    #[allow(clippy::unwrap_used, reason = "a test cannot go on without it")]
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        // Fails only if the server has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
