//! Calls each kind of function of the Fortran library.

use std::error::Error;

use fortran::FortranClient;
use ndarray::array;

fn main() -> Result<(), Box<dyn Error>> {
    let client = FortranClient::launch()?;
    println!("-50 + 110 = {} (8 bits)", client.sum_8bit(&-50, &110)?);
    println!("{} + 1 = {} (64 bits)", i64::MIN, client.sum_64bit(&i64::MIN, &1)?);
    println!("40.874 · -1284.131 = {} (32 bits)", client.multiply_float32(&40.874, &-1284.131)?);
    println!("4 - 2 = {}", client.add_or_subtract(&4, &2, &false.into())?);
    println!("0.1 is positive: {}", client.is_positive(&0.1)?.0);
    println!("J0(8.6) = {}", client.besselj0(&8.6)?);
    println!("standard deviation of 1, 2, 3, 4: {}", client.standard_deviation(&[1.0, 2.0, 3.0, 4.0])?);
    println!("\"hello world!\" reversed: {:?}", client.reverse_string(b"hello world!")?);
    println!("[1, 2] + [3, 5] = {:?}", client.add_1d_arrays(&[1.0, 2.0], &[3.0, 5.0])?);

    let (a, b) = (array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
    println!("{a}\n  times\n{b}\n  is\n{}", client.multiply(a.view(), b.view())?);
    if let Err(error) = client.multiply(a.view(), a.view()) {
        println!("not called: {error}");
    }

    println!("5! = {}", client.factorial(&5)?);
    println!("(-1)! = {}, and the library printed:", client.factorial(&-1)?);
    print!("{}", client.shutdown()?.stdout);
    Ok(())
}
