//! msl-loadlib, of Python: the same library, loaded by its own 32-bit server, which answers over HTTP. It is brought into
//! a virtual environment of the target folder.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::Result;
use crate::measure::Case;

/// The 32-bit side, as its documentation has it.
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

/// The 64-bit side. For every line with a number it makes so many calls, and says how many nanoseconds they took.
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
        // It ends with its input, and ends its server then.
        self.input = None;
        let _ = self.child.wait();
    }
}

impl Python {
    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        if line.is_empty() { Err("its client ended".into()) } else { Ok(line.trim().to_owned()) }
    }

    fn nanoseconds(&mut self, calls: u32) -> Result<u64> {
        writeln!(self.input.as_mut().ok_or("its client ended")?, "{calls}")?;
        Ok(self.line()?.parse()?)
    }
}

pub(super) fn add(name: &str) -> Result<Case> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(2).ok_or("this program is in no target folder")?;
    let library = target.join("i686-unknown-linux-gnu/release/libmeasured.so");
    let dir = target.join("msl-loadlib");
    let python = environment(&dir)?;
    fs::write(dir.join("measured32.py"), SERVER)?;
    fs::write(dir.join("measured64.py"), CLIENT)?;
    let mut command = Command::new(python);
    command.arg(dir.join("measured64.py")).arg(&library).current_dir(&dir);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let (input, output) = (child.stdin.take(), child.stdout.take().ok_or("its client has no output")?);
    let mut python = Python { child, input, output: BufReader::new(output) };
    if python.line()? != "ready" {
        return Err("its client is not ready".into());
    }
    Ok(Case::told(name, move |calls| {
        std::time::Duration::from_nanos(python.nanoseconds(calls).expect("its client lives"))
    }))
}

/// The Python of a virtual environment with msl-loadlib, which is made where it is missing.
fn environment(dir: &Path) -> Result<PathBuf> {
    let python = dir.join("bin/python");
    if !python.is_file() {
        done(Command::new("python3").args(["-m", "venv"]).arg(dir))?;
    }
    let has_it = Command::new(&python).args(["-c", "import msl.loadlib"]).stderr(Stdio::null()).status()?;
    if !has_it.success() {
        done(Command::new(&python).args(["-m", "pip", "install", "--quiet", "msl-loadlib"]))?;
    }
    Ok(python)
}

fn done(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} ended with {status}").into()) }
}
