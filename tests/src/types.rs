//! Types whose width or representation depends on the system, and handles that are integers.

use bridge32::{Address, Bool16, Bridge, Handle, IntPtr, Long, LongDouble, SSize, Size, UIntPtr, ULong, bridge32};

/// The library.
#[bridge32(lib = "types", server = "types-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Types {
    fn next_size(&self, value: Size) -> Size;
    fn negate_size(&self, value: SSize) -> SSize;
    fn half_long(&self, value: Long, #[out] rest: Long) -> Long;
    #[symbol("half_long")]
    fn half_long_at(&self, value: Long, rest: Address) -> Long;
    fn ulong_max(&self) -> ULong;
    fn add_words(&self, a: IntPtr, b: &UIntPtr) -> IntPtr;
    fn width_of_long(&self) -> i32;

    fn count_bytes(&self, data: &[u8], #[len_of(data)] n: Size) -> Size;
    fn evens(&self, #[out(cap = 5)] data: Vec<Size>, #[len_of(data)] n: &mut Size) -> i32;
    #[symbol("evens")]
    fn evens_into(&self, #[out(cap = *n, len = n)] data: Vec<Size>, n: &mut Size) -> i32;
    fn sum_longs(&self, values: &[Long], #[len_of(values)] n: &Long) -> Long;
    fn each_size(&self, f: fn(i: Size, data: &[u8], #[len_of(data)] n: Size) -> i32) -> i32;
    fn double_block(&self, block: Block) -> Block;

    fn variant_not(&self, truth: Bool16, #[out] as_passed: i16) -> Bool16;

    fn has_long_double(&self) -> i32;
    #[optional]
    fn long_half(&self, value: LongDouble) -> LongDouble;
    #[optional]
    fn long_mix(&self, a: i32, b: LongDouble, c: i8, d: &LongDouble, #[out] e: LongDouble) -> i32;
    #[optional]
    fn long_tiny(&self) -> LongDouble;
    #[optional]
    fn swap_extended(&self, extended: &mut Extended);

    fn open_unit(&self, works: i32) -> Option<Handle<Unit, i16>>;
    #[check(ret == 0)]
    fn open_unit_into(&self, #[out] handle: Handle<Unit, i16>) -> i32;
    fn unit_number(&self, handle: Handle<Unit, i16>) -> i32;
    #[check(ret == 0)]
    fn close_unit(&self, #[closes] handle: Handle<Unit, i16>) -> i32;
    #[check(ret == 0)]
    fn open_session(&self, #[out] session: Handle<Session, ULong>) -> i32;
    fn session_number(&self, session: Handle<Session, ULong>) -> ULong;
    #[check(ret == 0)]
    fn close_session(&self, #[closes] session: &Handle<Session, ULong>) -> i32;
    fn open_word(&self, works: IntPtr) -> Option<Handle<Word, UIntPtr>>;
    #[check(ret == 0)]
    fn close_word(&self, #[closes] word: Handle<Word, UIntPtr>) -> i32;
    fn open_long(&self, result: Long) -> Option<Handle<Word, Long>>;
    fn long_number(&self, handle: Handle<Word, Long>) -> Long;
    fn key_value(&self, key: Handle<Key>) -> u32;
    #[check(ret == 0)]
    fn close_key(&self, #[closes] key: Handle<Key>) -> i32;
}

/// The tag of handles that are integers.
#[derive(Debug)]
pub enum Unit {}

/// The tag of handles that are `unsigned long`s.
#[derive(Debug)]
pub enum Session {}

/// The tag of handles that are as wide as a pointer.
#[derive(Debug)]
pub enum Word {}

/// The tag of handles of which some are predefined.
#[derive(Debug)]
pub enum Key {}

/// `HKEY_LOCAL_MACHINE`.
pub const LOCAL_MACHINE: Handle<Key> = Handle::predefined(0x8000_0002);

/// A struct with fields of several widths.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Block {
    pub tag: u8,
    #[len_of(values)]
    pub length: Size,
    pub values: Vec<f32>,
    pub id: Long,
    pub word: UIntPtr,
}

/// `long double` in a struct.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Extended {
    pub kind: i8,
    pub values: [LongDouble; 2],
}
