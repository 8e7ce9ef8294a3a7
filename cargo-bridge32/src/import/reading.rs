//! How a header is read: the target, and what is included before it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};

use crate::import::clang::{self, Compilation};
use crate::libclang::LibClang;
use crate::target::Target;

/// Chooses the target, and what is included before the header: the first with which it compiles, or else the one with the
/// fewest errors. Returns them with the errors.
///
/// # Errors
/// Fails if there is no such header.
pub(super) fn choose(
    libclang: &LibClang,
    path: &Path,
    target: Option<Target>,
    wanted: &Compilation,
) -> Result<(Target, PathBuf, Compilation, Vec<String>)> {
    let targets = match target {
        Some(target) if target.is_32bit() => vec![target],
        Some(target) => bail!("{target} is a client's target; the library's is {}", target.server()),
        None if cfg!(windows) => {
            vec![if cfg!(target_env = "msvc") { Target::I686WindowsMsvc } else { Target::I686WindowsGnu }]
        }
        None => vec![Target::I686Linux, Target::I686WindowsGnu],
    };
    let mut best: Option<(Target, PathBuf, Compilation, Vec<String>)> = None;
    let mut missing = None;
    // As C++ last: most headers for it are for C, too.
    for is_cpp in [false, true] {
        for target in &targets {
            let target = *target;
            let found = match clang::find_header(path, wanted, target) {
                Ok(found) => found.canonicalize().with_context(|| format!("cannot read {}", path.display()))?,
                Err(error) => {
                    missing.get_or_insert(error);
                    continue;
                }
            };
            let wanted = Compilation { is_cpp, ..wanted.clone() };
            for compilation in [wanted.clone(), with_prelude(&wanted, target)] {
                let index = libclang.index();
                let unit = compilation.parse(&index, &found, target, &[])?;
                let errors = clang::errors(&unit);
                if errors.is_empty() {
                    return Ok((target, found, compilation, errors));
                }
                if best.as_ref().is_none_or(|(.., fewest)| errors.len() < fewest.len()) {
                    best = Some((target, found.clone(), compilation, errors));
                }
            }
        }
    }
    best.ok_or_else(|| missing.unwrap_or_else(|| anyhow!("there is no target to read it for")))
}

/// Adds the headers that others often rely on.
fn with_prelude(wanted: &Compilation, target: Target) -> Compilation {
    let prelude: &[&str] = match target.is_windows() {
        true => &["windows.h"],
        false => &["stddef.h", "stdint.h", "stdbool.h"],
    };
    let prelude = prelude.iter().map(|name| (*name).to_owned());
    Compilation { includes: prelude.chain(wanted.includes.clone()).collect(), ..wanted.clone() }
}

/// Says what to add so that a header compiles.
pub(super) fn what_to_add(errors: &[String]) -> &'static str {
    if errors.iter().any(|error| error.contains("file not found")) {
        "add the folder of the missing header with -I"
    } else if errors.iter().any(|error| error.contains("unknown type name")) {
        "add the header that declares the missing type with --include, or a macro that it waits for with -D"
    } else {
        "add what it waits for with -D, -I or --include"
    }
}
