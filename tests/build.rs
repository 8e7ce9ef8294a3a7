//! Builds the fixture libraries for whichever target is being built.

use std::error::Error;
use std::path::Path;

use native_build::SharedLibrary;

fn main() -> Result<(), Box<dyn Error>> {
    let fixture = SharedLibrary::new("fixture").source("native/fixture.c").build()?;
    SharedLibrary::new("faults").source("native/faults.c").build()?;
    SharedLibrary::new("vocabulary").source("native/vocabulary.c").build()?;
    SharedLibrary::new("callbacks").source("native/callbacks.c").build()?;
    SharedLibrary::new("extremes").source("native/extremes.c").build()?;
    SharedLibrary::new("conventions").source("native/conventions.c").build()?;
    SharedLibrary::new("floats").source("native/floats.c").build()?;
    SharedLibrary::new("lengths").source("native/lengths.c").build()?;
    SharedLibrary::new("fields").source("native/fields.c").build()?;
    SharedLibrary::new("symbols").source("native/symbols.c").build()?;
    SharedLibrary::new("pointers").source("native/pointers.c").build()?;
    let plugged = SharedLibrary::new("plugged").source("native/plugged.c").build()?;
    let plug_in = SharedLibrary::new("plug-in").source("native/plug_in.c");
    // On Windows a library names the one that has a function; on Linux the plug-in takes it from whichever is there.
    let is_windows = std::env::var("CARGO_CFG_TARGET_OS")? == "windows";
    if is_windows { plug_in.needs(&plugged) } else { plug_in }.build()?;
    SharedLibrary::new("structs").source("native/structs.c").build()?;
    SharedLibrary::new("types").source("native/types.c").build()?;
    SharedLibrary::new("threads").source("native/threads.c").build()?;
    SharedLibrary::new("messages").source("native/messages.c").build()?;
    SharedLibrary::new("record").source("native/record.cpp").build()?;
    let devices = SharedLibrary::new("devices").source("native/devices.c").build()?;
    let endings = SharedLibrary::new("endings").source("native/endings.c").build()?;
    // A library that lacks functions of the fixture's, and a library that needs one which is not found by itself.
    SharedLibrary::new("incomplete").source("native/incomplete.c").build()?;
    let hidden = Path::new(&std::env::var("OUT_DIR")?).join("hidden");
    std::fs::create_dir_all(&hidden)?;
    let dependency = SharedLibrary::new("dependency").source("native/dependency.c").build_into(&hidden)?;
    SharedLibrary::new("dependent").source("native/dependent.c").needs(&dependency).build()?;
    if std::env::var("CARGO_CFG_TARGET_OS")? == "windows" && std::env::var("CARGO_CFG_TARGET_ARCH")? == "x86" {
        build_assembled(fixture.parent().ok_or("a file is in a folder")?)?;
    }

    SharedLibrary::new("surroundings").source("native/surroundings.c").build()?;
    // A library that another one loads by its name; the tests copy it and give it that name.
    SharedLibrary::new("helping").source("native/helper.c").build()?;

    let host = native_build::program("host", "native/host.c")?;

    println!("cargo::rustc-env=C_HOST={}", host.display());
    println!("cargo::rustc-env=FIXTURE_LIBRARY={}", fixture.display());
    println!("cargo::rustc-env=DEVICES_LIBRARY={}", devices.display());
    println!("cargo::rustc-env=ENDINGS_LIBRARY={}", endings.display());
    println!("cargo::rustc-env=DEPENDENCY_DIR={}", hidden.display());
    Ok(())
}

/// Builds a library that finds another one through its manifest, in a private assembly: a folder next to it, which Windows searches
/// for nothing else.
fn build_assembled(programs: &Path) -> Result<(), Box<dyn Error>> {
    const ASSEMBLY: &str = "Bridge32.Parts";
    let dir = programs.join(ASSEMBLY);
    std::fs::create_dir_all(&dir)?;
    let manifest = format!("{ASSEMBLY}.manifest");
    println!("cargo::rerun-if-changed=native/{manifest}");
    std::fs::copy(format!("native/{manifest}"), dir.join(manifest))?;
    let parts = SharedLibrary::new("parts").source("native/dependency.c").build_into(&dir)?;
    let assembled = SharedLibrary::new("assembled").source("native/dependent.c").needs(&parts);
    assembled.manifest("native/assembled.manifest").build()?;
    Ok(())
}
