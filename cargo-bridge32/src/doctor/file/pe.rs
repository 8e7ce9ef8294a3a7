//! Libraries and programs of Windows.

use object::LittleEndian as LE;
use object::pe;
use object::read::coff::SectionTable;
use object::read::pe::{
    DataDirectories, ExportTarget, ImageNtHeaders, ImageOptionalHeader as _, ImageThunkData as _, Import, PeFile,
    ResourceDirectory, ResourceDirectoryEntryData, ResourceNameOrId,
};

use super::name::text;
use super::{clr, decoration, manifest, packer};
use crate::doctor::image::{ExportedSymbol, Format, Image, Imports, Section, Trait};

/// The numbers of a manifest in the resources: a program's, and a library's. Source:
/// <https://learn.microsoft.com/windows/win32/sbscs/using-side-by-side-assemblies-as-a-resource>.
const PROGRAM_MANIFEST: u16 = 1;
const LIBRARY_MANIFEST: u16 = 2;

/// Reads a file. `None` if its headers are damaged.
pub(super) fn read<Pe: ImageNtHeaders>(data: &[u8]) -> Option<Image> {
    let file = PeFile::<Pe>::parse(data).ok()?;
    let header = file.nt_headers().file_header();
    let characteristics = header.characteristics.get(LE);
    let sections = file.section_table();
    let mut image = Image {
        format: Format::Pe,
        bits: if file.nt_headers().is_type_64() { 64 } else { 32 },
        processor: processor(header.machine.get(LE)),
        is_program: !characteristics.contains(pe::IMAGE_FILE_DLL),
        sections: sections.iter().map(section).collect(),
        ..Image::default()
    };
    image.packer = packer::recognize(&image.sections);
    if missing_bytes(data, &sections) > 0 {
        image.damaged.push(format!("the file ends {} bytes early", missing_bytes(data, &sections)));
    }
    read_part(&mut image, "its exports", |image| read_exports(&file, image));
    read_part(&mut image, "its imports", |image| read_imports(&file, image));
    read_part(&mut image, "its delayed imports", |image| read_delayed_imports(&file, image));
    let names = resources(data, &file.data_directories(), &sections, &mut image);
    if let Some(directory) = file.data_directory(pe::IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR)
        && directory.virtual_address.get(LE) != 0
    {
        image.dotnet = clr::read(data, directory, &sections, image.bits);
        if image.dotnet.is_none() {
            image.damaged.push("its .NET header".into());
        }
    }
    let is_relocatable =
        file.data_directory(pe::IMAGE_DIRECTORY_ENTRY_BASERELOC).is_some_and(|table| table.size.get(LE) > 0);
    let is_stripped = characteristics.contains(pe::IMAGE_FILE_RELOCS_STRIPPED);
    if !image.is_program && image.dotnet.is_none() && (is_stripped || !is_relocatable) {
        image.traits.push(Trait::FixedAddress);
    }
    image.is_com_server = image.exports.iter().any(|export| export.name.as_deref() == Some("DllGetClassObject"));
    image.compiler = compiler(&file, &image, &names);
    Some(image)
}

/// Reads one part of a file, and notes if it is damaged.
fn read_part(image: &mut Image, what: &str, read: impl FnOnce(&mut Image) -> object::read::Result<()>) {
    if read(image).is_err() {
        image.damaged.push(what.to_owned());
    }
}

fn processor(machine: pe::Machine) -> String {
    match machine {
        pe::IMAGE_FILE_MACHINE_I386 => "x86".into(),
        pe::IMAGE_FILE_MACHINE_AMD64 => "x86_64".into(),
        pe::IMAGE_FILE_MACHINE_ARM64 => "aarch64".into(),
        pe::IMAGE_FILE_MACHINE_ARM | pe::IMAGE_FILE_MACHINE_ARMNT => "arm".into(),
        other => format!("machine {:#x}", other.0),
    }
}

fn section(section: &pe::ImageSectionHeader) -> Section {
    let flags = section.characteristics.get(LE);
    Section {
        name: text(section.raw_name()),
        size: section.virtual_size.get(LE).into(),
        is_writable: flags.contains(pe::IMAGE_SCN_MEM_WRITE),
        is_executable: flags.contains(pe::IMAGE_SCN_MEM_EXECUTE),
    }
}

