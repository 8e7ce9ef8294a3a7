//! The interface of the calculator library.

use bridge32::bridge32;

/// The functions of `calculator.dll`, or `libcalculator.so`.
#[bridge32(lib = "calculator")]
pub trait Calculator {
    /// Adds two integers.
    fn add(&self, a: i32, b: i32) -> i32;

    /// Subtracts `b` from `a`.
    fn subtract(&self, a: f32, b: f32) -> f32;

    /// Adds or subtracts `b`.
    fn add_or_subtract(&self, a: f64, b: f64, do_addition: bool) -> f64;

    /// Returns the mean of some values, or 0 if there are none.
    fn mean(&self, values: &[f64], #[len_of(values)] count: i32) -> f64;

    /// Reverses the bytes of a text.
    fn reverse(&self, text: &str) -> String;

    /// Returns the size of a pointer in the library's process, in bits.
    fn pointer_bits(&self) -> u8;

    /// Adds many integers. A method with a body runs in the server: one round trip makes many native calls.
    fn sum(&self, values: &[i32]) -> i32 {
        values.iter().fold(0, |sum, value| self.add(sum, *value))
    }
}
