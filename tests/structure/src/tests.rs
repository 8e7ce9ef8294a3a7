//! The analysis, on small crates held in memory.

use std::io;
use std::path::Path;

use crate::{Crate, cycles, duplicates, folder_cycles, references};

fn krate(files: &[(&str, &str)]) -> Crate {
    let read = |path: &Path| {
        let path = path.to_str().unwrap().replace('\\', "/");
        let found = files.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| io::ErrorKind::NotFound.into())
    };
    Crate::read_with(Path::new(files[0].0), &read).unwrap()
}

/// The references of a crate: `from -> to: name`.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let krate = krate(files);
    let file = |index: usize| krate.files[index].to_str().unwrap().replace('\\', "/");
    let mut found: Vec<_> =
        references(&krate).iter().map(|r| format!("{} -> {}: {}", file(r.from), file(r.to), r.name)).collect();
    found.sort();
    found.dedup();
    found
}

/// The references from `a.rs` to `b.rs`, which declares these items.
fn of_a(a: &str) -> Vec<String> {
    let b = "pub struct S; pub struct R { pub f: i32 } pub enum E { V } pub trait T { type A; fn m(&self) {} }
             pub fn f() {} pub fn g() {} pub const C: i32 = 1; pub mod inner { pub fn deep() {} }
             macro_rules! m { () => {} } pub(crate) use m;";
    let found = found(&[("lib.rs", "mod a; mod b; pub use b::S as Renamed;"), ("a.rs", a), ("b.rs", b)]);
    found.into_iter().map(|line| line.strip_prefix("a.rs -> b.rs: ").unwrap().to_owned()).collect()
}

#[test]
fn an_item_is_found_however_it_is_named() {
    for (a, expected) in [
        ("use crate::b::S;", &["S"][..]),
        ("use super::b::{self, E as Other, f};", &["E", "f"]),
        ("use super::b; fn x() { b::f() }", &["f"]),
        ("use crate::b::T as _;", &["T"]),
        ("use super::b::*; fn x() { f(); let _ = C; }", &["C", "f"]),
        ("use super::b::E::*;", &["E"]),
        ("fn x(_: crate::b::S) {}", &["S"]),
        ("fn x() { crate::b::inner::deep() }", &["deep"]),
        ("use super::b::inner; fn x() { inner::deep() }", &["deep"]),
        ("fn x() -> i32 { match 0 { super::b::C => 1, _ => 2 } }", &["C"]),
        ("fn x() { let super::b::R { f: _ } = todo!(); }", &["R"]),
        ("fn x() { let _ = super::b::E::V; }", &["E"]),
        ("fn x<X: super::b::T>(_: X::A) {}", &["T"]),
        ("fn x<X>(_: <X as super::b::T>::A) where X: super::b::T {}", &["T"]),
        ("impl super::b::T for i32 { type A = i32; }", &["T"]),
        ("fn x() { use super::b::f; f() }", &["f"]),
        ("fn x() { use super::b::*; f() }", &["f"]),
        ("fn x() { assert!(matches!(super::b::E::V, super::b::E::V), \"{}\", super::b::f()); }", &["E", "f"]),
        ("use super::b; fn x() { assert_eq!(b::C, 1); }", &["C"]),
        ("use super::b::*; fn x() { vec![f(), g()]; }", &["f", "g"]),
        ("use super::b::m; m!();", &["m"]),
        ("fn x() { super::b::m!() }", &["m"]),
        ("macro_rules! n { () => { crate::b::f() } }", &["f"]),
        ("mod inline { fn x() { super::super::b::f() } }", &["f"]),
        ("use super::Renamed;", &["S"]),
        ("use crate::b as other; fn x() { other::f() }", &["f"]),
    ] {
        assert_eq!(of_a(a), expected, "{a}");
    }
}

#[test]
fn code_that_names_nothing_of_another_file_makes_no_reference() {
    for a in [
        "pub use super::b::S;",
        "pub(crate) use super::b::*;",
        "use super::b;",
        "use std::fmt::Result; use super::b::*; fn x() -> Result { Ok(()) }",
        "/// [`S`](super::b::S)\nstruct Own;",
        "#[cfg(test)] mod tests { use super::super::b::S; }",
        "#[cfg(all(test, unix))] use super::b::S;",
        "#[test] fn x() { super::b::f() }",
        "struct Own; impl Own { #[cfg(test)] fn x() { super::b::f() } }",
        "use super::b::*; fn x(f: i32) -> i32 { let g = f; g }",
        "use super::b::*; fn x() { fn f() {} f() }",
        "use super::b::*; fn f() {} fn x() { f() }",
        "use super::b::*; fn x() { let f = || 1; assert_eq!(f(), 1); }",
        "fn x() { other::f(); ::b::f() }",
        "fn x(o: O) { o.f(); assert!(o.f()); }",
        "fn x() { quote!(crate::b::f()); }",
        "macro_rules! n { () => { $crate::b::f() } }",
        "struct Own { f: i32 } use super::b::*; fn x() { Own { f: 1 }.f; }",
    ] {
        assert!(of_a(a).is_empty(), "{a}: {:?}", of_a(a));
    }
}

