//! The interface of the C++ library.

use std::f64::consts::TAU;

use bridge32::{Bridge, bridge32};

/// What `cpp_lib.dll`, or `libcpp_lib.so`, can do.
#[bridge32(lib = "cpp_lib")]
pub trait Cpp {
    /// The sum of two integers.
    fn add(&self, a: i32, b: i32) -> i32;

    /// The difference of two numbers.
    fn subtract(&self, a: f32, b: f32) -> f32;

    /// The sum or the difference.
    fn add_or_subtract(&self, a: f64, b: f64, do_addition: bool) -> f64;

    /// Every element times `a`.
    fn scalar_multiply(&self, a: f64, xin: &[f64], #[len_of(xin)] n: i32, #[out(len = xin.len())] xout: Vec<f64>);

    /// Some bytes backwards, as text in a buffer of the caller's.
    fn reverse_string_v1(
        &self,
        original: &[u8],
        #[len_of(original)] n: i32,
        #[out(cap = original.len() + 1)] reversed: String,
    );

    /// Some bytes backwards, without a NUL, in memory of the library's.
    #[returns(len = original.len())]
    fn reverse_string_v2(&self, original: &[u8], #[len_of(original)] n: i32) -> Vec<u8>;

    /// A text backwards; what is no text any more, as a character of several bytes, shows as `\u{fffd}`.
    fn reverse_text(&self, original: &str) -> String {
        String::from_utf8_lossy(&self.reverse_string_v2(original.as_bytes())).into_owned()
    }

    /// The length of the closed line through four points.
    fn distance_4_points(&self, points: FourPoints) -> f64;

    /// The length of the closed line through any number of points.
    fn distance_n_points(&self, points: NPoints) -> f64;

    /// The circumference of a circle, as the length of a polygon of `n` points: made in the server, measured by one
    /// native call.
    fn circumference(&self, radius: f64, n: u32) -> f64 {
        let on_circle = |i| {
            let angle = TAU * f64::from(i) / f64::from(n);
            Point { x: radius * angle.cos(), y: radius * angle.sin() }
        };
        self.distance_n_points((0..n).map(on_circle).collect())
    }
}

/// A point of a plane.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
#[bridge(size = 16)]
#[allow(missing_docs, reason = "coordinates are what they are")]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// Four points.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
#[bridge(size = 64)]
pub struct FourPoints {
    /// The corners.
    pub points: [Point; 4],
}

/// Any number of points: in C their number, and a pointer to them.
#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
pub struct NPoints {
    #[len_of(points)]
    n: i32,
    points: Vec<Point>,
}

impl FromIterator<Point> for NPoints {
    fn from_iter<I: IntoIterator<Item = Point>>(points: I) -> Self {
        Self { n: 0, points: points.into_iter().collect() }
    }
}
