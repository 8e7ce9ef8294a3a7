//! Interfaces that do not match their assembly, and files that are not assemblies.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::path::Path;
use std::process::{Command, Output};

use bridge32::{Error, LibraryError};
use bridge32_dotnet_tests::{BrokenClient, ManagedClient, WrongClient};

/// Each missing method, and the methods that its class has instead.
const MISSING: [&str; 12] = [
    "`wrong_class`: no class Fixture.Value; there is `Fixture.Range`, `Fixture.Sides`, `Fixture.Span`, \
     `Fixture.Failure`, `Fixture.Unspeakable`, `Fixture.Wordless`, `Fixture.Values`, ",
    "`wrong_name`: no string Fixture.Overloads.wrong_name(int x); there is `string Kind(Fixture.Sides)`, \
     `string Kind(Fixture.Range)`, `string Kind(int)`, `string Kind(uint)`, `string Kind(long)`, `string Kind(object)`, `string Kind(Fixture.Animal)`",
    "`print`: no void Fixture.Faults.print(string text); there is `void Print(string)`",
    "`wrong_parameter`: no int Fixture.Values.Int32(long x); there is `int Int32(int)`",
    "`wrong_result`: no uint Fixture.Values.Int32(int x); there is `int Int32(int)`",
    "`wrong_direction`: no bool Fixture.References.Divide(int a, int b, int quotient, double exact); there is \
     `static bool Divide(int, int, out int, out double)`",
    "`without_object`: no object to call int Fixture.Demanding.Plus(int x) on, which is not static, and whose class \
     cannot be made without arguments; pass one with `#[this]`",
    "`static_on_object`: no Fixture.Animal Fixture.Animal.Make(string kind); there is \
     `static Fixture.Animal Make(string)`",
    "`wrong_field`: no int Fixture.Members.number; there is `int Number`",
    "`wrong_field_type`: no long Fixture.Members.Number; there is `int Number`",
    "`read_only_field`: no long Fixture.Members.Serial = value; there is `readonly long Serial`",
    "`read_only_property`: no bool Fixture.Members.IsReady = value; there is `bool IsReady { get; }`",
];

/// Runs a server with these arguments.
fn run(server: &str, arguments: &[&str]) -> Output {
    let managed = ManagedClient::launch().unwrap().server_info().path;
    let name = managed.file_name().unwrap().to_string_lossy().replace("managed", server);
    Command::new(managed.with_file_name(name)).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

#[test]
fn a_missing_method_is_reported_with_its_candidates() {
    let error = WrongClient::launch().unwrap_err();
    let Error::Library(LibraryError::MissingMethods { missing, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(missing.len(), MISSING.len(), "{error}");
    for (missing, expected) in missing.iter().zip(MISSING) {
        let text = missing.to_string();
        assert!(text.starts_with(expected), "{text}");
    }
    assert!(
        error.to_string().contains("managed.dll does not have what these methods call:\n  `wrong_class`"),
        "{error}"
    );
}

#[test]
fn check_lists_missing_methods() {
    let wrong = run("wrong", &["--check"]);
    assert_eq!(wrong.status.code(), Some(1));
    let report = text(&wrong.stdout);
    for part in MISSING.iter().copied().chain(["  found: int Fixture.Values.Int32(int x)\n"]) {
        assert!(report.contains(part), "{part} is missing in\n{report}");
    }
    let right = run("managed", &["--check"]);
    assert!(right.status.success(), "{right:?}");
    let report = text(&right.stdout);
    for part in [
        "managed.dll: loaded into a 32-bit (x86) process\n",
        "  found: new Fixture.Demanding(int start)\n",
        "  missing, and optional: int Fixture.Faults.not_there(int x)\n",
    ] {
        assert!(report.contains(part), "{part} is missing in\n{report}");
    }
}

#[test]
fn describe_prints_rust_and_c_sharp() {
    let described = run("managed", &["--describe"]);
    let text = text(&described.stdout);
    for part in [
        "library managed\n",
        "fn divide(a: i32, b: i32, quotient: out i32, exact: out f64) -> bool\n    \
         bool Fixture.References.Divide(int a, int b, out int quotient, out double exact);\n",
        "fn swap(a: &mut i32, b: &mut i32)\n    void Fixture.References.Swap(ref int a, ref int b);\n",
        "short[,] Fixture.Arrays.Transposed(short[,] x);\n",
        "int Fixture.Members.Number;\n",
        "double[] Fixture.Members.Values = values;\n",
        "string Fixture.Animal.Sound();\n",
        "-> Object where Object = (u64)\n    new Fixture.Dog();\n",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn a_constructor_that_throws_fails_the_start() {
    let error = BrokenClient::launch().unwrap_err();
    let Error::Library(LibraryError::Exception { class, message, .. }) = &error else { panic!("{error:?}") };
    assert_eq!((class.as_str(), message.as_str()), ("Fixture.Failure", "it does not start"));
}

#[test]
fn files_that_are_not_assemblies_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let launch = |path: &Path| ManagedClient::builder().library(path).launch().unwrap_err();

    let error = launch(&file("text.dll", b"hello"));
    assert!(matches!(&error, Error::Library(LibraryError::NotAnAssembly { .. })), "{error:?}");
    assert!(error.to_string().ends_with("text.dll is not a .NET assembly: it is a text file"), "{error}");

    // The header of a Windows library without .NET metadata.
    let error = launch(&file("native.dll", &windows_library(false)));
    assert!(matches!(&error, Error::Library(LibraryError::NotAnAssembly { .. })), "{error:?}");
    let error = launch(&file("native64.dll", &windows_library(true)));
    let Error::Library(LibraryError::WrongArchitecture { library, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(library, "64-bit (x86_64)");

    let error = launch(&folder.path().join("nowhere.dll"));
    assert!(matches!(&error, Error::Library(LibraryError::NotFound { .. })), "{error:?}");
}

/// The smallest file that is recognized as a Windows library.
fn windows_library(is_64: bool) -> Vec<u8> {
    let (machine, magic, optional): (u16, u16, u16) = if is_64 { (0x8664, 0x20b, 240) } else { (0x14c, 0x10b, 224) };
    let mut file = vec![0; 1024];
    file[..2].copy_from_slice(b"MZ");
    file[0x3c] = 0x80;
    file[0x80..0x84].copy_from_slice(b"PE\0\0");
    file[0x84..0x86].copy_from_slice(&machine.to_le_bytes());
    file[0x94..0x96].copy_from_slice(&optional.to_le_bytes());
    file[0x96..0x98].copy_from_slice(&0x2102u16.to_le_bytes());
    file[0x98..0x9a].copy_from_slice(&magic.to_le_bytes());
    // The number of data directories at the end of the optional header.
    let tables = 0x98 + usize::from(optional) - 16 * 8 - 4;
    file[tables] = 16;
    file
}
