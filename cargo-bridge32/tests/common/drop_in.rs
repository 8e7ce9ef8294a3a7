//! Making drop-in libraries, and running programs that use them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{bridge32, in_package, repository, this_target_folder};

/// The system that a drop-in library is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Linux,
    Windows,
}

impl System {
    pub(crate) const ALL: [Self; 2] = [Self::Linux, Self::Windows];

    fn target(self) -> &'static str {
        match self {
            Self::Linux => "x86_64-unknown-linux-gnu",
            Self::Windows => "x86_64-pc-windows-gnu",
        }
    }

    /// The compiler of 64-bit programs.
    pub(crate) fn cc(self) -> Command {
        Command::new(match self {
            Self::Linux => "cc",
            Self::Windows => "x86_64-w64-mingw32-gcc",
        })
    }

    /// The file name of a library.
    pub(crate) fn library(self, name: &str) -> String {
        match self {
            Self::Linux => format!("lib{name}.so"),
            Self::Windows => format!("{name}.dll"),
        }
    }

    /// What a program that uses the library `name` in `folder` is linked with.
    pub(crate) fn linked(self, folder: &Path, name: &str) -> PathBuf {
        match self {
            Self::Linux => folder.join(self.library(name)),
            Self::Windows => folder.join(name).with_extension("lib"),
        }
    }

    /// A command that runs a program.
    pub(crate) fn run(self, program: &Path) -> Command {
        let mut command = match self {
            Self::Linux => Command::new(program),
            Self::Windows => {
                let mut command = Command::new("wine");
                command.arg(program).envs([("WINEDEBUG", "-all")]);
                if std::env::var_os("WINEPREFIX").is_none() {
                    let home = std::env::var("HOME").expect("a home folder");
                    command.env("WINEPREFIX", format!("{home}/.local/share/bridge32/wine"));
                }
                command
            }
        };
        for variable in ["BRIDGE32_RUNNER", "BRIDGE32_TRANSPORT"] {
            command.env_remove(variable);
        }
        command
    }
}

/// Runs a command that must succeed; returns what it printed.
pub(crate) fn succeed(command: &mut Command) -> String {
    succeed_with_messages(command).0
}

/// Runs a command that must succeed; returns what it printed, and its messages.
fn succeed_with_messages(command: &mut Command) -> (String, String) {
    // Not through pipes: programs that Wine starts by itself would keep them open.
    let [out, errors] = [(); 2].map(|()| tempfile::NamedTempFile::new().expect("a file"));
    command.stdin(Stdio::null()).stdout(out.reopen().expect("a file")).stderr(errors.reopen().expect("a file"));
    let status = command.status().expect("it starts");
    let text = |file: &tempfile::NamedTempFile| {
        String::from_utf8_lossy(&fs::read(file.path()).expect("a file")).replace("\r\n", "\n")
    };
    let (stdout, stderr) = (text(&out), text(&errors));
    assert!(status.success(), "{command:?}: {status}\n{stdout}\n{stderr}");
    (stdout, stderr)
}

/// Makes the drop-in library of the package in `folder`; returns what the command says.
pub(crate) fn drop_in(folder: &Path, out: &Path, arguments: &[&str], system: System) -> String {
    let mut command = bridge32();
    command.args(["drop-in", "--target", system.target()]).args(arguments).arg("--out").arg(out);
    // The folder of this build, which has the dependencies already.
    in_package(&mut command, folder).env("CARGO_TARGET_DIR", this_target_folder());
    succeed_with_messages(&mut command).1
}

/// Makes the drop-in library of a package of this repository; returns what the command says.
pub(crate) fn drop_in_of(package: &str, out: &Path, arguments: &[&str], system: System) -> String {
    drop_in(&repository(), out, &[&["-p", package], arguments].concat(), system)
}

/// The distribution's Python, for which its packages are.
pub(crate) fn python() -> Command {
    let own = Path::new("/usr/bin/python3");
    Command::new(if own.exists() { own } else { Path::new("python3") })
}
