//! `doctor` on real libraries, and on files that are none.

// The tool's tests run on Linux, which has compilers for both systems.
#![cfg(target_os = "linux")]
#![allow(clippy::panic, reason = "a test that panics has failed, also in its helpers")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use common::{bridge32, compile, compile_file, has, run};

const MINGW: &str = "i686-w64-mingw32-gcc";

/// What `doctor` reports about a file: whether the library can be called, and the report.
fn examine(file: &Path) -> (bool, Value) {
    let (is_fine, stdout, stderr) = run(bridge32().arg("doctor").arg(file).arg("--json"));
    let report = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"));
    // The text says the same, and does not fail either.
    let (is_fine_as_text, text, stderr) = run(bridge32().arg("doctor").arg(file));
    assert!(is_fine == is_fine_as_text && text.contains(file.to_str().expect("text")), "{text}{stderr}");
    (is_fine, report)
}

/// The problems of a report, each with its level.
fn problems(report: &Value) -> Vec<String> {
    let advice = report["advice"].as_array().expect("a list");
    let text = |advice: &Value, key: &str| advice[key].as_str().expect("text").to_owned();
    assert!(advice.iter().all(|advice| !text(advice, "remedy").is_empty()), "{advice:?}");
    advice.iter().map(|advice| format!("{}: {}", text(advice, "level"), text(advice, "problem"))).collect()
}

#[track_caller]
fn assert_problem(report: &Value, expected: &str) {
    let problems = problems(report);
    assert!(problems.iter().any(|problem| problem.contains(expected)), "{expected} is not in {problems:#?}");
}

fn names(report: &Value, list: &str, key: &str) -> Vec<String> {
    let list = report[list].as_array().expect("a list").iter();
    list.filter_map(|entry| entry[key].as_str().map(str::to_owned)).collect()
}

fn dependency<'r>(report: &'r Value, name: &str) -> &'r Value {
    let dependencies = report["dependencies"].as_array().expect("a list");
    dependencies.iter().find(|dependency| dependency["name"] == name).unwrap_or_else(|| panic!("{name}: {report:#}"))
}

#[test]
fn this_machine_can_run_what_its_tests_run() {
    let (is_ready, text, stderr) = run(bridge32().arg("doctor"));
    assert!(is_ready && text.contains("yes  run Linux programs with 32-bit Linux servers"), "{text}{stderr}");
    let (_, json, _) = run(bridge32().args(["doctor", "--json"]));
    let report: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(report["host"], "x86_64-unknown-linux-gnu");
    // Whatever is missing has a command that brings it.
    for ability in report["abilities"].as_array().expect("a list") {
        let is_missing = !ability["missing"].as_array().expect("a list").is_empty();
        assert_eq!(ability["remedy"].is_string(), is_missing, "{ability}");
    }
}

#[test]
fn what_is_missing_has_a_command_that_brings_it() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = bridge32();
    command.args(["doctor", "--json"]).env("XDG_DATA_HOME", home.path()).env_remove("WINEPREFIX");
    let (is_ready, json, stderr) = run(&mut command);
    let report: Value = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}{stderr}"));
    assert!(is_ready, "{report:#}");
    let abilities = report["abilities"].as_array().expect("a list");
    let under_wine = abilities.iter().find(|ability| {
        ability["what"].as_str().is_some_and(|what| what.contains("Linux programs with 32-bit Windows"))
    });
    let under_wine = under_wine.expect("Linux can run them");
    assert!(under_wine["missing"].to_string().contains("a Wine prefix in "), "{under_wine}");
    assert_eq!(under_wine["remedy"], "cargo bridge32 setup --target i686-pc-windows-gnu --wine");
}

