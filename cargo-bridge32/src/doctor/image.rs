//! What a file of a library or program consists of, as far as it matters to those who call it.

use serde::Serialize;

/// A library or program.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Image {
    pub(crate) format: Format,
    pub(crate) bits: u8,
    /// The processor, by Rust's name for it.
    pub(crate) processor: String,
    /// Whether it is a program, which cannot be loaded into another one.
    pub(crate) is_program: bool,
    /// Its managed part, if it is an assembly of .NET.
    pub(crate) dotnet: Option<Assembly>,
    /// Whether it creates COM objects (`DllGetClassObject`).
    pub(crate) is_com_server: bool,
    /// The compiler or linker that left its mark in the file.
    pub(crate) compiler: Option<String>,
    pub(crate) exports: Vec<ExportedSymbol>,
    pub(crate) imports: Vec<Imports>,
    /// The side-by-side assemblies that its manifest asks for.
    pub(crate) side_by_side: Vec<SideBySide>,
    /// The versions that it needs of the system's libraries, such as `GLIBC_2.34` of `libc.so.6`.
    pub(crate) versions: Vec<RequiredVersion>,
    /// The versions of symbols that it has itself, for others.
    pub(crate) defined_versions: Vec<String>,
    pub(crate) sections: Vec<Section>,
    /// The packer or protector that has processed the file.
    pub(crate) packer: Option<&'static str>,
    /// Where it looks for other libraries, apart from the system's folders.
    pub(crate) run_path: Vec<String>,
    /// What else is unusual about it.
    pub(crate) traits: Vec<Trait>,
    /// The parts of the file that cannot be read.
    pub(crate) damaged: Vec<String>,
}

/// The format of executable files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// Windows.
    #[default]
    Pe,
    /// Linux.
    Elf,
}

impl Format {
    /// Returns the name of the system that has it.
    pub(crate) fn system(self) -> &'static str {
        match self {
            Self::Pe => "Windows",
            Self::Elf => "Linux",
        }
    }
}

/// The managed part of a file.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Assembly {
    /// The version in its metadata, such as `v4.0.30319`.
    pub(crate) runtime: String,
    /// The framework that it was compiled for, such as `.NETFramework,Version=v4.5`.
    pub(crate) framework: Option<String>,
    /// Whether it also contains native code, as C++/CLI does.
    pub(crate) has_native_code: bool,
    /// Whether it runs in processes of either width.
    pub(crate) is_any_cpu: bool,
}

/// A symbol that a library exports.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ExportedSymbol {
    /// Its name; without one, it is exported by its number only.
    pub(crate) name: Option<String>,
    /// Its number; only Windows has them.
    pub(crate) ordinal: Option<u32>,
    pub(crate) is_variable: bool,
    /// The calling convention in its name.
    pub(crate) convention: Option<&'static str>,
    /// The size of its arguments in its name.
    pub(crate) argument_bytes: Option<u32>,
    /// The compiler whose C++ or Pascal name it has.
    pub(crate) mangled_by: Option<&'static str>,
    /// What such a name stands for, with types.
    pub(crate) demangled: Option<String>,
    /// The library and symbol that it stands for.
    pub(crate) forwarded_to: Option<String>,
}

impl ExportedSymbol {
    /// Returns the name in the source, without what compilers add to it: `f` of `_f@8`, `@f@8` and `?f@@YAHXZ`.
    pub(crate) fn plain_name(&self) -> Option<&str> {
        let name = self.name.as_deref()?;
        if let Some(demangled) = &self.demangled {
            let declarator = demangled.split('(').next().unwrap_or(demangled);
            return declarator.split_whitespace().last();
        }
        if self.argument_bytes.is_none() {
            return Some(name);
        }
        let name = name.rsplit_once('@').map_or(name, |(name, _)| name).trim_end_matches('@');
        let name = name.strip_prefix('@').unwrap_or(name);
        Some(if self.convention == Some("stdcall") { name.strip_prefix('_').unwrap_or(name) } else { name })
    }

    /// Returns the names that its source may have: its name, without decoration, and without the underscore of old compilers.
    pub(crate) fn source_names(&self) -> impl Iterator<Item = &str> {
        let plain = self.plain_name();
        let without_underscore = plain.and_then(|plain| plain.strip_prefix('_'));
        self.name.as_deref().into_iter().chain(plain).chain(without_underscore)
    }
}

/// What is imported from one library.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Imports {
    pub(crate) library: String,
    /// The functions, by name or as `#7`; on Linux unknown, because a symbol may come from any library.
    pub(crate) symbols: Vec<String>,
    /// Whether it is only loaded when the first function is called.
    pub(crate) is_delayed: bool,
}

/// A side-by-side assembly of Windows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SideBySide {
    pub(crate) name: String,
    pub(crate) version: String,
}

/// A version of a library's symbols on Linux.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RequiredVersion {
    pub(crate) library: String,
    pub(crate) version: String,
}

/// A section of a file.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    pub(crate) name: String,
    /// Its size in memory.
    pub(crate) size: u64,
    pub(crate) is_writable: bool,
    pub(crate) is_executable: bool,
}

impl Section {
    /// Whether code in it can be changed while it runs, as packers and protectors need it.
    pub(crate) fn is_unusual(&self) -> bool {
        self.is_writable && self.is_executable
    }
}

/// What is unusual about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Trait {
    /// It can only be loaded at one address.
    FixedAddress,
    /// Its stack must be executable.
    ExecutableStack,
    /// Its code is changed when it is loaded.
    TextRelocations,
    /// It has thread-local variables that must be there when the process starts.
    StaticTls,
    /// It says that it must not be loaded at run time.
    NotForDlopen,
    /// Its manifest has the number of a program's, which is ignored in a library.
    ManifestOfProgram,
}
