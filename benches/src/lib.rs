//! The interface that is measured.

use bridge32::{UserData, bridge32};

/// A library that does as little as a library can.
#[bridge32(lib = "measured")]
pub trait Measured {
    /// Adds two integers.
    fn add(&self, a: i32, b: i32) -> i32;

    /// Adds what a closure gives.
    fn add_up(&self, count: i32, next: fn(context: UserData, place: i32) -> i32, context: UserData) -> i32;

    /// Bytes of a text.
    fn text_length(&self, text: &str) -> i32;

    /// Multiplies numbers.
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

    /// Changes the last of all bytes.
    fn touch_bytes(&self, bytes: &mut [u8], #[len_of(bytes)] count: i32);

    /// Changes the last of all numbers.
    fn touch_numbers(&self, values: &mut [f64], #[len_of(values)] count: i32);
}
