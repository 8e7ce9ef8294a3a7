//! Libraries and programs of Linux.

use object::elf;
use object::read::elf::{ElfFile, FileHeader, ProgramHeader as _, SectionHeader as _, Sym as _};
use object::{Endian, Object as _};

use super::name::text;
use super::{decoration, packer};
use crate::doctor::image::{ExportedSymbol, Format, Image, Imports, RequiredVersion, Section, Trait};

/// Symbols that the linker puts into every library.
const OF_THE_LINKER: [&str; 7] =
    ["_init", "_fini", "_edata", "_end", "__bss_start", "_GLOBAL_OFFSET_TABLE_", "_DYNAMIC"];

/// Reads a file. `None` if its headers are damaged.
pub(super) fn read<Elf: FileHeader<Endian = object::Endianness>>(data: &[u8]) -> Option<Image> {
    let file = ElfFile::<Elf>::parse(data).ok()?;
    let endian = file.endian();
    let header = file.elf_header();
    let mut image = Image {
        format: Format::Elf,
        bits: if header.is_type_64() { 64 } else { 32 },
        processor: processor(header.e_machine(endian), endian),
        is_program: header.e_type(endian) != elf::ET_DYN || has_interpreter(&file),
        sections: sections(&file),
        compiler: compiler(&file),
        ..Image::default()
    };
    let is_packed = image.sections.is_empty() && packer::has_mark_of_upx(data);
    image.packer = if is_packed { Some("UPX") } else { packer::recognize(&image.sections) };
    let missing = missing_bytes(&file, data);
    if missing > 0 {
        image.damaged.push(format!("the file ends {missing} bytes early"));
    }
    if read_dynamic(&file, &mut image).is_err() {
        image.damaged.push("its list of libraries".into());
    }
    if read_symbols(&file, &mut image).is_err() {
        image.damaged.push("its symbols".into());
    }
    if read_versions(&file, &mut image).is_err() {
        image.damaged.push("its versions of symbols".into());
    }
    let stack = file.elf_program_headers().iter().find(|segment| segment.p_type(endian) == elf::PT_GNU_STACK);
    if stack.is_some_and(|stack| stack.p_flags(endian).contains(elf::PF_X)) {
        image.traits.push(Trait::ExecutableStack);
    }
    Some(image)
}

fn processor(machine: elf::Machine, endian: impl Endian) -> String {
    match machine {
        elf::EM_386 => "x86".into(),
        elf::EM_X86_64 => "x86_64".into(),
        elf::EM_AARCH64 => "aarch64".into(),
        elf::EM_ARM => "arm".into(),
        elf::EM_PPC => "powerpc".into(),
        elf::EM_MIPS if endian.is_big_endian() => "mips".into(),
        elf::EM_MIPS => "mipsel".into(),
        other => format!("machine {}", other.0),
    }
}

/// Whether it names the loader that starts it, as programs do. The C library does, too, but has a name for those that need it.
fn has_interpreter<Elf: FileHeader>(file: &ElfFile<'_, Elf>) -> bool {
    let endian = file.endian();
    let interpreter = file.elf_program_headers().iter().any(|segment| segment.p_type(endian) == elf::PT_INTERP);
    let table = file.elf_dynamic_table();
    let has_name = table.is_ok_and(|table| table.iter().any(|entry| entry.tag == elf::DT_SONAME));
    interpreter && !has_name
}

fn sections<Elf: FileHeader>(file: &ElfFile<'_, Elf>) -> Vec<Section> {
    let endian = file.endian();
    let table = file.elf_section_table();
    let loaded = table.iter().filter(|section| section.sh_flags(endian).contains(elf::SHF_ALLOC));
    let section = |section: &Elf::SectionHeader| {
        let flags = section.sh_flags(endian);
        Section {
            name: table.section_name(endian, section).map(text).unwrap_or_default(),
            size: section.sh_size(endian).into(),
            is_writable: flags.contains(elf::SHF_WRITE),
            is_executable: flags.contains(elf::SHF_EXECINSTR),
        }
    };
    loaded.map(section).collect()
}

/// Returns how many bytes of the segments are not in the file.
fn missing_bytes<Elf: FileHeader>(file: &ElfFile<'_, Elf>, data: &[u8]) -> u64 {
    let endian = file.endian();
    let loaded = file.elf_program_headers().iter().filter(|segment| segment.p_type(endian) == elf::PT_LOAD);
    let end = |segment: &Elf::ProgramHeader| {
        let (offset, size): (u64, u64) = (segment.p_offset(endian).into(), segment.p_filesz(endian).into());
        offset.saturating_add(size)
    };
    loaded.map(end).max().unwrap_or_default().saturating_sub(data.len() as u64)
}

