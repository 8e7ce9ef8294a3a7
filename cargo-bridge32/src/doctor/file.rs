//! Reads a file: a library, a program, or what it is instead.

mod clr;
mod decoration;
mod elf;
mod manifest;
mod name;
mod packer;
mod pe;

use std::path::Path;
use std::{fs, io};

use object::FileKind;

#[cfg(test)]
use crate::doctor::image::ExportedSymbol;
use crate::doctor::image::Image;

/// The content of a file.
#[derive(Debug)]
pub(crate) enum Content {
    Image(Box<Image>),
    /// Not a library or program.
    Other(Other),
}

/// A file that is not a library or program: what it is, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Other {
    pub(crate) what: &'static str,
    pub(crate) remedy: &'static str,
}

/// Reads a file.
///
/// # Errors
/// Fails if it cannot be read, or is a folder or device.
pub(crate) fn read(path: &Path) -> io::Result<Content> {
    let kind = fs::metadata(path)?;
    if kind.is_dir() {
        return Err(io::Error::other("it is a folder; name a library in it"));
    }
    // To read a pipe or a device may never end.
    if !kind.is_file() {
        return Err(io::Error::other("it is a pipe or device; name a library"));
    }
    Ok(parse(&fs::read(path)?))
}

/// Parses the content of a file.
pub(crate) fn parse(data: &[u8]) -> Content {
    let image = match FileKind::parse(data) {
        Ok(FileKind::Pe32) => pe::read::<object::pe::ImageNtHeaders32>(data),
        Ok(FileKind::Pe64) => pe::read::<object::pe::ImageNtHeaders64>(data),
        Ok(FileKind::Elf32) => elf::read::<object::elf::FileHeader32<object::Endianness>>(data),
        Ok(FileKind::Elf64) => elf::read::<object::elf::FileHeader64<object::Endianness>>(data),
        _ => return Content::Other(other(data)),
    };
    match image {
        Some(image) => Content::Image(Box::new(image)),
        None => Content::Other(other(data)),
    }
}

/// Returns what the name of an export says.
#[cfg(test)]
pub(crate) fn describe_name(name: &str) -> ExportedSymbol {
    decoration::read(ExportedSymbol { name: Some(name.to_owned()), ..ExportedSymbol::default() })
}

/// Recognizes a file that is not a library or program.
fn other(data: &[u8]) -> Other {
    const NAME_THE_LIBRARY: &str = "name the library itself, a .dll or .so file";
    const GET_IT_AGAIN: &str = "copy or download it again, and compare the sizes";
    let is_text = |data: &[u8]| !data.contains(&0) && std::str::from_utf8(data).is_ok();
    let (what, remedy) = match data {
        [] => ("an empty file", GET_IT_AGAIN),
        [b'#', b'!', ..] => ("a script", NAME_THE_LIBRARY),
        [b'M', b'Z', ..] => return dos_program(data),
        [0x7f, b'E', b'L', b'F', ..] => ("a damaged library or program for Linux", GET_IT_AGAIN),
        [b'!', b'<', b'a', b'r', b'c', b'h', b'>', ..] => {
            ("a static or import library", "name the shared library that it belongs to, a .dll or .so file")
        }
        [b'P', b'K', 3, 4, ..] => ("a ZIP archive", "unpack it, and name the library in it"),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            ("an installer (.msi) or Office file", "install it, and name the library that it installs")
        }
        [b'M', b'S', b'C', b'F', ..] => ("a cabinet file (.cab)", "unpack it, and name the library in it"),
        [b'M', b'S', b'F', b'T', ..] => ("a type library (.tlb)", "name the DLL whose objects it describes"),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => (
            "a library or program for macOS, or a Java class",
            "macOS runs no 32-bit programs; get the library for Windows or Linux",
        ),
        [0x4c, 0x01, ..] => ("an object file for 32-bit Windows", "link it into a DLL"),
        [b'/' | b'G', ..] if data.starts_with(b"/* GNU ld script") || data.starts_with(b"GROUP") => {
            ("a script for the linker", "name the library that is named in it")
        }
        _ if is_text(&data[..utf8_prefix(data)]) => ("a text file", NAME_THE_LIBRARY),
        _ => ("a file of another kind", NAME_THE_LIBRARY),
    };
    Other { what, remedy }
}

/// Returns the length of a short beginning of a file that does not end within a character.
fn utf8_prefix(data: &[u8]) -> usize {
    let mut end = data.len().min(512);
    while end < data.len() && end > 0 && data[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    end
}

/// Recognizes what follows the old header that every program for DOS and Windows has.
fn dos_program(data: &[u8]) -> Other {
    let header = data.get(0x3c..0x40).and_then(|at| Some(u32::from_le_bytes(at.try_into().ok()?)));
    let signature = header.and_then(|at| data.get(at as usize..)?.get(..2));
    let (what, remedy) = match signature {
        Some(b"NE") => ("a 16-bit library or program", "64-bit Windows runs no 16-bit code; get its 32-bit version"),
        Some(b"LE" | b"LX") => {
            ("a driver of Windows 95 or a program for OS/2", "get the library for Windows NT or later")
        }
        Some(b"PE") => ("a damaged library or program for Windows", "copy or download it again, and compare the sizes"),
        _ => ("a damaged library, or a program for DOS", "copy or download it again, and compare the sizes"),
    };
    Other { what, remedy }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_recognized() {
        let mut ne = vec![0; 0x50];
        ne[..2].copy_from_slice(b"MZ");
        ne[0x3c] = 0x40;
        ne[0x40..0x42].copy_from_slice(b"NE");
        for (data, expected) in [
            (&b""[..], "an empty file"),
            (b"#!/bin/sh", "a script"),
            ("gr\u{fc}n".as_bytes(), "a text file"),
            (b"MZ", "a damaged library, or a program for DOS"),
            (&ne, "a 16-bit library or program"),
            (b"!<arch>\n", "a static or import library"),
            (b"PK\x03\x04", "a ZIP archive"),
            (b"\x7fELF\x01", "a damaged library or program for Linux"),
            (&[1, 0, 2], "a file of another kind"),
        ] {
            assert_eq!(other(data).what, expected);
        }
        // A character that the limit would cut in two.
        assert_eq!(other("ä".repeat(400).replacen('ä', "a", 1).as_bytes()).what, "a text file");
    }

    /// Damaged input gives a report, whatever it is.
    #[test]
    fn damaged_files_do_not_stop_the_reader() {
        let path = std::env::current_exe().expect("this program");
        let mut program = fs::read(path).expect("it can be read");
        // Its headers and the tables at its end; what is between them is code.
        program.truncate(program.len().min(200_000));
        let samples = [pe::tests::small_dll(), program];
        for sample in samples {
            for length in (0..sample.len()).step_by(1 + sample.len() / 500) {
                parse(&sample[..length]);
            }
            let mut state = 1_u32;
            let mut random = || {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as usize
            };
            for _ in 0..2000 {
                let mut damaged = sample.clone();
                for _ in 0..4 {
                    // Mostly in the headers, which everything else depends on.
                    let range = if random() % 2 == 0 { damaged.len().min(1024) } else { damaged.len() };
                    let at = random() % range;
                    damaged[at] = random() as u8;
                }
                parse(&damaged);
            }
        }
    }
}
