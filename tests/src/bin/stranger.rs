//! Run as another user of the machine: tries an action and prints, one per line, which of its steps succeeded.

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
        let (Some(action), Some(path)) = (arguments.next(), arguments.next()) else { return ExitCode::FAILURE };
        match action.as_str() {
            "look" => report("looked", std::fs::read_dir(&path).is_ok()),
            "open" => report("opened", std::fs::File::options().read(true).write(true).open(&path).is_ok()),
            "make" => report("made", std::fs::create_dir(&path).is_ok()),
            "connect" => connect(&path),
            "listen" => listen(&path),
            _ => return ExitCode::FAILURE,
        }
        ExitCode::SUCCESS
    }

    fn report(step: &str, succeeded: bool) {
        println!("{}{step}", if succeeded { "" } else { "not " });
        let _ = std::io::stdout().flush();
    }

    /// Connects, and waits until the server sends something.
    fn connect(path: &str) {
        let stream = UnixStream::connect(path);
        report("connected", stream.is_ok());
        let Ok(mut stream) = stream else { return };
        let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
        report("answered", matches!(stream.read(&mut [0; 64]), Ok(1..)));
    }

    /// Listens with access for everybody, and waits until a client sends something.
    fn listen(path: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(listener) = UnixListener::bind(path) else { return report("listening", false) };
        report("listening", std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).is_ok());
        let Ok((mut stream, _)) = listener.accept() else { return };
        report("received", matches!(stream.read(&mut [0; 64]), Ok(1..)));
    }
}
