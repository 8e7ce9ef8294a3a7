//! Builds the assembly.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    native_build::assembly("dotnet_lib", "native/dotnet_lib.cs")?;
    Ok(())
}
