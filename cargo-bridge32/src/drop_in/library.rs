//! One drop-in library: its names, and the files in its folder.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::build::{Archive, DropInBuild};
use super::exports::{Exports, Symbols};
use super::{header, link};
use crate::copying;
use crate::dist::{MONO, libraries};
use crate::doctor::library::stem;
use crate::package::Package;
use crate::server::Server;
use crate::setup::wine;
use crate::target::Target;
use crate::workspace::Workspace;

/// A drop-in library to write.
pub(super) struct DropInLibrary<'b> {
    build: &'b DropInBuild<'b>,
    exports: Exports,
    /// The file name of the library.
    name: String,
    /// The name without what the system adds to it.
    pub(super) stem: String,
    /// The 32-bit server.
    server_file: PathBuf,
    /// The 32-bit library, if it is copied.
    original: Option<PathBuf>,
}

impl<'b> DropInLibrary<'b> {
    /// Finds out what a server's library exports, and what its files are called.
    ///
    /// # Errors
    /// Fails if the original cannot be read, or the server has no interface with a native library.
    pub(super) fn of(
        build: &'b DropInBuild<'b>,
        server: Server<'_>,
        symbols: &Symbols,
        original: Option<&Path>,
        workspace: &Workspace,
    ) -> Result<Self> {
        let exports = Exports::of(server.bin, symbols, original)?;
        let name = file_name(&exports.library, original, build.sides.client);
        let server_file = workspace.program_file(server.bin, build.sides.server, build.options.cargo.profile());
        let built = || next_to(&server_file, &exports, build.sides.server);
        let original = original.map(Path::to_owned).or_else(built);
        Ok(Self { build, stem: stem(&name), exports, name, server_file, original })
    }

    /// Writes all files into the folder `out`; returns the library.
    ///
    /// # Errors
    /// Fails if the library cannot be linked, or a file cannot be written.
    pub(super) fn write(
        &self,
        archive: &Archive,
        package: &Package,
        out: &Path,
        workspace: &Workspace,
    ) -> Result<PathBuf> {
        let Self { build, exports, stem, server_file, original, .. } = self;
        let (sides, profile) = (build.sides, build.options.cargo.profile());
        let folder = format!("{stem}32");
        let server_folder = out.join(&folder);
        fs::create_dir_all(&server_folder).with_context(|| format!("cannot make {}", server_folder.display()))?;
        let server_name = server_file.file_name().unwrap_or_default().to_string_lossy();
        copy(server_file, &server_folder.join(&*server_name))?;
        let original_name = original.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy());
        if let (Some(original), Some(name)) = (original, &original_name) {
            copy(original, &server_folder.join(&**name))?;
            for needed in libraries::needed_by(std::slice::from_ref(original))? {
                copy(&needed.file, &server_folder.join(&needed.name))?;
            }
        }
        for (target, folder) in [(sides.server, server_folder.as_path()), (sides.client, out)] {
            if target.is_windows() && !cfg!(windows) {
                let programs = workspace.program_folder(target, profile);
                wine::ship_shim(target, &programs)?;
                copy(&programs.join(wine::SHIM), &folder.join(wine::SHIM))?;
            }
        }
        let library_setting = match (&original_name, &package.settings.drop_in.library) {
            (Some(original), _) => format!("original={original}\n"),
            (None, Some(library)) => format!("library={library}\n"),
            (None, None) => String::new(),
        };
        let options_setting = &package.settings.drop_in.options;
        let settings = format!("folder={folder}\nserver={server_name}\n{library_setting}{options_setting}");
        let file = out.join(&self.name);
        link::link(archive, exports, &settings, &file, sides.client, profile.is_release())?;
        header::write(archive, exports, &out.join(format!("{stem}.h")), sides.client)?;
        if !build.options.cargo.quiet {
            let library = &self.name;
            match (exports.is_assembly, sides.client.is_windows(), sides.server.is_windows()) {
                (true, _, false) => eprintln!("note: {library} needs {MONO} where it is used"),
                (true, false, true) => eprintln!(
                    "warning: {library} needs .NET in Wine, which does not have it; for Mono, use `--target {}`",
                    Target::I686Linux
                ),
                _ => {}
            }
            for (method, reason) in &exports.left_out {
                eprintln!("warning: `{method}` is not in {library}: {reason}");
            }
            for name in &exports.undeclared {
                eprintln!("warning: `{name}` is not in {library}: the interface does not declare it");
            }
        }
        Ok(file)
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    copying::copy(from, to).with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

/// The file name of the drop-in library: the original's, or what the system calls a library of the interface's name.
pub(super) fn file_name(library: &str, original: Option<&Path>, target: Target) -> String {
    let own = original.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let name = own.unwrap_or_else(|| library.rsplit(['/', '\\']).next().unwrap_or(library).to_owned());
    let is_dll = name.to_lowercase().ends_with(".dll");
    let is_elf = name.ends_with(".so") || name.contains(".so.");
    match target.is_windows() {
        true if is_dll => name,
        true => format!("{}.dll", if is_elf { stem(&name) } else { name }),
        false if is_elf => name,
        false => format!("lib{}.so", if is_dll { stem(&name) } else { name }),
    }
}

/// The original library in the folder of the server, if the package builds it there.
fn next_to(server: &Path, exports: &Exports, target: Target) -> Option<PathBuf> {
    let name = match exports.is_assembly {
        true => assembly_name(&exports.library),
        false => file_name(&exports.library, None, target),
    };
    let file = server.with_file_name(name);
    file.is_file().then_some(file)
}

/// The file name of an assembly, which the runtime's `dotnet/assembly` looks for.
fn assembly_name(assembly: &str) -> String {
    let lower = assembly.to_lowercase();
    let is_file = lower.ends_with(".dll") || lower.ends_with(".exe");
    if is_file { assembly.to_owned() } else { format!("{assembly}.dll") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_the_name_of_the_original() {
        let of = |library, target| file_name(library, None, target);
        assert_eq!(of("meter", Target::X64Linux), "libmeter.so");
        assert_eq!(of("meter.dll", Target::X64Linux), "libmeter.so");
        assert_eq!(of("libsqlite3.so.0", Target::X64Linux), "libsqlite3.so.0");
        assert_eq!(of("meter", Target::X64WindowsGnu), "meter.dll");
        assert_eq!(of("libsqlite3.so.0", Target::X64WindowsGnu), "sqlite3.dll");
        assert_eq!(of("Vendor.Software", Target::X64Linux), "libVendor.Software.so");
        assert_eq!(of("Vendor.Software", Target::X64WindowsGnu), "Vendor.Software.dll");
        assert_eq!(file_name("x", Some(Path::new("Vendor.Software.dll")), Target::X64Linux), "libVendor.Software.so");
        assert_eq!(file_name("meter", Some(Path::new("/x/Meter32.DLL")), Target::X64WindowsGnu), "Meter32.DLL");
    }
}
