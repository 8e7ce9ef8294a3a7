//! The pair of systems that the tests run on. One suite covers all pairs: `cargo bridge32 test` sets environment variables that
//! name the servers and the runner.

use std::path::{Path, PathBuf};

/// A client's and a server's system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pair {
    /// Linux and Linux.
    Linux,
    /// Windows and Windows.
    Windows,
    /// A Linux client and a Windows server, under Wine.
    LinuxWindows,
}

impl Pair {
    /// The pair of this run.
    pub fn current() -> Self {
        match (cfg!(windows), std::env::var_os("BRIDGE32_RUNNER").is_some_and(|runner| !runner.is_empty())) {
            (true, _) => Self::Windows,
            (false, true) => Self::LinuxWindows,
            (false, false) => Self::Linux,
        }
    }

    /// Whether the server is a Windows process.
    pub fn is_windows_server(self) -> bool {
        self != Self::Linux
    }
}

/// The folder of the servers and their 32-bit libraries.
///
/// # Panics
/// If the servers were not built.
pub fn server_dir() -> PathBuf {
    let server = server("fixture");
    server.parent().map(Path::to_owned).unwrap_or_default()
}

/// The path of a server: from the environment, or where cargo puts it.
///
/// # Panics
/// If it was not built.
#[allow(clippy::panic, reason = "a test cannot go on without it")]
pub fn server(name: &str) -> PathBuf {
    let program = format!("{name}-server32");
    let mut variables = std::env::vars_os().map(|(variable, path)| (variable, PathBuf::from(path)));
    let named = variables.find(|(variable, path)| {
        variable.to_string_lossy().starts_with("BRIDGE32_SERVER_") && path.file_stem() == Some(program.as_ref())
    });
    if let Some((_, path)) = named {
        return path;
    }
    let (triple, suffix) = if cfg!(windows) { ("i686-pc-windows", ".exe") } else { ("i686-unknown-linux", "") };
    let this = std::env::current_exe().unwrap_or_default();
    let mut candidates = this.ancestors().filter_map(|dir| dir.read_dir().ok()).flatten().flatten();
    let found = candidates.find_map(|entry| {
        let is_target = entry.file_name().to_string_lossy().starts_with(triple);
        let path = entry.path().join("debug").join(format!("{program}{suffix}"));
        (is_target && path.is_file()).then_some(path)
    });
    found.unwrap_or_else(|| panic!("{program} was not built; run `cargo bridge32 test`"))
}

/// The path of the plug-in with clients of the tests, which cargo builds together with all tests of this package.
///
/// # Panics
/// If it was not built.
pub fn plug_in() -> PathBuf {
    let this = std::env::current_exe().unwrap_or_default();
    let file = format!("{}plug_in{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let path = this.ancestors().nth(2).map(|dir| dir.join("examples").join(file)).unwrap_or_default();
    assert!(
        path.is_file(),
        "{} was not built; tests chosen with `--test` need `cargo build -p bridge32-tests --examples` before",
        path.display()
    );
    path
}

/// The path of a native library next to the servers.
pub fn library(name: &str) -> PathBuf {
    server_dir().join(match Pair::current().is_windows_server() {
        true => format!("{name}.dll"),
        false => format!("lib{name}.so"),
    })
}

/// The 64-bit build of the fixture library for the server's system, or under Wine, a library of Wine.
pub fn library_64() -> PathBuf {
    match Pair::current() {
        Pair::LinuxWindows => PathBuf::from(r"C:\windows\sysnative\version.dll"),
        _ => PathBuf::from(env!("FIXTURE_LIBRARY")),
    }
}
