//! Builds the user's crate as a static library, with the exports under their internal names.

use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::c_runtime;
use crate::cli;
use crate::exit_status::SUCCESS;
use crate::profile;
use crate::server::Server;
use crate::target::{Sides, Target};
use crate::toolchain::Toolchains;
use crate::workspace::Workspace;

/// What is built.
pub(super) struct DropInBuild<'b> {
    pub(super) toolchains: &'b Toolchains,
    pub(super) host: Target,
    pub(super) sides: Sides,
    pub(super) options: &'b cli::DropIn,
    pub(super) servers: Vec<Server<'b>>,
    pub(super) package: &'b str,
}

/// A static library with the exports under their internal names.
pub(super) struct Archive {
    pub(super) file: PathBuf,
    /// The system's libraries that it needs, as linker arguments.
    pub(super) libraries: Vec<String>,
}

impl DropInBuild<'_> {
    /// Compiles the user's crate with the exports.
    ///
    /// # Errors
    /// Fails if it does not build.
    pub(super) fn archive(&self, workspace: &Workspace) -> Result<Archive> {
        let Self { toolchains, host, sides, options, servers, package } = self;
        let mut command = workspace.cargo(toolchains, sides.client)?;
        command.args(["rustc", "--package", package, "--lib", "--crate-type", "staticlib"]);
        command.args(["--message-format", "json-render-diagnostics"]).args(options.cargo.args());
        command.args(options.cargo.profile().unwinding());
        command.envs(c_runtime::flags(sides.client)?);
        if options.cargo.profile().is_release() {
            command.args(profile::optimization(workspace.root())?);
        }
        if sides.client != *host {
            command.args(["--target", sides.client.triple()]);
        }
        command.args(["--", "--print", "native-static-libs"]);
        for server in servers {
            command.args(["--cfg", &format!("bridge32_drop_in={:?}", server.bin)]);
        }
        let mut cargo = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().context("cannot start cargo")?;
        let progress = cargo.stderr.take().map(|stderr| std::thread::spawn(|| show_progress(stderr)));
        let messages = cargo.stdout.take().map(|stdout| Message::parse_stream(BufReader::new(stdout)));
        let extension = if sides.client.is_windows_msvc() { "lib" } else { "a" };
        let artifacts = messages.into_iter().flatten().filter_map(|message| match message {
            Ok(Message::CompilerArtifact(artifact)) => {
                artifact.filenames.into_iter().find(|file| file.extension() == Some(extension))
            }
            _ => None,
        });
        // To the end of its output, for which cargo waits.
        let artifact = artifacts.last();
        let status = cargo.wait().context("cannot wait for cargo")?;
        let libraries = progress.and_then(|thread| thread.join().ok()).flatten();
        if status.code() != Some(SUCCESS) {
            bail!("the drop-in library did not build; cargo says why above");
        }
        let file = artifact.context("cargo does not say where the static library is")?;
        Ok(Archive { file: file.into(), libraries: libraries.unwrap_or_default() })
    }
}

/// Shows what cargo says, and returns the libraries that it lists.
fn show_progress(stderr: impl Read) -> Option<Vec<String>> {
    let mut libraries = None;
    let mut is_note = false;
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        if let Some((_, listed)) = line.split_once("native-static-libs: ") {
            libraries = Some(listed.split_whitespace().map(str::to_owned).collect());
        } else if line.contains("link against the following native artifacts") {
            is_note = true;
        } else if !(is_note && line.trim().is_empty()) {
            is_note = false;
            eprintln!("{line}");
        }
    }
    libraries
}
