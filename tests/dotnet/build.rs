//! Builds the assembly that the tests call.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native_build::assembly("managed", "native/managed.cs")?;
    Ok(())
}
