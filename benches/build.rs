//! Builds the native library for whichever target is being built.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native_build::SharedLibrary::new("measured").source("native/measured.c").build()?;
    Ok(())
}
