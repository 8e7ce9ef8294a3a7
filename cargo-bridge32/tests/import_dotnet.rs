//! `import` and `new` on .NET assemblies: what they write compiles without a warning, and calls the assembly.

// The tool's tests run on Linux, where Mono runs the assemblies.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{bridge32, in_package, repository, run};

/// Compiles an assembly, with its documentation.
fn assembly(folder: &Path, source: &Path, name: &str, kind: &str) -> PathBuf {
    let file = folder.join(name);
    let mut command = Command::new("mcs");
    command.args(["-nologo", "-unsafe", "-platform:x86", "-nowarn:0649,1591", kind]).arg(source);
    command.arg(format!("-out:{}", file.display())).arg(format!("-doc:{}", file.with_extension("xml").display()));
    let (compiled, _, errors) = run(&mut command);
    assert!(compiled, "{errors}");
    file
}

/// Compiles an assembly from a text.
fn assembly_of(folder: &Path, source: &str, name: &str, kind: &str) -> PathBuf {
    let file = folder.join(name).with_extension("cs");
    fs::write(&file, source).expect("a file");
    assembly(folder, &file, name, kind)
}

/// Imports a file; returns whether that succeeded, the trait and what was printed about it.
fn import(file: &Path, arguments: &[&str]) -> (bool, String, String) {
    run(bridge32().arg("import").arg(file).args(arguments))
}

/// What the program of the package checks. Each call runs in the server, in Mono.
const PROGRAM: &str = r#"//! Calls the assembly.

use bridge32::Error;
use meter::{DEVICE_STANDARD, DEVICE_VENDOR, Mode, Options, VendorMeterClient};

fn main() -> Result<(), Error> {
    let client = VendorMeterClient::launch()?;
    let device = client.new_device("x7")?;
    assert_eq!(client.device_serial(&device)?, "x7");
    assert_eq!(client.device_to_string(&device)?, "device x7");
    assert_eq!(client.device_opened()?, 1);
    client.set_device_opened(5)?;
    assert_eq!(client.device_opened()?, 5);

    assert_eq!((DEVICE_STANDARD, Mode::DEFAULT, DEVICE_VENDOR), (Mode::Fast, Mode::Fast, "A \"vendor\"\n"));
    assert_eq!(client.device_mode(&device)?, Mode::Slow);
    client.set_device_mode(&device, Mode::Fast)?;
    assert_eq!(client.device_mode(&device)?, Mode::Fast);
    assert_eq!(client.tools_opposite(Mode::Fast)?, Mode::Slow);
    client.set_device_options(&device, Options::ALL)?;
    assert_eq!(client.device_options(&device)?, Options(-1));

    // A struct is an object.
    let limits = client.new_limits()?;
    client.set_limits_high(&limits, 2.5)?;
    client.set_device_limits(&device, &limits)?;
    assert_eq!(client.limits_width(&client.device_limits(&device)?)?, 2.5);

    // Arrays, `ref` and `out`.
    let (mut values, mut position) = ([0.0; 3], 7);
    assert_eq!(client.device_fill(&device, &mut values, &mut position)?, (3, "V".to_owned()));
    assert_eq!((values, position), ([7.0, 8.0, 9.0], 10));
    let (mut other, mut mode) = (client.new_device_string_mode("b", Mode::Fast)?, Mode::Slow);
    client.device_replace(&device, &mut other, &mut mode)?;
    assert_eq!(mode, Mode::Fast);
    assert!(client.device_is_same(&device, other.cast())?);
    client.set_device_calibration(&device, &[1.5])?;
    assert_eq!(client.device_calibration(&device)?, [1.5]);
    assert_eq!(client.device_join(&device, &["a".into(), "b".into()])?, "a+b");
    assert_eq!(client.tools_sum(&[1.0, 2.0])?, 3.0);
    assert_eq!(client.tools_try_parse("4")?, (true, 4.0));
    assert_eq!(client.device_measure(&device, 1, 2, 3, 4, 5, 6, 7, 8)?, 36);

    // Overloads, indexers, and classes that share a name.
    assert_eq!(client.device_set(&device, 1)?, "int");
    assert_eq!(client.device_set_string(&device, "1")?, "string");
    assert_eq!(client.device_set_double_array(&device, &mut [1.0])?, "doubles");
    assert_eq!(client.device_set_int_bool(&device, 1, true)?, "both");
    client.device_set_item(&device, 2, 10)?;
    assert_eq!((client.device_level(&device)?, client.device_get_item(&device, 1)?), (8, 9));
    assert_eq!(client.legacy_device_version(&client.new_legacy_device()?)?, 1);
    client.meter_object_type(1, 2)?;
    assert_eq!(client.device_info_version(&client.new_device_info()?)?, 3);

    // Objects of derived classes and of interfaces.
    let channel = client.device_get_channel(&device, 3)?;
    assert_eq!(client.i_channel_read(channel.cast(), 2)?, 6.0);
    assert!(client.device_knows(&device, channel.cast())?);
    let fast = client.new_fast_channel(&device)?;
    assert_eq!(client.channel_kind(fast.cast())?, "fast");
    assert_eq!(client.device_year_of(&device, &client.device_calibrated(&device)?)?, 2001);

    let channels = client.device_channels(&device)?;
    assert_eq!((client.channel_array_length(&channels)?, client.device_count(&device, &channels)?), (2, 2));
    assert_eq!(client.channel_kind(&client.channel_array_get(&channels, 1)?)?, "fast");
    let ranges = client.device_ranges(&device)?;
    assert_eq!(client.limits_width(&client.limits_array_get(&ranges, 0)?)?, 2.0);

    client.set_device_last(&device)?;
    client.release_device(device)?;
    assert_eq!(client.device_serial(&client.device_last()?)?, "x7");
    let Err(Error::Exception { class, message, .. }) = client.new_device("") else { panic!("no exception") };
    println!("{class}: {message}");
    Ok(())
}
"#;

