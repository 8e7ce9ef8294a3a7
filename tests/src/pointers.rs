//! Pointers in all directions: such that may be null, and such that the library makes.

use bridge32::{Address, Bridge, bridge32};

/// What the library expects.
const VERSION: i16 = 3;

/// The pointers library.
#[bridge32(lib = "pointers", server = "pointers-server32")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Pointers {
    fn shifted(&self, value: Option<&i32>, count: Option<&mut i32>, by: Option<&Place>) -> i32;
    fn total(&self, values: Option<&[i16]>, places: Option<&[Place]>, #[len_of(values, places)] n: i32) -> i32;
    fn negate_all(
        &self,
        values: Option<&mut [i32]>,
        places: Option<&mut [Place]>,
        #[len_of(values, places)] n: u32,
    ) -> i32;
    #[symbol("negate_all")]
    fn negate_four(&self, #[len(n)] values: Option<&mut [i32]>, places: Option<&mut [Place]>, n: u32) -> i32;
    fn visit(
        &self,
        visit: fn(
            value: Option<&i32>,
            change: Option<&mut Place>,
            data: Option<&[u8]>,
            scale: Option<&mut [f64]>,
            #[len_of(data, scale)] n: i32,
        ) -> i32,
        with: bool,
    ) -> i32;
    fn configure(
        &self,
        #[fixed(VERSION)] version: i16,
        #[fixed("acme")] vendor: &str,
        level: i32,
        #[fixed(Address::NULL)] reserved: Address,
        #[fixed(i32::from(version) * 100 + level)] checksum: i32,
    ) -> i32;
    fn mean_of_bytes(&self, values: &[f64], #[bytes_of(values)] bytes: u32) -> f64;
    #[check(ret == 0)]
    fn query(&self, #[out(cap = 10)] values: Vec<i16>, #[bytes_of(values)] bytes: &mut u32, count: i32) -> i32;
    fn wide_bytes(
        &self,
        #[wide] text: &str,
        #[bytes_of(text)] bytes: u16,
        places: &[Place],
        #[bytes_of(places)] place_bytes: &u16,
    ) -> i32;
    fn sample(
        &self,
        take: fn(
            samples: &[i32],
            #[bytes_of(samples)] bytes: u32,
            #[out] scaled: Vec<i16>,
            #[bytes_of(scaled)] scaled_bytes: &mut u32,
        ),
        n: i32,
    ) -> i32;
    /// The sums of two arrays, or what there is of them.
    fn sums(&self, left: Option<&[f64]>, right: Option<&mut [f64]>, factor: Option<&f64>) -> Vec<f64> {
        let sum = |values: &[f64]| values.iter().sum::<f64>() * factor.copied().unwrap_or(1.0);
        let sums = left.iter().map(|left| sum(left)).chain(right.as_deref().map(sum)).collect();
        if let Some(right) = right {
            right.fill(0.0);
        }
        sums
    }
}

/// A struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Place {
    pub x: i32,
    pub y: i32,
}
