//! The compiler of C for a target, which also links what it has compiled with a static library.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::build::Archive;
use crate::c_runtime;
use crate::target::Target;

/// A command of the compiler.
pub(super) struct Compiler {
    command: Command,
    family: Family,
}

/// Whose options a compiler has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Gcc,
    /// Visual C++.
    Cl,
}

impl Compiler {
    /// The compiler for a target.
    ///
    /// # Errors
    /// Fails if Visual Studio's is not installed.
    pub(super) fn of(target: Target) -> Result<Self> {
        let (command, family) = match target.is_windows_msvc() {
            true => {
                let found = find_msvc_tools::find(target.triple(), "cl.exe");
                (
                    found.context("Visual Studio's compiler cl.exe is not installed; install its C++ build tools")?,
                    Family::Cl,
                )
            }
            false if target.is_windows() => (Command::new(format!("{}-gcc", target.mingw_prefix())), Family::Gcc),
            false => (Command::new("cc"), Family::Gcc),
        };
        Ok(Self { command, family })
    }

    /// Makes a program of a C file and the static library.
    pub(super) fn program(&mut self, source: &Path, archive: &Archive, out: &Path) {
        match self.family {
            Family::Gcc => self.gcc(&["-s"], source, archive, out),
            Family::Cl => self.cl(&[], source, archive, out),
        }
    }

    /// Makes a shared object of Linux.
    pub(super) fn shared_object(&mut self, source: &Path, archive: &Archive, out: &Path, is_release: bool) {
        self.gcc(&["-shared", "-fPIC"], source, archive, out);
        self.strip_if(is_release);
    }

    /// Makes a DLL with the exports in a module-definition file.
    pub(super) fn dll(&mut self, source: &Path, definitions: &Path, archive: &Archive, out: &Path, is_release: bool) {
        match self.family {
            Family::Gcc => {
                // What is named first refers to what the static library has.
                self.arg(definitions);
                self.gcc(&["-shared", "-static-libgcc"], source, archive, out);
                self.strip_if(is_release);
            }
            Family::Cl => {
                self.cl(&["/LD"], source, archive, out);
                self.arg(format!("/DEF:{}", definitions.display()));
                // It names the internal symbols, so it is not the one for programs.
                self.arg(format!("/IMPLIB:{}", source.with_extension("lib").display()));
            }
        }
    }

    /// Adds an argument.
    pub(super) fn arg(&mut self, argument: impl AsRef<OsStr>) {
        self.command.arg(argument);
    }

    /// Runs the command.
    ///
    /// # Errors
    /// Fails if it does; the error has what it prints.
    pub(super) fn run(mut self) -> Result<()> {
        let name = self.command.get_program().to_string_lossy().into_owned();
        let output = self.command.output().with_context(|| format!("cannot start {name}"))?;
        if !output.status.success() {
            // Visual C++ prints its errors on standard output.
            let printed = [output.stdout, output.stderr].concat();
            bail!("{name} cannot link the drop-in library:\n{}", String::from_utf8_lossy(&printed));
        }
        Ok(())
    }

    fn gcc(&mut self, options: &[&str], source: &Path, archive: &Archive, out: &Path) {
        self.command.args(options).arg("-o").arg(out).args([source, &archive.file]).args(&archive.libraries);
        self.arg("-Wl,--gc-sections");
    }

    /// With the C runtime that servers have, for the same reasons.
    fn cl(&mut self, options: &[&str], source: &Path, archive: &Archive, out: &Path) {
        self.command.args(["/nologo", "/MT"]).args(options).arg(source);
        self.arg(format!("/Fo{}", source.with_extension("obj").display()));
        self.arg(format!("/Fe{}", out.display()));
        self.command.arg("/link").arg(&archive.file).args(&archive.libraries).args(c_runtime::LINKER_OPTIONS);
    }

    fn strip_if(&mut self, is_release: bool) {
        if is_release {
            self.arg("-s");
        }
    }
}
