//! Every type and attribute that an interface of a native library can use.

use std::ffi::CStr;

use bridge32::{Address, Bool32, Bridge, bridge32};

/// The vocabulary library.
#[bridge32(lib = "vocabulary", server = "vocabulary-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Vocabulary {
    fn negate(&self, value: Bool32) -> Bool32;
    fn next_address(&self, address: Address) -> Address;

    fn divide(&self, a: i32, b: i32, #[out] quotient: i32, #[out] remainder: i32) -> i32;
    #[symbol("divide")]
    #[check(ret == 0)]
    fn divide_checked(&self, a: i32, b: i32, #[out] quotient: i32, #[out] remainder: i32) -> i32;
    fn advance(&self, value: &mut i64, by: &i64);
    fn split(&self, value: f64, #[out] whole: i32, #[out] fraction: f64);

    fn scalar_multiply(&self, a: f64, xin: &[f64], #[len_of(xin)] n: i32, #[out(len = xin.len())] xout: Vec<f64>);
    #[symbol("scalar_multiply")]
    fn multiply_mut(&self, a: f64, xin: &mut [f64], #[len_of(xin)] n: i32, #[out(len = xin.len())] xout: Vec<f64>);
    fn double_all(&self, values: &mut [i16], #[len_of(values)] n: u8);
    fn invert_all(&self, #[len_of(flags)] n: u32, flags: &mut [bool]) -> u32;
    fn divisors(
        &self,
        number: u32,
        #[out(cap = 10, len = count)] found: Vec<u32>,
        #[len_of(found)] capacity: i32,
        #[out] count: i32,
    );
    fn squares(&self, #[out(cap = room, len = ret)] values: Vec<i32>, room: i32) -> i32;
    fn read_samples(&self, #[out(cap = 8)] samples: Vec<f32>, #[len_of(samples)] count: &mut u16);
    fn lying_length(&self, #[out(cap = 4)] values: Vec<u8>, #[len_of(values)] count: &mut u32);
    #[returns(len = 4)]
    fn table(&self) -> Vec<i32>;
    #[symbol("no_table")]
    #[returns(len = 4)]
    fn missing_table(&self) -> Vec<i32>;
    fn matrix_multiply(
        &self,
        #[out(len = *rows * *columns)] product: Vec<f64>,
        a: &[f64],
        rows: &i32,
        inner: &i32,
        b: &[f64],
        columns: &i32,
    );

    fn upper(&self, text: &str, #[out(cap = 256)] buffer: String, #[len_of(buffer)] capacity: i32);
    fn length_of_text(&self, text: Option<&str>, #[len_of(text)] n: i16) -> i32;
    #[symbol("length_of_text")]
    fn length_of_bytes(&self, text: &CStr, #[len_of(text)] n: i16) -> i32;
    fn length_of_wide_text(&self, #[wide] text: &str, #[len_of(text)] n: &u32) -> i32;
    fn wide_length(&self, #[wide] text: Option<&str>) -> i32;
    fn wide_reverse(
        &self,
        #[wide] text: &str,
        #[wide]
        #[out(cap = 64)]
        buffer: String,
        #[len_of(buffer)] size: &mut u32,
    );
    #[symbol("wide_reverse")]
    fn wide_reverse_into(
        &self,
        #[wide] text: &str,
        #[wide]
        #[out(cap = *size, len = size)]
        buffer: String,
        size: &mut u32,
    );
    #[wide]
    fn wide_name(&self) -> String;
    fn byte_at(&self, #[encoding(latin1)] text: &str, index: i32) -> u8;
    #[symbol("byte_at")]
    fn ansi_byte_at(&self, #[encoding(ansi)] text: &str, index: i32) -> u8;
    #[encoding(latin1)]
    fn latin_name(&self) -> Option<String>;
    fn utf16_unit_at(&self, #[encoding(utf16)] text: Option<&str>, index: i32) -> i32;
    fn utf16_reverse(
        &self,
        #[encoding(utf16)] text: &str,
        #[len_of(text)] n: i32,
        #[encoding(utf16)]
        #[out(cap = 8)]
        reversed: String,
    );
    #[encoding(utf16)]
    fn utf16_name(&self, kind: i32) -> Option<String>;
    fn utf16_ask(
        &self,
        ask: fn(
            #[encoding(utf16)] line: &str,
            #[out]
            #[encoding(utf16)]
            answer: String,
            #[len_of(answer)] capacity: i32,
        ),
    ) -> i32;
    fn label_units(&self, label: &Label) -> i32;
    fn some_label(&self, #[out] label: Label);
    fn utf16_count(&self, #[encoding(utf16)] words: &[&str]) -> i32;
    fn fill(&self, #[out(cap = capacity)] buffer: String, capacity: i32) -> i32;
    #[free_with("give_back")]
    fn make_text(&self, n: i32) -> String;
    #[returns(len = n)]
    #[free_with("give_back")]
    fn make_ramp(&self, n: i32) -> Vec<f64>;
    fn still_held(&self) -> i32;

    fn midpoint(&self, a: Point, b: Point) -> Point;
    fn area(&self, rectangle: &Rectangle) -> f64;
    fn grow(&self, rectangle: &mut Rectangle, by: f64);
    fn unit_box(&self, #[out] rectangle: Rectangle);
    fn path_length(&self, points: &[Point], #[len_of(points)] n: i32) -> f64;
    fn flip_all(&self, points: &mut [Point], #[len_of(points)] n: i32);
    fn polygon_sum(&self, polygon: Polygon) -> f64;
    fn some_polygon(&self, #[out] polygon: Polygon);
    fn thing_sum(&self, thing: &Thing) -> f64;
    fn some_thing(&self, #[out] thing: Thing);
    fn loose_sum(&self, loose: Loose) -> u64;
    fn repack(&self, packed: &Packed) -> Packed;
    fn packed_size(&self) -> i32;
    fn loose_size(&self) -> i32;

    fn next_color(&self, color: Color) -> Color;
    fn toggle(&self, flags: Flags, mask: Flags) -> Flags;
    #[symbol("toggle")]
    #[check(ret == Flags::NONE)]
    fn compare_flags(&self, flags: Flags, mask: Flags) -> Flags;

    #[check(ret >= 0)]
    fn checked(&self, code: i32, #[out] value: i32) -> i32;
    /// The returned status is also the length of the buffer.
    #[symbol("checked")]
    fn returned_length(&self, code: i32, #[out(cap = 1, len = ret)] values: Vec<i32>) -> i32;
    #[check(ret)]
    #[errno]
    fn fails_with_errno(&self, code: i32) -> bool;
    #[check(ret != 0)]
    #[last_error]
    fn fails_with_last_error(&self, code: i32) -> i32;

    #[global]
    fn level(&self) -> i32;
    #[global]
    #[symbol("level")]
    fn set_level(&self, value: i32);
    #[global]
    fn label(&self) -> String;
    #[global]
    fn unused_pointer(&self) -> Address;

    #[abi("stdcall")]
    fn stdcall_out(&self, a: i32, #[out] b: i32) -> i32;
    #[abi("stdcall")]
    #[free_with("stdcall_free")]
    #[optional]
    fn stdcall_text(&self) -> String;

    /// A method with a body that changes its arguments: sorts the words in the server.
    fn sort(&self, words: &mut [String], counter: &mut u32) {
        words.sort();
        *counter += 1;
    }

    /// Types that derive `Bridge` may be part of other types that serde supports.
    fn center(&self, shapes: Vec<Option<Point>>) -> Option<Point> {
        let mut found = shapes.into_iter().flatten();
        let first = found.next()?;
        Some(found.fold(first, |a, b| self.midpoint(a, b)))
    }
}

/// A point.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
#[bridge(size = 16)]
#[allow(missing_docs)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// Nested, with an array.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Rectangle {
    pub corners: [Point; 2],
    pub layer: u8,
}

/// A pointer to elements, and their number.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Polygon {
    #[len_of(points)]
    pub n: i32,
    pub points: Vec<Point>,
}

/// Pointers to text and to another struct.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Thing {
    pub id: i16,
    pub name: Option<String>,
    pub place: Option<Box<Point>>,
    pub weight: f64,
}

/// A struct with UTF-16, behind a pointer and in itself.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs, reason = "the names describe the fields")]
pub struct Label {
    #[encoding(utf16)]
    pub title: String,
    #[text(cap = 6)]
    #[encoding(utf16)]
    pub name: String,
}

/// Has an alignment that depends on the system: `uint64_t` is aligned to 4 bytes on 32-bit Linux, to 8 on Windows.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Loose {
    pub small: u8,
    pub large: u64,
}

/// Without any padding.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C, packed)]
#[bridge(size = 7)]
#[allow(missing_docs)]
pub struct Packed {
    pub kind: u8,
    pub size: u32,
    pub flags: u16,
}

/// An enum with gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(i32)]
#[allow(missing_docs)]
pub enum Color {
    Red = 1,
    Green,
    Blue = 5,
}

/// A bit set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(transparent)]
pub struct Flags(pub u32);

impl Flags {
    /// No bit.
    pub const NONE: Self = Self(0);
}