#[test]
fn a_package_with_an_assembly_calls_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/Vendor.Meter.cs");
    let library = assembly(path, &source, "Vendor.Meter.dll", "-target:library");
    let (made, _, text) = run(bridge32().args(["new", "meter", "--library"]).arg(&library).current_dir(path));
    assert!(made && text.contains("the server is src/bin/vendor-meter-server32.rs"), "{text}");
    assert!(text.contains("functions: 76 complete, 0 with guesses, 0 with addresses; 16 left out"), "{text}");
    let package = path.join("meter");
    let interface = fs::read_to_string(package.join("src/lib.rs")).expect("the trait");
    for expected in [
        "#[bridge32(dotnet = \"Vendor.Meter.dll\")]\npub trait VendorMeter {",
        "    /// `Device(string serialNumber)`\n    ///\n    /// Opens a device.\n    ///\n    \
         /// - `serial_number`: The number on its back.\n    #[constructor]\n    \
         fn new_device(&self, serial_number: &str) -> Object<Device>;\n",
        "    /// Returns a channel, or `null`.\n    ///\n    /// Returns the channel with this `number`.\n",
        "    #[class(\"Vendor.Meter.Tools\")]\n    #[symbol(\"TryParse\")]\n    \
         fn tools_try_parse(&self, text: &str, #[out] value: f64) -> bool;\n",
        "pub enum Mode {\n    /// Slow and exact.\n    Slow = 1,\n    Fast = 4,\n}\n",
        "pub struct Options(pub i32);\n",
        "const NAME: &'static str = \"Vendor.Meter.Device+Info\";",
        "pub const DEVICE_HUGE: f32 = f32::INFINITY;\n",
        "// System.Collections.Generic.List<int> Device.Numbers()\n// `System.Collections.Generic.List<int>` is generic.\n",
        "// T Device.Convert<T>(T value)\n// It is generic.\n",
        "// void Device.Watch(Callback callback)\n// `Callback` is a delegate, and managed code cannot call the client.\n",
        "// void Device.Rename(ref string name)\n// Text and arrays are not passed by `ref`.\n",
        "// event System.EventHandler Device.Changed\n",
        "// delegate Vendor.Meter.Callback\n",
        "// class Vendor.Meter.Pool<T>\n",
        "// System.DayOfWeek Device.Day()\n// `System.DayOfWeek` is an enum or a struct of another assembly",
    ] {
        assert!(interface.contains(expected), "{expected}: {interface}");
    }
    for hidden in ["// check:", "Hidden", "Secret", "Visible"] {
        assert!(!interface.contains(hidden), "{hidden}: {interface}");
    }

    // The assemblies of the other tests, as modules.
    let mut modules = String::new();
    for (name, source) in
        [("managed", "tests/dotnet/native/managed.cs"), ("dotnet_lib", "examples/dotnet/native/dotnet_lib.cs")]
    {
        let library = assembly(path, &repository().join(source), &format!("{name}.dll"), "-target:library");
        let file = package.join(format!("src/{name}.rs"));
        let (imported, _, text) = import(&library, &["--out", &file.display().to_string()]);
        assert!(imported, "{text}");
        modules += &format!("\npub mod {name};\n");
    }
    fs::write(package.join("src/lib.rs"), interface + &modules).expect("a file");
    fs::write(package.join("src/main.rs"), PROGRAM).expect("a file");
    // The versions that this repository is built with, and its target folder's dependencies.
    fs::copy(repository().join("Cargo.lock"), package.join("Cargo.lock")).expect("a file");
    let mut command = bridge32();
    command.arg("run");
    let (ran, output, text) = run(in_package(&mut command, &package));
    assert!(ran && !text.contains("warning"), "{output}{text}");
    assert_eq!(output, "System.ArgumentException: no number\n", "{text}");
}

