//! bridge32 adds only a few crates to a program.

// A Windows program under Wine cannot run Linux's cargo, and Windows has fewer dependencies than Linux.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::collections::BTreeSet;
use std::process::Command;

/// The most crates that a program with a dependency on bridge32 may have because of it, bridge32's own three included.
const LIMIT: usize = 32;

#[test]
fn bridge32_has_few_dependencies() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = Command::new(cargo)
        .args(["tree", "--locked", "--package", "bridge32", "--edges", "normal"])
        // Otherwise, a repeated crate would be listed twice, the second time with a mark.
        .args(["--prefix", "none", "--no-dedupe"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let crates: BTreeSet<_> = tree.lines().collect();
    let list = crates.iter().copied().collect::<Vec<_>>().join("\n");
    assert!(
        crates.iter().any(|line| line.starts_with("bridge32-runtime ")),
        "this is not the dependency tree of bridge32:\n{list}"
    );
    assert!(crates.len() <= LIMIT, "bridge32 has {} crates, and may have {LIMIT}:\n{list}", crates.len());
}
