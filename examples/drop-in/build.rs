//! Builds the native library for the target being built.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native_build::SharedLibrary::new("meter").source("native/meter.c").build()?;
    Ok(())
}
