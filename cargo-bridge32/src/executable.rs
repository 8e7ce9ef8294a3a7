//! What a linker leaves out of a server's program for Windows: a manifest, and a stack as large as on Linux.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use editpe::Image;

/// The manifest of a server that has none. Without one, Windows asks for administrator rights when a program's name contains a
/// word such as `setup`, `install` or `update`, and refuses to start it for a client (error 740). Source:
/// <https://learn.microsoft.com/windows/security/application-security/application-control/user-account-control/how-it-works>.
///
/// It lists no versions of Windows, so that Windows reports to libraries the same version as in other old programs.
const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
    <security>
      <requestedPrivileges>
        <requestedExecutionLevel level="asInvoker" uiAccess="false"/>
      </requestedPrivileges>
    </security>
  </trustInfo>
</assembly>
"#;

/// The address space for the stack of the main thread, which runs the library. Linkers reserve 1 or 2 MiB; this is what Linux has.
pub(crate) const STACK: u32 = 8 << 20;

/// Adds what a linker leaves out to a server's program for Windows. What the user has set stays: a manifest, and a larger stack.
///
/// # Errors
/// Fails if the file is not a 32-bit program for Windows, or cannot be written.
pub(crate) fn complete(path: &Path) -> Result<()> {
    let shown = path.display();
    let linked = fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    let complete = completed(&linked).with_context(|| format!("{shown} is damaged; delete it and build again"))?;
    if complete == linked {
        return Ok(());
    }
    // Cargo links this file and that of its `deps` folder to each other. As long as they stay one file, cargo does not replace it
    // in the next build, which would fail on Windows while the server runs.
    fs::write(path, complete).with_context(|| format!("cannot write {shown}"))
}

/// Returns a program with a manifest and a large enough stack.
fn completed(program: &[u8]) -> Result<Vec<u8>> {
    let mut image = Image::parse(program)?;
    let mut resources = image.resource_directory().cloned().unwrap_or_default();
    if resources.get_manifest()?.is_none() {
        resources.set_manifest(MANIFEST)?;
        image.set_resource_directory(resources)?;
    }
    let mut completed = image.data().to_vec();
    let reserved = stack_reserve(&mut completed)?;
    *reserved = STACK.max(u32::from_le_bytes(*reserved)).to_le_bytes();
    Ok(completed)
}

/// Finds the field `SizeOfStackReserve` in a 32-bit program. Source: <https://learn.microsoft.com/windows/win32/debug/pe-format>.
fn stack_reserve(program: &mut [u8]) -> Result<&mut [u8; 4]> {
    const POINTER_TO_HEADER: usize = 0x3c;
    const SIGNATURE_AND_FILE_HEADER: usize = 24;
    const PE32: [u8; 2] = [0x0b, 0x01];
    const STACK_RESERVE: usize = 72;
    let header = program.get(POINTER_TO_HEADER..).and_then(|rest| rest.first_chunk::<4>());
    let header = header.map_or(usize::MAX, |at| u32::from_le_bytes(*at) as usize);
    let optional = header.saturating_add(SIGNATURE_AND_FILE_HEADER);
    if program.get(optional..).is_none_or(|optional| !optional.starts_with(&PE32)) {
        bail!("it is not a 32-bit program");
    }
    program.get_mut(optional + STACK_RESERVE..).and_then(|rest| rest.first_chunk_mut()).context("its header ends early")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shortest header that has the field, with this value.
    fn header(reserved: u32) -> Vec<u8> {
        let mut program = vec![0; 0x40];
        program[0x3c] = 0x40;
        program.resize(0x40 + 24, 0);
        program.extend([0x0b, 0x01]);
        program.resize(0x40 + 24 + 72, 0);
        program.extend(reserved.to_le_bytes());
        program
    }

    #[test]
    fn the_size_of_the_stack_is_found() {
        let mut program = header(2 << 20);
        assert_eq!(*stack_reserve(&mut program).expect("it is there"), (2u32 << 20).to_le_bytes());
        for length in 0..program.len() {
            assert!(stack_reserve(&mut program[..length].to_vec()).is_err(), "{length} bytes");
        }
        program[0x40 + 25] = 0x02;
        assert_eq!(stack_reserve(&mut program).expect_err("64 bits").to_string(), "it is not a 32-bit program");
    }

    #[test]
    fn a_file_that_is_not_a_program_is_named() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("x-server32.exe");
        fs::write(&file, "not a program").expect("a file");
        let error = complete(&file).expect_err("it is text").to_string();
        assert!(error.contains("x-server32.exe is damaged; delete it and build again"), "{error}");
    }
}
