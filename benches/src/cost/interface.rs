//! Writes the source of interfaces of any size, with methods of every kind in turn.

use std::fmt::Write as _;

/// A kind of method.
struct Kind {
    attributes: &'static str,
    /// What follows the method's name.
    signature: &'static str,
    /// The arguments of a call.
    arguments: &'static str,
}

const fn kind(attributes: &'static str, signature: &'static str, arguments: &'static str) -> Kind {
    Kind { attributes, signature, arguments }
}

const KINDS: [Kind; 10] = [
    kind("", "(&self, a: i32, b: i32) -> i32;", "(1, 2)"),
    kind("", "(&self, values: &[f64], #[len_of(values)] n: i32) -> f64;", "(&[1.0])"),
    kind("", "(&self, text: &str) -> String;", "(\"text\")"),
    kind("#[check(ret == 0)]", "(&self, place: i32, #[out] value: f64) -> i32;", "(1)"),
    kind("", "(&self, values: &mut [i16], #[len_of(values)] n: i32);", "(&mut [1])"),
    kind("", "(&self, x: &[f64], #[out(len = x.len())] y: Vec<f64>, #[len_of(x)] n: i32);", "(&[1.0])"),
    kind("", "(&self, point: Point, by: &Point) -> Point;", "(POINT, &POINT)"),
    kind("", "(&self, thing: Option<Handle<Thing>>) -> i32;", "(None)"),
    kind("", "(&self, f: fn(i32) -> i32) -> i32;", "(|x| x)"),
    kind("", "(&self, words: &[String]) -> Result<u32, String> { Ok(words.len() as u32) }", "(&[])"),
];

/// Returns the number and the kind of each method.
fn kinds(methods: usize) -> impl Iterator<Item = (usize, &'static Kind)> {
    KINDS.iter().cycle().take(methods).enumerate()
}

/// Returns an interface with that many methods.
pub(super) fn trait_of(methods: usize) -> String {
    let mut text = "\
        use bridge32::{Bridge, Handle, bridge32};\n\
        #[derive(Debug, Clone, Copy, Bridge)]\n#[repr(C)]\npub struct Point { pub x: f64, pub y: f64 }\n\
        pub const POINT: Point = Point { x: 1.0, y: 2.0 };\n\
        pub enum Thing {}\n\
        #[bridge32(lib = \"cost\")]\npub trait Cost {\n"
        .to_owned();
    for (number, Kind { attributes, signature, .. }) in kinds(methods) {
        // Writing to a string does not fail.
        let _ = writeln!(text, "    /// Does what a library does.\n    {attributes} fn method_{number}{signature}");
    }
    text + "}\n"
}

/// Returns a program that calls each method.
pub(super) fn program(methods: usize) -> String {
    let mut text = trait_of(methods) + "fn main() {\n    let client = CostClient::launch().unwrap();\n";
    for (number, Kind { arguments, .. }) in kinds(methods) {
        let _ = writeln!(text, "    std::hint::black_box(client.method_{number}{arguments}.is_ok());");
    }
    text + "}\n"
}

/// Returns the server's program.
pub(super) fn server(methods: usize) -> String {
    trait_of(methods) + "bridge32::server_main!(CostLibrary);\n"
}
