//! `wrap`, from an empty folder to programs in C and Python that call the result.

// Linux makes drop-in libraries for both systems.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{bridge32, compile, compile_file, has, in_package, run};

const PRINTED: &str = "64 bits: 1 + 2 = 3\n-1 0 0: 0.5 1.5 2.5\nclosed 0\nsum 6 of 3\nmodes 1 77\n";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wrap").join(name)
}

/// Wraps the library in a folder; returns whether it succeeded, and what it printed.
fn wrap(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = bridge32();
    command.arg("wrap").args(arguments).args(["--profile", "dev"]);
    let (wrapped, _, text) = run(in_package(&mut command, folder));
    (wrapped, text)
}

/// Builds the library, and the one that it needs, with a compiler; returns the folder in which they are.
fn build(compiler: &str, library: &str, part: &str, arguments: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::copy(fixture("meter.h"), folder.path().join("meter.h")).expect("a file");
    let name = format!("-Wl,-soname,{part}");
    let named = [arguments, &[&name]].concat();
    compile(compiler, folder.path(), "int part_channels(void) { return 3; }", part, &named);
    let arguments = [arguments, &[part]].concat();
    compile_file(compiler, &fixture("meter.c"), &folder.path().join(library), folder.path(), &arguments);
    folder
}

#[test]
fn one_command_makes_a_library_for_c_and_python() {
    let folder = build("gcc", "libmeter.so", "libpart.so", &["-m32", "-fPIC"]);
    let path = folder.path();
    let (wrapped, text) = wrap(path, &["meter.h", "--library", "libmeter.so"]);
    assert!(wrapped, "{text}");
    assert!(text.contains("meter64/libmeter.so is ready; copy the folder meter64 to where it is used"), "{text}");
    assert!(text.contains("note: meter.h declares functions that libmeter.so does not export: meter_reset"), "{text}");
    let interface = path.join("meter-bridge32/src/lib.rs");
    let source = fs::read_to_string(&interface).expect("the trait");
    let guess = "// check: count is taken for the length of values, and read for what is written of it";
    let line = source.lines().position(|line| line.trim() == guess).expect("it is marked") + 1;
    assert!(text.contains(&format!("\n  meter-bridge32/src/lib.rs:{line}: {}\n", &guess[10..])), "{text}");
    // A number that the function changes, and an integer that may have another value than the macros.
    for declared in
        ["#[len(*data_length)] data: &[u8], data_length: &mut i32", "fn meter_exchange(&self, mode: MeterMode)"]
    {
        assert!(source.contains(declared), "{declared}: {source}");
    }

    let made = path.join("meter64");
    let program = path.join("program");
    let mut cc = Command::new("cc");
    cc.arg("-o").arg(&program).arg(fixture("program.c")).arg(format!("-I{}", made.display()));
    let (compiled, _, errors) = run(cc.arg(made.join("libmeter.so")));
    assert!(compiled, "{errors}");
    let (_, printed, errors) = run(Command::new(&program).env("LD_LIBRARY_PATH", &made));
    assert_eq!(printed, PRINTED, "{errors}");
    let (_, printed, errors) = run(Command::new("python3").arg(fixture("program.py")).arg(made.join("libmeter.so")));
    assert_eq!(printed, PRINTED, "{errors}");

    // A correction stays, and is built.
    let corrected = source.replace(&format!("    {guess}\n"), "").replace("a: i32, b: i32", "first: i32, second: i32");
    fs::write(&interface, &corrected).expect("a file");
    let (wrapped, text) = wrap(path, &["meter.h", "--library", "libmeter.so"]);
    assert!(wrapped && text.contains("==> keeping meter-bridge32 as it is"), "{text}");
    assert!(!text.contains("for the length of values"), "{text}");
    assert_eq!(fs::read_to_string(&interface).expect("the trait"), corrected);
    let header = fs::read_to_string(made.join("meter.h")).expect("the header");
    assert!(header.contains("meter_add(int32_t first, int32_t second);"), "{header}");
    let (_, printed, errors) = run(Command::new(&program).env("LD_LIBRARY_PATH", &made));
    assert_eq!(printed, PRINTED, "{errors}");
}

#[test]
fn one_command_makes_a_dll_for_c() {
    const TEST: &str = "wrap::one_command_makes_a_dll_for_c";
    if !has("wine", TEST) || !has("i686-w64-mingw32-gcc", TEST) || !has("x86_64-w64-mingw32-gcc", TEST) {
        return;
    }
    let folder = build("i686-w64-mingw32-gcc", "Meter.dll", "part.dll", &[]);
    let path = folder.path();
    let arguments = ["meter.h", "--library", "Meter.dll", "--target", "x86_64-pc-windows-gnu", "--out", "made"];
    // The other test's package has the default name, in the same target folder.
    let (wrapped, text) = wrap(path, &[&arguments[..], &["--package", "windows-meter"]].concat());
    assert!(wrapped && text.contains("made/Meter.dll is ready"), "{text}");
    let (made, program) = (path.join("made"), path.join("made/program.exe"));
    let mut cc = Command::new("x86_64-w64-mingw32-gcc");
    cc.arg("-o").arg(&program).arg(fixture("program.c")).arg(format!("-I{}", made.display()));
    let (compiled, _, errors) = run(cc.arg(made.join("Meter.lib")));
    assert!(compiled, "{errors}");
    assert_eq!(common::run_in_wine(&program), PRINTED);
}

