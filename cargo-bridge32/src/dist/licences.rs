//! The licences of what is shipped: those of the package, and those of the crates that are linked into its programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{MetadataCommand, PackageId};

use crate::cli::CargoOptions;
use crate::command::query;
use crate::target::Target;
use crate::toolchain::Toolchains;
use crate::workspace::Workspace;

/// The name of the file with the licences of crates.
pub(super) const FILE: &str = "third-party-licenses.txt";

/// Returns the files in a folder that have a licence, by their names.
pub(super) fn files_in(folder: &Path) -> Vec<PathBuf> {
    const BEGINNINGS: [&str; 6] = ["license", "licence", "copying", "copyright", "notice", "unlicense"];
    let files_of = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_licence = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
    };
    let (folders, mut files): (Vec<_>, Vec<_>) = files_of(folder).filter(is_licence).partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_of(folder)));
    files.retain(|path| path.is_file());
    files.sort();
    files
}

/// Programs of the same packages and target.
#[derive(Debug)]
pub(super) struct Programs<'p> {
    pub(super) packages: BTreeSet<&'p str>,
    pub(super) target: Target,
}

/// A crate that is linked into a program.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Crate {
    name: String,
    version: String,
    /// Its licences as an SPDX expression.
    expression: Option<String>,
    repository: Option<String>,
    texts: Vec<String>,
}

