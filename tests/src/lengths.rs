//! Lengths and conditions that are expressions over what the library writes, or over other arguments.

use bridge32::{Bridge, bridge32};

/// The lengths library.
#[bridge32(lib = "lengths", server = "lengths-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Lengths {
    #[returns(len = n)]
    fn first_bytes(&self, #[out] n: i32) -> Vec<u8>;
    #[symbol("first_bytes")]
    #[returns(len = *n - 1)]
    fn first_bytes_but_one(&self, n: &mut i32) -> Vec<u8>;
    #[check(*n >= 0)]
    #[returns(len = *n)]
    #[symbol("first_bytes")]
    fn checked_bytes(&self, n: &mut i32) -> Vec<u8>;
    #[returns(len = n * i32::from(*step != 0))]
    #[free_with("free_ramp")]
    fn new_ramp(&self, #[out] n: i32, step: &i32) -> Vec<i16>;
    fn ramps(&self) -> i32;

    #[check(ret == 0)]
    fn read_groups(
        &self,
        #[out(cap = channels * 10, len = got * channels)] samples: Vec<i16>,
        #[len_of(samples)] capacity: i32,
        channels: i32,
        groups: i32,
        #[out] got: i32,
    ) -> i32;
    fn get_data(
        &self,
        #[out(cap = 8, len = indicator.clamp(0, capacity))] buffer: Vec<u8>,
        #[len_of(buffer)] capacity: i32,
        length: i32,
        #[out] indicator: i32,
    ) -> i32;
    fn up_to(&self, #[out(len = *n)] values: Vec<i32>, n: &mut i32, last: i32);
    fn utf16(&self, #[out(cap = bytes, len = ret / 2)] text: Vec<u16>, bytes: i32) -> i32;
    fn copy_text(&self, text: &str, #[out(cap = length + 1)] copy: String, #[len_of(text)] length: i32) -> i32;
    #[symbol("copy_text")]
    #[check(copy.len() == length as usize && !copy.starts_with('!'))]
    fn copy_checked(&self, text: &str, #[out(cap = length + 1)] copy: String, #[len_of(text)] length: i32) -> i32;
    #[symbol("up_to")]
    #[check(values.iter().sum::<i32>() < 100 && matches!(*n, 0..=20))]
    fn up_to_checked(&self, #[out(cap = 20)] values: Vec<i32>, #[len_of(values)] n: &mut i32, last: i32);
    fn split_runs(
        &self,
        values: &[i32],
        #[len_of(values)] n: i32,
        #[out] runs: i32,
        #[out(cap = n, len = runs)] starts: Vec<i32>,
    );

    #[check(error == 0)]
    fn root(&self, x: f64, #[out] error: i32) -> f64;
    #[check(values[0] >= values[values.len() - 1] && status != 13)]
    fn sort_down(&self, values: &mut [i32], #[len_of(values)] n: i32, #[out] status: i32);

    fn bubble(&self, #[len(u * v)] a: &mut [f32], u: i32, v: i32);
    fn trace(&self, #[len(u32::from(order) * u32::from(order))] matrix: &[f64], order: u8) -> f64;

    fn ask_text(&self, answer: fn(#[out(cap = *size)] text: String, size: &mut i32) -> i32, size: i32) -> i32;
    fn ask_copy(&self, copy: fn(data: &[u8], #[len_of(data)] n: u16, #[out(cap = n)] to: Vec<u8>) -> i32) -> i32;

    fn get_attribute(&self, a: &mut Attribute, would_be: u32) -> i32;
    #[symbol("get_attribute")]
    fn get_maybe(&self, a: &mut MaybeAttribute, would_be: u32) -> i32;
    fn get_attributes(&self, all: &mut [Attribute], #[len_of(all)] n: i32, would_be: u32);
    fn skip_bytes(&self, a: &mut Attribute, count: u32, left: u32);
    fn point_elsewhere(&self, a: &mut Attribute, n: u32);
    fn fill_label(&self, label: &mut Label, with: u8, count: i32);

    /// The type is named like Rust's `Result`.
    fn next_result(&self, result: status::Result) -> status::Result;
    fn with_result(&self, f: fn(code: i32) -> status::Result) -> status::Result;

    fn join_answers(
        &self,
        answer: fn(i: i32) -> String,
        n: i32,
        #[out(cap = 1 << 16)] joined: String,
        #[len_of(joined)] capacity: i32,
    );
    fn keep_answer(&self, #[registered] answer: fn(i: i32) -> String);
    fn join_kept_answers(&self, n: i32, #[out(cap = 1 << 16)] joined: String, #[len_of(joined)] capacity: i32);
}

/// A pointer to memory of the caller's, and its size, which the library changes to the size that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Attribute {
    pub p: Vec<u8>,
    #[len_of(p)]
    pub n: u32,
}

/// The same, where the memory may be absent, and a size of -1 says that there is no value.
#[derive(Debug, Clone, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct MaybeAttribute {
    pub p: Option<Vec<u8>>,
    #[len_of(p)]
    pub n: u32,
}

/// Statuses, as a C library calls them.
pub mod status {
    use bridge32::Bridge;

    /// A C enum.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
    #[repr(i32)]
    pub enum Result {
        /// Success.
        Good,
        /// Failure.
        Bad,
    }
}

/// Text that the library changes in place.
#[derive(Debug, Clone, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Label {
    pub text: String,
}
