//! The header of the common language runtime, in the file of a .NET assembly. Source: ECMA-335, II.25.3.3 and II.24.2.1.

use object::LittleEndian as LE;
use object::pe::{self, ImageCor20Header};
use object::read::ReadRef as _;
use object::read::coff::SectionTable;

use super::name::text;
use crate::doctor::image::Assembly;

/// The frameworks that an assembly names in its attribute `TargetFramework`.
const FRAMEWORKS: [&[u8]; 4] =
    [b".NETFramework,Version=v", b".NETCoreApp,Version=v", b".NETStandard,Version=v", b".NETCoreAppCompat,Version=v"];

/// Reads the managed part of a file. `None` if it is damaged.
pub(super) fn read(
    data: &[u8],
    directory: &pe::ImageDataDirectory,
    sections: &SectionTable<'_>,
    bits: u8,
) -> Option<Assembly> {
    let header = directory.data(data, sections).ok()?.read_at::<ImageCor20Header>(0).ok()?;
    let flags = header.flags.get(LE);
    let is_il_only = flags.contains(pe::COMIMAGE_FLAGS_ILONLY);
    let requires_32_bits = flags.contains(pe::COMIMAGE_FLAGS_32BITREQUIRED);
    let metadata = header.meta_data.data(data, sections).ok().unwrap_or_default();
    Some(Assembly {
        runtime: version(metadata).unwrap_or_default(),
        framework: FRAMEWORKS.iter().find_map(|name| framework(metadata, name)),
        has_native_code: !is_il_only,
        is_any_cpu: is_il_only && !requires_32_bits && bits == 32,
    })
}

/// Reads the version of the runtime, in the root of the metadata.
fn version(metadata: &[u8]) -> Option<String> {
    let length = metadata.get(12..16)?;
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    let version = metadata.get(16..)?.get(..length)?;
    Some(text(version.split(|byte| *byte == 0).next()?))
}

/// Finds the name of a framework with its version. Attributes contain it as text; reading them would need all tables before them.
fn framework(metadata: &[u8], name: &[u8]) -> Option<String> {
    let at = metadata.windows(name.len()).position(|bytes| bytes == name)?;
    let version = metadata.get(at + name.len()..)?;
    let end = version.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'.').unwrap_or(version.len());
    Some(text(&metadata[at..at + name.len() + end]))
}
