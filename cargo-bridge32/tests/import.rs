//! `import` on public headers: what it writes compiles, without a warning.

// The headers are packages of Debian.
#![cfg(target_os = "linux")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{compile, compile_file, in_package, run, write_package};

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

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import").join(name)
}

/// Imports a file; returns the trait, and what was printed about it.
fn source(arguments: &[&str]) -> (String, String) {
    let output = import(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    (String::from_utf8_lossy(&output.stdout).into_owned(), stderr(&output))
}

/// Builds the libraries of C++ and C in `tests/import`.
fn build(folder: &Path) -> [PathBuf; 2] {
    let [cpp, odd] = ["libmeter.so", "Odd.dll"].map(|name| folder.join(name));
    compile_file("g++", &fixture("meter.cpp"), &cpp, folder, &["-m32", "-fPIC"]);
    let definitions = fixture("odd.def").display().to_string();
    compile_file("i686-w64-mingw32-gcc", &fixture("odd.c"), &odd, folder, &[&definitions]);
    [cpp, odd]
}

/// Checks traits, each in a package of its own, so that several are checked at the same time.
fn check(folder: &Path, traits: &[&str]) {
    let manifest = |name: &str| {
        format!(
            "[package]\nname = \"imported-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [dependencies]\nbridge32 = {{ path = \"BRIDGE32\" }}\n"
        )
    };
    write_package(folder, &[("Cargo.toml", &format!("[workspace]\nresolver = \"3\"\nmembers = {traits:?}\n"))]);
    for name in traits {
        write_package(&folder.join(name), &[("Cargo.toml", &manifest(name))]);
    }
    let mut command = Command::new("cargo");
    command.args(["check", "--quiet"]).env("CARGO_PROFILE_DEV_DEBUG", "false");
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(variable);
    }
    let (compiles, _, errors) = run(in_package(&mut command, folder));
    assert!(compiles && !errors.contains("warning"), "{errors}");
}

#[test]
fn public_headers_become_traits_that_compile() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut traits = Vec::new();
    let mut table = String::new();
    for (name, header, target) in HEADERS {
        let file = folder.path().join(name).join("src/lib.rs");
        let output = import(&[header, "--target", target, "--out", &file.display().to_string()]);
        let text = stderr(&output);
        assert!(output.status.success(), "{header}: {text}");
        let counts = text.lines().find(|line| line.contains(" functions: ")).expect("the counts");
        let numbers: Vec<&str> = counts.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
        let _ = writeln!(table, "| `{header}` | {} |", numbers.join(" | "));
        traits.push(name);
    }
    // Traits from libraries, and from a header of C++.
    let [cpp, odd] = build(folder.path()).map(|library| library.display().to_string());
    let header = fixture("meter.hpp").display().to_string();
    for (name, arguments) in [("cpp", &[&*cpp][..]), ("odd", &[&odd]), ("header", &[&header, "--library", &cpp])] {
        let file = folder.path().join(name).join("src/lib.rs");
        source(&[arguments, &["--out", &file.display().to_string()]].concat());
        traits.push(name);
    }
    // Integers whose values are macros, on systems where `long` differs.
    let header = fixture("values.h").display().to_string();
    for (name, target) in [("values-linux", "i686-unknown-linux-gnu"), ("values-windows", "i686-pc-windows-gnu")] {
        let file = folder.path().join(name).join("src/lib.rs");
        source(&[&header, "--target", target, "--out", &file.display().to_string()]);
        traits.push(name);
    }
    // Names that Rust has already.
    let header = fixture("names.h").display().to_string();
    let file = folder.path().join("names/src/lib.rs");
    source(&[&header, "--out", &file.display().to_string()]);
    let names = fs::read_to_string(&file).expect("the trait");
    for (c, rust) in
        [("Sized", "struct Sized2"), ("Option", "struct Option2"), ("Vec", "struct Vec2"), ("Box", "enum Box2")]
    {
        assert!(names.contains(&format!("/// `{c}`\n")) && names.contains(&format!("pub {rust} {{")), "{c}: {names}");
    }
    traits.push("names");
    check(folder.path(), &traits);

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

