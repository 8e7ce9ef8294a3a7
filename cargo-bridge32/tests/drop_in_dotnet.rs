//! Drop-in libraries of assemblies of .NET, made by the command and used by programs in C and Python.

// Linux makes drop-in libraries for both systems.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use common::drop_in::{System, drop_in_of, python, succeed};
use common::{bridge32, compile as compile_library, in_package, repository, run, this_target_folder};

/// What the C program prints.
const PRINTED: &str = include_str!("drop_in/managed.txt");

/// The methods that are not in the library, in the order of their names, each with the reason.
const LEFT_OUT: [(&str, &str); 4] = [
    ("grow", "`values` is an array by reference, which the method may exchange for another one"),
    ("squares", "`table` is a matrix, for which C has no type"),
    ("sum", "it is not a function of the library"),
    ("transposed", "`x` is a matrix, for which C has no type"),
];

/// The folder with the library for Linux, and what the command has said.
static FOR_LINUX: LazyLock<(PathBuf, String)> = LazyLock::new(|| made(System::Linux));

/// Makes the library of the .NET tests in a folder of this build; returns the folder, and what the command says.
fn made(system: System) -> (PathBuf, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("managed-{system:?}"));
    let said = drop_in_of("bridge32-dotnet-tests", &folder, &["--server", "managed-server32"], system);
    (folder, said)
}

fn for_linux() -> &'static Path {
    &FOR_LINUX.0
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/drop_in").join(name)
}

/// Compiles the C program.
fn compile(folder: &Path, program: &Path, system: System) {
    let mut cc = system.cc();
    cc.args(["-std=gnu89", "-Wall", "-Wextra", "-Werror", "-Wno-long-long", "-o"]).arg(program);
    succeed(cc.arg(source("managed.c")).arg("-I").arg(folder).arg(system.linked(folder, "managed")));
}

/// The functions that the header declares, without those that every drop-in library has.
fn declared(header: &str) -> Vec<&str> {
    let lines = header.lines().filter(|line| line.ends_with(");") && !line.contains(" bridge32_"));
    lines.filter_map(|line| line.split_once('(')?.0.rsplit([' ', '*']).next()).collect()
}

#[test]
fn c_programs_call_managed_methods() {
    let folder = for_linux();
    let program = folder.join("managed.exe");
    compile(folder, &program, System::Linux);
    for transport in ["shared-memory", "pipe"] {
        let mut command = System::Linux.run(&program);
        command.env("LD_LIBRARY_PATH", folder).env("BRIDGE32_TRANSPORT", transport);
        let printed = succeed(&mut command);
        for (printed, expected) in printed.lines().zip(PRINTED.lines()) {
            assert_eq!(printed, expected, "{transport}");
        }
        assert_eq!(printed, PRINTED, "{transport}");
    }
}

#[test]
fn python_calls_managed_methods() {
    let printed = succeed(python().arg(source("managed.py")).arg(for_linux().join("libmanaged.so")));
    let expected = "\
Grüße
None
[3.0, 2.0, 1.0]
[b'two', b'one']
5 b'woof' None
0 Managed: `age`: `age`: the argument `dog` is not an object of this server; it was released, or is another server's
Managed: `throw`: `throw` threw Fixture.Failure: told
";
    assert_eq!(printed, expected);
}

#[test]
fn the_example_is_a_library_for_python() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = drop_in_of("dotnet", folder.path(), &[], System::Linux);
    let left_out = "warning: `multiply_matrices` is not in libdotnet_lib.so: `a` is a matrix, for which C has no type";
    assert!(said.lines().any(|line| line == left_out), "{said}");
    let script = repository().join("examples/dotnet/programs/words.py");
    let printed = succeed(python().arg(script).arg(folder.path().join("libdotnet_lib.so")));
    let expected = "words: 6\nroses: 2\ncommon: is it\n\
                    Dotnet: `divide_integers`: `divide_integers` threw System.DivideByZeroException";
    assert!(printed.starts_with(expected), "{printed}");
}

/// Each method of the interface is in the library, and called by the C program, or it is left out for a reason that is listed.
#[test]
fn every_method_is_exported_or_left_out_for_a_reason() {
    let (folder, said) = &*FOR_LINUX;
    let left_out: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("warning: ")).collect();
    let expected = LEFT_OUT.map(|(method, reason)| format!("`{method}` is not in libmanaged.so: {reason}"));
    assert_eq!(left_out, expected, "{said}");
    assert!(said.contains("note: libmanaged.so needs Mono for 32-bit processes"), "{said}");

    let checked = succeed(Command::new(folder.join("managed32/managed-server32")).arg("--check"));
    let mut listed: Vec<_> =
        checked.lines().filter_map(|line| line.trim().strip_prefix("not in a drop-in library: ")).collect();
    listed.sort_unstable();
    assert_eq!(listed, LEFT_OUT.map(|(method, reason)| format!("{method}: {reason}")), "{checked}");

    let interface = fs::read_to_string(repository().join("tests/dotnet/src/lib.rs")).expect("the interface");
    let (interface, _) = interface.split_once("\n}\n").expect("the end of the trait");
    let methods = interface.lines().filter_map(|line| line.trim().strip_prefix("fn ")?.split_once('('));
    let is_exported = |method: &&str| LEFT_OUT.iter().all(|(left_out, _)| left_out != method);
    let methods = methods.map(|(method, _)| method).filter(is_exported);
    let expected: Vec<_> = methods.map(|method| format!("managed_{method}")).collect();
    let header = fs::read_to_string(folder.join("managed.h")).expect("the header");
    assert_eq!(declared(&header), expected);

    let symbols = succeed(Command::new("nm").args(["-D", "--defined-only"]).arg(folder.join("libmanaged.so")));
    let mut exported: Vec<_> = symbols.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    exported.retain(|name| !name.starts_with("bridge32_"));
    exported.sort_unstable();
    let mut sorted = expected.clone();
    sorted.sort_unstable();
    assert_eq!(exported, sorted);

    let program = fs::read_to_string(source("managed.c")).expect("the program");
    let is_called = |name: &String| program.contains(&format!("{name}(")) || program.contains(&format!("{name},"));
    let uncalled: Vec<_> = expected.iter().filter(|name| !is_called(name)).collect();
    assert!(uncalled.is_empty(), "{uncalled:?}");
}

