//! Builds the native library for the target being built.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native_build::SharedLibrary::new("labview_lib").source("native/labview_lib.c").build()?;
    Ok(())
}
