//! The interface of the C++ library.

use std::f64::consts::TAU;

use bridge32::{Bridge, bridge32};

/// The functions of `cpp_lib.dll`, or `libcpp_lib.so`.
#[bridge32(lib = "cpp_lib")]
pub trait Cpp {
    /// Adds two integers.
    fn add(&self, a: i32, b: i32) -> i32;

    /// Subtracts `b` from `a`.
    fn subtract(&self, a: f32, b: f32) -> f32;

    /// Adds or subtracts `b`.
    fn add_or_subtract(&self, a: f64, b: f64, do_addition: bool) -> f64;

    /// Multiplies every element by `a`.
    fn scalar_multiply(&self, a: f64, xin: &[f64], #[len_of(xin)] n: i32, #[out(len = xin.len())] xout: Vec<f64>);

    /// Reverses some bytes, to a text in a buffer that the caller allocates.
    fn reverse_string_v1(
        &self,
        original: &[u8],
        #[len_of(original)] n: i32,
        #[out(cap = original.len() + 1)] reversed: String,
    );

    /// Reverses some bytes, to memory of the library that has no NUL at its end.
    #[returns(len = original.len())]
    fn reverse_string_v2(&self, original: &[u8], #[len_of(original)] n: i32) -> Vec<u8>;

    /// Reverses the bytes of a text. Those of a character of several bytes become `\u{fffd}`.
    fn reverse_text(&self, original: &str) -> String {
        String::from_utf8_lossy(&self.reverse_string_v2(original.as_bytes())).into_owned()
    }

    /// Returns the perimeter of a quadrilateral.
    fn distance_4_points(&self, points: FourPoints) -> f64;

    /// Returns the perimeter of a polygon.
    fn distance_n_points(&self, points: NPoints) -> f64;

    /// Approximates the circumference of a circle by a regular polygon with `n` corners. The points are computed in the server, and
    /// one native call measures them.
    fn circumference(&self, radius: f64, n: u32) -> f64 {
        let on_circle = |i| {
            let angle = TAU * f64::from(i) / f64::from(n);
            Point { x: radius * angle.cos(), y: radius * angle.sin() }
        };
        self.distance_n_points((0..n).map(on_circle).collect())
    }
}

/// A point in the plane.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
#[bridge(size = 16)]
#[allow(missing_docs, reason = "the coordinates need no explanation")]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// The corners of a quadrilateral.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
#[bridge(size = 64)]
pub struct FourPoints {
    /// The corners, in order.
    pub points: [Point; 4],
}

/// The corners of a polygon: in C, their number and a pointer to them.
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