/// The libraries that the end-to-end tests call, for both systems: their exports are those that binutils lists.
#[test]
fn the_libraries_of_the_tests_are_read() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/native");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut count = 0;
    for source in fs::read_dir(&sources).expect("the sources").flatten().map(|entry| entry.path()) {
        let name = source.file_stem().expect("a name").to_str().expect("text").to_owned();
        let text = fs::read_to_string(&source).expect("text");
        // Not programs, nor those that need another library to be linked.
        let is_alone = !text.contains("int main(") && name != "dependent" && name != "plug_in";
        if source.extension().is_none_or(|extension| extension != "c") || !is_alone {
            continue;
        }
        count += 1;
        let library = folder.path().join(format!("lib{name}.so"));
        compile_file("gcc", &source, &library, &sources, &["-m32", "-fPIC", "-lm", "-lpthread"]);
        let (is_fine, report) = examine(&library);
        assert!(is_fine && report["bits"] == 32 && report["format"] == "elf", "{report:#}");
        assert_eq!(report["what"], "a 32-bit library (x86) for Linux");
        let (_, listed, _) = run(Command::new("nm").args(["-D", "--defined-only"]).arg(&library));
        for export in names(&report, "exports", "name") {
            assert!(listed.lines().any(|line| line.ends_with(&format!(" {export}"))), "{export}: {listed}");
        }
        let functions =
            listed.lines().filter(|line| line.contains(" T ") && !line.ends_with("_init") && !line.ends_with("_fini"));
        assert!(report["exports"].as_array().expect("a list").len() >= functions.count(), "{report:#} {listed}");
        assert!(names(&report, "dependencies", "state").iter().all(|state| state == "system"), "{report:#}");
    }
    assert!(count > 15, "{count}");
}

#[test]
fn the_windows_libraries_of_the_tests_are_read() {
    if !has(MINGW, "doctor::the_windows_libraries_of_the_tests_are_read") {
        return;
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/native");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["conventions", "fixture", "record", "types", "vocabulary", "messages"] {
        let source = ["c", "cpp"].map(|extension| sources.join(format!("{name}.{extension}")));
        let [source] =
            source.into_iter().filter(|file| file.exists()).collect::<Vec<_>>().try_into().expect("one source");
        let library = folder.path().join(format!("{name}.dll"));
        let compiler = if name == "record" { "i686-w64-mingw32-g++" } else { MINGW };
        compile_file(
            compiler,
            &source,
            &library,
            &sources,
            &["-static", "-Wl,--exclude-libs,ALL", "-luser32", "-lole32"],
        );
        let (is_fine, report) = examine(&library);
        assert!(is_fine && report["bits"] == 32 && report["format"] == "pe", "{report:#}");
        let exports = names(&report, "exports", "name");
        let (_, listed, _) = run(Command::new("i686-w64-mingw32-objdump").arg("-p").arg(&library));
        let listed = listed.split("[Ordinal/Name Pointer] Table").nth(1).expect("the exports").lines();
        let listed: Vec<_> = listed.skip(1).take_while(|line| line.contains('[')).collect();
        assert_eq!(exports.len(), listed.len(), "{exports:?} {listed:?}");
        for (export, line) in exports.iter().zip(&listed) {
            assert!(line.ends_with(&format!(" {export}")), "{export}: {line}");
        }
        assert!(report["compiler"].as_str().expect("known").contains("MinGW"), "{report:#}");
    }
    let (_, report) = examine(&folder.path().join("conventions.dll"));
    let exports = report["exports"].as_array().expect("a list");
    let decorated = exports.iter().find(|export| export["name"] == "decorated@8").expect("it is exported");
    assert_eq!((&decorated["convention"], &decorated["argument_bytes"]), (&"stdcall".into(), &8.into()));
}

