//! `drop-in`: a 64-bit library that exports the functions of the 32-bit one, for programs in any language.
//!
//! The exports are compiled from the user's crate as a static library, under internal names. Linking gives them the names and numbers of
//! the original's exports.

mod build;
mod compiler;
mod exports;
mod header;
mod library;
mod link;

use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result, bail};

use self::build::DropInBuild;
use self::exports::Symbols;
use self::library::{DropInLibrary, file_name};
use crate::cli;
use crate::copying;
use crate::server::{self, HOW_TO_DECLARE, Server};
use crate::setup::{self, Needs};
use crate::target::{Sides, Target};
use crate::toolchain::Toolchains;
use crate::workspace::Workspace;

/// Runs the subcommand.
///
/// # Errors
/// Fails if something does not build, or the folder cannot be written.
pub(crate) fn main(options: &cli::DropIn) -> Result<()> {
    let made = make(options)?;
    if !options.cargo.quiet {
        for file in made {
            eprintln!("{}", file.display());
        }
    }
    Ok(())
}

/// Makes drop-in libraries, and returns their files.
///
/// # Errors
/// Fails if something does not build, or the folder cannot be written.
pub(crate) fn make(options: &cli::DropIn) -> Result<Vec<PathBuf>> {
    let toolchains = Toolchains::find()?;
    let host = toolchains.host()?;
    let workspace = Workspace::load(options.cargo.manifest_path.as_deref())?;
    let package = workspace.select_library(options.package.as_deref(), &options.cargo.working_folder()?)?;
    let servers = choose(&package.servers().collect::<Vec<_>>(), &options.servers)?;
    let sides = match options.target {
        Some(target) => Sides::choose(host, target),
        None => Sides { client: host, server: server::default_target(&servers, host)? },
    };
    let original = options.library.as_deref().map(absolute).transpose()?;
    match original.as_deref() {
        Some(original) if !original.is_file() => bail!("there is no library `{}`", original.display()),
        Some(_) if servers.len() > 1 => bail!("`--library` is the library of one server; name one with --server"),
        _ => {}
    }
    if let (Some(original), Some(out)) = (&original, &options.out) {
        check_folder(out, original, sides.client)?;
    }
    let needs = Needs::to_run(host, sides).with_languages(workspace.languages(&[package]));
    setup::ensure(&needs.with_packages(workspace.system_packages(&[package])), host, &toolchains)?;
    crate::build::build(&servers, sides.server, &workspace, &options.cargo, &toolchains)?;

    let build = DropInBuild { toolchains: &toolchains, host, sides, options, servers, package: &package.name };
    let archive = build.archive(&workspace)?;
    let symbols = Symbols::read(&archive.file)?;
    let libraries = build.servers.iter();
    let libraries =
        libraries.map(|server| DropInLibrary::of(&build, *server, &symbols, original.as_deref(), &workspace));
    let libraries = libraries.collect::<Result<Vec<_>>>()?;
    let default_out = workspace.program_folder(sides.client, options.cargo.profile()).join("drop-in");
    let write = |library: &DropInLibrary<'_>| {
        let out = match &options.out {
            Some(out) if libraries.len() == 1 => absolute(out)?,
            Some(out) => absolute(out)?.join(&library.stem),
            None => default_out.join(&library.stem),
        };
        library.write(&archive, package, &out, &workspace)
    };
    libraries.iter().map(write).collect()
}

/// Fails if a drop-in library in this folder would replace its original.
///
/// # Errors
/// The error names the original.
pub(crate) fn check_folder(out: &Path, original: &Path, client: Target) -> Result<()> {
    let made = out.join(file_name("", Some(original), client));
    if copying::is_same(&made, original) {
        bail!(
            "{} is the original, which the 64-bit library would replace; choose another folder with --out",
            made.display()
        );
    }
    Ok(())
}

/// The servers of these names, or the only one.
fn choose<'s>(servers: &[Server<'s>], names: &[String]) -> Result<Vec<Server<'s>>> {
    let all = || servers.iter().map(|server| server.bin).collect::<Vec<_>>().join(", ");
    let named = |name: &String| {
        let server = servers.iter().find(|server| server.bin == name).copied();
        server.with_context(|| format!("there is no server `{name}`; the package has {}", all()))
    };
    match (names, servers) {
        ([], [only]) => Ok(vec![*only]),
        ([], []) => bail!("the package has no server; {HOW_TO_DECLARE}"),
        ([], _) => bail!("the package has several servers; choose one with --server: {}", all()),
        (names, _) => names.iter().map(named).collect(),
    }
}
