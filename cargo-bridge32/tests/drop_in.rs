//! Drop-in libraries, made by the command and used by C programs.

// Linux makes drop-in libraries for both systems.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::drop_in::{System, drop_in, drop_in_of, succeed};
use common::repository;

/// Compiles a C program of this folder.
fn compile(source: &str, out: &Path, arguments: &[&Path], system: System) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drop_in").join(source);
    succeed(system.cc().args(["-std=gnu89", "-Wall", "-Wno-long-long", "-o"]).arg(out).arg(&source).args(arguments));
}

/// A program prints the same with the library of the test package built for 64 bits and with the drop-in library of the 32-bit one.
fn same_output(name: &str) {
    for system in System::ALL {
        let folder = tempfile::tempdir().expect("a folder");
        let made = folder.path().join("drop-in");
        drop_in_of("bridge32-tests", &made, &["--server", &format!("{name}-server32")], system);
        let direct = folder.path().join("direct");
        fs::create_dir(&direct).expect("a folder");
        let native = repository().join("tests/native").join(name).with_extension("c");
        let library = direct.join(system.library(name));
        succeed(system.cc().args(["-shared", "-fPIC", "-w", "-o"]).arg(&library).arg(native));

        let program = folder.path().join(format!("{name}.exe"));
        let include = PathBuf::from(format!("-I{}", made.display()));
        compile(&format!("{name}.c"), &program, &[&include, &system.linked(&made, name)], system);
        let outputs = [&direct, &made].map(|folder| {
            let here = folder.join(format!("{name}.exe"));
            fs::copy(&program, &here).expect("a file");
            succeed(system.run(&here).env("LD_LIBRARY_PATH", folder))
        });
        assert_eq!(outputs[0], outputs[1]);
        assert!(outputs[0].lines().count() > 10, "{}", outputs[0]);
    }
}

#[test]
fn a_program_sees_the_same_of_the_vocabulary() {
    same_output("vocabulary");
}

#[test]
fn a_program_sees_the_same_of_callbacks() {
    same_output("callbacks");
}

const MANIFEST: &str = r#"
[package]
name = "doors"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
bridge32 = { path = "BRIDGE32" }

[package.metadata.bridge32.drop-in]
start-timeout = "30s"
"#;

const INTERFACE: &str = r#"
#![forbid(unsafe_op_in_unsafe_fn)]
use bridge32::bridge32;

#[bridge32(lib = "doors", server = "doors-server32")]
pub trait Doors {
    #[on_error(-77)]
    fn close(&self, door: i32) -> i32;
    #[check(ret != 0)]
    fn connect(&self, a: i32, b: i32) -> i32;
    #[check(ret >= 0)]
    fn fails(&self, code: i32) -> i32;
    #[on_error(-5)]
    fn crash(&self) -> i32;
    fn more(&self, values: &[i32]) -> i32;
}
"#;

const LIBRARY: &str = r#"
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT
#endif
EXPORT int close(int door) { return door + 1; }
EXPORT int connect(int a, int b) { return a * b; }
EXPORT int fails(int code) { return -code; }
EXPORT int crash(void) { *(volatile int *)8 = 1; return 0; }
EXPORT int more(const int *values) { return values[0]; }
"#;

/// Hosts of all kinds use one library, whose exports have names of the C library's.
#[test]
fn hosts_get_right_results_or_the_documented_value_and_text() {
    for system in System::ALL {
        let folder = tempfile::tempdir().expect("a folder");
        let package = folder.path().join("doors");
        fs::create_dir_all(package.join("src/bin")).expect("a folder");
        let manifest = MANIFEST.replace("BRIDGE32", &repository().display().to_string());
        for (file, text) in [
            ("Cargo.toml", manifest.as_str()),
            ("src/lib.rs", INTERFACE),
            ("src/bin/doors-server32.rs", "bridge32::server_main!(doors::DoorsLibrary);"),
            ("doors.c", LIBRARY),
        ] {
            fs::write(package.join(file), text).expect("a file");
        }
        fs::copy(repository().join("Cargo.lock"), package.join("Cargo.lock")).expect("a file");
        let original = folder.path().join(system.library("doors"));
        let mut cc = match system {
            System::Linux => {
                let mut cc = Command::new("cc");
                cc.arg("-m32");
                cc
            }
            System::Windows => Command::new("i686-w64-mingw32-gcc"),
        };
        succeed(cc.args(["-shared", "-fPIC", "-fno-builtin", "-o"]).arg(&original).arg(package.join("doors.c")));
        let made = folder.path().join("made");
        drop_in(&package, &made, &["--library", &original.display().to_string()], system);
        let host = folder.path().join("host.exe");
        let threads = PathBuf::from(if system == System::Linux { "-pthread" } else { "-mwindows" });
        let console = PathBuf::from(if system == System::Linux { "-ldl" } else { "-mconsole" });
        compile("host.c", &host, &[&threads, &console], system);
        let run = |mode: &str| succeed(system.run(&host).arg(made.join(system.library("doors"))).arg(mode));

        assert_eq!(run("names"), "close 2, connect 42\nno reason: \n");
        let crashed = run("crash");
        assert!(
            crashed.starts_with("crash -5\nbecause: Doors: `crash`: the server died in a call of `crash`"),
            "{crashed}"
        );
        assert!(crashed.ends_with("then 2\n"), "the server is started again: {crashed}");
        assert_eq!(run("end"), "2 3\n");
        assert_eq!(run("reload"), "reloaded\n");
        assert_eq!(run("threads"), "threads right\n");
        if system == System::Linux {
            assert_eq!(run("fork"), "parent 2\nchild 3\nchild ended with 0, parent 5\n");
        }
        fs::remove_file(made.join("doors32").join(system.library("doors"))).expect("the original");
        let missing = run("missing");
        assert!(missing.starts_with("close -77, connect 0, fails -1\nbecause: Doors: `fails`: "), "{missing}");
        assert!(missing.contains("doors"), "it names the library: {missing}");
        fs::remove_dir_all(made.join("doors32")).expect("the folder");
        let missing = run("missing");
        assert!(missing.contains("doors-server32"), "it names the server: {missing}");
    }
}
