//! Symbols of a library that are functions, variables, or variables that hold functions.

use bridge32::bridge32;

/// The symbols library.
#[bridge32(lib = "symbols", server = "symbols-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Symbols {
    #[returns(len = 3)]
    #[free_with("freer")]
    fn new_values(&self) -> Vec<i32>;
    fn set_freer(&self, which: i32);
    fn freed(&self, by: i32) -> i32;
}

/// The same library, declared wrongly.
#[bridge32(lib = "symbols", server = "wrong-symbols-server32")]
#[allow(missing_docs)]
pub trait WrongSymbols {
    fn freer(&self, values: i32) -> i32;
    #[returns(len = 3)]
    #[free_with("no_freer")]
    fn new_values(&self) -> Vec<i32>;
    #[global]
    fn freed(&self) -> i32;
    fn set_freer(&self, which: i32);
}