#[test]
fn a_reference_leads_through_re_exports_to_the_file_that_declares() {
    let files = [
        ("lib.rs", "mod a; mod c; pub use c::*;"),
        ("a.rs", "use crate::S; use crate::c::f; fn x() { crate::g() }"),
        ("c/mod.rs", "mod d; mod e; pub(crate) use d::S; pub use e::*; pub(crate) use self::d::deeper::f;"),
        ("c/d.rs", "pub struct S; pub mod deeper;"),
        ("c/d/deeper.rs", "pub fn f() { super::super::own() }"),
        ("c/e.rs", "pub fn g() -> super::S { todo!() }"),
    ];
    let expected = ["a.rs -> c/d.rs: S", "a.rs -> c/d/deeper.rs: f", "a.rs -> c/e.rs: g", "c/e.rs -> c/d.rs: S"];
    assert_eq!(found(&files), expected);
}

#[test]
fn all_cfg_twins_of_a_module_are_found() {
    let files = [
        ("lib.rs", "mod a; mod sys;"),
        ("a.rs", "use crate::sys::open; fn x() { crate::sys::system::close() }"),
        (
            "sys/mod.rs",
            "#[cfg(unix)] mod unix; #[cfg(windows)] mod windows; #[cfg(unix)] pub use unix::*; #[cfg(windows)] pub use
             windows::*; #[cfg_attr(unix, path = \"one.rs\")] #[cfg_attr(windows, path = \"two.rs\")] pub mod system;",
        ),
        ("sys/unix.rs", "pub fn open() {} struct Handle;"),
        ("sys/windows.rs", "pub fn open() {} struct Handle;"),
        ("sys/one.rs", "pub fn close() {}"),
        ("sys/two.rs", "pub fn close() {}"),
    ];
    let expected = ["sys/one.rs: close", "sys/two.rs: close", "sys/unix.rs: open", "sys/windows.rs: open"];
    assert_eq!(found(&files), expected.map(|to| format!("a.rs -> {to}")));
    assert!(duplicates(&krate(&files)).is_empty());
}

#[test]
fn only_the_members_of_a_cycle_are_reported() {
    let krate = krate(&[
        ("lib.rs", "mod a; mod b; mod c; mod before; mod after;"),
        ("before.rs", "use super::a::A; pub struct Before;"),
        ("a.rs", "use super::b::B; pub struct A;"),
        ("b.rs", "use super::c::C; use super::after::After; pub struct B;"),
        ("c.rs", "use super::a::A; pub struct C;"),
        ("after.rs", "pub struct After;"),
    ]);
    let text: String = cycles(&krate).iter().map(ToString::to_string).collect();
    let expected = "3 members: a.rs, b.rs, c.rs\n    a.rs:1 -> b.rs: B\n    b.rs:1 -> c.rs: C\n    c.rs:1 -> a.rs: A\n";
    assert_eq!(text, expected);
    assert!(folder_cycles(&krate).is_empty(), "no folder is in it");
}

#[test]
fn folders_can_form_a_cycle_although_their_files_do_not() {
    let krate = krate(&[
        ("lib.rs", "mod error; mod process;"),
        ("error.rs", "use crate::process::Status; pub struct Error;"),
        ("process/mod.rs", "mod launch; mod status; pub use status::Status;"),
        ("process/launch.rs", "use crate::error::Error;"),
        ("process/status.rs", "pub struct Status;"),
    ]);
    assert!(cycles(&krate).is_empty());
    let found = folder_cycles(&krate);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].members, [Path::new("error.rs"), Path::new("process")]);
}

#[test]
fn types_that_share_a_name_are_reported_and_cfg_twins_are_not() {
    let krate = krate(&[
        ("lib.rs", "mod a; mod b; #[cfg(feature = \"on\")] mod on; #[cfg(not(feature = \"on\"))] mod off;"),
        ("a.rs", "pub struct Twice; struct Once; #[cfg(test)] struct Tested; type Alias = i32; fn Function() {}"),
        (
            "b.rs",
            "mod inner { trait Twice {} } #[cfg(unix)] enum Alias {} struct Tested; struct Function; trait T { type Once; }",
        ),
        ("on.rs", "struct Twin;"),
        ("off.rs", "struct Twin;"),
    ]);
    let found: String = duplicates(&krate).iter().map(ToString::to_string).collect();
    assert_eq!(found, "Alias: a.rs:1, b.rs:1\nTwice: a.rs:1, b.rs:1\n");
}