/// An assembly, which uses another one and through that a native library, and a program in Python.
const SCALE: &str = "
namespace Vendor.Core {
    public class Scale {
        [System.Runtime.InteropServices.DllImport(\"part\")] static extern int part_channels();
        public static double Factor() { return part_channels() - 0.5; }
    }
}";
const SOFTWARE: &str = "
namespace Vendor.Software {
    public enum Unit { Volt = 1, Ampere = 2 }
    public class Meter {
        double last;
        public Meter(string name) { Name = name; }
        public string Name { get; private set; }
        public double Read(Unit unit) { last = (int)unit * Vendor.Core.Scale.Factor(); return last; }
        public double[] History(int count) {
            double[] all = new double[count];
            for (int place = 0; place < count; ++place) { all[place] = last; }
            return all;
        }
        public static int[,] Table() { return new int[2, 2]; }
    }
}";
const SCRIPT: &str = "
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
def function(name, returned, *arguments):
    found = getattr(library, 'vendor_software_' + name)
    found.restype, found.argtypes = returned, arguments
    return found
meter = function('new_meter', ctypes.c_void_p, ctypes.c_char_p)(b'one')
print(function('read', ctypes.c_double, ctypes.c_void_p, ctypes.c_int32)(meter, 2))
count = ctypes.c_size_t()
history = function('history', ctypes.POINTER(ctypes.c_double), ctypes.c_void_p, ctypes.c_int32, ctypes.c_void_p)
print(history(meter, 3, ctypes.byref(count))[: count.value])
print(function('name', ctypes.c_char_p, ctypes.c_void_p)(meter).decode())
";

#[test]
fn one_command_makes_a_library_of_an_assembly() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    for (name, source, uses) in
        [("Vendor.Core", SCALE, None), ("Vendor.Software", SOFTWARE, Some("-r:Vendor.Core.dll"))]
    {
        fs::write(path.join(format!("{name}.cs")), source).expect("a file");
        let mut mcs = Command::new("mcs");
        mcs.current_dir(path).args(["-target:library", &format!("-out:{name}.dll"), &format!("{name}.cs")]).args(uses);
        let (compiled, _, errors) = run(&mut mcs);
        assert!(compiled, "{errors}");
    }
    compile("gcc", path, "int part_channels(void) { return 3; }", "libpart.so", &["-m32", "-fPIC"]);
    let (wrapped, text) = wrap(path, &["--library", "Vendor.Software.dll"]);
    assert!(wrapped && text.contains("Vendor.Software64/libVendor.Software.so is ready"), "{text}");
    for said in [
        "reading Vendor.Software.dll into the package vendor-software-bridge32\n",
        "warning: `table` is not in libVendor.Software.so: it returns a matrix, for which C has no type\n",
        "note: libVendor.Software.so needs Mono for 32-bit processes",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    // Without the package and the folder of the original, in which the other libraries are, too.
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let made = elsewhere.path().join("made");
    fs::rename(path.join("Vendor.Software64"), &made).expect("the folder");
    drop(folder);
    let mut python = Command::new("python3");
    let (_, printed, errors) = run(python.args(["-c", SCRIPT]).arg(made.join("libVendor.Software.so")));
    assert_eq!(printed, "5.0\n[5.0, 5.0, 5.0]\none\n", "{errors}");
}

#[test]
fn what_cannot_be_wrapped_is_refused_and_leaves_nothing() {
    let folder = build("gcc", "libmeter.so", "libpart.so", &["-m32", "-fPIC"]);
    let path = folder.path();
    compile("gcc", path, "int one(void) { return 1; }", "libwide.so", &["-m64", "-fPIC"]);
    fs::create_dir(path.join("out")).expect("a folder");
    fs::copy(fixture("meter.h"), path.join("out/meter.h")).expect("a file");
    compile("gcc", path, "int one(void) { return 1; }", "libother.so", &["-m32", "-fPIC"]);
    fs::write(path.join("wrong.h"), "#include \"missing.h\"\nunknown_type f(void);\n").expect("a file");
    for (arguments, why) in [
        (&["meter.h", "--library", "libwide.so"][..], "libwide.so is 64-bit"),
        (&["meter.h", "--library", "meter.h"], "meter.h is a text file"),
        (&["--library", "libmeter.so"], "libmeter.so needs a header, which says what its functions take"),
        (&["missing.h", "--library", "libmeter.so"], "there is no file missing.h"),
        (&["wrong.h", "--library", "libmeter.so"], "add the folder of the missing header with -I"),
        (&["meter.h", "--library", "libother.so"], "libother.so exports none of the 7 functions of meter.h"),
        (&["meter.h", "--library", "libmeter.so", "--target", "x86_64-pc-windows-gnu"], "is a library for Linux"),
        (
            &["meter.h", "--library", "libmeter.so", "--out", "."],
            "libmeter.so is the original, which the 64-bit library",
        ),
        (&["out/meter.h", "--library", "libmeter.so", "--out", "out"], "meter.h would be replaced"),
    ] {
        let (wrapped, text) = wrap(path, arguments);
        assert!(!wrapped && text.contains(why), "{why}: {text}");
        assert!(!path.join("meter-bridge32").exists() && !path.join("meter64").exists(), "{text}");
        assert_eq!(fs::read(path.join("out/meter.h")).expect("a file"), fs::read(fixture("meter.h")).expect("a file"));
    }
}
