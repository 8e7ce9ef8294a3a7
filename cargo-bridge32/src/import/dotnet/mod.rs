//! .NET: a trait from the metadata of an assembly, which says everything, so that nothing is guessed.

mod csharp;
mod declare;
mod documentation;
mod enums;
mod metadata;
mod model;
mod print;
mod read;
mod signature;
mod types;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use regex_lite::Regex;

use crate::doctor::image::{Assembly, Image};
use crate::doctor::library;
use crate::import::format;
use crate::import::imported::{Counts, Imported};
use documentation::Documentation;
use metadata::Tables;
use model::ManagedAssembly;
use types::RustTypes;

/// Writes a trait from an assembly: the public members of its public classes, or those whose names `only` matches. `library_name` is
/// the name of the assembly in the trait; if `None`, that of the file.
///
/// # Errors
/// Fails if the file is damaged, or declares nothing that a trait can have.
pub(super) fn trait_from_assembly(
    path: &Path,
    image: &Image,
    only: Option<&Regex>,
    library_name: Option<&str>,
) -> Result<Imported> {
    let shown = path.display();
    let bytes = fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    let assembly = classes(&bytes).with_context(|| format!("cannot read the classes of {shown}"))?;
    if !assembly.classes.iter().any(|class| class.is_public) {
        bail!("{shown} has no public classes; name the assembly whose classes programs use");
    }
    let file = path.file_name().context("the assembly has no name")?.to_string_lossy().into_owned();
    let stem = library::stem(&file);
    let mut notes = image.dotnet.as_ref().map(|header| about(header, &file)).unwrap_or_default();
    let documentation = Documentation::next_to(path).unwrap_or_else(|note| {
        notes.push(note);
        Documentation::default()
    });

    let types = RustTypes::new(&assembly, library_name.map(library::stem).as_deref().unwrap_or(&stem));
    let is_chosen = |name: &str| only.is_none_or(|only| only.is_match(name));
    let default_class = declare::only_static_class(&types);
    let declarations = declare::declare(&types, &documentation, &is_chosen, default_class);
    if declarations.count == 0 {
        let members: usize = assembly.classes.iter().map(|class| class.members.len()).sum();
        if only.is_some() {
            bail!("--only matches none of the {members} public members of {file}");
        }
        let reasons: Vec<_> =
            declarations.left_out.iter().map(|left| format!("\n  {}: {}", left.declaration, left.reason)).collect();
        bail!("{shown} declares nothing that a trait can have{}", reasons.concat());
    }
    let library = library_name.map_or(stem, str::to_owned);
    let class = default_class.map(|index| &assembly.classes[index]);
    let source = print::source(&types, &declarations, &documentation, &file, &library, class);
    let (source, formatting) = format::format(source);
    notes.extend(formatting);
    let counts = Counts { complete: declarations.count, left_out: declarations.left_out.len(), ..Counts::default() };
    Ok(Imported { trait_name: types.trait_name.clone(), target: None, source, notes, counts })
}

/// The names of what an assembly uses.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UsedNames {
    /// Other assemblies.
    pub(crate) assemblies: Vec<String>,
    /// Native libraries, of which it declares functions (`DllImport`).
    pub(crate) libraries: Vec<String>,
}

/// Reads the names of what an assembly uses.
///
/// # Errors
/// Fails if the file cannot be read, or is damaged.
pub(crate) fn names_in_assembly(path: &Path) -> Result<UsedNames> {
    let cannot = || format!("cannot read what {} uses", path.display());
    let bytes = fs::read(path).with_context(cannot)?;
    let read = || -> Result<UsedNames> {
        let tables = Tables::read(&bytes)?;
        let assemblies = tables.rows.assembly_refs.iter().map(|row| tables.text(row.name)).collect::<Result<_>>()?;
        let libraries = tables.rows.module_refs.iter().map(|row| tables.text(row.name)).collect::<Result<_>>()?;
        Ok(UsedNames { assemblies, libraries })
    };
    read().with_context(cannot)
}

/// Reads the classes in the file of an assembly.
///
/// # Errors
/// Fails if the file is damaged.
fn classes(file: &[u8]) -> Result<ManagedAssembly> {
    read::assembly(&Tables::read(file)?)
}

/// What keeps an assembly from being run.
fn about(header: &Assembly, file: &str) -> Vec<String> {
    let mut notes = Vec::new();
    let framework = header.framework.as_deref().unwrap_or_default();
    if framework.starts_with(".NETCoreApp") {
        notes.push(format!("{file} is for {framework}, and bridge32 runs the .NET Framework and Mono"));
    }
    if header.has_native_code {
        notes.push(format!("{file} contains native code (C++/CLI), which only the .NET Framework of Windows runs"));
    }
    notes
}

// On Windows there is no `mcs`.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use super::*;

    /// Reads and declares what is left of an assembly.
    fn read(file: &[u8]) -> Result<usize> {
        let assembly = classes(file)?;
        let types = RustTypes::new(&assembly, "meter");
        let declarations = declare::declare(&types, &Documentation::default(), &|_| true, None);
        print::source(&types, &declarations, &Documentation::default(), "meter.dll", "meter", None);
        Ok(declarations.count)
    }

    #[test]
    fn the_names_of_what_an_assembly_uses_are_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [source, file] = ["x.cs", "x.dll"].map(|name| folder.path().join(name));
        let text =
            r#"public class X { [System.Runtime.InteropServices.DllImport("meter")] public static extern int f(); }"#;
        fs::write(&source, text).expect("a file");
        let mut compiler = Command::new("mcs");
        let compiled = compiler.arg("-target:library").arg(format!("-out:{}", file.display())).arg(source).output();
        assert!(compiled.as_ref().is_ok_and(|output| output.status.success()), "{compiled:?}");
        let names = names_in_assembly(&file).expect("it is whole");
        assert_eq!(names, UsedNames { assemblies: vec!["mscorlib".to_owned()], libraries: vec!["meter".to_owned()] });
    }

    /// Damaged input is an error, or gives a trait of what is there; it takes neither time nor memory.
    #[test]
    fn damaged_assemblies_do_not_stop_the_reader() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("Vendor.Meter.dll");
        let mut compiler = Command::new("mcs");
        compiler.args(["-unsafe", "-target:library", "tests/import/Vendor.Meter.cs"]);
        let compiled = compiler.arg(format!("-out:{}", file.display())).output().expect("the compiler starts");
        assert!(compiled.status.success(), "{compiled:?}");
        let sample = fs::read(file).expect("an assembly");
        assert_eq!(read(&sample).expect("it is whole"), 76);
        for length in (0..sample.len()).step_by(sample.len() / 200) {
            let _ = read(&sample[..length]);
        }
        let metadata = sample.windows(4).position(|bytes| bytes == b"BSJB").expect("metadata");
        let mut state = 1_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize
        };
        for _ in 0..1000 {
            let mut damaged = sample.clone();
            for _ in 0..1 + random() % 4 {
                // Mostly in the tables, which say where everything else is.
                let range = if random() % 2 == 0 { 2048 } else { damaged.len() - metadata };
                let at = metadata + random() % range;
                damaged[at] = random() as u8;
            }
            let _ = read(&damaged);
        }
    }
}
