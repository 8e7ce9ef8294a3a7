//! What another user of the machine tries: it is run as one. Says what succeeded, a line each.

use std::process::ExitCode;

#[cfg(unix)]
fn main() -> ExitCode {
    unix::main()
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    ExitCode::FAILURE
}

#[cfg(unix)]
mod unix {
    use std::io::{Read as _, Write as _};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::process::ExitCode;
    use std::time::Duration;

    pub(super) fn main() -> ExitCode {
        let mut arguments = std::env::args().skip(1);
        let (Some(deed), Some(path)) = (arguments.next(), arguments.next()) else { return ExitCode::FAILURE };
        match deed.as_str() {
            "look" => say("looked", std::fs::read_dir(&path).is_ok()),
            "open" => say("opened", std::fs::File::options().read(true).write(true).open(&path).is_ok()),
            "make" => say("made", std::fs::create_dir(&path).is_ok()),
            "connect" => connect(&path),
            "listen" => listen(&path),
            _ => return ExitCode::FAILURE,
        }
        ExitCode::SUCCESS
    }

    fn say(what: &str, succeeded: bool) {
        println!("{}{what}", if succeeded { "" } else { "not " });
        let _ = std::io::stdout().flush();
    }

    /// Connects and waits for a word of the server's.
    fn connect(path: &str) {
        let stream = UnixStream::connect(path);
        say("connected", stream.is_ok());
        let Ok(mut stream) = stream else { return };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
        say("answered", matches!(stream.read(&mut [0; 64]), Ok(1..)));
    }

    /// Listens for everybody, and waits for a word of a client's.
    fn listen(path: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(listener) = UnixListener::bind(path) else { return say("listening", false) };
        say("listening", std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).is_ok());
        let Ok((mut stream, _)) = listener.accept() else { return };
        say("told", matches!(stream.read(&mut [0; 64]), Ok(1..)));
    }
}
