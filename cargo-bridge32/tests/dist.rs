//! `dist` ships a program that works in another place, or leaves nothing behind.

// The tool's tests run on Linux, which has compilers for both systems.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{bridge32, compile, has, in_package, run, run_in_wine, write_package};

const MANIFEST: &str = r#"
[package]
name = "meter"
version = "0.1.0"
edition = "2024"
default-run = "meter"

[workspace]

[dependencies]
bridge32 = { path = "BRIDGE32" }
"#;

const LIBRARY: &str = r#"
use bridge32::bridge32;

#[bridge32(lib = "gauge")]
pub trait Gauge {
    fn measure(&self, channel: i32) -> i32;
}
"#;

const PROGRAM: &str = r#"
fn main() -> Result<(), bridge32::Error> {
    let builder = meter::GaugeClient::builder();
    let builder = if std::env::args().len() > 1 { builder.runner(["wine"]) } else { builder };
    println!("{}", builder.launch()?.measure(4)?);
    Ok(())
}
"#;

/// The file with the licences of the crates in the programs.
const CRATES: &str = "third-party-licenses.txt";

/// A package with a library that needs another one, in a folder of the vendor's.
struct Meter {
    folder: tempfile::TempDir,
}

impl Meter {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = [
            ("Cargo.toml", MANIFEST),
            ("src/lib.rs", LIBRARY),
            ("src/main.rs", PROGRAM),
            ("src/bin/gauge-server32.rs", "bridge32::server_main!(meter::GaugeLibrary);"),
            ("LICENSE-MIT", "the licence"),
        ];
        write_package(folder.path(), &files);
        fs::create_dir(folder.path().join("vendor")).expect("a folder");
        Self { folder }
    }

    /// Adds dependencies, each with what its manifest says about its licence, and a file. Their folder is not in the workspace, whose
    /// packages are the user's own.
    fn depends_on(&self, dependencies: &[(&str, &str, &str, &str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut manifest = fs::read_to_string(self.folder.path().join("Cargo.toml")).expect("the manifest");
        for (name, how, licence, file, text) in dependencies {
            let crate_folder = folder.path().join(name);
            let own =
                format!("[package]\nname = \"{name}\"\nversion = \"1.2.3\"\nedition = \"2024\"\n{licence}\n[lib]\n");
            write_package(&crate_folder, &[("Cargo.toml", &own), ("src/lib.rs", ""), (file, text)]);
            let (table, more) = how.split_once('|').expect("a table");
            manifest += &format!("[{table}.{name}]\npath = {:?}\n{more}\n", crate_folder.display().to_string());
        }
        fs::write(self.folder.path().join("Cargo.toml"), manifest).expect("the manifest");
        folder
    }

    /// The licences of the shipped crates.
    fn licences(&self) -> String {
        fs::read_to_string(self.shipped().join(CRATES)).expect("the licences of crates")
    }

    fn vendor(&self) -> PathBuf {
        self.folder.path().join("vendor")
    }

    /// Runs `dist` for `shipped`; returns whether it succeeded, and what it printed.
    fn dist(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = bridge32();
        command.args(["dist", "shipped", "--profile", "dev"]).args(arguments);
        let (done, _, text) = run(in_package(&mut command, self.folder.path()));
        (done, text)
    }

    fn shipped(&self) -> PathBuf {
        self.folder.path().join("shipped")
    }

    /// The names of the shipped files.
    fn names(&self) -> Vec<String> {
        let files = fs::read_dir(self.shipped()).expect("the folder").flatten();
        let mut names: Vec<_> = files.map(|file| file.file_name().into_string().expect("text")).collect();
        names.sort();
        names
    }

    /// Fails unless `dist` refuses these arguments with this reason, and leaves nothing behind.
    #[track_caller]
    fn refuses(&self, arguments: &[&str], reason: &str) {
        let (done, text) = self.dist(arguments);
        assert!(!done && text.contains(reason), "{reason}: {text}");
        let left: Vec<_> =
            fs::read_dir(self.folder.path()).expect("the folder").flatten().map(|entry| entry.file_name()).collect();
        let is_left = left.iter().any(|name| name == "shipped" || name.to_string_lossy().starts_with(".bridge32"));
        assert!(!is_left, "{left:?}");
    }
}

/// Runs the shipped program in another place, without the environment of this one.
fn run_shipped(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let moved = elsewhere.path().join("moved");
    fs::rename(folder, &moved).or_else(|_| copy(folder, &moved)).expect("the folder");
    let mut command = Command::new(moved.join("meter"));
    command.args(arguments).current_dir("/").env_clear();
    for variable in ["PATH", "HOME"] {
        command.envs(std::env::var_os(variable).map(|value| (variable, value)));
    }
    if !arguments.is_empty() {
        let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
        let data = data.or_else(|| Some(std::env::home_dir()?.join(".local/share"))).expect("a home folder");
        let prefix = std::env::var_os("WINEPREFIX").map_or_else(|| data.join("bridge32/wine"), PathBuf::from);
        command.env("WINEPREFIX", prefix).env("WINEDEBUG", "-all");
    }
    // Files, not pipes, which programs of Wine that stay would keep open.
    let [output, errors] = ["output", "errors"].map(|name| elsewhere.path().join(name));
    let file = |path: &Path| fs::File::create(path).expect("a file");
    let status = command.stdout(file(&output)).stderr(file(&errors)).status().expect("it starts");
    let text = |path: &Path| fs::read_to_string(path).expect("text");
    (status.success(), text(&output), text(&errors))
}

/// Copies a folder to another file system.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir(to)?;
    fs::read_dir(from)?.try_for_each(|file| {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name())).map(drop)
    })
}

