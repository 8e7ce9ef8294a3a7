//! Builds the native library for the target being built.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native_build::SharedLibrary::new("fortran_lib").source("native/fortran_lib.f90").build()?;
    Ok(())
}
