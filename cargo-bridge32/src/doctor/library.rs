//! A library that a 32-bit server is to call.

use std::path::Path;

use anyhow::{Result, bail};

use crate::doctor::file::{self, Content};
use crate::doctor::image::{Format, Image};
use crate::target::Target;

/// Reads a library that a server can load, on the system of this format or, if that is open, on its own one.
///
/// # Errors
/// Fails if no server can load it; the error says why.
pub(crate) fn read(path: &Path, format: Option<Format>) -> Result<Image> {
    let shown = path.display();
    let image = match file::read(path) {
        Ok(Content::Image(image)) => image,
        Ok(Content::Other(other)) => bail!("{shown} is {}; {}", other.what, other.remedy),
        Err(error) => bail!("cannot read {shown}: {error}"),
    };
    if image.is_program {
        bail!("{shown} is a program; name the library that the server calls");
    }
    if image.bits != 32 || image.processor != "x86" {
        bail!("{shown} is {}-bit ({}), and servers are 32-bit; name the 32-bit library", image.bits, image.processor);
    }
    // An assembly of .NET is the same on both systems.
    if let Some(format) = format.filter(|format| image.format != *format && image.dotnet.is_none()) {
        bail!(
            "{shown} is a library for {}, and the server is for {}; use `--target {}`",
            image.format.system(),
            format.system(),
            target(image.format)
        );
    }
    Ok(*image)
}

/// Reads a library with exports, which an assembly of .NET does not have.
///
/// # Errors
/// As [`read`], and for an assembly.
pub(crate) fn read_native(path: &Path, format: Option<Format>) -> Result<Image> {
    let image = read(path, format)?;
    if image.dotnet.is_some() {
        bail!(
            "{} is an assembly of .NET, which has classes instead of exports; `cargo bridge32 import` declares them, without a header",
            path.display()
        );
    }
    Ok(image)
}

/// Reads an assembly of .NET that a server can load.
///
/// # Errors
/// As [`read`], and for another library.
pub(crate) fn read_assembly(path: &Path) -> Result<Image> {
    let image = read(path, None)?;
    if image.dotnet.is_none() {
        bail!("{} is not an assembly of .NET, which the interface is for (`dotnet = \"…\"`)", path.display());
    }
    Ok(image)
}

/// Returns the target of the servers for libraries of a format.
pub(crate) fn target(format: Format) -> Target {
    match format {
        Format::Elf => Target::I686Linux,
        Format::Pe if cfg!(all(windows, target_env = "msvc")) => Target::I686WindowsMsvc,
        Format::Pe => Target::I686WindowsGnu,
    }
}

/// `meter` of `meter.dll`, `libmeter.so` and `libmeter.so.1`. Other dots are part of the name, as in `Vendor.Software.dll`.
pub(crate) fn stem(name: &str) -> String {
    let lower = name.to_lowercase();
    let elf = lower.match_indices(".so").find(|(place, suffix)| {
        let rest = &lower[place + suffix.len()..];
        rest.is_empty() || rest.starts_with('.') && rest.chars().all(|c| c == '.' || c.is_ascii_digit())
    });
    let end = elf.map(|(place, _)| place).or_else(|| lower.find(".dll")).unwrap_or(name.len());
    let stem = name.get(..end).unwrap_or(name);
    stem.strip_prefix("lib").filter(|_| elf.is_some()).unwrap_or(stem).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_is_named_without_its_extension() {
        for (name, expected) in [
            ("libmeter.so.1", "meter"),
            ("libsqlite3.so.0.8.6", "sqlite3"),
            ("Meter.DLL", "Meter"),
            ("Vendor.Software.dll", "Vendor.Software"),
            ("libVendor.Software.so", "Vendor.Software"),
            ("Vendor.Software", "Vendor.Software"),
            ("meter", "meter"),
        ] {
            assert_eq!(stem(name), expected);
        }
    }
}