/// Returns how many bytes of the sections are not in the file.
fn missing_bytes(data: &[u8], sections: &SectionTable<'_>) -> u64 {
    let end = |section: &pe::ImageSectionHeader| {
        u64::from(section.pointer_to_raw_data.get(LE)) + u64::from(section.size_of_raw_data.get(LE))
    };
    sections.iter().map(end).max().unwrap_or_default().saturating_sub(data.len() as u64)
}

fn read_exports<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, image: &mut Image) -> object::read::Result<()> {
    let Some(table) = file.export_table()? else { return Ok(()) };
    for export in table.exports()? {
        let mut is_variable = false;
        let forwarded_to = match export.target {
            // A gap between two numbers.
            ExportTarget::Address(0) => continue,
            ExportTarget::Address(address) => {
                is_variable = is_data(&file.section_table(), address);
                None
            }
            ExportTarget::ForwardByName(library, name) => Some(format!("{}.{}", text(library), text(name))),
            ExportTarget::ForwardByOrdinal(library, ordinal) => Some(format!("{}.#{ordinal}", text(library))),
        };
        let name = export.name.map(text);
        let ordinal = Some(export.ordinal.0.into());
        let export =
            decoration::read(ExportedSymbol { name, ordinal, is_variable, forwarded_to, ..ExportedSymbol::default() });
        image.exports.push(export);
    }
    Ok(())
}

/// Whether an address is in a section without code.
fn is_data(sections: &SectionTable<'_>, address: u32) -> bool {
    let has_address = |section: &&pe::ImageSectionHeader| {
        let start = section.virtual_address.get(LE);
        address >= start && address - start < section.virtual_size.get(LE)
    };
    let section = sections.iter().find(has_address);
    section.is_some_and(|section| !section.characteristics.get(LE).contains(pe::IMAGE_SCN_MEM_EXECUTE))
}

fn read_imports<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, image: &mut Image) -> object::read::Result<()> {
    let Some(table) = file.import_table()? else { return Ok(()) };
    let mut descriptors = table.descriptors()?;
    while let Some(descriptor) = descriptors.next()? {
        let library = text(table.name(descriptor.name.get(LE))?);
        // Old linkers leave out the first list.
        let lists = [descriptor.original_first_thunk.get(LE), descriptor.first_thunk.get(LE)];
        let list = lists.into_iter().find(|address| *address != 0).unwrap_or_default();
        let mut thunks = table.thunks(list)?;
        let mut symbols = Vec::new();
        while let Some(thunk) = thunks.next::<Pe>()? {
            symbols.push(symbol(table.import::<Pe>(thunk)?));
        }
        image.imports.push(Imports { library, symbols, is_delayed: false });
    }
    Ok(())
}

fn read_delayed_imports<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, image: &mut Image) -> object::read::Result<()> {
    let Some(table) = file.delay_load_import_table()? else { return Ok(()) };
    let mut descriptors = table.descriptors()?;
    while let Some(descriptor) = descriptors.next()? {
        let library = text(table.name(descriptor.dll_name_rva.get(LE))?);
        let mut thunks = table.thunks(descriptor.import_name_table_rva.get(LE))?;
        let mut symbols = Vec::new();
        while let Some(thunk) = thunks.next::<Pe>()? {
            symbols.push(match thunk.is_ordinal() {
                true => format!("#{}", thunk.ordinal()),
                false => symbol(table.import::<Pe>(thunk)?),
            });
        }
        image.imports.push(Imports { library, symbols, is_delayed: true });
    }
    Ok(())
}

fn symbol(import: Import<'_>) -> String {
    match import {
        Import::Ordinal(ordinal) => format!("#{ordinal}"),
        Import::Name(_, name) => text(name),
    }
}

