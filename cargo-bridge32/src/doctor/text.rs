//! Reports as text.

use std::fmt::{self, Display, Formatter};
use std::path::Path;

use crate::doctor::advice::{Advice, Level};
use crate::doctor::dependencies::{Dependency, Place};
use crate::doctor::image::{ExportedSymbol, Image};
use crate::doctor::machine::Machine;
use crate::doctor::report::FileReport;

impl Display for Machine {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, {}", self.host, self.rustc)?;
        writeln!(f, "\nwhat this machine can do:")?;
        for ability in &self.abilities {
            let state = if ability.is_ready() { "yes" } else { "no " };
            writeln!(f, "  {state}  {}", ability.what)?;
            for missing in &ability.missing {
                writeln!(f, "         missing: {missing}")?;
            }
        }
        let mut remedies: Vec<_> = self.abilities.iter().filter_map(|ability| ability.remedy.as_deref()).collect();
        remedies.dedup();
        if !remedies.is_empty() {
            writeln!(f, "\nto add what is missing:")?;
            remedies.iter().try_for_each(|remedy| writeln!(f, "  {remedy}"))?;
        }
        Ok(())
    }
}

impl Display for FileReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.path, self.what)?;
        if let Some(image) = &self.image {
            write_details(image, f)?;
            write_exports(&image.exports, f)?;
            write_dependencies(self, f)?;
        }
        match self.advice.as_slice() {
            [] => writeln!(f, "\nnothing is known to go wrong with it here"),
            advice => {
                writeln!(f, "\nwhat to know before it is called:")?;
                advice.iter().try_for_each(|advice| write_advice(advice, f))
            }
        }
    }
}

fn write_details(image: &Image, f: &mut Formatter<'_>) -> fmt::Result {
    if let Some(compiler) = &image.compiler {
        writeln!(f, "  built by {compiler}")?;
    }
    if let Some(assembly) = &image.dotnet {
        let framework = assembly.framework.as_ref().map(|framework| format!(", for {framework}")).unwrap_or_default();
        writeln!(f, "  needs the .NET runtime {}{framework}", assembly.runtime)?;
    }
    if let Some(packer) = image.packer {
        writeln!(f, "  packed by {packer}")?;
    }
    let unusual: Vec<_> = image.sections.iter().filter(|section| section.is_unusual()).collect();
    for section in unusual {
        writeln!(f, "  section {}: {} bytes, writable and executable", section.name, section.size)?;
    }
    Ok(())
}

fn write_exports(exports: &[ExportedSymbol], f: &mut Formatter<'_>) -> fmt::Result {
    writeln!(f, "\nexports: {}", exports.len())?;
    for export in exports {
        let ordinal = export.ordinal.map(|ordinal| format!("#{ordinal} ")).unwrap_or_default();
        let mut words = vec![format!("  {ordinal}{}", export.name.as_deref().unwrap_or("(without a name)"))];
        words.extend(export.is_variable.then(|| "variable".to_owned()));
        words.extend(export.convention.map(str::to_owned));
        words.extend(export.argument_bytes.map(|bytes| format!("{bytes} bytes of arguments")));
        words.extend(export.mangled_by.map(|compiler| format!("name by {compiler}")));
        words.extend(export.demangled.as_ref().map(|meaning| format!("`{meaning}`")));
        words.extend(export.forwarded_to.as_ref().map(|target| format!("is {target}")));
        writeln!(f, "{}", words.join(", "))?;
    }
    Ok(())
}

fn write_dependencies(report: &FileReport, f: &mut Formatter<'_>) -> fmt::Result {
    if report.dependencies.is_empty() && report.assemblies.is_empty() {
        return Ok(());
    }
    writeln!(f, "\nneeds:")?;
    for Dependency { name, needed_by, is_delayed, place, origin, .. } in &report.dependencies {
        let place = match place {
            Place::Beside { path } | Place::System { path } => show(path),
            Place::Windows => "not looked for".to_owned(),
            Place::WrongWidth { path } => format!("MISSING in this width ({} has another one)", path.display()),
            Place::Missing => "MISSING".to_owned(),
        };
        let origin = origin.map(|origin| format!(", {origin}")).unwrap_or_default();
        let delayed = if *is_delayed { ", loaded when it is first used" } else { "" };
        let needed_by = needed_by.as_ref().map(|library| format!(", for {library}")).unwrap_or_default();
        writeln!(f, "  {name}: {place}{origin}{delayed}{needed_by}")?;
    }
    for assembly in &report.assemblies {
        let state = if assembly.is_found { "found" } else { "MISSING" };
        writeln!(f, "  {} {}: {state}, a side-by-side assembly", assembly.assembly.name, assembly.assembly.version)?;
    }
    Ok(())
}

fn show(path: &Path) -> String {
    path.display().to_string()
}

fn write_advice(advice: &Advice, f: &mut Formatter<'_>) -> fmt::Result {
    let level = match advice.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    writeln!(f, "  {level}: {}\n    remedy: {}", advice.problem, advice.remedy)
}
