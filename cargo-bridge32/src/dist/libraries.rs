//! The libraries that are shipped: the one that is called, and those that it needs and that no system has.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::command::clean;
use crate::doctor::dependencies::{self, Folders, Place};
use crate::doctor::file::{self, Content};
use crate::doctor::image::{Format, Image};
use crate::doctor::runtimes;
use crate::import;
use crate::package_manager::PackageManager;
use crate::setup::{system::System, wine};
use crate::target::Target;

/// A library to ship, and its path in the folder.
#[derive(Debug)]
pub(crate) struct Library {
    pub(crate) file: PathBuf,
    pub(crate) name: PathBuf,
}

/// Returns the libraries that files need and that are next to them or belong to the compiler, each once.
///
/// # Errors
/// Fails if one is missing.
pub(crate) fn needed_by(files: &[PathBuf]) -> Result<Vec<Library>> {
    let mut libraries = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<PathBuf> = files.to_vec();
    while let Some(path) = open.pop() {
        let Ok(Content::Image(image)) = file::read(&path) else { continue };
        let folders = Folders::of(&path, &image);
        for dependency in dependencies::find(&image, &folders) {
            let name = &dependency.name;
            let file = match dependency.place {
                // The library may be in a folder of the system's, with the C library that belongs to the kernel's loader.
                Place::Beside { path } if !runtimes::is_of_c_library(name) => path,
                Place::Beside { .. } | Place::System { .. } | Place::Windows => continue,
                Place::WrongWidth { .. } | Place::Missing => match of_compiler(name, &image) {
                    Some(file) => file,
                    None if dependency.is_delayed => {
                        eprintln!("warning: {name}, which {} may load later, is missing", path.display());
                        continue;
                    }
                    None => bail!("{} needs {name}, which is missing; {}", path.display(), remedy(name, &image)),
                },
            };
            // The library for Wine is only shipped where Wine is needed.
            if name.eq_ignore_ascii_case(wine::SHIM) || !seen.insert(name.to_lowercase()) {
                continue;
            }
            open.push(file.clone());
            libraries.push(Library { file, name: name.into() });
        }
        libraries.extend(private_assemblies(&path, &image));
        if image.dotnet.is_some() {
            for library in used_by_assembly(&path) {
                if seen.insert(library.name.to_string_lossy().to_lowercase()) {
                    open.push(library.file.clone());
                    libraries.push(library);
                }
            }
        }
    }
    Ok(libraries)
}

/// Whether a file is an assembly of .NET.
pub(crate) fn is_assembly(path: &Path) -> bool {
    matches!(file::read(path), Ok(Content::Image(image)) if image.dotnet.is_some())
}

/// Returns what an assembly names, other assemblies and native libraries, and is next to it. All else belongs to the runtime, or to the
/// system.
fn used_by_assembly(path: &Path) -> Vec<Library> {
    let own = path.parent().map(Path::to_owned).unwrap_or_default();
    let names = match import::names_in_assembly(path) {
        Ok(names) => names,
        Err(error) => {
            eprintln!("warning: {error:#}; copy that yourself if it is not found");
            return Vec::new();
        }
    };
    let assemblies = names.assemblies.into_iter().map(|name| format!("{name}.dll"));
    // Mono looks for a native library under each of these names.
    let native = names.libraries.into_iter().flat_map(|name| {
        [name.clone(), format!("{name}.dll"), format!("{name}.so"), format!("lib{name}.so"), format!("lib{name}")]
    });
    // A name with a folder in it could be that of any file.
    let plain = assemblies.chain(native).filter(|name| !name.contains(['/', '\\', ':']));
    let files = plain.map(|name| Library { file: own.join(&name), name: name.into() });
    files.filter(|library| library.file.is_file()).collect()
}

/// Returns a library of the compiler's runtime for 32-bit Windows, if the compiler has it.
fn of_compiler(name: &str, image: &Image) -> Option<PathBuf> {
    if image.format != Format::Pe {
        return None;
    }
    let target = if image.bits == 32 { Target::I686WindowsGnu } else { Target::X64WindowsGnu };
    let compiler = clean(format!("{}-gcc", target.mingw_prefix())).arg(format!("-print-file-name={name}")).output();
    let printed = String::from_utf8(compiler.ok()?.stdout).ok()?;
    let path = PathBuf::from(printed.trim());
    (path.is_absolute() && path.is_file()).then_some(path)
}

fn remedy(name: &str, image: &Image) -> String {
    match (image.format, runtimes::origin(name)) {
        (Format::Pe, Some(origin)) => {
            format!("it is {}: copy it next to the library, or {}", origin.what, origin.remedy)
        }
        (Format::Elf, _) if System::find().manager != PackageManager::Unknown => {
            runtimes::linux_remedy(name, image.bits, System::find().manager)
        }
        _ => "copy it next to the library".to_owned(),
    }
}

/// Returns the files of side-by-side assemblies that are next to a file.
fn private_assemblies(path: &Path, image: &Image) -> Vec<Library> {
    let own = path.parent().map(Path::to_owned).unwrap_or_default();
    let mut found = Vec::new();
    for assembly in &image.side_by_side {
        let name = &assembly.name;
        let mut files = vec![format!("{name}.manifest"), format!("{name}.dll")];
        let folder = std::fs::read_dir(own.join(name)).into_iter().flatten().flatten();
        files.extend(folder.map(|entry| format!("{name}/{}", entry.file_name().to_string_lossy())));
        let files = files.into_iter().map(|file| Library { file: own.join(&file), name: file.into() });
        found.extend(files.filter(|library| library.file.is_file()));
    }
    found
}
