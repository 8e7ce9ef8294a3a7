//! For build scripts: builds a native shared library from C, C++ or Fortran for cargo's target, or a .NET assembly from C#, in the
//! folder of the package's programs.

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A shared library to build.
#[derive(Debug)]
pub struct SharedLibrary<'a> {
    name: &'a str,
    sources: Vec<&'a str>,
    dependencies: Vec<&'a Path>,
    manifest: Option<&'a str>,
    exports: Option<&'a str>,
    system_libraries: Vec<&'a str>,
}

impl<'a> SharedLibrary<'a> {
    /// The library `lib<name>.so`, or `<name>.dll`.
    pub fn new(name: &'a str) -> Self {
        let (sources, dependencies, system_libraries) = (Vec::new(), Vec::new(), Vec::new());
        Self { name, sources, dependencies, manifest: None, exports: None, system_libraries }
    }

    /// Adds a source file of the package. A file that ends in `.cpp` is C++, in `.f90` Fortran, and any other C.
    #[must_use]
    pub fn source(mut self, path: &'a str) -> Self {
        self.sources.push(path);
        self
    }

    /// Links it to another shared library, which must have been built before.
    #[must_use]
    pub fn needs(mut self, library: &'a Path) -> Self {
        self.dependencies.push(library);
        self
    }

    /// Embeds a side-by-side manifest of the package, which names the assemblies that the library needs. Only Windows has them.
    #[must_use]
    pub fn manifest(mut self, path: &'a str) -> Self {
        self.manifest = Some(path);
        self
    }

    /// Exports what a module-definition file of the package lists, under the names there, in a library for Windows.
    #[must_use]
    pub fn exports(mut self, path: &'a str) -> Self {
        self.exports = Some(path);
        self
    }

    /// Links it to a library of Windows, such as `oleaut32`, in a library for Windows.
    #[must_use]
    pub fn system_library(mut self, name: &'a str) -> Self {
        self.system_libraries.push(name);
        self
    }

    /// Compiles and links the library in the folder of the package's programs, and returns its path.
    ///
    /// # Errors
    /// Fails if there is no compiler for the target, or the compiler fails.
    pub fn build(self) -> Result<PathBuf, Box<dyn Error>> {
        self.build_into(&programs_dir()?)
    }

    /// Compiles and links the library in a folder, and returns its path.
    ///
    /// # Errors
    /// Fails if there is no compiler for the target, or the compiler fails.
    pub fn build_into(self, dir: &Path) -> Result<PathBuf, Box<dyn Error>> {
        for source in self.sources.iter().chain(&self.manifest).chain(&self.exports) {
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
            let imports = self.dependencies.iter().map(|library| library.with_extension("lib"));
            command.arg("/LD").args(&self.sources).args(self.exports).args(imports);
            command.args(self.system_libraries.iter().map(|name| format!("{name}.lib")));
            command.arg(format!("/Fe:{}", output.display()));
            command.arg(format!("/Fo:{}\\", variable("OUT_DIR")?));
            if let Some(manifest) = self.manifest {
                command.args(["/link", "/MANIFEST:EMBED,ID=2"]).arg(format!("/MANIFESTINPUT:{manifest}"));
            }
        } else {
            command.arg("-shared").args(&self.sources).arg("-o").arg(&output).args(&self.dependencies);
            if is_windows {
                // Links mingw's libraries statically and does not export their symbols, so that the DLL works without them.
                command.args(["-static", "-Wl,--exclude-libs,ALL"]);
                if let Some(manifest) = self.manifest {
                    command.arg(manifest_object(self.name, manifest)?);
                }
                if let Some(exports) = self.exports {
                    // The file has the names of `__stdcall` functions without their decoration.
                    command.args([exports, "-Wl,--enable-stdcall-fixup"]);
                }
                command.args(self.system_libraries.iter().map(|name| format!("-l{name}")));
            } else {
                // Without a soname, libraries that depend on it would record its path on this machine.
                command.arg(format!("-Wl,-soname,lib{}.so", self.name));
                // A C compiler does not link libm by default, and the program that loads the library may not have it.
                command.arg("-lm");
            }
        }
        run(command)?;
        Ok(output)
    }
}

/// Compiles a manifest to an object file with the resource by which Windows knows a DLL's manifest, and returns its path.
fn manifest_object(name: &str, manifest: &str) -> Result<PathBuf, Box<dyn Error>> {
    let dir = PathBuf::from(variable("OUT_DIR")?);
    let (script, object) = (dir.join(format!("{name}.rc")), dir.join(format!("{name}.manifest.o")));
    // Number 2 is the manifest of a DLL, and type 24 is RT_MANIFEST.
    std::fs::write(&script, format!("2 24 \"{manifest}\"\n"))?;
    let mut command = mingw("windres")?;
    command.arg(&script).arg(&object);
    run(command)?;
    Ok(object)
}

