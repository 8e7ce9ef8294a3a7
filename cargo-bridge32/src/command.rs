//! Commands: shows them to the user, and runs them in a clean environment.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

/// A command that can be shown and run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cmd {
    words: Vec<String>,
    env: Vec<(&'static str, String)>,
    /// Whether it must run as root.
    root: bool,
}

impl Cmd {
    /// A command of these words; the first one is the program's name.
    pub(crate) fn new<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        Self { words: words.into_iter().map(Into::into).collect(), env: Vec::new(), root: false }
    }

    /// A command that must run as root.
    pub(crate) fn root<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        Self { root: true, ..Self::new(words) }
    }

    /// Adds words.
    pub(crate) fn with<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &'static str, value: &str) -> Self {
        self.env.push((name, value.to_owned()));
        self
    }

    /// Returns the command line; `sudo` says whether a command that must run as root has `sudo` before it.
    pub(crate) fn typed(&self, sudo: bool) -> String {
        let sudo = (self.root && sudo).then(|| "sudo".to_owned());
        let env = self.env.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
        let words = self.words.iter().map(|word| quoted(word).into_owned());
        sudo.into_iter().chain(env).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// Returns the command to run; `sudo` says whether a command that must run as root is run by `sudo`.
    pub(crate) fn to_std(&self, sudo: bool) -> Command {
        let mut words: Vec<String> = Vec::new();
        if self.root && sudo {
            words.extend(["sudo", "-n"].map(String::from));
            if !self.env.is_empty() {
                // sudo does not pass variables on.
                words.push("env".into());
                words.extend(self.env.iter().map(|(name, value)| format!("{name}={value}")));
            }
        }
        words.extend(self.words.iter().cloned());
        let mut command = clean(&words[0]);
        command.args(&words[1..]);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// Shows the command as a user who is not root would type it.
impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed(true))
    }
}

/// Quotes a word for a shell.
fn quoted(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+:,./@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

/// Returns a command without the environment variables that cargo and rustup set for the programs that they start.
///
/// When this process is started by `cargo run` or as `cargo bridge32`, these describe its own package and toolchain.
/// `RUSTUP_TOOLCHAIN` stays, because it names the toolchain that the user chose.
pub(crate) fn clean(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(describes_this_package) {
            command.env_remove(name);
        }
    }
    const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";
    if let Some(value) = std::env::var_os(LIBRARY_PATH) {
        match without_toolchains(&value) {
            Some(rest) => command.env(LIBRARY_PATH, rest),
            None => command.env_remove(LIBRARY_PATH),
        };
    }
    command
}

/// Runs a short command, and returns its stdout.
///
/// # Errors
/// Fails if it cannot be started, or fails itself.
pub(crate) fn query(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let stderr = stderr.trim();
        bail!("{}", stderr.strip_prefix("error: ").unwrap_or(stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether cargo or rustup sets this variable for the programs that they start.
fn describes_this_package(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || [
            "CARGO",
            "CARGO_MANIFEST_DIR",
            "CARGO_MANIFEST_PATH",
            "CARGO_MANIFEST_LINKS",
            "CARGO_BIN_NAME",
            "CARGO_CRATE_NAME",
            "CARGO_PRIMARY_PACKAGE",
            "OUT_DIR",
            "RUST_RECURSION_COUNT",
        ]
        .contains(&name)
}

/// Returns a search path without the folders of rustup's toolchains and of this program's own build.
fn without_toolchains(path: &std::ffi::OsStr) -> Option<OsString> {
    let build = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned));
    let toolchain = |folder: &Path| {
        folder.components().any(|part| part.as_os_str() == "toolchains" || part.as_os_str() == "rustlib")
            || build.as_deref().is_some_and(|build| folder.starts_with(build))
    };
    let kept: Vec<PathBuf> = std::env::split_paths(path).filter(|folder| !toolchain(folder)).collect();
    if kept.is_empty() { None } else { std::env::join_paths(kept).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_typed() {
        let cmd =
            Cmd::root(["apt-get", "install"]).env("DEBIAN_FRONTEND", "noninteractive").with(["a b", "wine32:i386"]);
        assert_eq!(cmd.to_string(), "sudo DEBIAN_FRONTEND=noninteractive apt-get install 'a b' wine32:i386");
    }

    #[test]
    fn sudo_passes_the_variables_on() {
        let command = Cmd::root(["apt-get", "update"]).env("DEBIAN_FRONTEND", "noninteractive").to_std(true);
        let args: Vec<_> = command.get_args().collect();
        assert_eq!(command.get_program(), "sudo");
        assert_eq!(args, ["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "update"]);
    }

    #[test]
    fn sudo_is_only_used_for_root_commands() {
        let command = Cmd::new(["rustup", "target", "add"]).to_std(true);
        assert_eq!(command.get_program(), "rustup");
    }

    #[test]
    fn the_users_own_cargo_variables_stay() {
        assert!(describes_this_package("CARGO_PKG_NAME"));
        assert!(!describes_this_package("CARGO_HOME"));
        assert!(!describes_this_package("CARGO_TARGET_DIR"));
    }
}
