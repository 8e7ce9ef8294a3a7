//! Builds the native library for the target being built.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=native/instrument.h");
    native_build::SharedLibrary::new("instrument").source("native/instrument.c").build()?;
    Ok(())
}
