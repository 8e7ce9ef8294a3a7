//! The managed half of the runtime is what its source says.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// Mono's compiler makes the same of the same source, byte for byte.
#[test]
fn the_shim_is_built_from_its_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bridge-runtime/src/dotnet");
    let made = tempfile::tempdir().unwrap();
    let output = made.path().join("shim.dll");
    let mut command = Command::new("mcs");
    command.args(["-target:library", "-unsafe", "-optimize"]).arg(format!("-out:{}", output.display()));
    let told = command.arg(folder.join("shim.cs")).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let is_same = fs::read(output).unwrap() == fs::read(folder.join("shim.dll")).unwrap();
    assert!(is_same, "make it anew: {command:?}, into {}", folder.display());
}