/// Reads the manifest in the resources, and returns the names of the resources that have one.
fn resources(
    data: &[u8],
    directories: &DataDirectories<'_>,
    sections: &SectionTable<'_>,
    image: &mut Image,
) -> Vec<String> {
    let mut names = Vec::new();
    let Ok(Some(directory)) = directories.resource_directory(data, sections) else { return names };
    let read = visit_resources(directory, &mut |kind, name, entry| match name {
        ResourceNameOrId::Name(name) => names.extend(name.to_string_lossy(directory)),
        ResourceNameOrId::Id(id) if matches!(kind, ResourceNameOrId::Id(kind) if *kind == pe::RT_MANIFEST) => {
            let address = entry.offset_to_data.get(LE);
            let content = sections.pe_data_at(data, address).and_then(|rest| rest.get(..entry.size.get(LE) as usize));
            let found = content.and_then(manifest::dependencies);
            match (id, found) {
                (_, None) => image.damaged.push("its manifest".into()),
                (PROGRAM_MANIFEST, Some(found)) if !image.is_program && !found.is_empty() => {
                    image.traits.push(Trait::ManifestOfProgram);
                }
                (PROGRAM_MANIFEST | LIBRARY_MANIFEST, Some(found)) => image.side_by_side.extend(found),
                _ => {}
            }
        }
        ResourceNameOrId::Id(_) => {}
    });
    if read.is_err() {
        image.damaged.push("its resources".into());
    }
    names
}

/// Calls a function with the kind, the name and the content of each resource.
fn visit_resources(
    directory: ResourceDirectory<'_>,
    visit: &mut dyn FnMut(&ResourceNameOrId, ResourceNameOrId, &pe::ImageResourceDataEntry),
) -> object::read::Result<()> {
    for kind in directory.root()?.entries {
        let ResourceDirectoryEntryData::Table(names) = kind.data(directory)? else { continue };
        for name in names.entries {
            let ResourceDirectoryEntryData::Table(languages) = name.data(directory)? else { continue };
            for language in languages.entries {
                if let ResourceDirectoryEntryData::Data(entry) = language.data(directory)? {
                    visit(&kind.name_or_id(), name.name_or_id(), entry);
                }
            }
        }
    }
    Ok(())
}

/// Recognizes the compiler by the marks that it leaves. `resources` are the names of the file's resources.
fn compiler<Pe: ImageNtHeaders>(file: &PeFile<'_, Pe>, image: &Image, resources: &[String]) -> Option<String> {
    let imports = |name: &str| image.imports.iter().any(|from| from.library.eq_ignore_ascii_case(name));
    let header = file.nt_headers().optional_header();
    let linker = (header.major_linker_version(), header.minor_linker_version());
    if imports("msvbvm60.dll") || imports("msvbvm50.dll") {
        return Some("Visual Basic 5 or 6".into());
    }
    if resources.iter().any(|name| name == "DVCLAL" || name == "PACKAGEINFO") {
        return Some("Delphi or C++Builder".into());
    }
    if image.dotnet.is_some() {
        return None;
    }
    if file.rich_header_info().is_some() {
        return Some(format!("Visual C++ {}", visual_studio(linker)));
    }
    match linker {
        (2, 18) => Some("Open Watcom, or GNU ld 2.18".into()),
        (2, 25) if image.sections.iter().any(|section| section.name == "CODE" || section.name == ".itext") => {
            Some("Delphi".into())
        }
        (2, minor) if minor >= 19 => Some(format!("GNU ld 2.{minor} (MinGW)")),
        (5, 0) => Some("Borland C++".into()),
        _ => None,
    }
}

