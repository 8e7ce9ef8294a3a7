//! Interfaces of any size, with methods of every kind in turn.

use std::fmt::Write as _;

/// A kind of method: how it is declared after its name, and how it is called.
const KINDS: [(&str, &str, &str); 10] = [
    ("", "(&self, a: i32, b: i32) -> i32;", "(1, 2)"),
    ("", "(&self, values: &[f64], #[len_of(values)] n: i32) -> f64;", "(&[1.0])"),
    ("", "(&self, text: &str) -> String;", "(\"text\")"),
    ("#[check(ret == 0)]", "(&self, place: i32, #[out] value: f64) -> i32;", "(1)"),
    ("", "(&self, values: &mut [i16], #[len_of(values)] n: i32);", "(&mut [1])"),
    ("", "(&self, x: &[f64], #[out(len = x.len())] y: Vec<f64>, #[len_of(x)] n: i32);", "(&[1.0])"),
    ("", "(&self, point: Point, by: &Point) -> Point;", "(POINT, &POINT)"),
    ("", "(&self, thing: Option<Handle<Thing>>) -> i32;", "(None)"),
    ("", "(&self, f: fn(i32) -> i32) -> i32;", "(|x| x)"),
    ("", "(&self, words: &[String]) -> Result<u32, String> { Ok(words.len() as u32) }", "(&[])"),
];

/// The kind of each method.
fn kinds(methods: usize) -> impl Iterator<Item = (usize, &'static (&'static str, &'static str, &'static str))> {
    KINDS.iter().cycle().take(methods).enumerate()
}

/// An interface with so many methods.
pub(super) fn trait_of(methods: usize) -> String {
    let mut text = "\
        use bridge32::{Bridge, Handle, bridge32};\n\
        #[derive(Debug, Clone, Copy, Bridge)]\n#[repr(C)]\npub struct Point { pub x: f64, pub y: f64 }\n\
        pub const POINT: Point = Point { x: 1.0, y: 2.0 };\n\
        pub enum Thing {}\n\
        #[bridge32(lib = \"cost\")]\npub trait Cost {\n"
        .to_owned();
    for (number, (attributes, signature, _)) in kinds(methods) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "    /// Does what a library does.\n    {attributes} fn method_{number}{signature}");
    }
    text + "}\n"
}

/// A program that calls each of them.
pub(super) fn program(methods: usize) -> String {
    let mut text = trait_of(methods) + "fn main() {\n    let client = CostClient::launch().unwrap();\n";
    for (number, (_, _, arguments)) in kinds(methods) {
        let _ = writeln!(text, "    std::hint::black_box(client.method_{number}{arguments}.is_ok());");
    }
    text + "}\n"
}

/// The server.
pub(super) fn server(methods: usize) -> String {
    trait_of(methods) + "bridge32::server_main!(CostLibrary);\n"
}