#[test]
fn a_missing_library_is_named_until_it_is_there() {
    if !has(MINGW, "doctor::a_missing_library_is_named_until_it_is_there") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (path, parts) = (folder.path(), folder.path().join("parts"));
    fs::create_dir(&parts).expect("a folder");
    let part = "__declspec(dllexport) int part(void) { return 1; }\n";
    compile(MINGW, &parts, &format!("{part}__declspec(dllexport) int extra(void) {{ return 2; }}"), "Part.dll", &[]);
    let source = "int part(void), extra(void);\n__declspec(dllexport) int whole(void) { return part() + extra(); }";
    compile(MINGW, path, source, "whole.dll", &["parts/Part.dll"]);
    let whole = path.join("whole.dll");
    let (is_fine, report) = examine(&whole);
    assert!(!is_fine, "{report:#}");
    assert_problem(&report, "error: Part.dll is missing");
    // Another name in Windows' eyes is the same.
    fs::copy(parts.join("Part.dll"), path.join("PART.DLL")).expect("a copy");
    let (is_fine, report) = examine(&whole);
    assert!(is_fine && dependency(&report, "Part.dll")["state"] == "beside", "{report:#}");
    // An older version lacks a function.
    compile(MINGW, path, part, "PART.DLL", &[]);
    let (is_fine, report) = examine(&whole);
    assert!(!is_fine, "{report:#}");
    assert_problem(&report, "Part.dll does not have the function extra: it is of another version");
    // The library of a library is missing.
    compile(MINGW, &parts, "__declspec(dllexport) int deep(void) { return 3; }", "deep.dll", &[]);
    let source = "int deep(void);\n__declspec(dllexport) int part(void) { return deep(); }\n__declspec(dllexport) int extra(void) { return 2; }";
    compile(MINGW, path, source, "PART.DLL", &["parts/deep.dll"]);
    assert_problem(&examine(&whole).1, "deep.dll is missing, which Part.dll needs");
    let windows_64 = "x86_64-w64-mingw32-gcc";
    if has(windows_64, "doctor::a_missing_library_is_named_until_it_is_there, for 64 bits") {
        compile(windows_64, path, part, "PART.DLL", &[]);
        assert_problem(&examine(&whole).1, "Part.dll is here only in another width");
        let (is_fine, report) = examine(&path.join("PART.DLL"));
        assert!(!is_fine && report["bits"] == 64, "{report:#}");
    }
}

#[test]
fn libraries_of_linux_are_found_and_their_versions_compared() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    let script = path.join("versions");
    fs::write(&script, "PART_1 { global: part; };\nPART_2 { global: extra; } PART_1;\n").expect("a file");
    let part = "int part(void) { return 1; }\n";
    let both = format!("{part}int extra(void) {{ return 2; }}");
    compile(
        "gcc",
        path,
        &both,
        "libpart.so",
        &["-m32", "-fPIC", "-Wl,-soname,libpart.so", "-Wl,--version-script=versions"],
    );
    let source = "int part(void), extra(void);\nint whole(void) { return part() + extra(); }";
    compile("gcc", path, source, "libwhole.so", &["-m32", "-fPIC", "libpart.so"]);
    let whole = path.join("libwhole.so");
    let (is_fine, report) = examine(&whole);
    assert!(is_fine && dependency(&report, "libpart.so")["state"] == "beside", "{report:#}");
    fs::write(&script, "PART_1 { global: part; };\n").expect("a file");
    compile(
        "gcc",
        path,
        part,
        "libpart.so",
        &["-m32", "-fPIC", "-Wl,-soname,libpart.so", "-Wl,--version-script=versions"],
    );
    assert_problem(&examine(&whole).1, "libpart.so is too old here: PART_2 is needed");
    compile("gcc", path, part, "libpart.so", &["-m64", "-fPIC", "-Wl,-soname,libpart.so"]);
    assert_problem(&examine(&whole).1, "libpart.so is here only in another width");
    let (is_fine, report) = examine(&path.join("libpart.so"));
    assert!(!is_fine, "{report:#}");
    assert_problem(&report, "error: it is 64-bit, and a 32-bit server cannot load it");
    fs::remove_file(path.join("libpart.so")).expect("it is there");
    assert_problem(&examine(&whole).1, "error: libpart.so is missing");
    compile("gcc", path, part, "libstack.so", &["-m32", "-fPIC", "-Wl,-z,execstack"]);
    assert_problem(&examine(&path.join("libstack.so")).1, "warning: it asks for an executable stack");
}

