//! The interface of the calculator library.

use bridge32::bridge32;

/// What `calculator.dll`, or `libcalculator.so`, can do.
#[bridge32(lib = "calculator")]
pub trait Calculator {
    /// Adds two integers.
    fn add(&self, a: i32, b: i32) -> i32;

    /// Subtracts `b` from `a`.
    fn subtract(&self, a: f32, b: f32) -> f32;

    /// Adds or subtracts.
    fn add_or_subtract(&self, a: f64, b: f64, do_addition: bool) -> f64;

    /// The mean of some values; of none, 0.
    fn mean(&self, values: &[f64], #[len_of(values)] count: i32) -> f64;

    /// The text backwards, byte by byte.
    fn reverse(&self, text: &str) -> String;

    /// How wide a pointer is where the library runs, in bits.
    fn pointer_bits(&self) -> u8;

    /// The sum of many integers: one round trip, and many native calls in the server.
    fn sum(&self, values: &[i32]) -> i32 {
        values.iter().fold(0, |sum, value| self.add(sum, *value))
    }
}
