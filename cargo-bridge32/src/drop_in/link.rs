//! Links a drop-in library: gives the exports their names and numbers.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};
use implib::{Flavor, ImportLibrary, MachineType};
use object::{Object as _, ObjectSymbol as _};

use super::build::Archive;
use super::compiler::Compiler;
use super::exports::Exports;
use crate::command::query;
use crate::target::Target;

/// Links the library `file`, and writes its import library on Windows.
///
/// # Errors
/// Fails if the linker does.
pub(super) fn link(
    archive: &Archive,
    exports: &Exports,
    settings: &str,
    file: &Path,
    target: Target,
    is_release: bool,
) -> Result<()> {
    let folder = tempfile::tempdir().context("there is no place for temporary files")?;
    let settings = settings_in_c(settings);
    match target.is_windows() {
        true => link_dll(archive, exports, &settings, file, target, folder.path(), is_release),
        false => link_shared_object(archive, exports, &settings, file, folder.path(), is_release),
    }
}

/// Links a program that calls a function of the static library.
///
/// # Errors
/// Fails if the linker does.
pub(super) fn link_program(archive: &Archive, function: &str, file: &Path, target: Target) -> Result<()> {
    let folder = tempfile::tempdir().context("there is no place for temporary files")?;
    let source = folder.path().join("main.c");
    let main = format!("int {function}(void);\nint main(void) {{ return {function}(); }}\n");
    fs::write(&source, settings_in_c("") + &main)?;
    let mut compiler = Compiler::of(target)?;
    compiler.program(&source, archive, file);
    compiler.run()
}

/// What the static library leaves to be said when it is linked.
fn settings_in_c(settings: &str) -> String {
    format!("const char __bridge32_settings[] = {settings:?};\n")
}

/// On Windows a module-definition file names the exports, and says their numbers.
fn link_dll(
    archive: &Archive,
    exports: &Exports,
    settings: &str,
    file: &Path,
    target: Target,
    folder: &Path,
    is_release: bool,
) -> Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut definitions = format!("LIBRARY \"{name}\"\nEXPORTS\n");
    // What the original does not have must not get a number that means something else there.
    let mut own_ordinals = exports.last_ordinal.saturating_add(1)..=u16::MAX;
    for (place, export) in exports.all.iter().enumerate() {
        // One without a name needs one, which nobody sees.
        let name = export.name.clone().unwrap_or_else(|| format!("__bridge32_unnamed_{place}"));
        let _ = write!(definitions, "    \"{name}\" = \"{}\"", export.symbol);
        let original = export.ordinal.filter(|ordinal| is_first(exports, place, *ordinal));
        let ordinal = original.or_else(|| own_ordinals.next().filter(|_| exports.last_ordinal > 0));
        if let Some(ordinal) = ordinal {
            let _ = write!(definitions, " @{ordinal}");
            if export.name.is_none() {
                definitions.push_str(" NONAME");
            }
        }
        definitions.push('\n');
    }
    let definition_file = folder.join("exports.def");
    fs::write(&definition_file, &definitions)?;
    let source_file = folder.join("settings.c");
    fs::write(&source_file, settings)?;
    let mut compiler = Compiler::of(target)?;
    compiler.dll(&source_file, &definition_file, archive, file, is_release);
    compiler.run()?;
    let import_library = file.with_extension("lib");
    let names: String =
        exports.all.iter().filter_map(|export| Some(format!("    {}\n", export.name.as_ref()?))).collect();
    let definitions = format!("LIBRARY \"{name}\"\nEXPORTS\n{names}");
    let library = ImportLibrary::new(&definitions, machine(target), Flavor::Msvc)
        .map_err(|error| anyhow!("the exports cannot be written as an import library: {error}"))?;
    let mut out = fs::File::create(&import_library)?;
    library.write_to(&mut out).map_err(|error| anyhow!("{}: {error}", import_library.display()))?;
    Ok(())
}

/// The processor that an import library is for.
fn machine(target: Target) -> MachineType {
    match target {
        Target::Arm64WindowsMsvc => MachineType::ARM64,
        _ => MachineType::AMD64,
    }
}

/// Whether no export before this one has its number.
fn is_first(exports: &Exports, place: usize, ordinal: u16) -> bool {
    exports.all.iter().take(place).all(|export| export.ordinal != Some(ordinal))
}

/// On Linux each export is a jump to its function, in a file of assembly. A name of the C library's would capture the calls of the
/// runtime itself: those are sent to the C library's function.
fn link_shared_object(
    archive: &Archive,
    exports: &Exports,
    settings: &str,
    file: &Path,
    folder: &Path,
    is_release: bool,
) -> Result<()> {
    let names: Vec<_> =
        exports.all.iter().filter_map(|export| Some((export.name.as_deref()?, export.symbol.as_str()))).collect();
    let of_libc = names_of_libc()?;
    let captured: Vec<_> =
        names.iter().map(|(name, _)| *name).filter(|name| of_libc.iter().any(|of_libc| of_libc == name)).collect();
    let mut source = format!("#include <dlfcn.h>\n#include <gnu/lib-names.h>\n{settings}");
    for (place, (name, symbol)) in names.iter().enumerate() {
        let _ = writeln!(
            source,
            "__asm__(\".pushsection .text\\n.globl {name}\\n.type {name}, @function\\n{name}: jmp {symbol}\\n.size {name}, . - {name}\\n.popsection\\n\"); /* {place} */"
        );
    }
    for name in &captured {
        let _ = writeln!(source, "__attribute__((visibility(\"hidden\"))) void *bridge32_libc_{name};");
        let _ = writeln!(
            source,
            "__asm__(\".pushsection .text\\n.globl __wrap_{name}\\n.hidden __wrap_{name}\\n.type __wrap_{name}, @function\\n__wrap_{name}: jmp *bridge32_libc_{name}(%rip)\\n.popsection\\n\");"
        );
    }
    if !captured.is_empty() {
        source.push_str("__attribute__((constructor(101))) static void bridge32_find_libc(void) {\n");
        source.push_str("    void *libc = dlopen(LIBC_SO, RTLD_LAZY | RTLD_NOLOAD);\n");
        for name in &captured {
            let _ = writeln!(source, "    bridge32_libc_{name} = dlsym(libc, \"{name}\");");
        }
        source.push_str("}\n");
    }
    let exported: String = names.iter().map(|(name, _)| format!(" {name};")).collect();
    let (source_file, script) = (folder.join("exports.c"), folder.join("exports.map"));
    fs::write(&source_file, source)?;
    fs::write(&script, format!("{{ global:{exported} local: *; }};\n"))?;
    let mut compiler = Compiler::of(Target::X64Linux)?;
    compiler.shared_object(&source_file, archive, file, is_release);
    compiler.arg(format!("-Wl,--version-script={}", script.display()));
    compiler.arg(format!("-Wl,-soname,{}", file.file_name().unwrap_or_default().to_string_lossy()));
    for name in &captured {
        compiler.arg(format!("-Wl,--wrap={name}"));
    }
    compiler.run()
}

/// The functions that the C library exports.
fn names_of_libc() -> Result<Vec<String>> {
    let path = query(Command::new("cc").arg("-print-file-name=libc.so.6"))?;
    let path = PathBuf::from(path.trim());
    let data = fs::read(&path).with_context(|| format!("cannot read the C library {}", path.display()))?;
    let file = object::File::parse(data.as_slice())?;
    let defined = file.dynamic_symbols().filter(|symbol| symbol.is_definition());
    Ok(defined.filter_map(|symbol| symbol.name().ok().map(str::to_owned)).collect())
}
