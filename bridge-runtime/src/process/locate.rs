//! Finding the server program.

use std::env::consts::{EXE_SUFFIX, OS};
use std::iter;
use std::path::{Path, PathBuf};

use object::FileKind;

use crate::environment::Environment;
use crate::error::Error;
use crate::interface::Description;

/// Finds the server of an interface: at the path that the user or else the environment variable names; without either, next to the
/// library that contains this client, next to this program, or in cargo's target folders.
///
/// # Errors
/// [`Error::ServerNotFound`] with the paths that were searched.
pub(crate) fn locate(
    interface: &Description,
    named: Option<&Path>,
    environment: Environment,
) -> Result<PathBuf, Error> {
    let variable = interface.server_variable();
    let named = named.map(Path::to_owned).or_else(|| environment.variable(&variable).map(PathBuf::from));
    let mut searched = Vec::new();
    if let Some(refusal) = environment.refusal().filter(|_| std::env::var_os(&variable).is_some()) {
        searched.push(format!("not in ${variable}: {refusal}"));
    }
    let found = match named {
        // A named server that is missing must not be replaced by another one.
        Some(path) => {
            searched.push(path.display().to_string());
            with_suffix(&path)
        }
        None => default_paths(interface.server).into_iter().find_map(|path| {
            let found = with_suffix(&path).filter(|found| is_32_bit(found));
            // Plain `cargo build` puts a 64-bit build of the server next to the program.
            let note = if found.is_none() && path.is_file() { ", which is not a 32-bit program" } else { "" };
            searched.push(format!("{}{note}", path.display()));
            found
        }),
    };
    if searched.is_empty() {
        searched.push("no folder: the system does not say where this program is; /proc is not mounted".to_owned());
    }
    found.ok_or_else(|| Error::ServerNotFound { server: interface.server.to_owned(), variable, searched })
}

fn is_32_bit(path: &Path) -> bool {
    matches!(super::launch::file_kind(path), Ok(Some(FileKind::Elf32 | FileKind::Pe32)))
}

/// Returns the path of the file that exists: `path`, or `path` with the system's suffix for programs.
fn with_suffix(path: &Path) -> Option<PathBuf> {
    if path.is_file() {
        return Some(path.to_owned());
    }
    let mut longer = path.as_os_str().to_owned();
    longer.push(EXE_SUFFIX);
    let longer = PathBuf::from(longer);
    longer.is_file().then_some(longer)
}

/// Returns the paths at which a server is searched for by default. A server for Windows that was shipped with a program for another
/// system is found as well: the program runs it with Wine.
fn default_paths(server: &str) -> Vec<PathBuf> {
    let file = format!("{server}{EXE_SUFFIX}");
    let windows_file = (!cfg!(windows)).then(|| format!("{server}.exe"));
    // Without `/proc`, a program on Linux does not know its folder. The current folder is not searched: another user may have put a
    // program there.
    let program = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned));
    let mut dirs: Vec<_> = crate::sys::module_dir().into_iter().chain(program).collect();
    dirs.dedup();
    let next_to = dirs.iter().flat_map(|dir| iter::once(&file).chain(&windows_file).map(|file| dir.join(file)));
    next_to.chain(dirs.iter().flat_map(|dir| in_target_folders(dir, &file))).collect()
}

/// Returns the paths of a server for a program in cargo's target folders. From `target/debug`, `target/debug/deps`,
/// `target/debug/examples` and the same below `target/<triple>`, the server's folder is `target/<32-bit triple>/<profile>`; this
/// program's own profile comes first.
fn in_target_folders(dir: &Path, file: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for profile_dir in dir.ancestors().take(2) {
        let Some(profile) = profile_dir.file_name() else { continue };
        for target_dir in profile_dir.ancestors().skip(1).take(2).filter(|dir| is_target_dir(dir)) {
            for triple in triples(target_dir) {
                let other = if profile == "debug" { "release" } else { "debug" };
                paths.push(triple.join(profile).join(file));
                paths.push(triple.join(other).join(file));
            }
        }
    }
    paths
}

/// Files by which a target folder of cargo is recognized: a [tag](https://bford.info/cachedir/) if cargo created the folder
/// itself, and what it knows of the compiler if the folder was there before, such as a mounted volume.
const TARGET_DIR_MARKERS: [&str; 2] = ["CACHEDIR.TAG", ".rustc_info.json"];

fn is_target_dir(dir: &Path) -> bool {
    TARGET_DIR_MARKERS.iter().any(|file| dir.join(file).is_file())
}

/// Returns the folders of 32-bit targets whose programs this system can start, sorted.
fn triples(target_dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = target_dir.read_dir() else { return Vec::new() };
    let mut triples: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // `i586-`, `i686-` and so on.
            name.starts_with('i') && name.contains("86-") && name.contains(OS)
        })
        .collect();
    triples.sort();
    triples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_found_from_every_folder_that_cargo_builds_into() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("target");
        let triple = if cfg!(windows) { "i686-pc-windows-gnu" } else { "i686-unknown-linux-gnu" };
        let server_dir = target.join(triple).join("debug");
        std::fs::create_dir_all(&server_dir).unwrap();
        std::fs::create_dir_all(target.join("i686-other-system").join("debug")).unwrap();
        assert_eq!(in_target_folders(&target.join("debug"), "s"), Vec::<PathBuf>::new(), "not a folder of cargo");
        for file in TARGET_DIR_MARKERS {
            std::fs::write(target.join(file), "").unwrap();
            for dir in ["debug", "debug/deps", "debug/examples", "x86_64-unknown-linux-gnu/debug", "release"] {
                let found = in_target_folders(&target.join(dir), "s");
                assert!(found.contains(&server_dir.join("s")), "from {dir}: {found:?}");
                assert!(found.iter().all(|path| path.starts_with(target.join(triple))), "{found:?}");
            }
            std::fs::remove_file(target.join(file)).unwrap();
        }
        assert_eq!(in_target_folders(Path::new("/"), "s"), Vec::<PathBuf>::new());
    }
}
