//! The headers of executable files.

use std::path::Path;
use std::{fs, io};

use object::pe::IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR;
use object::{Architecture, BinaryFormat, LittleEndian, NameOrOrdinal, Object};

/// A program or library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) format: Format,
    pub(crate) architecture: Architecture,
    pub(crate) is_64: bool,
    /// Whether it is an assembly of .NET.
    pub(crate) is_managed: bool,
    /// The libraries it needs, by name.
    pub(crate) needed: Vec<String>,
    /// The names it exports.
    pub(crate) exports: Vec<String>,
}

/// The executable formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Windows.
    Pe,
    /// Linux and most others.
    Elf,
}

impl Format {
    /// The format that this process was loaded from.
    pub(crate) const NATIVE: Self = if cfg!(windows) { Self::Pe } else { Self::Elf };

    pub(crate) fn system(self) -> &'static str {
        match self {
            Self::Pe => "Windows",
            Self::Elf => "Linux",
        }
    }
}

impl Image {
    /// Reads a program or library. The inner error describes a file that is neither.
    pub(crate) fn read(path: &Path) -> io::Result<Result<Self, String>> {
        Ok(Self::parse(&fs::read(path)?))
    }

    /// Parses the content of a program or library. The error describes a file that is neither.
    pub(crate) fn parse(data: &[u8]) -> Result<Self, String> {
        let Ok(file) = object::File::parse(data) else { return Err(describe(data).to_owned()) };
        let format = match file.format() {
            BinaryFormat::Elf => Format::Elf,
            BinaryFormat::Pe => Format::Pe,
            _ => return Err("a file of another kind".to_owned()),
        };
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        // A damaged table counts as empty: this is read only to explain a failure.
        let needed = file.import_libraries().into_iter().flatten().flatten().map(|library| text(library.name()));
        let exports = file.exports().into_iter().flatten().flatten().filter_map(|export| match export.name() {
            NameOrOrdinal::Name(name) => Some(text(name)),
            NameOrOrdinal::Ordinal(_) => None,
        });
        Ok(Self {
            format,
            architecture: file.architecture(),
            is_64: file.is_64(),
            is_managed: has_clr_header(&file),
            needed: needed.collect(),
            exports: exports.collect(),
        })
    }

    /// Its width and architecture, such as `32-bit (x86)`.
    pub(crate) fn architecture(&self) -> String {
        bits(self.is_64, architecture_name(self.architecture))
    }

    /// Whether it has the format of Windows, as .NET assemblies have on every system.
    #[cfg(feature = "dotnet")]
    pub(crate) fn is_windows(&self) -> bool {
        self.format == Format::Pe
    }

    /// Whether it has the architecture of this process.
    pub(crate) fn fits_this_process(&self) -> bool {
        self.is_64 == cfg!(target_pointer_width = "64")
            && architecture_name(self.architecture) == std::env::consts::ARCH
    }
}

/// What an assembly of .NET is instead of a native library.
pub(super) const MANAGED: &str = "an assembly of .NET; declare it with `dotnet = …` instead of `lib = …`";

/// Whether a file has the header of the common language runtime.
fn has_clr_header(file: &object::File<'_>) -> bool {
    let directory = match file {
        object::File::Pe32(file) => file.data_directory(IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR),
        object::File::Pe64(file) => file.data_directory(IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR),
        _ => None,
    };
    directory.is_some_and(|directory| directory.virtual_address.get(LittleEndian) != 0)
}

/// `32-bit (x86)`.
pub(crate) fn bits(is_64: bool, architecture: &str) -> String {
    format!("{}-bit ({architecture})", if is_64 { 64 } else { 32 })
}

/// The architecture's name in `std::env::consts::ARCH`.
fn architecture_name(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::I386 => "x86",
        Architecture::X86_64 => "x86_64",
        Architecture::Aarch64 => "aarch64",
        Architecture::Arm => "arm",
        _ => "another architecture",
    }
}

fn describe(data: &[u8]) -> &'static str {
    match data {
        [] => "an empty file",
        [b'#', b'!', ..] => "a script",
        [b'M', b'Z', ..] => "a 16-bit or damaged program",
        _ if std::str::from_utf8(&data[..data.len().min(512)]).is_ok() => "a text file",
        _ => "a file of another kind",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program_is_read_as_what_it_is() {
        let image = Image::read(&std::env::current_exe().unwrap()).unwrap().unwrap();
        assert_eq!(image.format, Format::NATIVE);
        assert!(image.fits_this_process());
        assert!(!image.needed.is_empty());
    }

    #[test]
    fn other_files_are_named() {
        assert_eq!(describe(b""), "an empty file");
        assert_eq!(describe(b"#!/bin/sh"), "a script");
        assert_eq!(describe(b"hello"), "a text file");
        assert_eq!(describe(&[0xff, 0xfe, 0x00]), "a file of another kind");
    }
}