#[test]
fn a_program_is_shipped_with_what_it_needs_and_nothing_else() {
    let meter = Meter::new();
    let vendor = meter.vendor();
    compile(
        "gcc",
        &vendor,
        "int part(void) { return 10; }",
        "libpart.so",
        &["-m32", "-fPIC", "-Wl,-soname,libpart.so"],
    );
    let source = "int part(void);\nint measure(int channel) { return part() * channel; }";
    compile("gcc", &vendor, source, "libgauge.so", &["-m32", "-fPIC", "libpart.so", "-Wl,-soname,libgauge.so"]);
    fs::write(vendor.join("readme.txt"), "not needed").expect("a file");
    // An empty folder is as good as none.
    fs::create_dir(meter.shipped()).expect("a folder");
    let (done, text) = meter.dist(&["--library", "vendor/libgauge.so"]);
    assert!(done, "{text}");
    assert!(
        text.contains("tried: gauge-server32 starts in the folder, and finds 1 functions in libgauge.so"),
        "{text}"
    );
    assert_eq!(meter.names(), ["LICENSE-MIT", "gauge-server32", "libgauge.so", "libpart.so", "meter", CRATES]);
    let (done, text) = meter.dist(&["--library", "vendor/libgauge.so"]);
    assert!(!done && text.contains("shipped is not empty; delete it, or name another folder"), "{text}");
    let (worked, output, errors) = run_shipped(&meter.shipped(), &[]);
    assert!(worked && output == "40\n", "{output}{errors}");

    // The library is named otherwise than the trait says, lacks the function, or needs another one that is not there.
    fs::rename(vendor.join("libgauge.so"), vendor.join("libother.so")).expect("it is there");
    meter.refuses(&["--library", "vendor/libother.so"], "gauge-server32 fails in the folder that was to be shipped");
    meter.refuses(&[], "name each library that it needs with --library");
    fs::rename(vendor.join("libother.so"), vendor.join("libgauge.so")).expect("it is there");
    fs::remove_file(vendor.join("libpart.so")).expect("it is there");
    meter.refuses(
        &["--library", "vendor/libgauge.so"],
        "needs libpart.so, which is missing; copy it next to the library",
    );
    compile("gcc", &vendor, "int other(void) { return 1; }", "libgauge.so", &["-m32", "-fPIC"]);
    meter.refuses(&["--library", "vendor/libgauge.so"], "measure");
}

