//! Calls each function of the C++ library once.

use cpp::{CppClient, FourPoints, Point};

fn main() -> Result<(), bridge32::Error> {
    let client = CppClient::launch()?;

    println!("3 + 14 = {}", client.add(3, 14)?);
    println!("43.2 - 3.2 = {}", client.subtract(43.2, 3.2)?);
    println!("123.456 - 23.456 = {}", client.add_or_subtract(123.456, 23.456, false)?);
    println!("2 · [0, 1, 2, 3] = {:?}", client.scalar_multiply(2.0, &[0.0, 1.0, 2.0, 3.0])?);
    println!("\"hello world!\" reversed: {:?}", client.reverse_string_v1(b"hello world!")?);
    println!("reversed in the library's memory: {:?}", client.reverse_text("hello world!")?);

    let square = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)].map(|(x, y)| Point { x, y });
    println!("perimeter of the unit square: {}", client.distance_4_points(FourPoints { points: square })?);
    println!(
        "perimeter of its first three corners: {:.6}",
        client.distance_n_points(square.into_iter().take(3).collect())?
    );

    println!("a circle of diameter 1, as a polygon:");
    for n in (1..=16).map(|power| 1 << power) {
        println!("{n:7} corners: {:.12}", client.circumference(0.5, n)?);
    }
    println!("            π = {:.12}", std::f64::consts::PI);
    Ok(())
}