#[test]
fn one_class_needs_no_prefix() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = "public static class Sensor { public static double Read() { return 1; } public static int Level; }\n\
                  public enum Größe { ä = 1, ö, Self, self }";
    let library = assembly_of(folder.path(), source, "Sensor.dll", "-target:library");
    let (imported, source, text) = import(&library, &[]);
    assert!(imported, "{text}");
    // The trait does not have the name of the class.
    for expected in [
        "#[bridge32(dotnet = \"Sensor\", class = \"Sensor\")]\npub trait SensorApi {",
        "    #[symbol(\"Read\")]\n    fn read(&self) -> f64;\n",
        "    #[set]\n    #[symbol(\"Level\")]\n    fn set_level(&self, value: i32);\n",
        "pub enum GrE {\n    N = 1,\n    N2 = 2,\n    NSelf = 3,\n    NSelf2 = 4,\n}\n",
    ] {
        assert!(source.contains(expected), "{expected}: {source}");
    }
    assert!(!source.contains("Object"), "{source}");
    let (imported, source, text) = import(&library, &["--only", "Read$"]);
    assert!(imported && source.contains("fn read(") && !source.contains("level"), "{source}{text}");
}

/// What is wrong with an assembly is said.
#[test]
fn an_assembly_that_cannot_be_imported_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path();
    let whole = assembly_of(path, "public class A { public int B() { return 1; } }", "Whole.dll", "-target:library");
    assembly_of(path, "class A { public int B() { return 1; } }", "Hidden.dll", "-target:library");
    assembly_of(path, "public enum A { B } public class C<T> { public T D; }", "Generic.dll", "-target:library");
    assembly_of(path, "public class A { public int B() { return 1; } }", "Part.dll", "-target:module");
    assembly_of(path, "public class A { static void Main() { } }", "Program.exe", "-target:exe");
    let bytes = fs::read(&whole).expect("an assembly");
    let write = |name: &str, bytes: &[u8]| fs::write(path.join(name), bytes).expect("a file");
    write("Short.dll", &bytes[..bytes.len() / 2]);
    write("Shorter.dll", &bytes[..700]);
    let metadata = bytes.windows(4).position(|bytes| bytes == b"BSJB").expect("metadata");
    let mut damaged = bytes.clone();
    let tables = metadata + bytes[metadata..].windows(2).position(|bytes| bytes == b"#~").expect("tables");
    // The offset of the tables, and what they begin with.
    damaged[tables - 7] = 0xff;
    write("Damaged.dll", &damaged);
    let mut other = bytes.clone();
    other[tables + 1] = b'-';
    write("Debug.dll", &other);
    for (file, why) in [
        ("Shorter.dll", "Shorter.dll is damaged: the file ends "),
        ("Short.dll", "Short.dll is damaged: the file ends "),
        ("Damaged.dll", "#~ is not in the file; copy or download it again"),
        ("Debug.dll", "get the original assembly"),
        ("Hidden.dll", "has no public classes"),
        ("Generic.dll", "declares nothing that a trait can have\n  class C<T>: It is generic."),
        ("Part.dll", "it is a part of an assembly (a netmodule); name the assembly"),
        ("Program.exe", "is a program; name the library"),
    ] {
        let (imported, _, text) = import(&path.join(file), &[]);
        assert!(!imported && text.contains(why), "{file}: {why}: {text}");
    }
    let (imported, _, text) = import(&whole, &["--only", "nothing"]);
    assert!(!imported && text.contains("--only matches none of the 2 public members of Whole.dll"), "{text}");

    // Documentation that is damaged, and code of C++/CLI, do not matter to the trait.
    fs::write(whole.with_extension("xml"), "<doc>").expect("a file");
    let header = metadata
        - bytes[..metadata].windows(8).rev().position(|bytes| bytes == [0x48, 0, 0, 0, 2, 0, 5, 0]).expect("a header")
        - 8;
    let mut mixed = bytes.clone();
    // The flags, of which `IL only` is the first.
    mixed[header + 16] &= !1;
    write("Whole.dll", &mixed);
    let (imported, source, text) = import(&whole, &[]);
    assert!(imported && source.contains("fn b("), "{text}");
    assert!(text.contains("Whole.xml is not read"), "{text}");
    assert!(text.contains("Whole.dll contains native code (C++/CLI)"), "{text}");
}
