//! `import` on public headers: what it writes compiles, without a warning.

// The headers are packages of Debian.
#![cfg(target_os = "linux")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::compile;

/// The headers, with the target that they are read for.
const HEADERS: [(&str, &str, &str); 10] = [
    ("sqlite3", "sqlite3.h", "i686-unknown-linux-gnu"),
    ("zlib", "zlib.h", "i686-unknown-linux-gnu"),
    ("pkcs11", "p11-kit-1/p11-kit/pkcs11.h", "i686-unknown-linux-gnu"),
    ("sql", "sql.h", "i686-unknown-linux-gnu"),
    ("gsl_integration", "gsl/gsl_integration.h", "i686-unknown-linux-gnu"),
    ("libusb", "libusb-1.0/libusb.h", "i686-unknown-linux-gnu"),
    ("fftw3", "fftw3.h", "i686-unknown-linux-gnu"),
    ("winscard", "winscard.h", "i686-pc-windows-gnu"),
    ("setupapi", "setupapi.h", "i686-pc-windows-gnu"),
    ("mmsystem", "mmsystem.h", "i686-pc-windows-gnu"),
];

fn import(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-bridge32"));
    command.arg("import").args(arguments).output().expect("it starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Makes a package with these modules, and returns its folder.
fn package(folder: &Path, modules: &str) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let manifest = format!(
        "[package]\nname = \"imported\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
         [dependencies]\nbridge32 = {{ path = \"{}\" }}\n",
        repository.display()
    );
    fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    fs::write(folder.join("src/lib.rs"), modules).expect("a file");
    // The versions that this repository is built with, which are here.
    fs::copy(repository.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a file");
}

fn check(folder: &Path) -> Output {
    let mut command = Command::new("cargo");
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("import");
    command.args(["check", "--quiet", "--offline"]).current_dir(folder).env("CARGO_TARGET_DIR", target);
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", "-D warnings");
    command.output().expect("it starts")
}

#[test]
fn public_headers_become_traits_that_compile() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut modules = String::new();
    let mut table = String::new();
    for (name, header, target) in HEADERS {
        let file = folder.path().join(format!("src/{name}.rs"));
        let output = import(&[header, "--target", target, "--out", &file.display().to_string()]);
        let text = stderr(&output);
        assert!(output.status.success(), "{header}: {text}");
        let counts = text.lines().find(|line| line.contains(" functions: ")).expect("the counts");
        let numbers: Vec<&str> = counts.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
        let _ = writeln!(table, "| `{header}` | {} |", numbers.join(" | "));
        let _ = writeln!(modules, "pub mod {name};");
    }
    package(folder.path(), &modules);
    let output = check(folder.path());
    assert!(output.status.success(), "{}", stderr(&output));

    let document = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").join("docs/import.md");
    let document = fs::read_to_string(document).expect("the page");
    // Other releases have other versions of the headers.
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let is_documented = |row: &str| match release.contains("VERSION_CODENAME=bookworm") {
        true => document.contains(row),
        false => document.contains(row.split(" |").next().unwrap_or(row)),
    };
    assert!(table.lines().all(is_documented), "docs/import.md should have this table:\n{table}");
}

/// A header and a library that each have something that the other has not.
#[test]
fn a_library_is_compared_with_its_header() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (header, library) = (folder.path().join("meter.h"), folder.path().join("Meter.dll"));
    let declarations = "int __stdcall measure(int channel);\nint __stdcall more(int a, int b);\nint gone(void);\n";
    fs::write(&header, declarations).expect("a file");
    let source = "#define E __declspec(dllexport)\n\
                  E int __stdcall measure(int channel) { return channel; }\n\
                  E int __stdcall more(int a) { return a; }\n\
                  E int hidden(void) { return 1; }\n";
    compile("i686-w64-mingw32-gcc", folder.path(), source, "Meter.dll", &[]);
    let output = import(&[&header.display().to_string(), "--library", &library.display().to_string()]);
    let (text, source) = (stderr(&output), String::from_utf8_lossy(&output.stdout).into_owned());
    assert!(output.status.success(), "{text}");
    assert!(text.contains("meter.h declares functions that Meter.dll does not export: gone"), "{text}");
    assert!(text.contains("Meter.dll exports what meter.h does not declare: hidden"), "{text}");
    // The library says that it is for Windows.
    assert!(source.contains("for i686-pc-windows-gnu"), "{source}");
    assert!(source.contains("#[bridge32(lib = \"Meter.dll\", abi = \"stdcall\")]"), "{source}");
    let expected = "// check: the header declares 8 bytes of arguments, and the name of the export says 4\n    \
                    #[symbol(\"more@4\")]";
    assert!(source.contains(expected), "{source}");
    assert!(source.contains("// line 3: int gone(void);\n// Meter.dll does not export it.\n"), "{source}");
    assert!(source.contains("// hidden\n// meter.h does not declare it, and Meter.dll exports it.\n"), "{source}");

    for (arguments, why) in [
        (&["meter.h", "--library", "Meter.dll", "--target", "i686-unknown-linux-gnu"][..], "is a library for Windows"),
        (&["meter.h", "--library", "meter.h"], "meter.h is a text file"),
        (&["meter.h", "--library", "missing.dll"], "cannot read missing.dll"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-bridge32"));
        let output = command.arg("import").args(arguments).current_dir(folder.path()).output().expect("it starts");
        assert!(!output.status.success() && stderr(&output).contains(why), "{why}: {}", stderr(&output));
    }
}
