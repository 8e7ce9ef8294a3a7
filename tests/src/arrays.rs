//! Arrays that are passed to a native library, and the same methods in Rust.

use bridge32::{Serve, ServerContext, UserData, bridge32};

/// Part of the vocabulary library.
#[bridge32(lib = "vocabulary", server = "arrays-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Arrays {
    fn scalar_multiply(&self, a: f64, xin: &[f64], #[len_of(xin)] n: i32, #[out(len = xin.len())] xout: Vec<f64>);
    /// The length of `xout` is an expression over the elements of `xin`.
    #[symbol("scalar_multiply")]
    fn multiply_first(
        &self,
        a: f64,
        xin: &[f64],
        n: i32,
        #[out(len = xin.first().map_or(0, |first| *first as usize))] xout: Vec<f64>,
    );
    fn negate_all(&self, values: &mut [f32], #[len_of(values)] n: i32) -> f32;
    fn invert_all(&self, #[len_of(flags)] n: u32, flags: &mut [bool]) -> u32;
    #[check(ret >= 0)]
    fn squares(&self, #[out(cap = room, len = ret)] values: Vec<i32>, room: i32) -> i32;
    fn mapped_at_ends(
        &self,
        values: &[f64],
        #[out(len = values.len())] mapped: Vec<f64>,
        #[len_of(values)] n: i32,
        f: fn(context: UserData, value: f64) -> f64,
        context: UserData,
    ) -> f64;
    fn reversed(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.iter().rev().copied().collect()
    }
    fn fill(&self, with: i16, values: &mut [i16]) -> i16 {
        let sum = values.iter().fold(0i16, |sum, value| sum.wrapping_add(*value));
        values.fill(with);
        sum
    }
}

/// An implementation in Rust, which calls the library for its slices.
#[derive(Debug)]
pub struct RustArrays(ArraysLibrary);

impl Serve for RustArrays {
    type Interface = dyn Arrays;

    fn start(context: ServerContext<()>) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        ArraysLibrary::start(context).map(Self)
    }
}

impl Arrays for RustArrays {
    fn scalar_multiply(&self, a: f64, xin: &[f64]) -> Vec<f64> {
        xin.iter().map(|x| a * x).collect()
    }

    fn multiply_first(&self, a: f64, xin: &[f64], n: i32) -> Vec<f64> {
        self.0.multiply_first(a, xin, n)
    }

    fn negate_all(&self, values: &mut [f32]) -> f32 {
        self.0.negate_all(values)
    }

    fn invert_all(&self, flags: &mut [bool]) -> u32 {
        self.0.invert_all(flags)
    }

    fn squares(&self, room: i32) -> (i32, Vec<i32>) {
        self.0.squares(room)
    }

    fn mapped_at_ends(&self, values: &[f64], f: &mut (dyn FnMut(f64) -> f64 + Send)) -> (f64, Vec<f64>) {
        self.0.mapped_at_ends(values, f)
    }
}
