//! How the project's own crates are put together.
//!
//! `cargo test -p bridge32-structure` lists what is wrong; `BRIDGE32_ROOT` names another checkout to look at.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use bridge32_structure::{Crate, cycles, duplicates, folder_cycles, references};

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

/// `lib.rs` of the runtime lists its modules from the bottom to the top.
#[test]
fn modules_of_the_runtime_use_only_those_above_them_in_the_list() {
    let root = checkout().join("bridge-runtime/src/lib.rs");
    let list = fs::read_to_string(&root).unwrap();
    let list = list.lines().map(|line| line.strip_prefix("pub ").unwrap_or(line));
    let modules: Vec<_> = list.filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    assert!(modules.len() > 10, "{modules:?}");

    let krate = Crate::read(&root).unwrap();
    let layer = |file: usize| {
        let path = krate.files[file].with_extension("");
        let module = path.iter().next()?.to_str()?.to_owned();
        modules.iter().position(|name| *name == module)
    };
    let upward = references(&krate).into_iter().filter(|reference| layer(reference.from) < layer(reference.to));
    let from_module = upward.filter(|reference| layer(reference.from).is_some());
    let list: String = from_module
        .map(|found| {
            let (from, to) = (krate.files[found.from].display(), krate.files[found.to].display());
            format!("  {from}:{} names {} of {to}\n", found.line, found.name)
        })
        .collect();
    assert!(list.is_empty(), "modules that use those below them in `lib.rs`:\n{list}");
}
