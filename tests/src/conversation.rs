//! An interface for recorded conversations, with calls of every kind. Its functions are harmless for all arguments, because fuzzing
//! changes them.

use std::collections::BTreeMap;

use bridge32::{Bool32, Handle, UserData, bridge32};

use crate::vocabulary::{Color, Flags, Packed, Point, Polygon, Rectangle, Thing};

/// The tag of a handle.
#[derive(Debug)]
pub enum Counter {}

/// Part of the vocabulary library.
#[bridge32(lib = "vocabulary", server = "conversation-server32", remote = [Point])]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Conversation {
    fn negate(&self, value: Bool32) -> Bool32;
    fn advance(&self, value: &mut i64, by: &i64);
    fn split(&self, value: f64, #[out] whole: i32, #[out] fraction: f64);

    fn scalar_multiply(&self, a: f64, xin: &[f64], #[len_of(xin)] n: i32, #[out(len = xin.len())] xout: Vec<f64>);
    fn double_all(&self, values: &mut [i16], #[len_of(values)] n: u8);
    fn invert_all(&self, #[len_of(flags)] n: u32, flags: &mut [bool]) -> u32;
    fn read_samples(&self, #[out(cap = 8)] samples: Vec<f32>, #[len_of(samples)] count: &mut u16);
    #[returns(len = 4)]
    fn table(&self) -> Vec<i32>;

    fn upper(&self, text: &str, #[out(cap = 256)] buffer: String, #[len_of(buffer)] capacity: i32);
    fn wide_length(&self, #[wide] text: Option<&str>) -> i32;
    #[encoding(latin1)]
    fn latin_name(&self) -> Option<String>;

    fn midpoint(&self, a: Point, b: Point) -> Point;
    fn grow(&self, rectangle: &mut Rectangle, by: f64);
    fn flip_all(&self, points: &mut [Point], #[len_of(points)] n: i32);
    fn polygon_sum(&self, polygon: Polygon) -> f64;
    fn thing_sum(&self, thing: &Thing) -> f64;
    fn some_thing(&self, #[out] thing: Thing);
    fn repack(&self, packed: &Packed) -> Packed;
    fn next_color(&self, color: Color) -> Color;
    fn toggle(&self, flags: Flags, mask: Flags) -> Flags;

    #[check(ret >= 0)]
    fn checked(&self, code: i32, #[out] value: i32) -> i32;
    #[optional]
    fn absent(&self, value: i32) -> i32;

    fn add_up(
        &self,
        values: &[i32],
        #[len_of(values)] n: i32,
        f: fn(context: UserData, sum: i32, value: i32) -> i32,
        context: UserData,
    ) -> i32;
    fn each_word(&self, visit: fn(word: &str, numbers: &[f64], #[len_of(numbers)] count: u32));
    fn fill_in(&self, fill: fn(#[out] buffer: String, #[len_of(buffer)] size: &mut u32)) -> i32;

    fn open_counter(&self, start: i32) -> Handle<Counter>;
    fn watch_counter(
        &self,
        counter: Handle<Counter>,
        #[registered] f: fn(count: i32, context: UserData) -> i32,
        context: UserData,
    );
    fn count_by(&self, counter: Handle<Counter>, by: i32) -> i32;
    fn count_apart(&self, counter: Handle<Counter>, by: i32) -> i32;
    #[check(ret == 0)]
    fn close_counter(&self, #[closes] counter: Handle<Counter>) -> i32;

    /// A method with a body that changes its arguments.
    fn sort(&self, words: &mut [String], counter: &mut u32) {
        words.sort();
        *counter = counter.wrapping_add(1);
    }

    /// Nested types that serde supports.
    fn tally(&self, words: Vec<Option<String>>) -> BTreeMap<String, u32> {
        words.into_iter().flatten().fold(BTreeMap::new(), |mut tally, word| {
            *tally.entry(word).or_default() += 1;
            tally
        })
    }

    /// Returns an error of the method.
    fn parse(&self, text: &str) -> Result<i32, String> {
        text.parse().map_err(|_| format!("`{text}` is not a number"))
    }

    /// Panics.
    #[allow(clippy::panic, reason = "the panic is the purpose of the method")]
    fn panic(&self, message: &str) {
        panic!("{message}")
    }
}