/// Returns the version of Visual Studio that has this linker.
fn visual_studio((major, minor): (u8, u8)) -> String {
    let name = match (major, minor) {
        (..=5, _) => "5 or older",
        (6, _) => "6",
        (7, 0) => ".NET 2002",
        (7, _) => ".NET 2003",
        (8, _) => "2005",
        (9, _) => "2008",
        (10, _) => "2010",
        (11, _) => "2012",
        (12 | 13, _) => "2013",
        (14, ..=9) => "2015",
        (14, 10..=19) => "2017",
        (14, 20..=29) => "2019",
        (14, 30..=49) => "2022",
        _ => return format!("(linker {major}.{minor})"),
    };
    name.to_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A DLL with an export, an import and a resource table, in one section; every table is in its place.
    pub(crate) fn small_dll() -> Vec<u8> {
        const BASE: usize = 0x1000;
        let mut dll = vec![0; 0x800];
        let put = |dll: &mut Vec<u8>, at: usize, bytes: &[u8]| dll[at..at + bytes.len()].copy_from_slice(bytes);
        let put32 = |dll: &mut Vec<u8>, at: usize, value: usize| {
            put(dll, at, &u32::try_from(value).expect("small").to_le_bytes())
        };
        put(&mut dll, 0, b"MZ");
        put32(&mut dll, 0x3c, 0x40);
        put(&mut dll, 0x40, b"PE\0\0");
        // File header: i386, one section, an optional header of 224 bytes, a DLL.
        put(&mut dll, 0x44, &[0x4c, 0x01, 1, 0]);
        put(&mut dll, 0x54, &[224, 0, 0x02, 0x21]);
        // Optional header: PE32, linker 2.40, alignment, 16 directories.
        put(&mut dll, 0x58, &[0x0b, 0x01, 2, 40]);
        put32(&mut dll, 0x58 + 32, 0x1000);
        put32(&mut dll, 0x58 + 36, 0x200);
        put32(&mut dll, 0x58 + 56, 0x2000);
        put32(&mut dll, 0x58 + 60, 0x200);
        put32(&mut dll, 0x58 + 92, 16);
        for (index, address, size) in [(0, BASE, 0x80), (1, BASE + 0x100, 40), (5, BASE + 0x300, 8)] {
            put32(&mut dll, 0x58 + 96 + 8 * index, address);
            put32(&mut dll, 0x58 + 100 + 8 * index, size);
        }
        // One section of 0x600 bytes.
        put(&mut dll, 0x138, b".text");
        for (field, value) in [(8, 0x600), (12, BASE), (16, 0x600), (20, 0x200), (36, 0x6000_0020)] {
            put32(&mut dll, 0x138 + field, value);
        }
        // Exports: one function, with a name.
        let at = |offset: usize| 0x200 + offset;
        for (field, value) in [(16, 1), (20, 1), (24, 1), (28, BASE + 0x30), (32, BASE + 0x34), (36, BASE + 0x38)] {
            put32(&mut dll, at(field), value);
        }
        put32(&mut dll, at(0x30), BASE + 0x500);
        put32(&mut dll, at(0x34), BASE + 0x40);
        put(&mut dll, at(0x40), b"_add@8\0");
        // Imports: one library, one function by name and one by number.
        for (field, value) in [(0, BASE + 0x140), (12, BASE + 0x160), (16, BASE + 0x140)] {
            put32(&mut dll, at(0x100 + field), value);
        }
        put32(&mut dll, at(0x140), BASE + 0x170);
        put32(&mut dll, at(0x144), 0x8000_0007);
        put(&mut dll, at(0x160), b"KERNEL32.dll\0");
        put(&mut dll, at(0x172), b"Sleep\0");
        dll
    }

    #[test]
    fn a_small_dll_is_read() {
        let image = read::<pe::ImageNtHeaders32>(&small_dll()).expect("it is a DLL");
        assert_eq!((image.bits, image.processor.as_str(), image.is_program), (32, "x86", false));
        assert_eq!(image.exports.len(), 1);
        assert_eq!((image.exports[0].convention, image.exports[0].argument_bytes), (Some("stdcall"), Some(8)));
        assert_eq!(image.imports[0].library, "KERNEL32.dll");
        assert_eq!(image.imports[0].symbols, ["Sleep", "#7"]);
        assert_eq!(image.compiler.as_deref(), Some("GNU ld 2.40 (MinGW)"));
        assert_eq!(image.damaged, [""; 0]);
        assert_eq!(image.traits, []);
    }

    #[test]
    fn a_file_that_ends_early_is_noticed() {
        let dll = small_dll();
        let image = read::<pe::ImageNtHeaders32>(&dll[..0x700]).expect("its headers are there");
        assert_eq!(image.damaged[0], "the file ends 256 bytes early");
    }

    #[test]
    fn versions_of_visual_studio_are_known() {
        for (linker, expected) in [((6, 0), "6"), ((7, 10), ".NET 2003"), ((9, 0), "2008"), ((14, 29), "2019")] {
            assert_eq!(visual_studio(linker), expected);
        }
    }
}
