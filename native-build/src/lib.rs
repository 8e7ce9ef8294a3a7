//! Builds a native shared library from C, C++ or Fortran for the target that cargo is building for, or an assembly of .NET
//! from C#, and puts it where the programs of the package go: a build script calls it.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A shared library to be built.
#[derive(Debug)]
pub struct SharedLibrary<'a> {
    name: &'a str,
    sources: Vec<&'a str>,
    needs: Vec<&'a Path>,
}

impl<'a> SharedLibrary<'a> {
    /// The library `lib<name>.so`, or `<name>.dll`.
    pub fn new(name: &'a str) -> Self {
        Self { name, sources: Vec::new(), needs: Vec::new() }
    }

    /// Adds a source file of the package; those that end in `.cpp` are C++, and in `.f90` Fortran.
    #[must_use]
    pub fn source(mut self, path: &'a str) -> Self {
        self.sources.push(path);
        self
    }

    /// Links it against another shared library, which was built before.
    #[must_use]
    pub fn needs(mut self, library: &'a Path) -> Self {
        self.needs.push(library);
        self
    }

    /// Compiles and links the library into the folder of the package's programs.
    ///
    /// # Errors
    /// If there is no compiler for the target, or if it fails.
    pub fn build(self) -> Result<PathBuf, Box<dyn Error>> {
        self.build_into(&programs_dir()?)
    }

    /// Compiles and links the library into a folder.
    ///
    /// # Errors
    /// If there is no compiler for the target, or if it fails.
    pub fn build_into(self, dir: &Path) -> Result<PathBuf, Box<dyn Error>> {
        for source in &self.sources {
            println!("cargo::rerun-if-changed={source}");
        }
        let is_windows = variable("CARGO_CFG_TARGET_OS")? == "windows";
        let is_msvc = variable("CARGO_CFG_TARGET_ENV")? == "msvc";
        let output = dir.join(match is_windows {
            true => format!("{}.dll", self.name),
            false => format!("lib{}.so", self.name),
        });
        let has = |extension| self.sources.iter().any(|source| source.ends_with(extension));
        let mut command = match has(".f90") {
            true => fortran(is_windows)?,
            false => cc::Build::new().cpp(has(".cpp")).pic(!is_windows).try_get_compiler()?.to_command(),
        };
        if is_msvc && !has(".f90") {
            let imports = self.needs.iter().map(|library| library.with_extension("lib"));
            command.arg("/LD").args(&self.sources).args(imports).arg(format!("/Fe:{}", output.display()));
            command.arg(format!("/Fo:{}\\", variable("OUT_DIR")?));
        } else {
            command.arg("-shared").args(&self.sources).arg("-o").arg(&output).args(&self.needs);
            if is_windows {
                // The library stands alone: nobody has mingw's own libraries beside it, or asks it for them.
                command.args(["-static", "-Wl,--exclude-libs,ALL"]);
            } else {
                // Without a name of its own, who needs it would remember this machine's path.
                command.arg(format!("-Wl,-soname,lib{}.so", self.name));
                // A C compiler does not do this by itself, and who loads the library may have no libm.
                command.arg("-lm");
            }
        }
        run(command)?;
        Ok(output)
    }
}

/// Compiles C# into the assembly `<name>.dll` for 32-bit processes, in the folder of the package's programs. It is the same
/// for every system.
///
/// # Errors
/// If there is no compiler, or if it fails.
pub fn assembly(name: &str, source: &str) -> Result<PathBuf, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={source}");
    let output = programs_dir()?.join(format!("{name}.dll"));
    let mut command = csharp();
    command.args(["-nologo", "-optimize", "-target:library", "-platform:x86"]);
    command.arg(format!("-out:{}", output.display())).arg(source);
    run(command)?;
    Ok(output)
}

