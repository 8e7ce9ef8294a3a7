//! `dist`: puts everything that a program needs on another machine, and nothing else, into one folder, and tries it there.

mod contents;
pub(crate) mod libraries;
mod licences;
mod program;
mod trial;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::doctor::image::Format;
use crate::doctor::library;
use crate::package::Package;
use crate::server::{self, HOW_TO_DECLARE, Server};
use crate::setup::{self, Needs, wine};
use crate::target::{Sides, Target};
use crate::toolchain::Toolchains;
use crate::workspace::Workspace;
use crate::{build, cli};
use contents::Contents;
use licences::Programs;

/// What runs assemblies of .NET in a 32-bit server on Linux. It belongs to the system, and is not shipped.
pub(crate) const MONO: &str = "Mono for 32-bit processes (Debian: libmonosgen-2.0-1:i386 and libmono-corlib4.5-cil)";

/// Runs the subcommand.
///
/// # Errors
/// Fails if the folder is not empty, something does not build, a library is missing or of the wrong kind, or a server does not find
/// its library in the folder. Then there is no folder.
pub(crate) fn main(options: &cli::Dist) -> Result<()> {
    let folder = std::path::absolute(&options.folder).context("cannot determine the current folder")?;
    check_folder(&folder)?;
    let cargo = options.cargo.clone().or_release();
    let toolchains = Toolchains::find()?;
    let host = toolchains.host()?;
    let workspace = Workspace::load(cargo.manifest_path.as_deref())?;
    let package = workspace.select_one(options.package.as_deref(), &cargo.working_folder()?)?;
    let bin = package.program(options.bin.as_deref())?;
    let servers = workspace.servers(&[package]);
    if servers.is_empty() {
        bail!("no server found in {} and its dependencies; {HOW_TO_DECLARE}", package.name);
    }
    let sides = match options.target {
        Some(target) => Sides::choose(host, target),
        None => Sides { client: host, server: server::default_target(&servers, host)? },
    };
    let format = if sides.server.is_windows() { Format::Pe } else { Format::Elf };
    for file in &options.libraries {
        library::read(file, Some(format))?;
    }

    let needs = Needs::to_run(host, sides).with_languages(workspace.languages(&[package]));
    setup::ensure(&needs.with_packages(workspace.system_packages(&[package])), host, &toolchains)?;
    build::build(&servers, sides.server, &workspace, &cargo, &toolchains)?;
    let program = program::build(package, bin, host, sides.client, &workspace, &cargo, &toolchains)?;
    let server_file = |server: &Server<'_>| workspace.program_file(server.bin, sides.server, cargo.profile());

    let mut contents = Contents::default();
    contents.add(&program, "the program")?;
    for server in &servers {
        contents.add(&server_file(server), "its 32-bit server")?;
    }
    let mut roots = options.libraries.clone();
    if roots.is_empty() {
        for server in &servers {
            roots.extend(trial::library_next_to(&server_file(server), sides.server, host)?);
        }
    }
    let programs = servers.iter().map(server_file).chain([program.clone()]);
    let of_programs = libraries::needed_by(&programs.collect::<Vec<_>>())?;
    let of_libraries = libraries::needed_by(&roots)?;
    for library in &roots {
        contents.add(library, "the library")?;
    }
    for library in of_programs.iter().chain(&of_libraries) {
        contents.add_as(&library.file, &library.name, "needed by a library")?;
    }
    if sides.server.is_windows() && !sides.client.is_windows() {
        contents.add(&server_folder(&workspace, sides.server, &cargo).join(wine::SHIM), "for Wine before 8.13")?;
    }
    add_licences(&mut contents, package, &workspace)?;
    let programs = [
        Programs { packages: BTreeSet::from([package.name.as_str()]), target: sides.client },
        Programs { packages: servers.iter().map(|server| server.package).collect(), target: sides.server },
    ];
    let text = licences::of_crates(&programs, &workspace, &cargo, &toolchains)?;
    contents.add_text(text, licences::FILE, "licences of the crates in the programs")?;
    let needs_mono = !sides.server.is_windows() && roots.iter().any(|library| libraries::is_assembly(library));
    finish(&folder, &contents, &servers, (sides, host), needs_mono)
}

fn server_folder(workspace: &Workspace, target: Target, options: &cli::CargoOptions) -> PathBuf {
    workspace.program_folder(target, options.profile())
}

/// Fails if there is something in the folder.
fn check_folder(folder: &Path) -> Result<()> {
    let shown = folder.display();
    if folder.symlink_metadata().is_err() {
        return Ok(());
    }
    let mut entries = fs::read_dir(folder).with_context(|| format!("{shown} cannot be used; name another folder"))?;
    if entries.next().is_some() {
        bail!("{shown} is not empty; delete it, or name another folder");
    }
    Ok(())
}

/// Adds the files with the licence of the package, or of its workspace.
fn add_licences(contents: &mut Contents, package: &Package, workspace: &Workspace) -> Result<()> {
    let (mut folder, mut files) = (package.folder.as_path(), licences::files_in(&package.folder));
    if files.is_empty() {
        (folder, files) = (workspace.root(), licences::files_in(workspace.root()));
    }
    if files.is_empty() {
        eprintln!("warning: package `{}` has no file with its licence (LICENSE, COPYING, …)", package.name);
    }
    files.iter().try_for_each(|file| contents.add_as(file, file.strip_prefix(folder).unwrap_or(file), "the licence"))
}

/// Fills the folder next to its final place, tries it there, and gives it its name.
fn finish(
    folder: &Path,
    contents: &Contents,
    servers: &[Server<'_>],
    (sides, host): (Sides, Target),
    needs_mono: bool,
) -> Result<()> {
    let shown = folder.display();
    let parent = folder.parent().with_context(|| format!("{shown} cannot be used; name another folder"))?;
    fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let work = tempfile::Builder::new().prefix(".bridge32-dist-").tempdir_in(parent);
    let work = work.with_context(|| format!("cannot make a folder in {}", parent.display()))?;
    let filled = work.path().join(folder.file_name().with_context(|| format!("{shown} has no name"))?);
    contents.copy_to(&filled)?;
    let mut trials = Vec::new();
    for server in servers {
        let file = filled.join(format!("{}{}", server.bin, sides.server.exe_suffix()));
        trials.push((server.bin, trial::check(&file, sides.server, host)?));
    }
    if folder.exists() {
        fs::remove_dir(folder).with_context(|| format!("cannot replace {shown}"))?;
    }
    fs::rename(&filled, folder).with_context(|| format!("cannot write {shown}"))?;
    eprintln!("{shown}:");
    contents.list();
    for (bin, loaded) in trials {
        eprintln!("tried: {bin} starts in the folder, and {loaded}");
    }
    eprintln!("{}", what_the_machine_needs(sides));
    if needs_mono {
        eprintln!("the machine needs {MONO}");
    }
    Ok(())
}

fn what_the_machine_needs(sides: Sides) -> &'static str {
    match (sides.client.is_windows(), sides.server.is_windows()) {
        (true, _) => "the machine needs nothing else: 64-bit Windows runs 32-bit programs",
        (false, true) => "the machine needs Wine with its 32-bit part (wine32:i386)",
        (false, false) => "the machine needs the 32-bit C library (libc6:i386, glibc.i686 or lib32-glibc)",
    }
}
