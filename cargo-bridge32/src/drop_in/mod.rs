//! `drop-in`: a 64-bit library that exports the functions of the 32-bit one, for programs in any language.
//!
//! The exports are compiled from the user's crate as a static library, under internal names. Linking gives them the names and numbers of
//! the original's exports.

mod build;
mod exports;
mod header;
mod link;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use self::build::DropInBuild;
use self::exports::Exports;
use crate::cli;
use crate::copying;
use crate::dist::libraries;
use crate::doctor::library::stem;
use crate::server::{self, HOW_TO_DECLARE, Server};
use crate::setup::{self, Needs, wine};
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
        eprintln!("{}", made.display());
    }
    Ok(())
}

/// Makes a drop-in library, and returns its file.
///
/// # Errors
/// Fails if something does not build, or the folder cannot be written.
pub(crate) fn make(options: &cli::DropIn) -> Result<PathBuf> {
    let toolchains = Toolchains::find()?;
    let host = toolchains.host()?;
    let workspace = Workspace::load(options.cargo.manifest_path.as_deref())?;
    let package = workspace.select_library(options.package.as_deref(), &options.cargo.working_folder()?)?;
    let servers: Vec<_> = package.servers().collect();
    let server = choose(&servers, options.server.as_deref())?;
    let sides = match options.target {
        Some(target) => Sides::choose(host, target),
        None => Sides { client: host, server: server::default_target(&[server], host)? },
    };
    if !(sides.client == Target::X64Linux || sides.client.is_windows_gnu()) {
        bail!("a drop-in library for {} cannot be linked yet; use `--target x86_64-pc-windows-gnu`", sides.client);
    }
    let needs = Needs::to_run(host, sides).with_languages(workspace.languages(&[package]));
    setup::ensure(&needs.with_packages(workspace.system_packages(&[package])), host, &toolchains)?;
    crate::build::build(&[server], sides.server, &workspace, &options.cargo, &toolchains)?;
    let server_file = workspace.program_file(server.bin, sides.server, options.cargo.profile());

    let original = options.library.as_deref().map(std::path::absolute).transpose()?;
    if let Some(original) = original.as_deref().filter(|original| !original.is_file()) {
        bail!("there is no library `{}`", original.display());
    }
    if let (Some(original), Some(out)) = (&original, &options.out) {
        check_folder(out, original, sides.client)?;
    }
    let build = DropInBuild { toolchains: &toolchains, host, sides, options, server, package: &package.name };
    let archive = build.archive(&workspace)?;
    let exports = Exports::read(&archive.file, original.as_deref())?;
    let name = file_name(&exports.library, original.as_deref(), sides.client);
    let stem = stem(&name);
    let folder = format!("{stem}32");
    let server_name = server_file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let original = original.or_else(|| next_to(&server_file, &exports.library, sides.server));
    let original_name = original.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let library_setting = match (&original_name, &package.settings.drop_in.library) {
        (Some(original), _) => format!("original={original}\n"),
        (None, Some(library)) => format!("library={library}\n"),
        (None, None) => String::new(),
    };
    let options_setting = &package.settings.drop_in.options;
    let settings = format!("folder={folder}\nserver={server_name}\n{library_setting}{options_setting}");

    let out = match &options.out {
        Some(out) => std::path::absolute(out)?,
        None => workspace.program_folder(sides.client, options.cargo.profile()).join("drop-in").join(&stem),
    };
    let server_folder = out.join(&folder);
    std::fs::create_dir_all(&server_folder)?;
    copying::copy(&server_file, &server_folder.join(&server_name))?;
    if let (Some(original), Some(name)) = (&original, &original_name) {
        copying::copy(original, &server_folder.join(name))?;
        for needed in libraries::needed_by(std::slice::from_ref(original))? {
            copying::copy(&needed.file, &server_folder.join(&needed.name))?;
        }
    }
    if sides.server.is_windows() && !cfg!(windows) {
        wine::ship_shim(sides.server, &server_folder)?;
    }
    if sides.client.is_windows() && !cfg!(windows) {
        wine::ship_shim(sides.client, &out)?;
    }
    let made = out.join(&name);
    link::link(&archive, &exports, &settings, &made, sides.client, options.cargo.profile().is_release())?;
    header::write(&build, &out.join(format!("{stem}.h")), &workspace)?;
    if !options.cargo.quiet {
        for (name, reason) in exports.missing() {
            eprintln!("warning: `{name}` is not in it: {reason}");
        }
    }
    Ok(made)
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

/// The server of this name, or the only one.
fn choose<'s>(servers: &[Server<'s>], name: Option<&str>) -> Result<Server<'s>> {
    let names = || servers.iter().map(|server| server.bin).collect::<Vec<_>>().join(", ");
    match (name, servers) {
        (Some(name), _) => servers
            .iter()
            .find(|server| server.bin == name)
            .copied()
            .with_context(|| format!("there is no server `{name}`; the package has {}", names())),
        (None, [only]) => Ok(*only),
        (None, []) => bail!("the package has no server; {HOW_TO_DECLARE}"),
        (None, _) => bail!("the package has several servers; choose one with --server: {}", names()),
    }
}

/// The file name of the drop-in library: the original's, or what the system calls a library of the interface's name.
fn file_name(library: &str, original: Option<&Path>, target: Target) -> String {
    let own = original.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let name = own.unwrap_or_else(|| library.rsplit(['/', '\\']).next().unwrap_or(library).to_owned());
    let is_dll = name.to_lowercase().ends_with(".dll");
    let is_elf = name.ends_with(".so") || name.contains(".so.");
    match target.is_windows() {
        true if is_dll => name,
        true => format!("{}.dll", if is_elf { stem(&name) } else { name }),
        false if is_elf => name,
        false => format!("lib{}.so", if is_dll { stem(&name) } else { name }),
    }
}

/// The original library in the folder of the server, if the package builds it there.
fn next_to(server: &Path, library: &str, target: Target) -> Option<PathBuf> {
    let file = server.with_file_name(file_name(library, None, target));
    file.is_file().then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_the_name_of_the_original() {
        let of = |library, target| file_name(library, None, target);
        assert_eq!(of("meter", Target::X64Linux), "libmeter.so");
        assert_eq!(of("meter.dll", Target::X64Linux), "libmeter.so");
        assert_eq!(of("libsqlite3.so.0", Target::X64Linux), "libsqlite3.so.0");
        assert_eq!(of("meter", Target::X64WindowsGnu), "meter.dll");
        assert_eq!(of("libsqlite3.so.0", Target::X64WindowsGnu), "sqlite3.dll");
        assert_eq!(file_name("meter", Some(Path::new("/x/Meter32.DLL")), Target::X64WindowsGnu), "Meter32.DLL");
    }
}
