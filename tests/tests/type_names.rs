//! Types that are named like type parameters, in calls of a native library.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use bridge32::{Bridge, bridge32};
use bridge32_tests::watchdog::Watchdog;

#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
struct S {
    x: f64,
    y: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
struct C {
    corners: [S; 2],
    layer: u8,
}

#[derive(Debug, Clone, PartialEq, Bridge)]
#[repr(C)]
struct D {
    #[len_of(points)]
    n: i32,
    points: Vec<S>,
}

#[bridge32(lib = "vocabulary")]
trait P {
    fn midpoint(&self, a: S, b: S) -> S;
    fn area(&self, c: &C) -> f64;
    fn grow(&self, c: &mut C, by: f64);
    fn unit_box(&self, #[out] c: C);
    fn path_length(&self, points: &[S], #[len_of(points)] n: i32) -> f64;
    fn flip_all(&self, points: &mut [S], #[len_of(points)] n: i32);
    fn polygon_sum(&self, d: D) -> f64;
    fn some_polygon(&self, #[out] d: D);
}

#[test]
fn types_named_like_type_parameters_are_passed_and_returned() {
    let _watchdog = Watchdog::new("type names");
    let file = env!("FIXTURE_LIBRARY").replace("fixture", "vocabulary");
    // SAFETY: the library is built from the C source that the interface describes.
    let library = unsafe { PLibrary::load_from(file) }.unwrap();
    let client = PClient::in_process(library);
    let (a, b) = (S { x: 0.0, y: 2.0 }, S { x: 4.0, y: 6.0 });
    assert_eq!(client.midpoint(a, b).unwrap(), S { x: 2.0, y: 4.0 });
    let mut unit = client.unit_box().unwrap();
    assert_eq!(unit, C { corners: [S { x: 0.0, y: 0.0 }, S { x: 1.0, y: 1.0 }], layer: 1 });
    client.grow(&mut unit, 1.0).unwrap();
    assert_eq!(client.area(&unit).unwrap(), 8.0);
    let mut points = [a, b];
    assert_eq!(client.path_length(&points).unwrap(), 8.0);
    client.flip_all(&mut points).unwrap();
    assert_eq!(points, [S { x: 2.0, y: 0.0 }, S { x: 6.0, y: 4.0 }]);
    assert_eq!(client.polygon_sum(D { n: 0, points: points.to_vec() }).unwrap(), 24.0);
    assert_eq!(client.some_polygon().unwrap().points[1], S { x: 3.0, y: 4.0 });
}
