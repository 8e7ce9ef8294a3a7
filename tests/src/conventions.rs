//! Functions of every calling convention, declared rightly and wrongly.

use bridge32::{Bridge, bridge32};

/// The library with functions of every calling convention.
#[bridge32(lib = "conventions", server = "conventions-server32")]
#[allow(missing_docs, reason = "the names say which function is called, and how it is declared")]
pub trait Conventions {
    fn add_cdecl(&self, a: i32, b: i32) -> i32;
    #[symbol("add_cdecl")]
    #[abi("stdcall")]
    fn cdecl_as_stdcall(&self, a: i32, b: i32) -> i32;

    #[abi("stdcall")]
    fn add_stdcall(&self, a: i32, b: i32) -> i32;
    #[symbol("add_stdcall")]
    #[abi("cdecl")]
    fn stdcall_as_cdecl(&self, a: i32, b: i32) -> i32;
    #[symbol("add_stdcall")]
    #[abi("fastcall")]
    fn stdcall_as_fastcall(&self, a: i32, b: i32) -> i32;
    #[symbol("add_stdcall")]
    #[abi("thiscall")]
    fn stdcall_as_thiscall(&self, a: i32, b: i32) -> i32;
    #[symbol("add_stdcall")]
    #[abi("stdcall")]
    fn stdcall_with_one(&self, a: i32) -> i32;

    #[abi("stdcall")]
    fn add_three_stdcall(&self, a: i32, b: i32, c: i32) -> i32;
    #[symbol("add_three_stdcall")]
    #[abi("stdcall")]
    fn stdcall_with_two(&self, a: i32, b: i32) -> i32;
    #[symbol("add_three_stdcall")]
    #[abi("stdcall")]
    fn stdcall_with_six(&self, a: i64, b: i64, c: i64, d: i64, e: i64, f: f64) -> i32;

    #[abi("stdcall")]
    fn add_wide_stdcall(&self, a: i64, b: i64) -> i64;
    #[symbol("add_wide_stdcall")]
    #[abi("stdcall")]
    fn wide_as_narrow(&self, a: i32, b: i32) -> i32;

    #[abi("fastcall")]
    fn add_fastcall(&self, a: i32, b: i32, c: i32) -> i32;
    #[symbol("add_fastcall")]
    fn fastcall_as_cdecl(&self, a: i32, b: i32, c: i32) -> i32;

    #[abi("thiscall")]
    fn add_thiscall(&self, a: i32, b: i32) -> i32;
    #[symbol("add_thiscall")]
    #[abi("stdcall")]
    fn thiscall_as_stdcall(&self, a: i32, b: i32) -> i32;

    #[abi("stdcall")]
    fn decorated(&self, a: i32, b: i32) -> i32;
    #[symbol("decorated")]
    #[optional]
    fn decorated_as_cdecl(&self, a: i32) -> i32;

    fn half(&self, a: i32) -> f64;
    #[symbol("half")]
    fn float_as_nothing(&self, a: i32);
    fn whole(&self, a: f64) -> i32;
    #[symbol("whole")]
    fn int_as_float(&self, a: f64) -> f64;
    fn quarter(&self, a: f32) -> f32;

    fn run_twice(&self, f: fn(i32) -> i32, a: i32) -> i32;
    #[abi("stdcall")]
    fn last_of_large(&self, large: Large, add: i32) -> Large;
    #[symbol("last_of_large")]
    fn large_as_cdecl(&self, large: Large, add: i32) -> Large;

    #[symbol("make_numbers")]
    #[returns(len = 2)]
    #[free_with("give_back_stdcall")]
    fn numbers_with_wrong_release(&self) -> Vec<i32>;
    fn count_given_back(&self) -> i32;
}

/// A struct that is passed on the stack, and returned through a hidden pointer.
#[derive(Bridge, Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Large {
    pub values: [i32; 100],
}
