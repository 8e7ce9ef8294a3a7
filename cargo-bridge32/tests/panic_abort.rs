//! A package whose profile has `panic = "abort"`: the command builds its server so that it works, and its program as the profile
//! says; plain cargo refuses to build a server that would end at the first error.

// The server's system is Linux, as in the other tests of this tool.
#![cfg(target_os = "linux")]

mod common;

use std::path::Path;
use std::process::{Command, Output};

use common::{in_package, target_folder, write_package};

const MANIFEST: &str = r#"
[package]
name = "abort"
version = "0.1.0"
edition = "2024"
default-run = "abort"

[workspace]

[dependencies]
bridge32 = { path = "BRIDGE32" }

[profile.dev]
panic = "abort"
"#;

const LIBRARY: &str = r#"
use bridge32::bridge32;

#[bridge32(lib = "libc.so.6", server = "abort-server32")]
pub trait C {
    #[check(ret == 0)]
    #[errno]
    fn close(&self, file: i32) -> i32;
    fn abs(&self, value: i32) -> i32;
}
"#;

const PROGRAM: &str = r#"
fn main() -> Result<(), bridge32::Error> {
    assert!(cfg!(panic = "abort"), "the program is built as its profile says");
    let client = abort::CClient::launch()?;
    println!("{}", client.close(-1).unwrap_err());
    println!("{}", client.abs(-7)?);
    Ok(())
}
"#;

const SERVER: &str = "bridge32::server_main!(abort::CLibrary);";

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(program);
    command.args(arguments);
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "BRIDGE32_RUNNER"] {
        command.env_remove(variable);
    }
    in_package(&mut command, folder).output().expect("it starts")
}

#[test]
fn a_server_works_whatever_its_profile_says() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let files = [
        ("Cargo.toml", MANIFEST),
        ("src/lib.rs", LIBRARY),
        ("src/main.rs", PROGRAM),
        ("src/bin/abort-server32.rs", SERVER),
    ];
    write_package(folder.path(), &files);
    let output = run(env!("CARGO_BIN_EXE_cargo-bridge32"), &["run"], folder.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "`close` failed: the library reports -1\n7\n");

    // Cargo by itself would build one that ends at the first error.
    let arguments = ["check", "--target", "i686-unknown-linux-gnu", "--bin", "abort-server32"];
    let output = run("cargo", &arguments, folder.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{stderr}");
    assert!(stderr.contains("a server cannot be built with `panic = \"abort\"`"), "{stderr}");
    assert!(stderr.contains("build it with `cargo bridge32 build`, or remove `panic` from the profile"), "{stderr}");

    // A client is not refused, nor the 64-bit build of the server that a plain `cargo build` makes.
    let output = run("cargo", &["build"], folder.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let server = target_folder().join("debug/abort-server32");
    let output = run(&server.display().to_string(), &["--listen", "bridge32-panic-abort"], folder.path());
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && stderr.contains("this server was built with `panic = \"abort\"`"), "{stderr}");
}
