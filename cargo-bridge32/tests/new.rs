//! `new` makes packages that build and run.

// The tool's tests run on Linux, which has compilers for both systems.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::Path;

use common::{bridge32, compile, has, in_package, repository, run};

/// Makes a package in a folder; returns whether it succeeded, and what it printed.
fn make(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let (made, _, text) = run(bridge32().arg("new").args(arguments).current_dir(folder));
    (made, text)
}

/// Runs a package; returns its output. Tests run at the same time, so each package has a name of its own in the target folder.
fn run_package(folder: &Path) -> String {
    // The versions that this repository is built with.
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a file");
    let mut command = bridge32();
    // Some people have another folder for what cargo builds on the way.
    command.arg("run").env("CARGO_BUILD_BUILD_DIR", folder.join("elsewhere"));
    let (ran, output, text) = run(in_package(&mut command, folder));
    assert!(ran, "{text}");
    assert!(!text.contains("warning"), "{text}");
    output
}

#[test]
fn a_package_without_a_library_runs_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (made, text) = make(folder.path(), &["my-meter"]);
    assert!(made && text.contains("the server is src/bin/c-library-server32.rs"), "{text}");
    assert_eq!(run_package(&folder.path().join("my-meter")), "abs(-7) = 7\nstrlen(\"bridge\") = 6\n");
    // What it wrote is formatted.
    for file in ["src/lib.rs", "src/main.rs", "src/bin/c-library-server32.rs"] {
        assert_formatted(&folder.path().join("my-meter").join(file));
    }
}

#[test]
fn a_package_with_a_library_finds_it_and_lists_what_it_exports() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    compile("gcc", path, "int part(void) { return 10; }", "libpart.so", &["-m32", "-fPIC", "-Wl,-soname,libpart.so"]);
    let source = "int part(void);\nint measure(int channel) { return part() * channel; }";
    compile("gcc", path, source, "libmyMeter32.so", &["-m32", "-fPIC", "libpart.so", "-Wl,-soname,libmyMeter32.so"]);
    let (made, text) = make(path, &["gauge", "--library", "libmyMeter32.so"]);
    assert!(made, "{text}");
    let package = path.join("gauge");
    let interface = fs::read_to_string(package.join("src/lib.rs")).expect("the trait");
    assert!(interface.contains("pub trait MyMeter32 {") && interface.contains("\n// measure\n"), "{interface}");
    for file in ["src/lib.rs", "build.rs"] {
        assert_formatted(&package.join(file));
    }
    assert!(run_package(&package).contains("libmyMeter32.so"));
    let interface = interface.replace("MyMeter32 {}", "MyMeter32 {\n    fn measure(&self, channel: i32) -> i32;\n}");
    fs::write(package.join("src/lib.rs"), interface).expect("a file");
    let program = fs::read_to_string(package.join("src/main.rs")).expect("the program");
    let program = program.replace("    Ok(())", "    println!(\"measured {}\", client.measure(4)?);\n    Ok(())");
    fs::write(package.join("src/main.rs"), program).expect("a file");
    assert!(run_package(&package).ends_with("measured 40\n"));
}

#[test]
fn a_package_with_a_windows_library_has_a_windows_server() {
    const TEST: &str = "new::a_package_with_a_windows_library_has_a_windows_server";
    if !has("wine", TEST) || !has("i686-w64-mingw32-gcc", TEST) {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    let header = "/** Measures a channel. */\nint __stdcall measure(int channel);\nint __stdcall gone(void);";
    fs::write(path.join("meter.h"), header).expect("a file");
    let source = "__declspec(dllexport) int __attribute__((stdcall)) measure(int channel) { return channel; }";
    compile("i686-w64-mingw32-gcc", path, source, "Meter.dll", &[]);
    let (made, text) = make(path, &["plain-gauge", "--library", "Meter.dll"]);
    assert!(made, "{text}");
    let interface = fs::read_to_string(path.join("plain-gauge/src/lib.rs")).expect("the trait");
    assert!(interface.contains("/// `measure@4`\n") && interface.contains("arg1: Address) -> i32;"), "{interface}");

    let (made, text) = make(path, &["windows-gauge", "--library", "Meter.dll", "--header", "meter.h"]);
    assert!(made && text.contains("note: meter.h declares functions that Meter.dll does not export: gone"), "{text}");
    let package = path.join("windows-gauge");
    let interface = fs::read_to_string(package.join("src/lib.rs")).expect("the trait");
    let expected = "#[bridge32(lib = \"Meter.dll\", abi = \"stdcall\")]\npub trait Meter {";
    assert!(interface.contains(expected) && interface.contains("Measures a channel."), "{interface}");
    let program = fs::read_to_string(package.join("src/main.rs")).expect("the program");
    let program = program.replace("    Ok(())", "    println!(\"measured {}\", client.measure(4)?);\n    Ok(())");
    fs::write(package.join("src/main.rs"), program).expect("a file");
    let output = run_package(&package);
    assert!(output.contains("Meter.dll") && output.ends_with("measured 4\n"), "{output}");
}

#[test]
fn what_cannot_be_made_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    compile("gcc", path, "int one(void) { return 1; }", "libwide.so", &["-m64", "-fPIC"]);
    fs::write(path.join("taken"), "a file").expect("a file");
    fs::write(path.join("empty.h"), "typedef int number;").expect("a file");
    let assembly = repository().join("bridge-runtime/src/dotnet/shim.dll");
    for (arguments, why) in [
        (&["gauge", "--library", "missing.dll"][..], "cannot read missing.dll"),
        (&["gauge", "--library", "libwide.so"], "libwide.so is 64-bit"),
        (&["gauge", "--header", "empty.h", "--library", assembly.to_str().expect("text")], "is an assembly of .NET"),
        (&["gauge", "--lib", "12.dll"], "name it with --lib"),
        (&["gauge", "--header", "missing.h"], "there is no file missing.h"),
        (&["gauge", "--header", "empty.h"], "declares no function"),
        (&["taken"], "cargo did not make taken"),
        (&["gauge", "--name", "1 2"], "cargo did not make gauge"),
    ] {
        let (made, text) = make(path, arguments);
        assert!(!made && text.contains(why), "{why}: {text}");
        assert!(!path.join("gauge").exists(), "{text}");
    }
    let (made, text) = make(path, &["gauge", "--lib", "meter"]);
    assert!(made && text.contains("put the library into gauge/vendor"), "{text}");
}

fn assert_formatted(file: &Path) {
    let (formatted, difference, errors) =
        run(std::process::Command::new("rustfmt").args(["--edition", "2024", "--check"]).arg(file));
    assert!(formatted, "{}: {difference}{errors}", file.display());
}
