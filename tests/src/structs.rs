//! Structs that compilers for 32-bit Windows return in different ways.

use bridge32::{Address, Bridge, bridge32};

/// The library.
#[bridge32(lib = "structs", server = "structs-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Structs {
    fn single_by_msvc(&self, value: f32) -> Single;
    fn real_by_msvc(&self, value: f64) -> Real;
    #[abi("msvc")]
    fn nested_by_msvc(&self, value: f64) -> Nested;
    fn pair_by_both(&self, x: f32, y: f32) -> Pair;
    #[symbol("pair_by_both")]
    #[abi("cdecl", "gnu")]
    fn pair_by_gnu(&self, x: f32, y: f32) -> Pair;

    #[abi("gnu")]
    fn single_by_gnu(&self, value: f32) -> Single;
    #[abi("gnu")]
    fn real_by_gnu(&self, value: f64) -> Real;
    #[abi("gnu")]
    fn nested_by_gnu(&self, value: f64) -> Nested;

    #[symbol("real_by_gnu")]
    fn gnu_as_msvc(&self, value: f64) -> Real;
    #[symbol("real_by_msvc")]
    #[abi("gnu")]
    fn msvc_as_gnu(&self, value: f64) -> Real;

    fn call_msvc(&self, callback: fn(argument: Real) -> Real, value: f64) -> f64;
    fn call_gnu(&self, #[abi("gnu")] callback: fn(argument: Real) -> Real, value: f64) -> f64;

    fn get_object(&self) -> Address;
    #[abi("thiscall")]
    fn scale(&self, object: Address, value: f64) -> f64;
    #[abi("thiscall")]
    fn scaled_real(&self, object: Address, value: f64) -> Real;
    #[abi("thiscall", "msvc")]
    fn scaled_pair(&self, object: Address, x: f32, y: f32) -> Pair;
    #[abi("thiscall")]
    fn scaled_large(&self, object: Address, value: f64) -> Large;
    #[abi("thiscall", "gnu")]
    fn scaled_pair_by_gnu(&self, object: Address, x: f32, y: f32) -> Pair;
    #[abi("thiscall", "gnu")]
    fn scaled_large_by_gnu(&self, object: Address, value: f64) -> Large;
}

/// The functions that GCC has built, and others, with the compiler as an option of the interface.
#[bridge32(lib = "structs", server = "gnu-structs-server32", abi = ["cdecl", "gnu"])]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait GnuStructs {
    fn single_by_gnu(&self, value: f32) -> Single;
    #[abi("msvc")]
    fn real_by_msvc(&self, value: f64) -> Real;
    fn call_gnu(&self, callback: fn(argument: Real) -> Real, value: f64) -> f64;
}

/// `struct { float value; }`
#[derive(Bridge, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Single {
    pub value: f32,
}

/// `struct { double value; }`
#[derive(Bridge, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Real {
    pub value: f64,
}

/// A struct with nothing but another one.
#[derive(Bridge, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Nested {
    pub inner: Real,
}

/// Eight bytes that are not one number.
#[derive(Bridge, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Pair {
    pub x: f32,
    pub y: f32,
}

/// A struct that every compiler returns through a pointer.
#[derive(Bridge, Debug, Clone, Copy, PartialEq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Large {
    pub values: [f64; 3],
}
