//! `cargo bridge32`: sets up 32-bit builds, builds servers, and runs and tests the programs that use them.

// The subcommands, and how they are chosen.
mod build;
mod cli;
mod dist;
mod doctor;
mod drop_in;
mod import;
mod new;
mod run;
mod setup;
mod test;
mod test_results;
mod wrap;

// The user's workspace.
mod package;
mod server;
mod settings;
mod workspace;

// What programs are built for, and with what.
mod c_runtime;
mod client_side;
mod executable;
mod package_manager;
mod profile;
mod target;
mod toolchain;

// Tools.
mod cargo_config;
mod command;
mod copying;
mod data_folder;
mod exit_status;
mod interrupt;
mod libclang;
mod progress;

use crate::cli::{Cli, Command};
use crate::exit_status::{FAILURE, SUCCESS};

fn main() -> ! {
    let status = match Cli::read().command {
        Command::Setup(options) => setup::main(&options).map(|()| SUCCESS),
        Command::Doctor(options) => doctor::main(&options),
        Command::New(options) => new::main(&options).map(|()| SUCCESS),
        Command::Build(options) => build::main(&options).map(|()| SUCCESS),
        Command::Run(options) => run::main(&options),
        Command::Test(options) => test::main(&options),
        Command::Dist(options) => dist::main(&options).map(|()| SUCCESS),
        Command::Import(options) => import::main(&options).map(|()| SUCCESS),
        Command::DropIn(options) => drop_in::main(&options).map(|()| SUCCESS),
        Command::Wrap(options) => wrap::main(&options).map(|()| SUCCESS),
    };
    let status = status.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        FAILURE
    });
    // Not an `ExitCode`, which has 8 bits: a Windows program's exit status has 32.
    std::process::exit(status)
}
