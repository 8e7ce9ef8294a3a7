//! Calls a 32-bit library from a 64-bit program.

use std::error::Error;

use calculator::CalculatorClient;

fn main() -> Result<(), Box<dyn Error>> {
    let client = CalculatorClient::launch()?;

    let server = client.server_info();
    println!("this program: pid {}, {}-bit ({})", std::process::id(), usize::BITS, std::env::consts::ARCH);
    println!("the server:   pid {}, {}-bit ({})", server.pid, client.pointer_bits()?, server.architecture);
    println!("its library:  {}", server.library.as_deref().unwrap_or("none".as_ref()).display());

    println!("client.add(1, 2) = {}", client.add(1, 2)?);
    println!("client.subtract(43.2, 3.2) = {}", client.subtract(43.2, 3.2)?);
    println!("client.mean(&[1.0, 2.0, 6.0]) = {}", client.mean(&[1.0, 2.0, 6.0])?);
    println!("client.reverse(\"hello world!\") = {:?}", client.reverse("hello world!")?);
    println!("client.sum(&[1, 2, 3, 4]) = {}", client.sum(&[1, 2, 3, 4])?);

    client.shutdown()?;
    Ok(())
}
