//! Builds the user's crate as a static library, with the exports under their internal names.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::cli;
use crate::exit_status::SUCCESS;
use crate::server::Server;
use crate::target::{Sides, Target};
use crate::toolchain::Toolchains;

/// What is built.
pub(super) struct DropInBuild<'b> {
    pub(super) toolchains: &'b Toolchains,
    pub(super) host: Target,
    pub(super) sides: Sides,
    pub(super) options: &'b cli::DropIn,
    pub(super) server: Server<'b>,
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
    pub(super) fn archive(&self) -> Result<Archive> {
        let Self { toolchains, host, sides, options, server, package } = self;
        let mut command = toolchains.cargo(sides.client)?;
        command.args(["rustc", "--package", package, "--lib", "--crate-type", "staticlib"]);
        command.args(["--message-format", "json-render-diagnostics"]).args(options.cargo.args());
        command.args(options.cargo.profile().unwinding());
        if sides.client != *host {
            command.args(["--target", sides.client.triple()]);
        }
        command.args(["--", "--cfg", &format!("bridge32_drop_in={:?}", server.bin)]);
        command.args(["--print", "native-static-libs"]);
        let output = command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().context("cannot start cargo")?;
        let said = String::from_utf8_lossy(&output.stderr);
        let (noted, shown): (Vec<_>, Vec<_>) = said.lines().partition(|line| line.contains("native-static-libs"));
        if output.status.code() != Some(SUCCESS) {
            bail!("the drop-in library did not build:\n{}", shown.join("\n"));
        }
        let libraries = noted.iter().find_map(|line| line.split_once("native-static-libs: "));
        let libraries = libraries.map(|(_, libraries)| libraries.split_whitespace().map(str::to_owned).collect());
        let artifact =
            Message::parse_stream(output.stdout.as_slice()).filter_map(Result::ok).find_map(|message| match message {
                Message::CompilerArtifact(artifact) => {
                    artifact.filenames.into_iter().find(|file| file.extension() == Some("a"))
                }
                _ => None,
            });
        let file = artifact.context("cargo does not say where the static library is")?;
        Ok(Archive { file: file.into(), libraries: libraries.unwrap_or_default() })
    }
}
