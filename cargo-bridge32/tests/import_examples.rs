//! `import` on the headers of zlib and SQLite: with few edited lines, what it writes passes the tests of the examples, whose traits
//! are written by hand.

// The headers and the 32-bit libraries are packages of Debian.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{bridge32, in_package, repository, run, write_package};

/// How many lines of a trait may be edited.
const EDITED_LINES: usize = 10;

/// The examples, with their headers and libraries, and the functions that are imported.
const EXAMPLES: [(&str, &str, &str, &str); 2] =
    [("zlib", "zlib.h", "libz.so.1", "."), ("sqlite", "sqlite3.h", "libsqlite3.so.0", PART_OF_SQLITE)];

/// All 283 functions would take a minute to compile.
const PART_OF_SQLITE: &str = "_(libversion|open|close|err|exec|prepare|bind|step|reset|finalize|column|value|result|update_hook|create_function)";

#[test]
fn edited_traits_pass_the_tests_of_the_examples() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let members = EXAMPLES.map(|(example, ..)| example);
    let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n{}", workspace_tables());
    write_package(folder.path(), &[("Cargo.toml", &workspace)]);
    for (example, header, library, only) in EXAMPLES {
        let (all, imported) =
            (import(folder.path(), header, library, "."), import(folder.path(), header, library, only));
        let is_the_same = |method: &&str| methods(&all).contains(method);
        assert_eq!(methods(&imported).iter().find(|method| !is_the_same(method)), None, "{header}");
        let (edited, lines) = edit(&imported, &fixture(&format!("{example}.edits")));
        assert!(lines <= EDITED_LINES, "{lines} lines of the trait for {header} are edited");
        copy_example(example, &folder.path().join(example), &edited);
    }

    let packages = EXAMPLES.map(|(example, ..)| ["--package", example]).concat();
    let mut build = bridge32();
    build.arg("build").args(&packages);
    let mut test = Command::new("cargo");
    test.args(["test", "--test", "values", "--no-fail-fast"]).args(&packages);
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "BRIDGE32_RUNNER", "BRIDGE32_TRANSPORT"] {
        test.env_remove(variable);
    }
    let mut printed = String::new();
    for command in [&mut build, &mut test] {
        // The settings with which the dependencies are in the target folder already.
        let (succeeded, output, errors) =
            run(in_package(command.env("CARGO_PROFILE_DEV_DEBUG", "false"), folder.path()));
        assert!(succeeded, "{output}{errors}");
        printed += &output;
    }
    for (example, ..) in EXAMPLES {
        for name in tests_of(example) {
            assert!(printed.contains(&format!("test {name} ... ok\n")), "{example}, {name}: {printed}");
        }
    }
}

fn fixture(name: &str) -> String {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import").join(name))
}

fn read(path: &Path) -> String {
    let text = fs::read_to_string(path);
    assert!(text.is_ok(), "{}: {text:?}", path.display());
    text.unwrap_or_default()
}

/// Imports a header with its 32-bit library, in a folder without settings for rustfmt.
fn import(folder: &Path, header: &str, library: &str, only: &str) -> String {
    let library = ["/usr/lib/i386-linux-gnu", "/usr/lib32", "/usr/lib"]
        .map(|place| Path::new(place).join(library))
        .into_iter()
        .find(|path| path.exists())
        .expect("the 32-bit library, whose package this package names");
    let mut command = bridge32();
    command.args(["import", header, "--only", only, "--library"]).arg(library).current_dir(folder);
    let (imported, source, errors) = run(&mut command);
    assert!(imported, "{errors}");
    source
}

/// Returns the methods of a trait, with their documentation.
fn methods(source: &str) -> Vec<&str> {
    let body = source.split_once("\npub trait ").and_then(|(_, rest)| rest.split_once("{\n")).expect("a trait").1;
    body.split_once("\n}\n").expect("its end").0.split("\n\n").collect()
}

/// Applies edits, each to a block of the source between empty lines; returns the number of lines that they replace or remove.
fn edit(source: &str, edits: &str) -> (String, usize) {
    let mut blocks: Vec<String> = source.split("\n\n").map(str::to_owned).collect();
    let mut edited = 0;
    for edit in edits.split("\n@@ ").skip(1) {
        let (place, lines) = edit.split_once('\n').expect("what is edited");
        assert_eq!(blocks.iter().filter(|block| block.contains(place)).count(), 1, "{place}");
        let block = blocks.iter_mut().find(|block| block.contains(place)).expect("it was counted");
        let with = |mark: char| lines.lines().filter_map(move |line| line.strip_prefix(mark));
        let (removed, added): (Vec<&str>, Vec<&str>) = (with('-').collect(), with('+').collect());
        edited += removed.len().max(added.len());
        for (index, line) in removed.iter().enumerate() {
            assert_eq!(block.lines().filter(|other| other == line).count(), 1, "{line:?} in {block}");
            let new = added.get(index).copied().unwrap_or_default();
            *block = block.lines().map(|other| if other == *line { new } else { other }).collect::<Vec<_>>().join("\n");
        }
        assert!(added.len() <= removed.len(), "{place:?} adds lines");
    }
    (blocks.join("\n\n"), edited)
}

/// Copies the package of an example, with another trait in place of its own.
fn copy_example(example: &str, folder: &Path, imported: &str) {
    let from = repository().join("examples").join(example);
    let mut files = vec![
        ("src/imported.rs".to_owned(), imported.to_owned()),
        ("src/lib.rs".to_owned(), fixture(&format!("{example}.rs"))),
    ];
    let server = format!("src/bin/{example}-server32.rs");
    for file in ["Cargo.toml", "src/main.rs", &server, "tests/values.rs"] {
        files.push((file.to_owned(), read(&from.join(file))));
    }
    if from.join("build.rs").exists() {
        files.push(("build.rs".to_owned(), read(&from.join("build.rs"))));
    }
    let files: Vec<_> = files.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    write_package(folder, &files);
}

/// Returns the tables of this workspace that its packages inherit from, with paths from the root.
fn workspace_tables() -> String {
    let manifest = read(&repository().join("Cargo.toml"));
    let tables = manifest.split_inclusive('\n').skip_while(|line| !line.starts_with("[workspace.package]"));
    let is_inherited = |line: &&str| !line.starts_with('[') || line.starts_with("[workspace.");
    let tables: String = tables.take_while(is_inherited).collect();
    tables.replace("path = \"", "path = \"BRIDGE32/")
}

/// Returns the names of an example's tests.
fn tests_of(example: &str) -> Vec<String> {
    let source = read(&repository().join("examples").join(example).join("tests/values.rs"));
    let names = source.split("#[test]\nfn ").skip(1).map(|test| test.split('(').next().unwrap_or_default().to_owned());
    names.collect()
}
