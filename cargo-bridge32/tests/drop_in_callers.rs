//! The programs of the example of drop-in libraries, in each language.

// Linux makes drop-in libraries for both systems.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use common::drop_in::{System, drop_in_of, python, succeed};
use common::{has, repository};

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

/// The folder with the library for Linux.
static FOR_LINUX: LazyLock<PathBuf> = LazyLock::new(|| made("drop-in", System::Linux));

/// The folder with the library for Windows.
static FOR_WINDOWS: LazyLock<PathBuf> = LazyLock::new(|| made("drop-in", System::Windows));

/// Makes the library of a package in a folder of this build.
fn made(package: &str, system: System) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{package}-{system:?}"));
    drop_in_of(package, &folder, &[], system);
    folder
}

fn meter(system: System) -> &'static Path {
    match system {
        System::Linux => &FOR_LINUX,
        System::Windows => &FOR_WINDOWS,
    }
}

/// A program of the example.
fn source(name: &str) -> PathBuf {
    repository().join("examples/drop-in/programs").join(name)
}

#[test]
fn the_header_says_what_each_parameter_is() {
    let header = fs::read_to_string(FOR_LINUX.join("meter.h")).expect("the header");
    for said in [" * on_value: called during the call only\n", " * user: passed to on_value\n"] {
        assert!(header.contains(said), "{said}\nis not in\n{header}");
    }
}

#[test]
fn c_programs_call_the_library() {
    for system in System::ALL {
        let folder = meter(system);
        let program = folder.join("voltage.exe");
        let mut cc = system.cc();
        cc.args(["-std=c89", "-pedantic", "-Wall", "-Wextra", "-Wno-long-long", "-o"]).arg(&program);
        succeed(cc.arg(source("voltage.c")).arg("-I").arg(folder).arg(system.linked(folder, "meter")));
        let run = || {
            let mut command = system.run(&program);
            command.env("LD_LIBRARY_PATH", folder);
            command
        };
        assert_eq!(succeed(&mut run()), VOLTAGE, "{system:?}");
        assert_eq!(succeed(run().env("BRIDGE32_TRANSPORT", "pipe")), VOLTAGE, "{system:?}");
        fs::remove_file(program).expect("the program");
    }
}

#[test]
fn python_s_ctypes_calls_the_library() {
    let library = FOR_LINUX.join("libmeter.so");
    assert_eq!(succeed(python().arg(source("voltage.py")).arg(library)), VOLTAGE);
}

#[test]
fn python_s_cffi_calls_the_library() {
    let library = FOR_LINUX.join("libmeter.so");
    assert_eq!(succeed(python().arg(source("voltage_cffi.py")).arg(library)), VOLTAGE);
}

#[test]
fn c_sharp_calls_the_library() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("Voltage.exe");
    succeed(Command::new("mcs").arg(format!("-out:{}", program.display())).arg(source("Voltage.cs")));
    assert_eq!(succeed(Command::new("mono").arg(program).env("LD_LIBRARY_PATH", &*FOR_LINUX)), VOLTAGE);
}

/// Loads the library, and prints whether it shares memory with its server.
const SHARES_MEMORY: &str = "\
import ctypes, sys
print(ctypes.CDLL(sys.argv[1]).pointer_bits(), 'memfd:bridge32' in open('/proc/self/maps').read())
";

#[test]
fn the_transport_may_be_the_pipe() {
    let shares_memory = |transport: &str| {
        let mut command = python();
        command.args(["-c", SHARES_MEMORY]).arg(FOR_LINUX.join("libmeter.so"));
        succeed(command.env("BRIDGE32_TRANSPORT", transport))
    };
    assert_eq!(shares_memory("pipe"), "32 False\n");
    assert_eq!(shares_memory("auto"), "32 True\n");
}

#[test]
fn two_libraries_are_used_at_a_time() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drop_in/two.c");
    for system in System::ALL {
        let zlib = made("zlib", system);
        let zlib = zlib.join(if system == System::Linux { "libz.so.1" } else { "zlib1.dll" });
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("two.exe");
        let mut cc = system.cc();
        let threads = if system == System::Linux { ["-pthread", "-ldl"] } else { ["-mconsole", "-lkernel32"] };
        succeed(cc.args(["-std=gnu89", "-Wall", "-Wextra", "-o"]).arg(&program).arg(&source).args(threads));
        let meter = meter(system).join(system.library("meter"));
        for transport in ["shared-memory", "pipe"] {
            let mut command = system.run(&program);
            // Wine has a library of this name, which it prefers.
            command.env("BRIDGE32_TRANSPORT", transport).env("WINEDLLOVERRIDES", "zlib1=n,b");
            let output = succeed(command.arg(&meter).arg(&zlib));
            let expected = "\
32 bits, checksum 1
7 values, 7 calls, wrong 0
threads, wrong 0
ended: checksum 1
another server: 32 bits, open 0
failures: 0, 0
";
            assert_eq!(output, expected, "{system:?}, {transport}");
        }
    }
}

/// A Java that compiles is hundreds of megabytes, so `setup` does not install one.
#[test]
fn java_calls_the_library() {
    if !has("javac", "java_calls_the_library") {
        return;
    }
    let mut java = Command::new("java");
    java.args(["-cp", "/usr/share/java/jna.jar"]).arg(format!("-Djna.library.path={}", FOR_LINUX.display()));
    assert_eq!(succeed(java.arg(source("Voltage.java"))), VOLTAGE);
}