#[test]
fn a_library_without_a_header_says_what_its_names_say() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [cpp, odd] = build(folder.path()).map(|library| library.display().to_string());
    let (trait_of_dll, text) = source(&[&odd]);
    assert!(text.contains("3 functions: 1 complete, 0 with guesses, 2 with addresses"), "{text}");
    for expected in [
        "for i686-pc-windows-gnu",
        "#[bridge32(lib = \"Odd.dll\", abi = \"stdcall\")]\npub trait Odd {",
        "#[symbol(\"?scale@@YGHHPBD@Z\")]\n    fn scale(&self, arg1: i32, #[encoding(ansi)] text: &str) -> i32;",
        "#[abi(\"fastcall\")]\n    fn subtract(&self, arg1: Address, arg2: Address) -> i32;",
        "// check: its 8 bytes of arguments are taken for 2 of 4 bytes, and its result is taken for an integer\n    fn add(",
        "// ?get@Meter@@QAEHXZ, public: int __thiscall Meter::get(void)\n// A member function",
        "// number 7\n// It has a number",
        "// level\n// A variable",
        "// plain\n// sleep, which is KERNEL32.Sleep\n// Its name does not say its parameters",
    ] {
        assert!(trait_of_dll.contains(expected), "{expected}: {trait_of_dll}");
    }
    assert_eq!(trait_of_dll.matches("fn add").count(), 1, "{trait_of_dll}");

    let (trait_of_so, _) = source(&[&cpp]);
    for expected in [
        "// check: its result is taken for an integer\n    #[symbol(\"_Z3addii\")]",
        "#[symbol(\"_Z3adddd\")]",
        "_ZN5Meter4readEPdi, Meter::read(double*, int)",
    ] {
        assert!(trait_of_so.contains(expected), "{expected}: {trait_of_so}");
    }
}

#[test]
fn a_header_of_cpp_gives_what_c_can_call() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [cpp, _] = build(folder.path()).map(|library| library.display().to_string());
    let header = fixture("meter.hpp").display().to_string();
    let (with_library, text) = source(&[&header, "--library", &cpp]);
    assert!(text.contains("is read as C++, because it does not compile as C"), "{text}");
    for expected in [
        "#[symbol(\"_ZN5tools4halfEi\")]\n    fn half(&self, x: i32) -> i32;",
        "#[symbol(\"_Z3adddd\")]\n    fn add_2(&self, a: f64, b: f64) -> f64;",
        "-> Option<Handle<Meter>>;",
        "fn widen(&self, range: &mut Range, mode: Mode);",
        "fn plain(&self, a: i32, name: &str) -> i32;",
        "// line 11: class Meter\n// line 20: template twice\n",
        "pub const METER_MAX: i32 = 4;",
    ] {
        assert!(with_library.contains(expected), "{expected}: {with_library}");
    }
    let functions_of_class = "\n//\n// _ZN5Meter4readEPdi, Meter::read(double*, int)\n// _ZN5MeterC1Ev, Meter::Meter()\n\
                              // _ZN5MeterC2Ev, Meter::Meter()\n// meter.hpp does not declare it";
    assert!(with_library.contains(functions_of_class), "{with_library}");
    let (alone, _) = source(&[&header, "--target", "i686-unknown-linux-gnu"]);
    assert!(alone.contains("fn plain(") && !alone.contains("fn half("), "{alone}");
    assert!(alone.contains("// A function of C++, whose exported name is unknown;"), "{alone}");
}

/// What is wrong with a header is said, and the rest of it comes out.
#[test]
fn what_cannot_be_imported_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("include.h", "#include \"missing.h\"\nint works(int a);\n");
    write("unknown.h", "unknown_type f(unknown_type x);\nint works(int a);\n");
    write("types.h", "typedef int number;\n#define LIMIT 3\n");
    write("empty.h", "");
    write("syntax.h", "int broken(int;\nint works(int a);\n");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-bridge32"));
        command.arg("import").args(arguments).current_dir(folder.path()).output().expect("it starts")
    };
    for (header, error, remedy) in [
        ("include.h", "'missing.h' file not found", "add the folder of the missing header with -I"),
        (
            "unknown.h",
            "unknown type name 'unknown_type'",
            "add the header that declares the missing type with --include",
        ),
        ("syntax.h", "expected ')'", "add what it waits for with -D, -I or --include"),
    ] {
        let output = run(&[header]);
        let (text, source) = (stderr(&output), String::from_utf8_lossy(&output.stdout).into_owned());
        assert!(output.status.success() && text.contains(error) && text.contains(remedy), "{header}: {text}");
        assert!(source.contains("fn works(&self, a: i32) -> i32;"), "{header}: {source}");
    }
    let assembly = common::repository().join("bridge-runtime/src/dotnet/shim.dll").display().to_string();
    for (arguments, why) in [
        (&["types.h"][..], "types.h declares no function that a trait can have"),
        (&["empty.h"], "empty.h declares no function that a trait can have"),
        (&["."], ". is a folder; name a header in it"),
        (&["missing.h"], "there is no file missing.h"),
        (&["missing.dll"], "there is no file missing.dll"),
        (&["types.h", "--library", &assembly], "is an assembly of .NET, which has classes instead of exports"),
        (&["unknown.h", "--only", "("], "--only is not a regular expression"),
        (&["unknown.h", "--only", "nothing"], "--only matches none of the 1 functions"),
    ] {
        let output = run(arguments);
        assert!(!output.status.success() && stderr(&output).contains(why), "{why}: {}", stderr(&output));
    }
}
