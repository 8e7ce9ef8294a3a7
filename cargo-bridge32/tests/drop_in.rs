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

/// The libraries of the test package whose drop-in libraries are compared with 64-bit builds, each with the file of its interface.
const LIBRARIES: [(&str, &str); 11] = [
    ("vocabulary", "vocabulary"),
    ("callbacks", "callbacks"),
    ("pointers", "pointers"),
    ("fields", "fields"),
    ("lengths", "lengths"),
    ("structs", "structs"),
    ("types", "types"),
    ("devices", "devices"),
    ("extremes", "extremes"),
    ("symbols", "symbols"),
    ("fixture", "interfaces"),
];

/// Each program prints the same with a library of the test package built for 64 bits and with the drop-in library of the 32-bit one.
fn same_output(system: System) {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("drop-in");
    let servers = LIBRARIES.map(|(name, _)| format!("{name}-server32"));
    let servers: Vec<_> = servers.iter().flat_map(|server| ["--server", server]).collect();
    drop_in_of("bridge32-tests", &out, &servers, system);
    // The pointers library is declared together with another one, which its server loads, too.
    let other = system.library("lengths");
    fs::copy(out.join("lengths/lengths32").join(&other), out.join("pointers/pointers32").join(&other)).expect("a file");

    let direct = folder.path().join("direct");
    fs::create_dir(&direct).expect("a folder");
    let mut different = Vec::new();
    for (name, _) in LIBRARIES {
        let native = repository().join("tests/native").join(name).with_extension("c");
        let library = direct.join(system.library(name));
        succeed(system.cc().args(["-shared", "-fPIC", "-w", "-o"]).arg(&library).arg(native).args(["-lm", "-pthread"]));
        let made = out.join(name);
        let program = folder.path().join(format!("{name}.exe"));
        let include = PathBuf::from(format!("-I{}", made.display()));
        compile(&format!("{name}.c"), &program, &[&include, &system.linked(&made, name)], system);
        let outputs = [&direct, &made].map(|folder| {
            let here = folder.join(format!("{name}.exe"));
            fs::copy(&program, &here).expect("a file");
            succeed(system.run(&here).env("LD_LIBRARY_PATH", folder))
        });
        assert!(outputs[0].lines().count() > 1, "{name}: {}", outputs[0]);
        let lines = outputs[0].lines().zip(outputs[1].lines()).filter(|(direct, made)| direct != made);
        different.extend(lines.map(|(direct, made)| format!("{name}: the library has {direct}\n  the drop-in {made}")));
        assert_eq!(outputs[0].lines().count(), outputs[1].lines().count(), "{name}: {}", outputs[1]);
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
    headers_compile(&out, system);
    match system {
        System::Linux => the_vocabulary_says_what_is_exported(&out),
        System::Windows => visual_studios_linker_takes_the_import_library(&out.join("vocabulary")),
    }
}

/// The headers are C89 and C++ without a warning.
fn headers_compile(out: &Path, system: System) {
    let headers = LIBRARIES.map(|(name, _)| out.join(name).join(name).with_extension("h"));
    let (c, cpp) = match system {
        System::Linux => ("cc", "c++"),
        System::Windows => ("x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-g++"),
    };
    for (compiler, language, standard) in [(c, "c", "-std=c89"), (cpp, "c++", "-std=c++11")] {
        let mut command = Command::new(compiler);
        command.args(["-fsyntax-only", standard, "-pedantic", "-Wall", "-Wextra", "-Werror", "-x", language]);
        succeed(command.args(&headers));
    }
    let pointers = fs::read_to_string(&headers[2]).expect("a header");
    for said in [
        " * n: the number of elements of values and places\n",
        " * values: in, n elements; may be NULL\n",
        "/* visit: called during the call only */\n",
        "/* f: kept after the call */\n",
        " * reserved: Address::NULL is passed instead, whatever it is\n",
        " * values: out, a pointer to length elements, which give_back frees\n",
        "/* returns: a struct, which the library keeps */\nconst Place *nearest(int32_t x);\n",
    ] {
        assert!(pointers.contains(said), "{said}\nis not in\n{pointers}");
    }
}

/// With LLVM's linker, whose options and input are those of Visual Studio's.
fn visual_studios_linker_takes_the_import_library(made: &Path) {
    let (source, object, program) = (made.join("linked.c"), made.join("linked.obj"), made.join("linked.exe"));
    let text = "#include \"vocabulary.h\"\n\
        __declspec(dllimport) void ExitProcess(unsigned status);\n\
        void start(void) { int32_t q, r; divide(85, 2, &q, &r); ExitProcess(q); }\n";
    fs::write(&source, text).expect("a file");
    succeed(System::Windows.cc().args(["-c", "-o"]).arg(&object).arg(&source));
    let mut link = Command::new("lld-link");
    link.args(["/nologo", "/nodefaultlib", "/subsystem:console", "/entry:start"]);
    link.arg(format!("/out:{}", program.display())).arg(&object).arg(made.join("vocabulary.lib"));
    let kernel32 = succeed(System::Windows.cc().arg("-print-file-name=libkernel32.a"));
    succeed(link.arg(kernel32.trim()));
    let status = System::Windows.run(&program).status().expect("it starts");
    assert_eq!(status.code(), Some(42));
}

/// The last column of `docs/vocabulary.md` says whether the method is exported; a program calls each one that is.
fn the_vocabulary_says_what_is_exported(out: &Path) {
    let plain = |text: &str| text.split_whitespace().collect::<String>().replace(",)", ")");
    let interfaces = LIBRARIES.map(|(name, file)| {
        let read = |path: PathBuf| fs::read_to_string(path).expect("a source file");
        let interface = plain(&read(repository().join("tests/src").join(file).with_extension("rs")));
        let program = read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drop_in").join(name).with_extension("c"));
        let mut check = Command::new(out.join(name).join(format!("{name}32/{name}-server32")));
        let checked = succeed(check.arg("--check"));
        let left_out = checked.lines().filter_map(|line| line.trim().strip_prefix("not in a drop-in library: "));
        let left_out = left_out.filter_map(|line| Some(line.split_once(": ")?.0.to_owned())).collect::<Vec<_>>();
        (interface, left_out, program)
    });
    let page = fs::read_to_string(repository().join("docs/vocabulary.md")).expect("the page");
    let (mut wrong, mut exported) = (Vec::new(), 0);
    for row in page.lines().filter(|row| row.starts_with("| ")) {
        let cells: Vec<_> = row.trim_matches(['|', ' ']).split(" | ").collect();
        let [_, declaration, .., said @ ("yes" | "no" | "-")] = cells.as_slice() else { continue };
        let declaration = declaration.trim_matches('`');
        let after = |word: &str, end: char| Some(declaration.split_once(word)?.1.split_once(end)?.0);
        let name = after("fn ", '(').filter(|name| !name.contains('<'));
        let interface = interfaces.iter().find(|(interface, ..)| interface.contains(&plain(declaration)));
        let expected = match (name, interface) {
            (Some(name), Some((_, left_out, _))) if left_out.iter().any(|other| other == name) => "no",
            (Some(name), Some((.., program))) if !declaration.contains("#[optional]") => {
                let function = after("#[symbol(\"", '"').unwrap_or(name);
                if !program.contains(&format!("{function}(")) {
                    wrong.push(format!("no program calls `{function}`"));
                }
                "yes"
            }
            _ => "-",
        };
        exported += usize::from(expected == "yes");
        if *said != expected {
            wrong.push(format!("`{declaration}` has `{said}`, and is `{expected}`"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(exported > 100, "{exported} rows were found");
}

#[test]
fn programs_for_linux_see_what_a_64_bit_library_shows() {
    same_output(System::Linux);
}

#[test]
fn programs_for_windows_see_what_a_64_bit_library_shows() {
    same_output(System::Windows);
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
    #[optional]
    fn absent(&self) -> i32;
    #[cfg(windows)]
    #[abi("stdcall")]
    fn difference(&self, a: i32, b: i32) -> i32;
    #[cfg(windows)]
    #[ordinal(42)]
    fn unnamed(&self, value: i32) -> i32;
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
EXPORT int undeclared(void) { return 0; }
#ifdef _WIN32
int __stdcall difference(int a, int b) { return a - b; }
int unnamed(int value) { return 3 * value; }
#endif
"#;

/// The names and numbers of the library's exports on Windows; the second to last is as MSVC has it.
const DEFINITIONS: &str = r#"
EXPORTS
    close @5
    connect @2
    "_difference@8" = "difference@8" @11
    unnamed @42 NONAME
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
        cc.args(["-shared", "-fPIC", "-fno-builtin", "-o"]).arg(&original).arg(package.join("doors.c"));
        if system == System::Windows {
            fs::write(package.join("doors.def"), DEFINITIONS).expect("a file");
            cc.arg(package.join("doors.def"));
        }
        succeed(&mut cc);
        let made = folder.path().join("made");
        let said = drop_in(&package, &made, &["--library", &original.display().to_string()], system);
        for (name, reason) in [
            ("more", "nothing says how many elements `values` has; add `#[len(…)]`"),
            ("absent", "the original does not export it"),
            ("undeclared", "the interface does not declare it"),
        ] {
            let line = format!("warning: `{name}` is not in {}: {reason}", system.library("doors"));
            assert!(said.lines().any(|said| said == line), "{line}\nis not in\n{said}");
        }
        assert_eq!(said.matches("warning: `").count(), 3, "{said}");
        let host = folder.path().join("host.exe");
        let threads = PathBuf::from(if system == System::Linux { "-pthread" } else { "-mwindows" });
        let console = PathBuf::from(if system == System::Linux { "-ldl" } else { "-mconsole" });
        compile("host.c", &host, &[&threads, &console], system);
        let run = |mode: &str| succeed(system.run(&host).arg(made.join(system.library("doors"))).arg(mode));

        assert_eq!(run("names"), "close 2, connect 42\nno reason: \n");
        let exports = match system {
            System::Linux => "difference no, _difference@8 no, absent no\n",
            System::Windows => "difference 5, _difference@8 5, absent no\nby number: 12 8 5 12, 7 no\n",
        };
        assert_eq!(run("exports"), exports);
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
        // Loaded by a relative path, by a program that then moves to where somebody has put something of the same names.
        let elsewhere = folder.path().join("elsewhere");
        fs::create_dir_all(elsewhere.join("doors32")).expect("a folder");
        for file in
            [system.library("doors"), "doors32/doors-server32".to_owned(), "doors32/doors-server32.exe".to_owned()]
        {
            fs::write(elsewhere.join(file), "something else").expect("a file");
        }
        let mut moved = system.run(&host);
        moved.current_dir(&made).arg(Path::new(".").join(system.library("doors"))).arg("moved").arg(&elsewhere);
        assert_eq!(succeed(&mut moved), "close 2\nno reason: \n");
        fs::remove_file(made.join("doors32").join(system.library("doors"))).expect("the original");
        let missing = run("missing");
        assert!(missing.starts_with("close -77, connect 0, fails -1\nbecause: Doors: `fails`: "), "{missing}");
        assert!(missing.contains("doors"), "it names the library: {missing}");
        fs::remove_dir_all(made.join("doors32")).expect("the folder");
        let missing = run("missing");
        assert!(missing.contains("doors-server32"), "it names the server: {missing}");
    }
}