/// Reads the compiler's own words, of which GCC's and Clang's have their version.
fn compiler<Elf: FileHeader>(file: &ElfFile<'_, Elf>) -> Option<String> {
    use object::ObjectSection as _;
    let comment = file.section_by_name(".comment")?.data().ok()?;
    let words: Vec<_> = comment.split(|byte| *byte == 0).filter(|word| !word.is_empty()).map(text).collect();
    words.last().cloned()
}

/// Reads the libraries that it needs, and what it asks of the loader.
fn read_dynamic<Elf: FileHeader>(file: &ElfFile<'_, Elf>, image: &mut Image) -> object::read::Result<()> {
    let table = file.elf_dynamic_table()?;
    for entry in table.iter() {
        match entry.tag {
            elf::DT_NEEDED => {
                let library = text(table.string(entry)?);
                image.imports.push(Imports { library, ..Imports::default() });
            }
            elf::DT_RPATH | elf::DT_RUNPATH => {
                image.run_path.extend(text(table.string(entry)?).split(':').map(str::to_owned));
            }
            elf::DT_TEXTREL => image.traits.push(Trait::TextRelocations),
            elf::DT_FLAGS if entry.val & elf::DF_STATIC_TLS.0 != 0 => image.traits.push(Trait::StaticTls),
            elf::DT_FLAGS_1 if entry.val & elf::DF_1_NOOPEN.0 != 0 => {
                image.traits.push(Trait::NotForDlopen);
            }
            _ => {}
        }
    }
    Ok(())
}

fn read_symbols<Elf: FileHeader>(file: &ElfFile<'_, Elf>, image: &mut Image) -> object::read::Result<()> {
    let endian = file.endian();
    let table = file.elf_dynamic_symbol_table();
    for symbol in table.iter() {
        let kind = symbol.st_type();
        let is_variable = kind == elf::STT_OBJECT || kind == elf::STT_TLS;
        let is_function = kind == elf::STT_FUNC || kind == elf::STT_GNU_IFUNC;
        let is_exported = symbol.st_bind() != elf::STB_LOCAL
            && matches!(symbol.st_visibility(), elf::STV_DEFAULT | elf::STV_PROTECTED)
            && !symbol.is_undefined(endian);
        if !is_exported || !(is_variable || is_function) {
            continue;
        }
        let name = text(table.symbol_name(endian, symbol)?);
        if !OF_THE_LINKER.contains(&name.as_str()) {
            let export = ExportedSymbol { name: Some(name), is_variable, ..ExportedSymbol::default() };
            image.exports.push(decoration::read(export));
        }
    }
    image.exports.sort_by(|a, b| a.name.cmp(&b.name));
    image.exports.dedup_by(|a, b| a.name == b.name);
    Ok(())
}

fn read_versions<Elf: FileHeader>(file: &ElfFile<'_, Elf>, image: &mut Image) -> object::read::Result<()> {
    let endian = file.endian();
    if let Some((mut definitions, strings)) = file.elf_section_table().gnu_verdef(endian, file.data())? {
        let strings = file.elf_section_table().strings(endian, file.data(), strings)?;
        while let Some((_, mut names)) = definitions.next()? {
            // The first name is the version's own, the others are those that it extends.
            if let Some(name) = names.next()? {
                image.defined_versions.push(text(name.name(endian, strings)?));
            }
        }
    }
    let Some((mut libraries, strings)) = file.elf_section_table().gnu_verneed(endian, file.data())? else {
        return Ok(());
    };
    let strings = file.elf_section_table().strings(endian, file.data(), strings)?;
    while let Some((library, mut versions)) = libraries.next()? {
        let name = text(library.file(endian, strings)?);
        while let Some(version) = versions.next()? {
            let version = text(version.name(endian, strings)?);
            image.versions.push(RequiredVersion { library: name.clone(), version });
        }
    }
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_program_is_read() {
        let data = std::fs::read("/proc/self/exe").expect("this program");
        let image = read::<elf::FileHeader64<object::Endianness>>(&data).expect("it is one");
        assert!(image.is_program && image.bits == 64, "{image:?}");
        assert!(image.imports.iter().any(|import| import.library == "libc.so.6"), "{:?}", image.imports);
        assert!(image.versions.iter().any(|version| version.version.starts_with("GLIBC_2.")), "{:?}", image.versions);
        assert_eq!(image.damaged, [""; 0]);
    }
}