#[test]
fn the_licences_of_the_crates_in_the_programs_are_shipped() {
    let meter = Meter::new();
    let free = "Do what you want.  \r\nWith  all of it.\r\n";
    let _crates = meter.depends_on(&[
        ("wheels", "dependencies|", "license = \"Zlib\"", "LICENSE", free),
        ("axles", "dependencies|", "license-file = \"terms.txt\"", "terms.txt", "Do what you want.\nWith  all of it."),
        ("silent", "dependencies|", "", "readme.txt", "nothing"),
        ("brakes", "dependencies|optional = true", "license = \"ISC\"", "COPYING", "Brakes are extra."),
        ("jigs", "build-dependencies|", "license = \"MIT\"", "LICENSE", "For the workshop."),
        ("gauges", "dev-dependencies|", "license = \"MIT\"", "LICENSE", "For the test bench."),
        ("curtains", "target.'cfg(windows)'.dependencies|", "license = \"MIT\"", "LICENSE", "For windows."),
    ]);
    compile("gcc", &meter.vendor(), "int measure(int channel) { return channel; }", "libgauge.so", &["-m32", "-fPIC"]);
    let arguments = ["--library", "vendor/libgauge.so"];
    let (done, text) = meter.dist(&arguments);
    assert!(done, "{text}");
    assert!(text.contains("warning: silent 1.2.3, which is in the programs, does not say its licence"), "{text}");
    assert_eq!(text.matches("does not say its licence").count(), 1, "{text}");
    let licences = meter.licences();
    for expected in [
        "\naxles 1.2.3\n  a licence of its own\n  text ",
        "\nsilent 1.2.3\n  no licence is named\n  its package has no text of a licence\n",
        "\nwheels 1.2.3\n  Zlib\n  text ",
        ", of axles, wheels\n",
        "\nbridge32-runtime 0.1.0\n  MIT OR Apache-2.0\n",
        "\nRust's standard library\n  MIT OR Apache-2.0\n",
        // Of a registry.
        "\nlexopt 0.3",
    ] {
        assert!(licences.contains(expected), "{expected}: {licences}");
    }
    assert_eq!(licences.matches("With  all of it.").count(), 1, "{licences}");
    for absent in ["meter 0.1.0", "brakes", "jigs", "gauges", "curtains", "bridge32-macros", "\nsyn ", "windows-sys"] {
        assert!(!licences.contains(absent), "{absent}: {licences}");
    }

    fs::remove_dir_all(meter.shipped()).expect("it is there");
    let (done, text) = meter.dist(&[&arguments[..], &["--features", "brakes"]].concat());
    assert!(done, "{text}");
    let with_brakes = meter.licences();
    assert!(with_brakes.contains("\nbrakes 1.2.3\n  ISC\n  text "), "{with_brakes}");
    // The rest is the same, but for the numbers of texts.
    let names = |text: &str| -> Vec<String> {
        text.lines()
            .filter(|line| line.ends_with(|c: char| c.is_ascii_digit()) && !line.starts_with(' '))
            .map(String::from)
            .collect()
    };
    let (before, mut after) = (names(&licences), names(&with_brakes));
    after.retain(|name| name != "brakes 1.2.3");
    assert_eq!(before, after);
}

#[test]
fn what_cannot_be_shipped_is_refused_before_anything_is_built() {
    let meter = Meter::new();
    let vendor = meter.vendor();
    let source = "int measure(int channel) { return channel; }";
    compile("gcc", &vendor, source, "libwide.so", &["-m64", "-fPIC"]);
    fs::write(vendor.join("notes.so"), "no library\n").expect("a file");
    meter.refuses(&["--library", "vendor/libmissing.so"], "cannot read vendor/libmissing.so: No such file");
    meter.refuses(&["--library", "vendor"], "it is a folder");
    meter.refuses(&["--library", "vendor/notes.so"], "vendor/notes.so is a text file; name the library itself");
    meter.refuses(&["--library", "vendor/libwide.so"], "is 64-bit (x86_64), and servers are 32-bit");
    meter.refuses(&["--library", "/bin/sh"], "/bin/sh is a program");
    meter.refuses(&["--bin", "gauge-server32"], "it has meter");
    meter.refuses(&["-p", "gauge"], "unknown package `gauge`");
    if has("i686-w64-mingw32-gcc", "dist::what_cannot_be_shipped_is_refused_before_anything_is_built, for Windows") {
        compile("i686-w64-mingw32-gcc", &vendor, source, "gauge.dll", &[]);
        meter.refuses(&["--library", "vendor/gauge.dll"], "use `--target i686-pc-windows-gnu`");
    }
    fs::write(meter.shipped(), "a file").expect("a file");
    let (done, text) = meter.dist(&[]);
    assert!(!done && text.contains("shipped cannot be used; name another folder"), "{text}");
    assert_eq!(fs::read_to_string(meter.shipped()).expect("it is still there"), "a file");
}

