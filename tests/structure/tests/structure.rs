//! How the project's own crates are put together.
//!
//! `cargo test -p bridge32-structure` lists what is wrong; `BRIDGE32_ROOT` names another checkout to look at.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::fmt::Display;
use std::path::{Path, PathBuf};

use bridge32_structure::{Crate, cycles, duplicates, folder_cycles};

/// The crates, by their root files: those that are made of more than a few files.
const ROOTS: [&str; 5] = [
    "bridge-runtime/src/lib.rs",
    "bridge-macros/src/lib.rs",
    "cargo-bridge32/src/main.rs",
    "benches/src/lib.rs",
    "benches/src/main.rs",
];

fn checkout() -> PathBuf {
    let other = std::env::var_os("BRIDGE32_ROOT").map(PathBuf::from);
    other.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
}

/// What is found in each crate, as a list.
fn find<T: Display>(what: &str, find: impl Fn(&Crate) -> Vec<T>) -> String {
    let mut list = String::new();
    for root in ROOTS {
        let krate = Crate::read(&checkout().join(root)).unwrap_or_else(|error| panic!("{error}"));
        let found = find(&krate);
        println!("{root}: {} files, {what}: {}", krate.files.len(), found.len());
        if !found.is_empty() {
            list += &format!("{root}\n");
        }
        list.extend(found.iter().map(|one| format!("  {one}")));
    }
    list
}

#[test]
fn modules_do_not_depend_on_each_other_in_cycles() {
    let found = find("cycles", cycles);
    assert!(found.is_empty(), "files that depend on each other, and on which items:\n{found}");
}

#[test]
fn folders_do_not_depend_on_each_other_in_cycles() {
    let found = find("cycles of folders", folder_cycles);
    assert!(found.is_empty(), "folders that depend on each other, and on which items:\n{found}");
}

#[test]
fn no_two_types_of_a_crate_share_a_name() {
    let found = find("names of several types", duplicates);
    assert!(found.is_empty(), "names of several types:\n{found}");
}
