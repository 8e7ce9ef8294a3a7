//! The control stream on Windows: an anonymous pipe.

use std::fs::File;
use std::io::{self, PipeWriter, Read, Write as _};
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, FromRawHandle as _, IntoRawHandle as _, OwnedHandle};
use std::process::Stdio;

use windows_sys::Win32::System::Console::{STD_INPUT_HANDLE, SetStdHandle};

/// The client's end.
pub(super) struct Sender(PipeWriter);

/// Creates a control stream.
pub(super) fn stream() -> io::Result<(Sender, Stdio)> {
    let (stdin, sender) = io::pipe()?;
    Ok((Sender(sender), stdin.into()))
}

impl Sender {
    pub(super) fn send_line(&mut self, line: &str) -> io::Result<()> {
        self.0.write_all(format!("{line}\n").as_bytes())
    }
}

/// The server's end.
pub(super) struct Receiver(File);

impl Receiver {
    /// Takes standard input from the rest of this process, which finds an empty input instead.
    ///
    /// A C runtime remembers the value of the handle from when it was loaded, so the empty input takes over that value.
    pub(super) fn take_stdin() -> io::Result<Self> {
        let stdin = io::stdin().as_raw_handle();
        let taken = io::stdin().as_handle().try_clone_to_owned()?;
        // SAFETY: the standard library looks its handle up whenever it is used, and it is replaced below.
        drop(unsafe { OwnedHandle::from_raw_handle(stdin) });
        let mut others = Vec::new();
        // Windows reuses freed handle values. If it does not reuse this one, reading from it fails, which also ends the input.
        let empty = loop {
            let empty = File::open("NUL")?;
            if empty.as_raw_handle() == stdin || others.len() == HANDLES_TRIED {
                break empty;
            }
            others.push(empty);
        };
        // Standard input keeps its handle for as long as the process lives.
        // SAFETY: the handle is open, and stays so.
        if unsafe { SetStdHandle(STD_INPUT_HANDLE, empty.into_raw_handle()) } == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self(taken.into()))
    }

    /// `false`: no line hands over a file.
    pub(super) fn store_file(&mut self, _: &str) -> bool {
        false
    }
}

/// How many handles are opened to get a certain value.
const HANDLES_TRIED: usize = 64;

impl Read for Receiver {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}
