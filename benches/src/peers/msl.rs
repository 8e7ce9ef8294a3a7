//! msl-loadlib, a Python package: its own 32-bit server loads the same library and answers over HTTP. It is installed in a
//! virtual environment in the target folder.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::measure::Case;
use crate::result::Result;

/// The 32-bit side, as in msl-loadlib's documentation.
const SERVER: &str = r#"
import ctypes
from msl.loadlib import Server32

class Measured(Server32):
    def __init__(self, host, port, **kwargs):
        super().__init__(kwargs["library"], "cdll", host, port)
        self.lib.add.argtypes = [ctypes.c_int32, ctypes.c_int32]

    def add(self, a, b):
        return self.lib.add(a, b)
"#;

/// The 64-bit side. It reads a number of calls from each line, makes them, and prints how many nanoseconds they took.
const CLIENT: &str = r#"
import sys, time
from msl.loadlib import Client64

class Measured(Client64):
    def __init__(self, library):
        super().__init__("measured32", library=library)

    def add(self, a, b):
        return self.request32("add", a, b)

client = Measured(sys.argv[1])
assert client.add(1, 2) == 3
print("ready", flush=True)
for line in sys.stdin:
    begin = time.perf_counter_ns()
    for _ in range(int(line)):
        client.add(1, 2)
    print(time.perf_counter_ns() - begin, flush=True)
"#;

/// A Python process that makes the calls.
struct Python {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Drop for Python {
    fn drop(&mut self) {
        // It ends when its input does, and ends its server.
        self.input = None;
        let _ = self.child.wait();
    }
}

impl Python {
    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.is_empty() { Err("the Python client ended".into()) } else { Ok(line.trim().to_owned()) }
    }

    fn nanoseconds(&mut self, calls: u32) -> Result<u64> {
        writeln!(self.input.as_mut().ok_or("the Python client ended")?, "{calls}")?;
        Ok(self.line()?.parse()?)
    }
}

pub(super) fn add(name: &str) -> Result<Case> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("this program is not in a target folder")?;
    let library = target.join("i686-unknown-linux-gnu/release/libmeasured.so");
    let dir = target.join("msl-loadlib");
    let python = environment(&dir)?;
    fs::write(dir.join("measured32.py"), SERVER)?;
    fs::write(dir.join("measured64.py"), CLIENT)?;
    let mut command = Command::new(python);
    command.arg(dir.join("measured64.py")).arg(&library).current_dir(&dir);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let (input, output) = (child.stdin.take(), child.stdout.take().ok_or("the Python client has no output")?);
    let mut python = Python { child, input, output: BufReader::new(output) };
    if python.line()? != "ready" {
        return Err("the Python client is not ready".into());
    }
    Ok(Case::self_timed_batch(name, move |calls| {
        std::time::Duration::from_nanos(python.nanoseconds(calls).expect("the Python client is running"))
    }))
}

/// Returns the Python of a virtual environment with msl-loadlib; makes it if it is missing.
fn environment(dir: &Path) -> Result<PathBuf> {
    let python = dir.join("bin/python");
    if !python.is_file() {
        succeed(Command::new("python3").args(["-m", "venv"]).arg(dir))?;
    }
    let installed = Command::new(&python).args(["-c", "import msl.loadlib"]).stderr(Stdio::null()).status()?;
    if !installed.success() {
        succeed(Command::new(&python).args(["-m", "pip", "install", "--quiet", "msl-loadlib"]))?;
    }
    Ok(python)
}

/// Runs a command.
fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} ended with {status}").into()) }
}
