//! Structs whose fields are more than numbers: text, arrays, lengths.

use bitfield_struct::bitfield;
use bridge32::{Address, Bridge, bridge32};

/// The library.
#[bridge32(lib = "fields", server = "fields-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Fields {
    fn card_units(&self, card: &Card) -> i32;
    fn some_card(&self, with: i32) -> Card;
    fn latin_byte(&self, card: &Card, i: i32) -> u8;
    fn skip_title(&self, card: &mut Card, by: i32);

    fn badge_size(&self) -> i32;
    fn badge_units(&self, badge: Badge) -> i32;
    fn turn_badge(&self, badge: &mut Badge);
    fn fill_badge(&self, badge: &mut Badge);

    fn transpose_first(&self, all: &mut Matrices);
    fn name_list_units(&self, list: &NameList) -> i32;

    fn series_sum(&self, series: &Series) -> f32;
    fn invert_image(&self, image: &mut Image) -> i32;
    fn resize_image(&self, image: &mut Image, width: i32, height: i32);
    fn own_image(&self, #[out] image: Image);
    fn sized_is_right(&self, sized: &Sized) -> i32;
    fn shrink_sized(&self, sized: &mut Sized);

    fn make_bits(&self, low: u32, middle: u32, high: u32) -> Bits;
    fn middle_bits(&self, bits: &Bits) -> u32;

    #[abi("gnu")]
    fn number_of(&self, f: f32) -> Number;
    fn number_bits(&self, number: Number) -> u32;
    fn negate_number(&self, number: &mut Number);
    #[abi("gnu")]
    fn wide_of(&self, i: i64) -> Wide64;
    fn wide_double(&self, wide: &Wide64) -> f64;
    #[symbol("wide_of")]
    fn wide_by_msvc(&self, i: i64) -> Wide64;
    fn large_of(&self, first: u8, d: f64) -> Large20;
    fn variant_size(&self) -> i32;
    fn next_variant(&self, variant: Variant) -> Variant;
    fn number_sum(&self, all: &[Number], #[len_of(all)] n: i32) -> f32;
    fn call_number(&self, #[abi("gnu")] f: fn(number: Number) -> Number, value: f32) -> f32;

    fn packet_size(&self) -> i32;
    fn packet_sum(&self, packets: &[Packet], #[len_of(packets)] n: i32) -> f64;
    fn next_packet(&self, packet: &mut Packet);
    fn halves_size(&self) -> i32;
    fn make_halves(&self, from: &Halves) -> Halves;
}

/// Pointers to text in several encodings.
#[derive(Debug, Clone, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Card {
    #[wide]
    pub title: String,
    #[encoding(latin1)]
    pub latin: String,
    #[encoding(utf8)]
    pub plain: String,
    #[encoding(wide)]
    pub maybe: Option<String>,
}

/// Text in the struct itself.
#[derive(Debug, Clone, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Badge {
    pub kind: u8,
    #[text(cap = 8)]
    #[encoding(latin1)]
    pub name: String,
    #[text(cap = 4)]
    #[wide]
    pub wide: String,
    #[text(cap = LINE)]
    pub lines: [String; 3],
}

const LINE: usize = 6;

/// Arrays of arrays.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Matrices {
    pub m: [[f32; 4]; 3],
    pub cube: [[[i16; 2]; 3]; 2],
    pub rows: [[u8; 40]; 2],
}

/// A pointer to arrays of characters.
#[derive(Debug, Clone, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct NameList {
    #[len_of(names)]
    pub n: i32,
    #[text(cap = 5)]
    pub names: Vec<String>,
}

/// One length for several arrays, one of which may be absent.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Series {
    #[len_of(x, y, weights)]
    pub n: u16,
    pub x: Vec<f32>,
    pub y: Vec<f32>,
    pub weights: Option<Vec<f32>>,
}

/// A length that is the product of other fields.
#[derive(Debug, Clone, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Image {
    #[len(width * height)]
    pub data: Vec<u8>,
    pub width: i32,
    pub height: i32,
}

/// A struct that knows its own size.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Sized {
    #[fixed(size_of)]
    pub cb_size: u32,
    #[fixed(3)]
    pub version: u16,
    pub only_in_32: Address,
    pub value: f64,
}

/// `uint32_t low : 3, middle : 12, high : 17;`
#[bitfield(u32)]
#[derive(PartialEq, Eq, Bridge)]
#[allow(missing_docs)]
pub struct BitFields {
    #[bits(3)]
    pub low: u32,
    #[bits(12)]
    pub middle: u32,
    #[bits(17)]
    pub high: u32,
}

/// A struct with bit fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(C)]
#[bridge(size = 8)]
#[allow(missing_docs)]
pub struct Bits {
    pub kind: u32,
    pub fields: BitFields,
}

/// A union of four bytes.
#[derive(Clone, Copy, Bridge)]
#[repr(C)]
#[bridge(size = 4)]
#[allow(missing_docs)]
pub union Number {
    pub raw: u32,
    pub f: f32,
    pub bytes: [u8; 4],
    /// Less than the whole.
    pub low: u16,
}

/// A union of eight bytes, with fields of which not all bytes are values.
#[derive(Clone, Copy, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub union Wide64 {
    pub d: f64,
    pub i: i64,
    pub bytes: [u8; 8],
    pub truth: bool,
    pub color: crate::vocabulary::Color,
}

/// A union whose size depends on the system: 20 bytes, or 24 where `double` is aligned to 8.
#[derive(Clone, Copy, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub union Large20 {
    pub bytes: [u8; 20],
    pub d: f64,
}

/// A union in a struct, with what says which of its fields is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Variant {
    pub kind: u8,
    pub value: Wide64,
    pub small: Number,
}

/// A packed struct with text and a pointer.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
#[bridge(pack = 1, size = 27)]
#[allow(missing_docs)]
pub struct Packet {
    pub kind: u8,
    #[text(cap = 6)]
    pub name: String,
    pub value: f64,
    pub number: Number,
    #[wide]
    pub title: String,
    pub marks: [i16; 2],
}

/// Fields at even addresses.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
#[bridge(size = 18, pack = 2)]
#[allow(missing_docs)]
pub struct Halves {
    pub kind: u8,
    pub value: f64,
    #[len_of(all)]
    pub n: u8,
    pub all: Vec<i32>,
    pub last: u8,
}
