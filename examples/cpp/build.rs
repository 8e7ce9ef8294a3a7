//! Builds the native library for the target being built.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native_build::SharedLibrary::new("cpp_lib").source("native/cpp_lib.cpp").build()?;
    Ok(())
}