#[test]
fn manifests_objects_and_numbers_are_noticed() {
    if !has(MINGW, "doctor::manifests_objects_and_numbers_are_noticed") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    let manifest = r#"<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0"><dependency><dependentAssembly>
        <assemblyIdentity type="win32" name="Vendor.Parts" version="1.2.0.0"/></dependentAssembly></dependency></assembly>"#;
    fs::write(path.join("parts.manifest"), manifest).expect("a file");
    fs::write(path.join("numbers.def"), "EXPORTS\n  DllGetClassObject = make @1\n  by_number @7 NONAME\n")
        .expect("a file");
    let source = "int make(void) { return 0; }\nint by_number(void) { return 7; }";
    for number in [1, 2] {
        fs::write(path.join("m.rc"), format!("{number} 24 \"parts.manifest\"\n")).expect("a file");
        let (compiled, _, errors) =
            run(Command::new("i686-w64-mingw32-windres").current_dir(path).args(["m.rc", "m.o"]));
        assert!(compiled, "{errors}");
        compile(MINGW, path, source, &format!("vendor{number}.dll"), &["m.o", "numbers.def"]);
    }
    let (is_fine, report) = examine(&path.join("vendor1.dll"));
    assert!(is_fine, "{report:#}");
    assert_problem(&report, "warning: its manifest has number 1");
    let (is_fine, report) = examine(&path.join("vendor2.dll"));
    assert!(!is_fine && report["what"] == "a 32-bit library of COM objects (x86) for Windows", "{report:#}");
    assert_problem(&report, "error: the side-by-side assembly Vendor.Parts 1.2.0.0 is missing");
    assert_problem(&report, "note: it creates COM objects");
    assert_problem(&report, "note: 1 of its exports have only a number");
    fs::create_dir(path.join("Vendor.Parts")).expect("a folder");
    fs::write(path.join("Vendor.Parts/Vendor.Parts.manifest"), "<assembly/>").expect("a file");
    assert!(examine(&path.join("vendor2.dll")).0);
}

/// Debian 12 has no package of UPX, so the sections are renamed as UPX does it.
#[test]
fn packed_and_truncated_libraries_are_noticed() {
    if !has(MINGW, "doctor::packed_and_truncated_libraries_are_noticed") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    compile(MINGW, path, "__declspec(dllexport) int one(void) { return 1; }", "plain.dll", &[]);
    let plain = fs::read(path.join("plain.dll")).expect("it was built");
    let mut packed = plain.clone();
    for (name, new) in [(b".text\0\0\0", b"UPX0\0\0\0\0"), (b".data\0\0\0", b"UPX1\0\0\0\0")] {
        let at = packed.windows(8).position(|bytes| bytes == name).expect("the section");
        packed[at..at + 8].copy_from_slice(new);
    }
    fs::write(path.join("packed.dll"), packed).expect("a file");
    let (_, report) = examine(&path.join("packed.dll"));
    assert_eq!(report["packer"], "UPX");
    assert_problem(&report, "warning: it was packed by UPX");
    fs::write(path.join("half.dll"), &plain[..plain.len() / 2]).expect("a file");
    let (is_fine, report) = examine(&path.join("half.dll"));
    assert!(!is_fine, "{report:#}");
    assert_problem(&report, "bytes early");
    fs::write(path.join("head.dll"), &plain[..100]).expect("a file");
    let (is_fine, report) = examine(&path.join("head.dll"));
    assert!(!is_fine && report["what"].as_str().expect("text").contains("damaged"), "{report:#}");
}

#[test]
fn an_assembly_of_dotnet_is_recognized() {
    let assembly = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bridge-runtime/src/dotnet/shim.dll");
    let (is_fine, report) = examine(&assembly);
    assert!(is_fine, "{report:#}");
    assert!(report["dotnet"]["runtime"].as_str().expect("text").starts_with('v'), "{report:#}");
    assert_problem(&report, "note: it is an assembly of .NET");
}

#[test]
fn other_files_are_refused_with_a_remedy() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    for (name, content, what) in [
        ("notes.dll", "not a library\n", "a text file"),
        ("empty.dll", "", "an empty file"),
        ("script.so", "#!/bin/sh\n", "a script"),
        ("import.lib", "!<arch>\n", "a static or import library"),
    ] {
        fs::write(path.join(name), content).expect("a file");
        let (is_fine, report) = examine(&path.join(name));
        assert!(!is_fine && report["what"] == what, "{report:#}");
        assert_problem(&report, "it is not a library that can be called");
    }
    let (is_fine, report) = examine(Path::new("/bin/sh"));
    assert!(!is_fine, "{report:#}");
    assert_problem(&report, "it is a program");
    std::os::unix::fs::symlink(path.join("gone"), path.join("dangling.dll")).expect("a link");
    for (file, why) in [
        (path.to_owned(), "it is a folder; name a library in it"),
        (path.join("dangling.dll"), "No such file"),
        (path.join("missing.dll"), "No such file"),
        ("/dev/zero".into(), "it is a pipe or device"),
    ] {
        let (is_fine, stdout, stderr) = run(bridge32().arg("doctor").arg(&file));
        assert!(!is_fine && stdout.is_empty(), "{stdout}");
        assert!(stderr.contains("cannot read") && stderr.contains(why), "{stderr}");
    }
}