/// Returns the text of the file with the licences of the crates in these programs. The user's own packages are left out.
///
/// # Errors
/// Fails if cargo does not list the crates, or a licence cannot be read.
pub(super) fn of_crates(
    programs: &[Programs<'_>],
    workspace: &Workspace,
    options: &CargoOptions,
    toolchains: &Toolchains,
) -> Result<String> {
    let mut crates = BTreeSet::from([standard_library(toolchains)]);
    for programs in programs {
        crates.extend(linked(programs, workspace, options, toolchains)?);
    }
    for linked in crates.iter().filter(|linked| linked.expression.is_none() && linked.texts.is_empty()) {
        eprintln!(
            "warning: {} {}, which is in the programs, does not say its licence; ask its authors",
            linked.name, linked.version
        );
    }
    Ok(document(&crates.into_iter().collect::<Vec<_>>()))
}

/// Returns the crates that are linked into programs: neither those that run only while they are built, nor the user's own.
fn linked(
    programs: &Programs<'_>,
    workspace: &Workspace,
    options: &CargoOptions,
    toolchains: &Toolchains,
) -> Result<Vec<Crate>> {
    let triple = programs.target.triple();
    // Cargo's tree has the features of these packages alone, which the metadata of the workspace mixes with those of others.
    let mut tree = workspace.cargo(toolchains, programs.target)?;
    tree.args(["tree", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}", "--target", triple]);
    tree.args(programs.packages.iter().flat_map(|package| ["--package", package])).args(options.dependency_args());
    let tree = query(&mut tree).context("cargo does not list the crates in the programs")?;
    let names: BTreeSet<_> = tree.lines().filter_map(name_and_version).collect();

    let mut metadata = workspace.cargo(toolchains, programs.target)?;
    metadata.args(["metadata", "--format-version", "1", "--filter-platform", triple]).args(options.dependency_args());
    let metadata = query(&mut metadata).context("cargo does not describe the crates in the programs")?;
    let metadata =
        MetadataCommand::parse(metadata).context("cargo's description of the crates in the programs cannot be read")?;
    let own: BTreeSet<&PackageId> = metadata.workspace_members.iter().collect();
    let is_linked = |package: &&cargo_metadata::Package| {
        !own.contains(&package.id) && names.contains(&(package.name.to_string(), package.version.to_string()))
    };
    metadata.packages.iter().filter(is_linked).map(describe).collect()
}

/// Reads a line of `cargo tree`, such as `libc v0.2.1 (*)`.
fn name_and_version(line: &str) -> Option<(String, String)> {
    let (name, rest) = line.split_once(" v")?;
    Some((name.to_owned(), rest.split(' ').next()?.to_owned()))
}

fn describe(package: &cargo_metadata::Package) -> Result<Crate> {
    let folder = package.manifest_path.parent().context("a manifest has no folder")?;
    let mut files = files_in(folder.as_std_path());
    if let Some(file) = &package.license_file {
        files.push(folder.join(file).into());
        files.sort();
        files.dedup();
    }
    let texts = files.iter().map(|file| text_of(file)).collect::<Result<_>>()?;
    Ok(Crate {
        name: package.name.to_string(),
        version: package.version.to_string(),
        expression: package.license.clone(),
        repository: package.repository.clone(),
        texts,
    })
}

/// Returns Rust's own library, which is in every program.
fn standard_library(toolchains: &Toolchains) -> Crate {
    let folder = toolchains.documentation().join("licenses");
    let texts = ["Apache-2.0.txt", "MIT.txt"].iter().filter_map(|name| text_of(&folder.join(name)).ok()).collect();
    Crate {
        name: "Rust's standard library".into(),
        version: String::new(),
        expression: Some("MIT OR Apache-2.0".into()),
        repository: Some("https://github.com/rust-lang/rust".into()),
        texts,
    }
}

/// Returns the text of a file, with line ends and without the spaces before them: the same licence is the same text.
fn text_of(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<_> = text.trim_start_matches('\u{feff}').lines().map(str::trim_end).collect();
    Ok(lines.join("\n").trim_matches('\n').to_owned())
}

/// Lists crates, and after them each text once.
fn document(crates: &[Crate]) -> String {
    let mut texts: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut numbers = BTreeMap::<&str, usize>::new();
    let mut out = String::from("The programs in this folder contain these crates, with the licences below.\n");
    for Crate { name, version, expression, repository, texts: own } in crates {
        let _ = writeln!(out, "\n{}", format!("{name} {version}").trim_end());
        let without = if own.is_empty() { "no licence is named" } else { "a licence of its own" };
        let _ = writeln!(out, "  {}", expression.as_deref().unwrap_or(without));
        if let Some(repository) = repository {
            let _ = writeln!(out, "  {repository}");
        }
        let mut of_crate = Vec::new();
        for text in own {
            let number = *numbers.entry(text).or_insert_with(|| {
                texts.push((text, Vec::new()));
                texts.len()
            });
            if !of_crate.contains(&number) {
                texts[number - 1].1.push(name);
                of_crate.push(number);
            }
        }
        let of_crate: Vec<_> = of_crate.iter().map(usize::to_string).collect();
        let _ = match of_crate.as_slice() {
            [] => writeln!(out, "  its package has no text of a licence"),
            [only] => writeln!(out, "  text {only}"),
            several => writeln!(out, "  texts {}", several.join(", ")),
        };
    }
    for (index, (text, users)) in texts.iter().enumerate() {
        let line = "-".repeat(78);
        let _ = write!(out, "\n{line}\nText {}, of {}\n{line}\n\n{text}\n", index + 1, users.join(", "));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, expression: Option<&str>, texts: &[&str]) -> Crate {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        let expression = expression.map(str::to_owned);
        Crate { name: name.into(), version: "1.0.0".into(), expression, repository: None, texts }
    }

    #[test]
    fn each_text_is_written_once() {
        let crates = [
            named("a", Some("MIT"), &["free"]),
            named("b", Some("MIT OR Apache-2.0"), &["apache", "free"]),
            named("c", Some("Zlib"), &[]),
            named("d", None, &["apache"]),
        ];
        let line = "-".repeat(78);
        let expected = format!(
            "The programs in this folder contain these crates, with the licences below.\n\n\
             a 1.0.0\n  MIT\n  text 1\n\n\
             b 1.0.0\n  MIT OR Apache-2.0\n  texts 2, 1\n\n\
             c 1.0.0\n  Zlib\n  its package has no text of a licence\n\n\
             d 1.0.0\n  a licence of its own\n  text 2\n\n\
             {line}\nText 1, of a, b\n{line}\n\nfree\n\n\
             {line}\nText 2, of b, d\n{line}\n\napache\n"
        );
        assert_eq!(document(&crates), expected);
    }

    #[test]
    fn crates_are_read_from_cargos_tree() {
        let read = |line| name_and_version(line).expect("a crate");
        assert_eq!(read("libc v0.2.1 (*)"), ("libc".into(), "0.2.1".into()));
        assert_eq!(read("meter v0.1.0 (/home/me/meter v2)"), ("meter".into(), "0.1.0".into()));
        assert_eq!(name_and_version(""), None);
    }

    #[test]
    fn licences_are_found_by_their_names() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join("LICENSES")).expect("a folder");
        for name in ["LICENSE-MIT", "Copying.md", "NOTICE", "LICENSES/Zlib.txt", "readme.md", "lib.rs"] {
            fs::write(folder.path().join(name), " text \r\n\r\n").expect("a file");
        }
        let names: Vec<_> = files_in(folder.path())
            .iter()
            .map(|file| file.strip_prefix(folder.path()).expect("in it").display().to_string().replace('\\', "/"))
            .collect();
        assert_eq!(names, ["Copying.md", "LICENSE-MIT", "LICENSES/Zlib.txt", "NOTICE"]);
        assert_eq!(text_of(&folder.path().join("NOTICE")).expect("a text"), " text");
    }
}
