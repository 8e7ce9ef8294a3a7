//! The compiled managed part of the runtime matches its source.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::fs;
use std::path::Path;
use std::process::Command;

/// Mono's compiler is deterministic, so the files must be identical.
#[test]
fn the_shim_is_built_from_its_source() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bridge-runtime/src/dotnet");
    let made = tempfile::tempdir().unwrap();
    let output = made.path().join("shim.dll");
    let mut command = Command::new("mcs");
    command.args(["-target:library", "-unsafe", "-optimize"]).arg(format!("-out:{}", output.display()));
    let compiled = command.arg(folder.join("shim.cs")).output().unwrap();
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    let is_same = fs::read(output).unwrap() == fs::read(folder.join("shim.dll")).unwrap();
    assert!(is_same, "rebuild it: {command:?}, into {}", folder.display());
}
