//! The programs of the example of drop-in libraries, in each language.

// Linux makes drop-in libraries for both systems.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use common::drop_in::{System, drop_in_of, succeed};
use common::repository;

/// What each program prints.
const VOLTAGE: &str = "\
this program has 64 bits, the library 32
channel 9: errno is EINVAL
1.00 mV
1.25 mV
1.50 mV
1.75 mV
2.00 mV
the sum of 7 values is 12.25
";

/// The folder with the library for Linux, which all tests use.
static FOR_LINUX: LazyLock<PathBuf> = LazyLock::new(|| made("meter64", System::Linux));

/// Makes the library in a folder of this build.
fn made(folder: &str, system: System) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    drop_in_of("drop-in", &folder, &[], system);
    folder
}

/// A program of the example.
fn source(name: &str) -> PathBuf {
    repository().join("examples/drop-in/programs").join(name)
}

/// The distribution's Python, for which its packages are.
fn python() -> Command {
    let own = Path::new("/usr/bin/python3");
    Command::new(if own.exists() { own } else { Path::new("python3") })
}

#[test]
fn c_programs_call_the_library() {
    for system in System::ALL {
        let folder = match system {
            System::Linux => FOR_LINUX.clone(),
            System::Windows => made("meter64-windows", system),
        };
        let program = folder.join("voltage.exe");
        let mut cc = system.cc();
        cc.args(["-std=c89", "-pedantic", "-Wall", "-Wextra", "-Wno-long-long", "-o"]).arg(&program);
        succeed(cc.arg(source("voltage.c")).arg("-I").arg(&folder).arg(system.linked(&folder, "meter")));
        assert_eq!(succeed(system.run(&program).env("LD_LIBRARY_PATH", &folder)), VOLTAGE, "{system:?}");
        fs::remove_file(program).expect("the program");
    }
}

#[test]
fn python_s_ctypes_calls_the_library() {
    let library = FOR_LINUX.join("libmeter.so");
    assert_eq!(succeed(python().arg(source("voltage.py")).arg(library)), VOLTAGE);
}
