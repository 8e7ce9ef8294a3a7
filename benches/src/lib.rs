//! The interface of the measurements.

use bridge32::{UserData, bridge32};

/// A library whose functions do next to nothing.
#[bridge32(lib = "measured")]
pub trait Measured {
    /// Adds two integers.
    fn add(&self, a: i32, b: i32) -> i32;

    /// Returns the sum of what a closure returns for each index.
    fn add_up(&self, count: i32, next: fn(context: UserData, index: i32) -> i32, context: UserData) -> i32;

    /// Returns the length of a text in bytes.
    fn text_length(&self, text: &str) -> i32;

    /// Multiplies numbers, into a new array.
    fn scalar_multiply(
        &self,
        factor: f64,
        values: &[f64],
        #[out(len = values.len())] products: Vec<f64>,
        #[len_of(values)] count: i32,
    );

    /// Multiplies numbers in place.
    fn scale(&self, factor: f64, values: &mut [f64], #[len_of(values)] count: i32);

    /// Copies bytes.
    fn copy_bytes(&self, bytes: &[u8], #[out(len = bytes.len())] copy: Vec<u8>, #[len_of(bytes)] count: i32);

    /// Increments the last byte.
    fn touch_bytes(&self, bytes: &mut [u8], #[len_of(bytes)] count: i32);

    /// Increments the last number.
    fn touch_numbers(&self, values: &mut [f64], #[len_of(values)] count: i32);

    /// Answers requests in shared memory, by which the limit of two processes is measured. It exists on Linux.
    #[optional]
    fn serve_exchange(&self, path: &str) -> i32;
}
