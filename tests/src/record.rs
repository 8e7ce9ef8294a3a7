//! A C++ library whose functions record their arguments.

use bridge32::{Address, Bool32, Bridge, bridge32};

/// The recording library.
#[bridge32(lib = "record", server = "record-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Record {
    /// The arguments of the last call, as text.
    fn seen_last(&self) -> String;

    #[allow(clippy::too_many_arguments, reason = "one of each")]
    fn take_integers(&self, a: i8, b: u8, c: i16, d: u16, e: i32, f: u32, g: i64, h: u64);
    fn take_floats(&self, a: f32, b: f64, c: bool, d: Bool32);
    fn take_references(&self, a: &i32, b: &mut f64);
    fn take_array(&self, values: &[u16], #[len_of(values)] n: i8);
    fn take_buffer(&self, #[out(cap = 4)] buffer: String, #[len_of(buffer)] size: &mut u32);
    fn take_text(&self, utf8: &str, #[wide] wide: &str, #[encoding(latin1)] latin1: &str, none: Option<&str>);
    fn take_structs(&self, by_value: Mixed, by_pointer: &Mixed, several: &[Mixed], #[len_of(several)] n: i32);
    fn take_callback(&self, f: Option<fn(i32) -> i32>, context: Address);
    fn throw_out(&self);
}

/// One of each.
#[derive(Bridge, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Mixed {
    pub small: i8,
    pub large: f64,
    pub pair: [u16; 2],
}