#[test]
fn a_program_for_windows_is_shipped_from_linux() {
    const TEST: &str = "dist::a_program_for_windows_is_shipped_from_linux";
    if !has("wine", TEST) || !has("i686-w64-mingw32-gcc", TEST) {
        return;
    }
    let meter = Meter::new();
    let _crates = meter.depends_on(&[
        ("curtains", "target.'cfg(windows)'.dependencies|", "license = \"MIT\"", "LICENSE", "For windows."),
        ("penguins", "target.'cfg(unix)'.dependencies|", "license = \"MIT\"", "LICENSE", "For Linux."),
    ]);
    let source = "__declspec(dllexport) int measure(int channel) { return channel * 3; }";
    compile("i686-w64-mingw32-gcc", &meter.vendor(), source, "gauge.dll", &[]);
    let (done, text) = meter.dist(&["--target", "x86_64-pc-windows-gnu", "--library", "vendor/gauge.dll"]);
    assert!(done, "{text}");
    assert!(text.contains("tried: gauge-server32 starts in the folder, and finds 1 functions in gauge.dll"), "{text}");
    assert!(text.contains("the machine needs nothing else: 64-bit Windows runs 32-bit programs"), "{text}");
    assert_eq!(meter.names(), ["LICENSE-MIT", "gauge-server32.exe", "gauge.dll", "meter.exe", CRATES]);
    let licences = meter.licences();
    assert!(licences.contains("\ncurtains 1.2.3\n") && !licences.contains("penguins"), "{licences}");
    assert_eq!(run_in_wine(&meter.shipped().join("meter.exe")), "12\n");
}

#[test]
fn a_windows_library_is_shipped_with_its_compilers_runtime() {
    const TEST: &str = "dist::a_windows_library_is_shipped_with_its_compilers_runtime";
    if !has("wine", TEST) || !has("i686-w64-mingw32-g++", TEST) {
        return;
    }
    let meter = Meter::new();
    let source = "#include <stdexcept>\nextern \"C\" __declspec(dllexport) int measure(int channel) {\n\
                  try { throw std::runtime_error(\"volts\"); } catch (const std::exception &e) { return channel * 5 + (e.what()[0] == 'v'); } }";
    fs::write(meter.vendor().join("gauge.cpp"), source).expect("a file");
    let mut compiler = Command::new("i686-w64-mingw32-g++");
    compiler.current_dir(meter.vendor()).args(["-shared", "-o", "gauge.dll", "gauge.cpp"]);
    let (compiled, _, errors) = run(&mut compiler);
    assert!(compiled, "{errors}");
    let (done, text) = meter.dist(&["--target", "i686-pc-windows-gnu", "--library", "vendor/gauge.dll"]);
    assert!(done, "{text}");
    assert!(text.contains("finds 1 functions in gauge.dll"), "{text}");
    let names = meter.names();
    let expected = [
        "LICENSE-MIT",
        "bcryptprimitives.dll",
        "gauge-server32.exe",
        "gauge.dll",
        "libgcc_s_dw2-1.dll",
        "libstdc++-6.dll",
        "meter",
        CRATES,
    ];
    // Some builds of the compiler have threads of their own.
    let names: Vec<_> =
        names.iter().filter(|name| *name != "libwinpthread-1.dll" && *name != "libmcfgthread-1.dll").collect();
    assert_eq!(names, expected);
    let (worked, output, errors) = run_shipped(&meter.shipped(), &["wine"]);
    assert!(worked && output == "21\n", "{output}{errors}");
}
