//! A library that changes the processor's floating-point state.

use std::hint::black_box;

use bridge32::bridge32;

/// The library. Its methods with a body compute in Rust, with `black_box` so that the compiler does not.
#[bridge32(lib = "floats", server = "floats-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Floats {
    fn sse_state(&self) -> u32;
    fn set_sse_state(&self, state: u32);
    fn x87_state(&self) -> u16;
    fn set_x87_state(&self, state: u16);
    fn divide(&self, a: f64, b: f64) -> f64;
    fn state_after(&self, state: u32, callback: fn(f64) -> f64, value: f64, #[out] result: f64) -> u32;

    /// Divides in Rust.
    fn divide_in_rust(&self, a: f64, b: f64) -> f64 {
        black_box(black_box(a) / black_box(b))
    }

    /// Divides in Rust, right before and right after a call.
    fn divide_around_a_call(&self, a: f64, b: f64) -> (f64, f64, f64) {
        let before = self.divide(a / b, 1.0);
        let after = self.divide(a, 1.0) / b;
        (before, after, self.divide(a, b))
    }

    /// Divides in Rust, in a closure that the library calls while it has another state.
    fn divide_in_callback(&self, state: u32, a: f64, b: f64) -> (u32, f64) {
        self.state_after(state, &mut |a| black_box(black_box(a) / black_box(b)), a)
    }
}

/// The library, called by several threads.
#[bridge32(lib = "floats", server = "float-threads-server32", threads = "multi")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait FloatThreads {
    fn sse_state(&self) -> u32;
    fn state_after(&self, state: u32, callback: fn(f64) -> f64, value: f64, #[out] result: f64) -> u32;

    /// Divides in Rust.
    fn divide_in_rust(&self, a: f64, b: f64) -> f64 {
        black_box(black_box(a) / black_box(b))
    }
}
