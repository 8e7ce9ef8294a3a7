//! A drop-in library that Visual Studio's tools link, and a C program that they compile.

#![cfg(all(windows, target_env = "msvc"))]

mod common;

use std::env::consts::ARCH;
use std::path::Path;

use common::drop_in::succeed;
use common::{bridge32, repository};

#[test]
fn a_c_program_calls_the_library() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("drop-in-msvc");
    let mut drop_in = bridge32();
    drop_in.current_dir(repository()).args(["drop-in", "-p", "drop-in", "--out"]).arg(&folder);
    succeed(&mut drop_in);

    let mut cl = find_msvc_tools::find(ARCH, "cl.exe").expect("Rust itself needs Visual Studio's tools");
    let source = repository().join("examples/drop-in/programs/voltage.c");
    cl.current_dir(&folder).args(["/nologo", "/W4", "/I."]).arg(source).args(["/Fevoltage.exe", "meter.lib"]);
    succeed(&mut cl);
    let mut program = std::process::Command::new(folder.join("voltage.exe"));
    for transport in ["shared-memory", "pipe"] {
        let printed = succeed(program.env("BRIDGE32_TRANSPORT", transport));
        assert!(printed.starts_with("this program has 64 bits, the library 32\n"), "{printed}");
        assert!(printed.ends_with("2.00 mV\nthe sum of 7 values is 12.25\n"), "{printed}");
    }
}
