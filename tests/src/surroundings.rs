//! A library that reports what it sees of the system around it.

use bridge32::bridge32;

/// What a library sees of the system around it.
#[bridge32(lib = "surroundings", threads = "multi")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Surroundings {
    fn user(&self) -> u32;
    fn can_read(&self, path: &str) -> bool;
    fn stay(&self, milliseconds: i32);
    fn total(&self, values: &[f64], #[len_of(values)] count: i32) -> f64;
    fn code_page(&self) -> u32;
    fn call_helper(&self, name: &str) -> i32;
    /// The library has this function in small letters.
    #[optional]
    #[symbol("USER")]
    fn misspelled(&self) -> u32;
}
