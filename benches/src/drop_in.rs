//! The drop-in library of the interface, which `cargo bridge32 drop-in --release -p bridge32-benches` makes.

use std::hint::black_box;
use std::path::Path;

use libloading::Library;

use crate::measure::Case;
use crate::result::Result;

/// Calls its function as C programs do.
pub(crate) fn add(name: &str) -> Result<Case> {
    let programs = std::env::current_exe()?;
    let target = programs.parent().and_then(Path::parent).ok_or("this program is not in cargo's folder")?;
    let file = target.join("x86_64-unknown-linux-gnu/release/drop-in/measured/libmeasured.so");
    if !file.exists() {
        return Err("make it with `cargo bridge32 drop-in --release -p bridge32-benches`".into());
    }
    // SAFETY: the library does nothing when it is loaded.
    let library = unsafe { Library::new(file) }?;
    // SAFETY: its header declares the function so.
    let add = *unsafe { library.get::<unsafe extern "C" fn(i32, i32) -> i32>(b"add\0") }?;
    Ok(Case::new(name, move || {
        let _loaded = &library;
        // SAFETY: the library is loaded, and the function takes any numbers.
        assert_eq!(unsafe { add(black_box(1), black_box(2)) }, 3);
    }))
}
