//! Programs that were written for 64-bit libraries, with drop-in libraries of the distribution's 32-bit ones: their output is the same.

// No package has these libraries for 32-bit Windows, except zlib.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::drop_in::{System, drop_in, drop_in_of, python, succeed};
use common::write_package;
use tempfile::TempDir;

/// A program of this folder.
fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drop_in").join(name)
}

/// A script prints the same with the system's library as with the drop-in library of the example. Returns the folder.
fn same_output(example: &str, library: &str, arguments: &[&str]) -> TempDir {
    let made = tempfile::tempdir().expect("a folder");
    drop_in_of(example, made.path(), arguments, System::Linux);
    let script = program(example).with_extension("py");
    let run = |library: &Path| succeed(python().arg(&script).arg(library));
    let expected = run(Path::new(library));
    assert!(expected.lines().count() > 10, "{expected}");
    assert_eq!(run(&made.path().join(library)), expected);
    made
}

#[test]
fn scripts_use_the_32_bit_sqlite() {
    same_output("sqlite", "libsqlite3.so.0", &[]);
}

#[test]
fn scripts_use_the_32_bit_zlib() {
    // With the library in the folder: nothing else of the system's is there.
    let library = succeed(Command::new("cc").args(["-m32", "-print-file-name=libz.so.1"]));
    let made = same_output("zlib", "libz.so.1", &["--library", library.trim()]);
    let files = fs::read_dir(made.path().join("z32")).expect("its folder");
    let mut names: Vec<_> = files.map(|file| file.expect("a file").file_name()).collect();
    names.sort();
    assert_eq!(names, ["libz.so.1", "zlib-server32"]);
}

const MANIFEST: &str = r#"
[package]
name = "lapack"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
bridge32 = { path = "BRIDGE32" }

[package.metadata.bridge32.drop-in]
transport = "pipe"
"#;

#[test]
fn a_program_that_was_linked_with_lapack_uses_the_32_bit_lapack() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", include_str!("drop_in/lapack.rs")),
        ("src/bin/lapack-server32.rs", "bridge32::server_main!(lapack::LapackLibrary);"),
    ];
    write_package(folder.path(), &files);
    let made = folder.path().join("lapack64");
    drop_in(folder.path(), &made, &[], System::Linux);

    // As a package for development has it.
    let system = succeed(Command::new("cc").arg("-print-file-name=liblapack.so.3"));
    std::os::unix::fs::symlink(system.trim(), folder.path().join("liblapack.so")).expect("a link");
    let solver = folder.path().join("solver");
    let mut cc = System::Linux.cc();
    cc.args(["-std=c89", "-Wall", "-Wextra", "-o"]).arg(&solver).arg(program("lapack.c"));
    succeed(cc.arg("-L").arg(folder.path()).arg("-llapack"));

    let expected = succeed(&mut Command::new(&solver));
    assert!(expected.lines().count() > 10, "{expected}");
    let mut command = System::Linux.run(&solver);
    assert_eq!(succeed(command.env("LD_LIBRARY_PATH", &made)), expected);
    // Which of the two libraries the loader finds.
    fs::remove_dir_all(made.join("lapack32")).expect("the server");
    let mut command = System::Linux.run(&solver);
    let failed = command.env("LD_LIBRARY_PATH", &made).output().expect("it starts");
    let reason = String::from_utf8_lossy(&failed.stderr);
    assert!(reason.contains("lapack-server32"), "{reason}");
}
