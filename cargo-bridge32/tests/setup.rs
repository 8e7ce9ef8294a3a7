//! `setup` checks that programs can be linked and run.

// Other systems have another linker for this target, or none.
#![cfg(target_os = "linux")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{bridge32, has, report_skipped, run};

const LINUX: &str = "i686-unknown-linux-gnu";
const LINKER: &str = "CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_LINKER";

/// Runs `setup` for one target, with these environment variables; returns whether it succeeded, and what it printed.
fn set_up(target: &str, variables: &[(&str, &str)]) -> (bool, String) {
    let (done, _, text) = run(bridge32().args(["setup", "--target", target]).envs(variables.iter().copied()));
    (done, text)
}

#[test]
fn a_linker_that_fails_is_reported() {
    let (done, text) = set_up(LINUX, &[]);
    assert!(done && text.contains("bridge32 is set up for i686-unknown-linux-gnu"), "{text}");
    assert!(text.contains("i686-unknown-linux-gnu: a program was built and run"), "{text}");
    let (done, text) = set_up(LINUX, &[(LINKER, "/bin/false")]);
    assert!(!done && !text.contains("is set up"), "{text}");
    assert!(text.contains("programs for i686-unknown-linux-gnu cannot be linked on this machine"), "{text}");
    assert!(text.contains("linking with `/bin/false` failed"), "{text}");
}

#[test]
fn a_program_that_does_not_run_is_reported() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let linker = folder.path().join("linker");
    // What it links is not a program for this machine, or another one.
    for (made, why) in
        [("printf 'x' > \"$out\"", "cannot start"), ("printf '#!/bin/sh\\necho 16' > \"$out\"", "it printed `16`")]
    {
        let script = format!(
            "#!/bin/sh\nwhile [ $# -gt 0 ]; do [ \"$1\" = -o ] && out=$2; shift; done\n{made}\nchmod +x \"$out\"\n"
        );
        fs::write(&linker, script).expect("a file");
        fs::set_permissions(&linker, fs::Permissions::from_mode(0o755)).expect("permissions");
        let (done, text) = set_up(LINUX, &[(LINKER, linker.to_str().expect("text"))]);
        assert!(!done && !text.contains("is set up"), "{text}");
        assert!(
            text.contains("a program for i686-unknown-linux-gnu was linked, but does not run on this machine"),
            "{text}"
        );
        assert!(text.contains(why), "{text}");
    }
}

#[test]
fn a_windows_program_is_run_if_there_is_wine() {
    const TEST: &str = "setup::a_windows_program_is_run_if_there_is_wine";
    if !has("wine", TEST) || !has("i686-w64-mingw32-gcc", TEST) {
        return;
    }
    let (done, text) = set_up("i686-pc-windows-gnu", &[]);
    assert!(done && text.contains("i686-pc-windows-gnu: a program was built and run"), "{text}");
    // A prefix that is not there is not made without being asked for.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let prefix = folder.path().join("prefix");
    let (done, text) = set_up("i686-pc-windows-gnu", &[("WINEPREFIX", prefix.to_str().expect("text"))]);
    assert!(done && text.contains("a program was built; to run it here, add --wine"), "{text}");
    assert!(!prefix.exists());
}

/// With an `apt-get` of its own, which installs libclang where it is searched.
#[test]
fn what_was_just_installed_is_found() {
    const TEST: &str = "setup::what_was_just_installed_is_found";
    if !has("apt-get", TEST) {
        return;
    }
    if let Err(error) = clang_sys::load() {
        return report_skipped(TEST, &format!("libclang is not installed: {error}"));
    }
    let libclang = clang_sys::get_library().expect("it was loaded").path().to_owned();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (programs, installed) = (folder.path().join("programs"), folder.path().join("installed"));
    for made in [&programs, &installed] {
        fs::create_dir(made).expect("a folder");
    }
    let apt_get = format!(
        "#!/bin/sh\ncase \"$*\" in *--simulate*) ;; *' libclang-dev') ln -s '{}' '{}/libclang.so' ;; *) exit 1 ;; esac\n",
        libclang.display(),
        installed.display()
    );
    for (program, script) in [("apt-get", apt_get.as_str()), ("id", "#!/bin/sh\necho 0\n")] {
        fs::write(programs.join(program), script).expect("a file");
        fs::set_permissions(programs.join(program), fs::Permissions::from_mode(0o755)).expect("permissions");
    }
    let path = std::env::var("PATH").expect("a path");
    let set_up = || {
        let mut setup = bridge32();
        setup.args(["setup", "--target", LINUX, "--with", "import"]).env("LIBCLANG_PATH", &installed);
        run(setup.env("PATH", format!("{}:{path}", programs.display())))
    };
    let (done, _, text) = set_up();
    assert!(done && text.contains("- libclang, to read C headers"), "{text}");
    assert!(text.contains("bridge32 is set up for"), "{text}");
    let (done, _, text) = set_up();
    assert!(done && !text.contains("libclang"), "{text}");
}

/// Wine's programs have sessions of their own, so the terminal's signal does not reach them.
#[test]
fn an_interrupted_setup_leaves_no_programs_of_wine() {
    if Command::new("wine").arg("--version").output().is_err() {
        return report_skipped("setup::an_interrupted_setup_leaves_no_programs_of_wine", "Wine is not installed");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let prefix = folder.path().join("prefix");
    let mut setup = Command::new(env!("CARGO_BIN_EXE_cargo-bridge32"));
    setup.args(["setup", "--target", "i686-pc-windows-gnu", "--wine"]).env("WINEPREFIX", &prefix);
    let mut setup = setup.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    wait_until("Wine runs", || programs_in(&prefix).iter().any(|program| program.contains(r"\services.exe")));
    assert!(Command::new("kill").args(["-INT", &setup.id().to_string()]).status().expect("it starts").success());
    assert!(!setup.wait().expect("it ends").success());
    wait_until("Wine has ended", || programs_in(&prefix).is_empty());
}

/// Returns the command lines of the processes that run in a prefix.
fn programs_in(prefix: &Path) -> Vec<String> {
    let variable = format!("WINEPREFIX={}", prefix.display());
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let program = |process: fs::DirEntry| {
        // A process may have ended in the meantime, and those of other users cannot be read.
        let environment = fs::read(process.path().join("environ")).ok()?;
        let is_there = environment.split(|byte| *byte == 0).any(|found| found == variable.as_bytes());
        let command = fs::read_to_string(process.path().join("cmdline")).ok()?;
        (is_there && !command.starts_with(env!("CARGO_BIN_EXE_cargo-bridge32"))).then_some(command)
    };
    processes.filter_map(program).collect()
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(60), "{what}");
        sleep(Duration::from_millis(50));
    }
}
