//! Builds the native library, which needs Windows, for the target being built.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::var("CARGO_CFG_TARGET_OS")? != "windows" {
        return Ok(());
    }
    println!("cargo::rerun-if-changed=native/doors.h");
    native_build::SharedLibrary::new("doors")
        .source("native/doors.cpp")
        .exports("native/doors.def")
        .system_library("oleaut32")
        .build()?;
    Ok(())
}
