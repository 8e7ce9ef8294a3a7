//! The command line of a server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::process::{Command, Output};

use bridge32_tests::pair::{self, Pair};
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

/// Runs a server with these arguments, through the runner of the current pair.
fn run(server: &str, arguments: &[&str]) -> Output {
    let runner = std::env::var("BRIDGE32_RUNNER").unwrap_or_default();
    let path = pair::server(server);
    let mut command = match runner.split_whitespace().collect::<Vec<_>>().split_first() {
        None => Command::new(path),
        Some((program, rest)) => {
            let mut command = Command::new(program);
            command.args(rest).arg(path);
            command
        }
    };
    command.args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

#[test]
fn help_and_version_are_printed() {
    let _watchdog = Watchdog::new("help");
    let help = run("fixture", &["--help"]);
    assert!(help.status.success());
    for part in ["fixture-server32", "`fixture`", "--describe", "--check [LIB]", "--listen NAME", "--library PATH"] {
        assert!(text(&help.stdout).contains(part), "{part} is missing");
    }
    let version = run("fixture", &["--version"]);
    assert!(text(&version.stdout).starts_with("fixture-server32 0.1.0 (bridge32 0.1.0, x86"), "{version:?}");
}

#[test]
fn without_arguments_a_server_prints_its_interface_and_usage() {
    let _watchdog = Watchdog::new("nothing");
    let output = run("store", &[]);
    assert_eq!(output.status.code(), Some(2));
    let text = text(&output.stderr);
    assert!(text.contains("the bridge32 server of the interface Store") && text.contains("Usage:"), "{text}");

    let output = run("store", &["--nonsense"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(self::text(&output.stderr).contains("invalid option '--nonsense'; see --help"), "{output:?}");
}

#[test]
fn describe_prints_rust_and_c() {
    let _watchdog = Watchdog::new("describe");
    let output = run("fixture", &["--describe"]);
    assert!(output.status.success());
    let text = text(&output.stdout);
    for part in [
        "interface Fixture (fingerprint ",
        "library fixture",
        "fn count_small(count: u8, values: &[i16]) -> u32\n    uint32_t count_small(uint8_t count, const int16_t *values);",
        "double dot(const double *x, const double *y, const int32_t *count);",
        "int32_t __stdcall minus_stdcall(int32_t a, int64_t b);",
        "void count(void);",
        "fn halve(value: i32) -> Result where OddNumber = { value: i32 }, Result = Ok(i32) | Err(OddNumber)",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn describe_prints_structs_as_c_has_them() {
    let _watchdog = Watchdog::new("describe structs");
    let described = |server| text(&run(server, &["--describe"]).stdout);
    let fields = described("fields");
    for part in [
        "In C, with the offsets of the fields in a 32-bit (x86) process:\n",
        "  typedef struct {\n    /* 0 */ const uint8_t *data;\n    /* 4 */ int32_t width;\n    /* 8 */ int32_t height;\n  } Image; /* 12 bytes */\n",
        "    /*  0 */ float m[3][4];\n",
        "const char (*names)[5];\n",
        "  typedef union {\n    /* 0 */ uint32_t raw;\n    /* 0 */ float f;\n    /* 0 */ uint8_t bytes[4];\n",
        "[[f32; 4]; 3]",
    ] {
        assert!(fields.contains(part), "{part} is missing in\n{fields}");
    }
    let vocabulary = described("vocabulary");
    for part in ["const Point *place;", "const char *name;"] {
        assert!(vocabulary.contains(part), "{part} is missing in\n{vocabulary}");
    }
    let devices = described("devices");
    assert!(devices.contains("fn open_device(name: &str) -> Handle<Device>\n"), "{devices}");
    let pointers = described("pointers");
    for part in [
        "fn trace(m: &[[f32; 3]; 3]) -> f32\n    float trace(const float m[3][3]);",
        "fn digest(data: &[u8], n: u32, digest: out [u8; 40]) -> i32\n    int32_t digest(const uint8_t *data, uint32_t n, uint8_t digest[40]);",
    ] {
        assert!(pointers.contains(part), "{part} is missing in\n{pointers}");
    }
    let types = described("types");
    assert!(types.contains("fn unit_number(handle: Handle<Unit, i16>) -> i32\n"), "{types}");
}

#[test]
fn check_lists_what_is_missing() {
    let _watchdog = Watchdog::new("check");
    let complete = run("fixture", &["--check"]);
    assert!(complete.status.success(), "{complete:?}");
    let report = text(&complete.stdout);
    assert!(report.contains("32-bit (x86)") && report.contains("missing, and optional: absent"), "{report}");

    let library = pair::library("incomplete");
    let incomplete = run("fixture", &["--check", &library.display().to_string()]);
    assert_eq!(incomplete.status.code(), Some(1));
    let report = text(&incomplete.stdout);
    assert!(report.contains("  missing: echo_i32") && report.contains("  found: echo_i64"), "{report}");

    let wrong = run("fixture", &["--library", &pair::library_64().display().to_string(), "--check"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong.stderr).contains("is a 64-bit (x86_64) library; this server is 32-bit (x86)"), "{wrong:?}");

    let none = run("store", &["--check"]);
    assert!(text(&none.stdout).contains("Store has no native library"), "{none:?}");
}

#[test]
fn check_lists_the_functions_that_free_memory() {
    let _watchdog = Watchdog::new("check of free_with");
    let complete = text(&run("vocabulary", &["--check"]).stdout);
    assert_eq!(complete.matches("  found: give_back\n").count(), 1, "{complete}");
    let library = pair::library("incomplete");
    let report = text(&run("vocabulary", &["--check", &library.display().to_string()]).stdout);
    assert!(report.contains("  found: make_ramp\n") && report.contains("  missing: give_back\n"), "{report}");
}

#[test]
fn check_compares_decorated_names_with_the_interface() {
    skip_on!(Pair::Linux, "compilers for Linux do not decorate the names of functions");
    let _watchdog = Watchdog::new("decorated names");
    let output = run("conventions", &["--check"]);
    let text = text(&output.stdout);
    let contradictions: Vec<_> = text.lines().filter(|line| line.starts_with("  contradiction: ")).collect();
    let [line] = contradictions.as_slice() else { panic!("{text}") };
    assert!(line.contains("`decorated` is declared as C with 4 bytes of arguments"), "{line}");
    assert!(line.ends_with("decorated@8`, which is stdcall with 8 bytes of arguments"), "{line}");
    assert!(!output.status.success());
}
