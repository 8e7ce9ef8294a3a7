//! Tests the library and the program. `cargo bridge32 test -p calculator` does so on every pair of systems.

use std::error::Error;
use std::process::Command;

use calculator::CalculatorClient;

#[test]
fn every_method_runs_in_a_32_bit_process() -> Result<(), Box<dyn Error>> {
    let client = CalculatorClient::launch()?;
    assert_eq!(client.add(3, 14)?, 17);
    assert_eq!(client.add(-1000, -2)?, -1002);
    assert_eq!(client.subtract(43.2, 3.2)?, 40.0);
    assert_eq!(client.add_or_subtract(123.456, 23.456, false)?, 100.0);
    assert_eq!(client.add_or_subtract(0.1234, -0.1234, true)?, 0.0);
    assert_eq!(client.mean(&[1.0, 2.0, 6.0])?, 3.0);
    assert_eq!(client.mean(&[])?, 0.0);
    assert_eq!(client.reverse("hello world!")?, "!dlrow olleh");
    assert_eq!(client.sum(&[1, 2, 3, 4])?, 10);
    assert_eq!(client.pointer_bits()?, 32);
    Ok(())
}

#[test]
fn the_program_shows_both_processes() -> Result<(), Box<dyn Error>> {
    let output = Command::new(env!("CARGO_BIN_EXE_calculator")).output()?;
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout)?;
    for part in ["64-bit (x86_64)", "32-bit (x86)", "calculator", "client.add(1, 2) = 3"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    Ok(())
}