/// Compiles a C program in the build script's own folder, and returns its path.
///
/// # Errors
/// Fails if there is no compiler for the target, or the compiler fails.
pub fn program(name: &str, source: &str) -> Result<PathBuf, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={source}");
    let is_windows = variable("CARGO_CFG_TARGET_OS")? == "windows";
    let dir = PathBuf::from(variable("OUT_DIR")?);
    let output = dir.join(if is_windows { format!("{name}.exe") } else { name.to_owned() });
    let mut command = cc::Build::new().try_get_compiler()?.to_command();
    command.arg(source);
    if variable("CARGO_CFG_TARGET_ENV")? == "msvc" {
        command.arg(format!("/Fe:{}", output.display())).arg(format!("/Fo:{}\\", dir.display()));
    } else {
        command.arg("-o").arg(&output).arg(if is_windows { "-static" } else { "-ldl" });
    }
    run(command)?;
    Ok(output)
}

/// Compiles C# to the assembly `<name>.dll` for 32-bit processes, in the folder of the package's programs, and returns its path.
/// The assembly is the same for every system.
///
/// # Errors
/// Fails if there is no compiler, or the compiler fails.
pub fn assembly(name: &str, source: &str) -> Result<PathBuf, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={source}");
    let output = programs_dir()?.join(format!("{name}.dll"));
    let mut command = csharp();
    command.args(["-nologo", "-optimize", "-target:library", "-platform:x86"]);
    command.arg(format!("-out:{}", output.display())).arg(source);
    run(command)?;
    Ok(output)
}

/// Returns the C# compiler: on Windows that of the .NET Framework, which is part of the system, elsewhere Mono's.
fn csharp() -> Command {
    let framework = env::var_os("WINDIR")
        .filter(|_| cfg!(windows))
        .map(|windows| Path::new(&windows).join(r"Microsoft.NET\Framework\v4.0.30319\csc.exe"));
    Command::new(framework.unwrap_or_else(|| "mcs".into()))
}

/// Copies a DLL of the distribution's mingw, such as that of Debian's `libz-mingw-w64`, to the folder of the package's programs,
/// where Windows looks first.
///
/// For other targets than 32-bit mingw it does nothing.
///
/// # Errors
/// Fails if mingw does not have the file.
pub fn copy_mingw_dll(dll: &str) -> Result<(), Box<dyn Error>> {
    let is_mingw = variable("CARGO_CFG_TARGET_OS")? == "windows" && variable("CARGO_CFG_TARGET_ENV")? == "gnu";
    if !is_mingw || variable("CARGO_CFG_TARGET_ARCH")? != "x86" {
        return Ok(());
    }
    let compiler = cc::Build::new().try_get_compiler()?;
    let find = |name: String| -> Result<Option<PathBuf>, Box<dyn Error>> {
        let output = compiler.to_command().arg(format!("-print-file-name={name}")).output()?;
        let file = PathBuf::from(String::from_utf8(output.stdout)?.trim());
        // If it has the file, it prints the path, otherwise the bare name.
        Ok(file.is_absolute().then_some(file))
    };
    // Debian has DLLs in the compiler's library folder, other distributions in `bin` next to it.
    let file = match find(dll.to_owned())? {
        Some(file) => file,
        None => find(format!("../bin/{dll}"))?
            .ok_or_else(|| format!("mingw has no {dll}; `cargo bridge32 run` installs what the package needs"))?,
    };
    println!("cargo::rerun-if-changed={}", file.display());
    std::fs::copy(&file, programs_dir()?.join(dll))?;
    Ok(())
}

/// Returns gfortran for the target; for Windows, mingw's, also if Rust uses Visual Studio's linker.
fn fortran(is_windows: bool) -> Result<Command, Box<dyn Error>> {
    let mut command = if is_windows { mingw("gfortran")? } else { Command::new("gfortran") };
    if !is_windows {
        // The Fortran run-time library is linked dynamically: distributions build the static one without position-independent
        // code.
        command.args(["-fPIC", "-static-libgcc"]).args(is_x86()?.then_some("-m32"));
    }
    // Keeps the generated module files out of the source folder.
    command.arg("-J").arg(variable("OUT_DIR")?);
    Ok(command)
}

/// Returns a program of mingw's for the target.
fn mingw(program: &str) -> Result<Command, Box<dyn Error>> {
    let arch = if is_x86()? { "i686".to_owned() } else { variable("CARGO_CFG_TARGET_ARCH")? };
    Ok(Command::new(format!("{arch}-w64-mingw32-{program}")))
}

fn is_x86() -> Result<bool, Box<dyn Error>> {
    Ok(variable("CARGO_CFG_TARGET_ARCH")? == "x86")
}

/// Returns the folder of this build's programs. Cargo has no variable for it; the build script's own folder is in `<profile>/build`.
fn programs_dir() -> Result<PathBuf, Box<dyn Error>> {
    let out = variable("OUT_DIR")?;
    let build = Path::new(&out).ancestors().find(|folder| folder.ends_with("build"));
    build.and_then(Path::parent).map(Path::to_owned).ok_or_else(|| format!("{out} is not a build folder").into())
}

fn variable(name: &str) -> Result<String, Box<dyn Error>> {
    env::var(name).map_err(|_| format!("${name} is not set; this function is for build scripts").into())
}

fn run(mut command: Command) -> Result<(), Box<dyn Error>> {
    let output = command.output().map_err(|error| {
        let program = command.get_program().display().to_string();
        let setup = match program.as_str() {
            "mcs" => "setup --with dotnet",
            program if program.ends_with("gfortran") => "setup --with fortran",
            _ => "setup",
        };
        format!("cannot run `{program}` ({error}); `cargo bridge32 {setup}` installs what a target needs")
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
