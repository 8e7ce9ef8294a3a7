//! Builds the library that the fuzzed server calls, for this program's own target.

use std::error::Error;
use std::path::Path;

use native_build::SharedLibrary;

fn main() -> Result<(), Box<dyn Error>> {
    let out = std::env::var("OUT_DIR")?;
    let library =
        SharedLibrary::new("vocabulary").source("../tests/native/vocabulary.c").build_into(Path::new(&out))?;
    println!("cargo::rustc-env=VOCABULARY_LIBRARY={}", library.display());
    Ok(())
}