/// The C# compiler: on Windows that of the .NET Framework, which every one of them has, elsewhere Mono's.
fn csharp() -> Command {
    let framework = env::var_os("WINDIR")
        .filter(|_| cfg!(windows))
        .map(|windows| Path::new(&windows).join(r"Microsoft.NET\Framework\v4.0.30319\csc.exe"));
    Command::new(framework.unwrap_or_else(|| "mcs".into()))
}

/// Puts a DLL that comes with the distribution's mingw, such as Debian's `libz-mingw-w64`, beside the package's programs, as
/// who deploys them does: Windows looks there first.
///
/// It does so for a 32-bit target of mingw. Elsewhere there is nothing to put.
///
/// # Errors
/// If mingw has no such file.
pub fn put_beside(dll: &str) -> Result<(), Box<dyn Error>> {
    let is_mingw = variable("CARGO_CFG_TARGET_OS")? == "windows" && variable("CARGO_CFG_TARGET_ENV")? == "gnu";
    if !is_mingw || variable("CARGO_CFG_TARGET_ARCH")? != "x86" {
        return Ok(());
    }
    let compiler = cc::Build::new().try_get_compiler()?;
    let find = |name: String| -> Result<Option<PathBuf>, Box<dyn Error>> {
        let told = compiler.to_command().arg(format!("-print-file-name={name}")).output()?;
        let file = PathBuf::from(String::from_utf8(told.stdout)?.trim());
        // It prints a path to a file that it has, and the bare name else.
        Ok(file.is_absolute().then_some(file))
    };
    // Debian has DLLs where the compiler looks for libraries, others beside that.
    let file = match find(dll.to_owned())? {
        Some(file) => file,
        None => find(format!("../bin/{dll}"))?
            .ok_or_else(|| format!("mingw has no {dll}; `cargo bridge32 run` installs what the package needs"))?,
    };
    println!("cargo::rerun-if-changed={}", file.display());
    std::fs::copy(&file, programs_dir()?.join(dll))?;
    Ok(())
}

/// gfortran for the target; on Windows mingw's, whichever linker Rust has.
fn fortran(is_windows: bool) -> Result<Command, Box<dyn Error>> {
    let arch = variable("CARGO_CFG_TARGET_ARCH")?;
    let mut command = match (is_windows, arch.as_str()) {
        (true, "x86") => Command::new("i686-w64-mingw32-gfortran"),
        (true, _) => Command::new(format!("{arch}-w64-mingw32-gfortran")),
        (false, _) => Command::new("gfortran"),
    };
    if !is_windows {
        // The run-time library stays a shared one: distributions build the static one for programs only.
        command.args(["-fPIC", "-static-libgcc"]).args((arch == "x86").then_some("-m32"));
    }
    // The modules' descriptions are no sources.
    command.arg("-J").arg(variable("OUT_DIR")?);
    Ok(command)
}

/// The folder that cargo puts the programs of this build into. It has no variable; it is three levels above the
/// script's own folder `<profile>/build/<package>/out`.
fn programs_dir() -> Result<PathBuf, Box<dyn Error>> {
    let out = variable("OUT_DIR")?;
    Path::new(&out).ancestors().nth(3).map(Path::to_owned).ok_or_else(|| format!("{out} is no build folder").into())
}

fn variable(name: &str) -> Result<String, Box<dyn Error>> {
    env::var(name).map_err(|_| format!("${name} is missing: this is for build scripts").into())
}

fn run(mut command: Command) -> Result<(), Box<dyn Error>> {
    let output = command.output().map_err(|error| {
        let program = command.get_program().display().to_string();
        let setup = match program.as_str() {
            "mcs" => "setup --with dotnet",
            program if program.ends_with("gfortran") => "setup --with fortran",
            _ => "setup",
        };
        format!("`{program}` cannot be run ({error}); `cargo bridge32 {setup}` installs what a target needs")
    })?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let words = std::iter::once(command.get_program()).chain(command.get_args());
            let line = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
            Err(format!("`{line}` failed:\n{}", String::from_utf8_lossy(&output.stderr)).into())
        }
    }
}
