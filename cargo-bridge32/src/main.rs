//! `cargo bridge32`: sets up 32-bit builds, builds servers, runs and tests the programs that use them.

mod build;
mod cli;
mod command;
mod progress;
mod release;
mod run;
mod setup;
mod target;
mod test;
mod toolchain;
mod workspace;

use anyhow::{Context, Result};

use crate::cli::{Cli, Command};
use crate::target::Target;
use crate::toolchain::Toolchains;

fn main() -> ! {
    let done = match Cli::read().command {
        Command::Setup(options) => setup::main(&options).map(|()| SUCCESS),
        Command::Build(options) => build::main(&options).map(|()| SUCCESS),
        Command::Run(options) => run::main(&options),
        Command::Test(options) => test::main(&options),
    };
    let status = done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        FAILURE
    });
    // Windows programs end with 32-bit numbers, for which `ExitCode` has no room.
    std::process::exit(status)
}

/// The exit status where all went well.
const SUCCESS: i32 = 0;
/// The exit status where this command itself failed.
const FAILURE: i32 = 1;

/// The target of this machine's own programs.
///
/// # Errors
/// Where it is no machine for 32-bit x86 programs.
fn host(toolchains: &Toolchains) -> Result<Target> {
    let known = toolchains.host.parse::<Target>().ok().filter(|target| !target.is_32bit());
    known.with_context(|| {
        format!(
            "this machine's Rust is for {}, from which no 32-bit server can be reached; use a toolchain for x86_64 Linux or Windows",
            toolchains.host
        )
    })
}
