//! Builds the native library for the target being built.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native_build::SharedLibrary::new("calculator").source("native/calculator.cpp").build()?;
    Ok(())
}
