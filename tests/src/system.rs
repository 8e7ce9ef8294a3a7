//! Libraries of the operating system.

use bridge32::{Address, bridge32};

/// The C library of Windows, unless the client sets another path.
#[bridge32(lib = "msvcrt.dll", server = "c-library-server32")]
pub trait CLibrary {
    /// Sorts in place.
    fn qsort(&self, values: &mut [i32], #[len_of(values)] n: u32, size: u32, compare: fn(a: &i32, b: &i32) -> i32);

    /// The address of a value in a sorted array, or zero.
    fn bsearch(
        &self,
        key: &i32,
        values: &[i32],
        #[len_of(values)] n: u32,
        size: u32,
        compare: fn(key: &i32, element: &i32) -> i32,
    ) -> Address;

    /// A variadic function, with fixed parameters.
    #[symbol("sprintf")]
    fn print_number(&self, #[out(cap = 64)] text: String, format: &str, number: i32) -> i32;

    /// The same function with other parameters.
    #[symbol("sprintf")]
    fn print_two(&self, #[out(cap = 64)] text: String, format: &str, number: f64, word: &str) -> i32;
}

/// The Windows sockets library, whose export ordinals are fixed.
#[bridge32(lib = "ws2_32.dll", server = "winsock-server32", abi = "stdcall")]
pub trait Winsock {
    /// `htonl`.
    #[ordinal(8)]
    fn to_network_order(&self, value: u32) -> u32;

    /// `ntohs`, by its name.
    fn ntohs(&self, value: u16) -> u16;

    /// No library has this many exports.
    #[ordinal(65000)]
    #[optional]
    fn absent(&self) -> u32;
}
