//! Every scalar in every position, and every kind of buffer in every size.

use std::ffi::CStr;

use bridge32::{Bool32, Bridge, bridge32};

/// The library that takes extreme values.
#[bridge32(lib = "extremes", server = "extremes-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Extremes {
    fn echo_i8(&self, value: i8, by: &i8, both: &mut i8, #[out] out: i8, #[out] before: i8) -> i8;
    fn reverse_i8(&self, values: &[i8], #[out(len = values.len())] reversed: Vec<i8>, #[len_of(values)] n: i32) -> i32;
    fn echo_u8(&self, value: u8, by: &u8, both: &mut u8, #[out] out: u8, #[out] before: u8) -> u8;
    fn reverse_u8(&self, values: &[u8], #[out(len = values.len())] reversed: Vec<u8>, #[len_of(values)] n: i32) -> i32;
    fn echo_i16(&self, value: i16, by: &i16, both: &mut i16, #[out] out: i16, #[out] before: i16) -> i16;
    fn reverse_i16(
        &self,
        values: &[i16],
        #[out(len = values.len())] reversed: Vec<i16>,
        #[len_of(values)] n: i32,
    ) -> i32;
    fn echo_u16(&self, value: u16, by: &u16, both: &mut u16, #[out] out: u16, #[out] before: u16) -> u16;
    fn reverse_u16(
        &self,
        values: &[u16],
        #[out(len = values.len())] reversed: Vec<u16>,
        #[len_of(values)] n: i32,
    ) -> i32;
    fn echo_i32(&self, value: i32, by: &i32, both: &mut i32, #[out] out: i32, #[out] before: i32) -> i32;
    fn reverse_i32(
        &self,
        values: &[i32],
        #[out(len = values.len())] reversed: Vec<i32>,
        #[len_of(values)] n: i32,
    ) -> i32;
    fn echo_u32(&self, value: u32, by: &u32, both: &mut u32, #[out] out: u32, #[out] before: u32) -> u32;
    fn reverse_u32(
        &self,
        values: &[u32],
        #[out(len = values.len())] reversed: Vec<u32>,
        #[len_of(values)] n: i32,
    ) -> i32;
    fn echo_i64(&self, value: i64, by: &i64, both: &mut i64, #[out] out: i64, #[out] before: i64) -> i64;
    fn reverse_i64(
        &self,
        values: &[i64],
        #[out(len = values.len())] reversed: Vec<i64>,
        #[len_of(values)] n: i32,
    ) -> i32;
    fn echo_u64(&self, value: u64, by: &u64, both: &mut u64, #[out] out: u64, #[out] before: u64) -> u64;
    fn reverse_u64(
        &self,
        values: &[u64],
        #[out(len = values.len())] reversed: Vec<u64>,
        #[len_of(values)] n: i32,
    ) -> i32;
    fn echo_f32(&self, value: f32, by: &f32, both: &mut f32, #[out] out: f32, #[out] before: f32) -> f32;
    fn reverse_f32(
        &self,
        values: &[f32],
        #[out(len = values.len())] reversed: Vec<f32>,
        #[len_of(values)] n: i32,
    ) -> i32;
    fn echo_f64(&self, value: f64, by: &f64, both: &mut f64, #[out] out: f64, #[out] before: f64) -> f64;
    fn reverse_f64(
        &self,
        values: &[f64],
        #[out(len = values.len())] reversed: Vec<f64>,
        #[len_of(values)] n: i32,
    ) -> i32;
    fn echo_bool(&self, value: bool, by: &bool, both: &mut bool, #[out] out: bool, #[out] before: bool) -> bool;
    fn reverse_bool(
        &self,
        values: &[bool],
        #[out(len = values.len())] reversed: Vec<bool>,
        #[len_of(values)] n: i32,
    ) -> i32;
    fn echo_bool32(
        &self,
        value: Bool32,
        by: &Bool32,
        both: &mut Bool32,
        #[out] out: Bool32,
        #[out] before: Bool32,
    ) -> Bool32;
    fn reverse_bool32(
        &self,
        values: &[Bool32],
        #[out(len = values.len())] reversed: Vec<Bool32>,
        #[len_of(values)] n: i32,
    ) -> i32;

    fn checksum(&self, data: &[u8], #[len_of(data)] n: u32) -> u64;
    fn invert(&self, data: &mut [u8], #[len_of(data)] n: u32);
    fn ramp(&self, #[out(len = n)] data: Vec<u8>, n: u32);
    fn partly(&self, #[out(cap = capacity, len = ret)] data: Vec<u8>, capacity: u32, n: u32) -> u32;
    fn sized(&self, #[out(cap = n + 1)] data: Vec<u8>, #[len_of(data)] size: &mut u32, n: u32);
    #[returns(len = n)]
    #[free_with("release")]
    fn new_ramp(&self, n: u32) -> Vec<u8>;
    fn sum_pairs(&self, pairs: &[Two], #[len_of(pairs)] n: u32) -> i64;
    fn count_pairs(&self, pairs: &mut [Two], #[len_of(pairs)] n: u32);

    fn text_length(&self, text: &str) -> u32;
    #[symbol("text_length")]
    fn latin_length(&self, #[encoding(latin1)] text: &str) -> u32;
    fn wide_text_length(&self, #[wide] text: &str) -> u32;
    fn bytes_of(&self, text: &CStr) -> i32;
    #[symbol("bytes_of")]
    fn bytes_of_some(&self, text: Option<&CStr>) -> i32;
    fn fill_text(&self, #[out(cap = n + 1)] buffer: String, #[len_of(buffer)] capacity: u32, n: u32);
    fn fill_wide(
        &self,
        #[wide]
        #[out(cap = n + 1)]
        buffer: String,
        #[len_of(buffer)] capacity: u32,
        n: u32,
    );
    #[free_with("release")]
    fn new_text(&self, n: u32) -> String;
    fn pass_text(&self, text: &str, receive: fn(text: &str));
    #[symbol("pass_text")]
    fn pass_bytes(&self, text: Option<&CStr>, receive: fn(text: &CStr));
    #[symbol("pass_text")]
    fn pass_optional_bytes(&self, text: Option<&CStr>, receive: fn(text: Option<&CStr>));

    #[abi("cdecl")]
    fn minus_cdecl(&self, a: i32, b: i32) -> i32;
    #[abi("stdcall")]
    fn minus_stdcall(&self, a: i32, b: i32) -> i32;
    #[abi("fastcall")]
    fn minus_fastcall(&self, a: i32, b: i32) -> i32;
    #[abi("thiscall")]
    fn minus_thiscall(&self, a: i32, b: i32) -> i32;
    #[abi("system")]
    fn minus_system(&self, a: i32, b: i32) -> i32;
    #[abi("fastcall")]
    fn mixed_fastcall(&self, a: i8, b: i64, c: f64, d: i32) -> i64;
    #[abi("stdcall")]
    fn mixed_stdcall(&self, a: i8, b: i64, c: f64, d: bool) -> f64;
}

/// Two numbers.
#[derive(Bridge, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Two {
    pub a: i16,
    pub b: i32,
}