/// The header is C89 and C++ without a warning, and says what each parameter is.
#[test]
fn the_header_says_what_managed_methods_take() {
    let header = for_linux().join("managed.h");
    for (compiler, language, standard) in [("cc", "c", "-std=c89"), ("c++", "c++", "-std=c++11")] {
        let mut command = Command::new(compiler);
        command.args(["-fsyntax-only", standard, "-pedantic", "-Wall", "-Wextra", "-Werror", "-x", language]);
        succeed(command.arg(&header));
    }
    let header = fs::read_to_string(header).expect("the header");
    for said in [
        "/*\n * class_: in, class_length elements; may be NULL\n * class_length: the number of elements of class_\n \
         * length_: out, the number of elements of what is returned\n * returns: *length_ elements, which the library keeps\n */\n\
         const double *managed_lengths(const char *const *class_, size_t class_length, int32_t length, size_t *length_);\n",
        " * old: out, a pointer to text in UTF-8, which the library keeps\n */\n\
         void managed_rename(const char **name, const char **old);\n",
        "/* returns: an object, which stays in the server until it is freed */\nvoid *managed_dog(void);\n",
        "/* dog: an object; freed by the call */\nvoid managed_release_dog(void *dog);\n",
        " * other: an object; may be NULL\n */\nbool managed_is_same(void *animal, void *other);\n",
        "/* A method of the .NET class library. */\ndouble managed_pow(double x, double y);\n",
    ] {
        assert!(header.contains(said), "{said}\nis not in\n{header}");
    }
}

/// Wine has no .NET; that is what a program finds out. The library has the same functions.
#[test]
fn a_library_for_windows_has_the_same_functions() {
    let (folder, _) = made(System::Windows);
    let header = |folder: &Path| fs::read_to_string(folder.join("managed.h")).expect("the header");
    assert_eq!(header(&folder), header(for_linux()));
    let program = folder.join("managed.exe");
    compile(&folder, &program, System::Windows);
    let printed = succeed(System::Windows.run(&program).arg("then"));
    assert!(printed.starts_with("bool 0 0\n8 bits 0 0\n"), "{printed}");
    assert!(printed.contains("\nthen\n  Managed: `pow`: no .NET was found"), "{printed}");
}

/// Wine could have a .NET that its user has installed, so the library is made.
#[test]
fn a_server_in_wine_needs_a_net_that_wine_does_not_have() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let mut command = bridge32();
    command.args(["drop-in", "-p", "bridge32-dotnet-tests", "--server", "managed-server32"]);
    command.args(["--target", "i686-pc-windows-gnu", "--out"]).arg(&out);
    let command = in_package(&mut command, &repository()).env("CARGO_TARGET_DIR", this_target_folder());
    let (made, _, text) = run(command);
    let warning = "warning: libmanaged.so needs .NET in Wine, which does not have it; \
                   for Mono, use `--target i686-unknown-linux-gnu`\n";
    assert!(made && text.contains(warning), "{text}");
    assert!(out.join("managed32/managed-server32.exe").exists() && out.join("managed32/managed.dll").exists());
}

/// The library and the interface are of one kind.
#[test]
fn a_library_of_another_kind_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    compile_library("cc", folder.path(), "int one(void) { return 1; }", "libmanaged.so", &["-m32", "-fPIC"]);
    let native = folder.path().join("libmanaged.so");
    let assembly = for_linux().join("managed32/managed.dll");
    for (package, server, library, why) in [
        ("bridge32-dotnet-tests", "managed-server32", &native, "libmanaged.so is not an assembly of .NET"),
        ("drop-in", "meter-server32", &assembly, "managed.dll is an assembly of .NET"),
    ] {
        let mut command = bridge32();
        command.args(["drop-in", "-p", package, "--server", server, "--library"]).arg(library).arg("--out");
        command.arg(folder.path().join("out"));
        let command = in_package(&mut command, &repository()).env("CARGO_TARGET_DIR", this_target_folder());
        let (made, _, text) = run(command);
        assert!(!made && text.contains(why), "{why}: {text}");
        assert!(!folder.path().join("out").exists(), "{text}");
    }
}
