//! `import`: writes a trait from a C header, from what a library's exports say, or from the classes of a .NET assembly.

mod annotations;
mod clang;
mod comments;
mod constants;
mod cpp;
mod dotnet;
mod exports;
mod format;
mod header;
mod imported;
mod layout;
mod library;
mod model;
mod names;
mod print;
mod reading;
mod report;
mod rules;
mod spelling;
mod text;
mod types;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use regex_lite::Regex;

use crate::cli;
use crate::doctor;
use crate::doctor::file::{self, Content};
use crate::import::clang::Compilation;
use crate::import::imported::Counts;
use crate::import::library::LibraryFile;
use crate::import::model::{Header, LeftOut};
use crate::import::print::Naming;
use crate::import::types::Types;
use crate::libclang::LibClang;
use crate::target::Target;
pub(crate) use dotnet::names_in_assembly;
pub(crate) use imported::Imported;
pub(crate) use report::{guesses, list_guesses, print_notes};

/// How a header is imported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) compilation: Compilation,
    /// The 32-bit target whose headers and sizes count; if `None`, that of the library, or else the first of this machine's for
    /// which the header compiles.
    pub(crate) target: Option<Target>,
    /// Only functions whose names this matches.
    pub(crate) only: Option<Regex>,
    /// The library itself.
    pub(crate) library: Option<PathBuf>,
    /// The name of the library in the trait; if `None`, that of the library, or else of the header.
    pub(crate) library_name: Option<String>,
}

impl Options {
    /// Takes over what the user said about the header.
    ///
    /// # Errors
    /// Fails if a regular expression is wrong.
    pub(crate) fn new(reading: &cli::HeaderOptions) -> Result<Self> {
        let only = reading.only.as_deref().map(Regex::new).transpose();
        let only = only.map_err(|error| anyhow!("--only is not a regular expression: {error}"))?;
        let compilation = Compilation {
            include_folders: reading.include_folders.clone(),
            defines: reading.defines.clone(),
            includes: reading.includes.clone(),
            is_cpp: false,
        };
        Ok(Self { compilation, only, ..Self::default() })
    }
}

/// Runs the subcommand.
///
/// # Errors
/// Fails if the file cannot be read, or nothing in it can be imported.
pub(crate) fn main(options: &cli::Import) -> Result<()> {
    let wanted =
        Options { target: options.target, library: options.library.clone(), ..Options::new(&options.reading)? };
    let imported = match is_header(&options.file) {
        true => trait_from_header(&options.file, &wanted)?,
        false => trait_from_library(&options.file, &wanted)?,
    };
    let place = match &options.out {
        Some(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
            }
            fs::write(path, &imported.source).with_context(|| format!("cannot write {}", path.display()))?;
            path.display().to_string()
        }
        None => {
            // A reader that has seen enough, such as `head`, is not a failure.
            let _ = std::io::stdout().write_all(imported.source.as_bytes());
            "the output".to_owned()
        }
    };
    print_notes(&imported);
    let guesses = guesses(&imported.source).len();
    if guesses > 0 {
        eprintln!("check the {guesses} lines with `// check:` in {place} against the library's documentation");
    }
    Ok(())
}

/// Writes a trait from a C header.
///
/// # Errors
/// Fails if libclang is missing, the library cannot be read, or the header has no function that a trait can have; the error says
/// what to add.
pub(crate) fn trait_from_header(path: &Path, options: &Options) -> Result<Imported> {
    let library = options.library.as_deref().map(|file| LibraryFile::read(file, options.target)).transpose()?;
    let target = options.target.or_else(|| library.as_ref().map(LibraryFile::target));
    let libclang = LibClang::load()?;
    let (target, path, compilation, errors) = reading::choose(&libclang, path, target, &options.compilation)?;
    let index = libclang.index();
    let unit = compilation.parse(&index, &path, target, &[])?;
    let mut header = header::read(&unit, &path, target);
    let macros = header::macros(&unit, &path, target);
    let constants = constants::evaluate(&index, &compilation, &path, target, macros)?;
    header.constants.extend(constants);
    header.constants.sort_by_key(|constant| constant.line);
    print::without_variants(&mut header);
    rules::find_values(&mut header);

    let mut notes = Vec::new();
    if compilation.includes != options.compilation.includes {
        notes.push(format!(
            "{} does not compile by itself; it was read after {}",
            path.display(),
            compilation.includes.join(", ")
        ));
    }
    if compilation.is_cpp {
        notes.push(format!("{} is read as C++, because it does not compile as C", path.display()));
    }
    let from_clang = report::of_clang(&errors);
    let origin = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    match &library {
        Some(library) if !(header.functions.is_empty() && header.cpp_functions.is_empty()) => {
            notes.extend(library.compare(&mut header, &origin)?);
        }
        _ => library::leave_out_cpp(&mut header, "it depends on the compiler: name the library with --library."),
    }
    if header.functions.is_empty() {
        let reasons: Vec<_> =
            header.left_out.iter().map(|left| format!("\n  line {}: {}", left.line, left.reason)).collect();
        let from_clang = from_clang.map(|text| format!("; clang says:{text}")).unwrap_or_default();
        bail!("{} declares no function that a trait can have{}{from_clang}", path.display(), reasons.concat());
    }
    if let Some(text) = from_clang {
        notes.push(format!("clang reports errors for {target}, and what they concern is left out:{text}"));
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let library = options.library_name.clone().or_else(|| library.map(|library| library.name));
    let mut imported = write(&header, target, naming(&header, &stem, origin, library), options)?;
    notes.append(&mut imported.notes);
    Ok(Imported { notes, ..imported })
}

/// Writes a trait from a library alone: the functions whose names say how they are called, or the classes of an assembly.
///
/// # Errors
/// Fails if no 32-bit server can load the library, or it declares nothing.
pub(crate) fn trait_from_library(path: &Path, options: &Options) -> Result<Imported> {
    if options.library.is_some() {
        bail!("{} is a library itself; name a header in front of --library", path.display());
    }
    let image = doctor::library::read(path, None)?;
    // What a packer has changed cannot be read either, but is not missing.
    let is_cut = |part: &&String| image.dotnet.is_some() || part.starts_with("the file ends") || part.contains(".NET");
    if let Some(part) = image.damaged.iter().find(is_cut) {
        bail!("{} is damaged: {part}; copy or download it again, and compare the sizes", path.display());
    }
    if image.dotnet.is_some() {
        return dotnet::trait_from_assembly(path, &image, options.only.as_ref(), options.library_name.as_deref());
    }
    let library = LibraryFile::read(path, options.target)?;
    let header = exports::header(&library.image);
    if library.image.exports.is_empty() {
        bail!("{} exports nothing; name the library that programs call", path.display());
    }
    let stem = doctor::library::stem(&library.name);
    let name = options.library_name.clone().unwrap_or_else(|| library.name.clone());
    let naming = naming(&header, &stem, library.name.clone(), Some(name));
    let mut imported = write(&header, library.target(), naming, options)?;
    imported.notes.push("the names of exports do not say everything; a header does".to_owned());
    Ok(imported)
}

/// Whether a file is a header rather than a library.
fn is_header(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let is_named_so = ["h", "hh", "hpp", "hxx", "inc"].contains(&extension.as_str());
    // A name that the compiler finds, such as `winscard.h`, is not a file here.
    is_named_so
        || !path.is_file()
        || matches!(file::read(path), Ok(Content::Other(other)) if other.what == "a text file")
}

/// Writes a trait from the text of a header.
///
/// # Errors
/// As [`trait_from_header`].
#[cfg(test)]
pub(crate) fn trait_from_text(text: &str, options: &Options) -> Result<Imported> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("header.h");
    fs::write(&path, text)?;
    trait_from_header(&path, options)
}

/// Writes the trait.
fn write(header: &Header, target: Target, naming: Naming, options: &Options) -> Result<Imported> {
    let mut taken = BTreeSet::from([naming.trait_name.clone()]);
    taken.extend(["Client", "Library", "Batch"].map(|end| format!("{}{end}", naming.trait_name)));
    let mut types = Types::new(header, target, taken, layout::check);
    let is_chosen = |name: &str| options.only.as_ref().is_none_or(|only| only.is_match(name));
    let chosen: Vec<_> = header.functions.iter().filter(|function| is_chosen(&function.name)).collect();
    if chosen.is_empty() && options.only.is_some() {
        bail!("--only matches none of the {} functions of {}", header.functions.len(), naming.origin);
    }
    types.verb_prefix = rules::verb_prefix(header);
    types.methods = names::of_methods(&chosen, &naming.prefix);
    let mut methods = Vec::new();
    let mut left_out: Vec<LeftOut> = Vec::new();
    for function in chosen {
        match rules::draft(&types, function) {
            Ok(mut draft) => {
                library::compare_sizes(&types, &mut draft);
                methods.push(draft);
            }
            Err(reason) => {
                let declaration = spelling::function(function, header);
                left_out.push(LeftOut { line: function.line, declaration, reason });
            }
        }
    }
    let functions_left_out = left_out.len();
    for left in &header.left_out {
        let LeftOut { line, declaration, reason } = left;
        left_out.push(LeftOut { line: *line, declaration: declaration.clone(), reason: reason.clone() });
    }
    left_out.sort_by(|a, b| (a.line, &a.reason).cmp(&(b.line, &b.reason)));
    let mut counts = Counts { left_out: functions_left_out, ..Counts::default() };
    for draft in &methods {
        match (draft.addresses.is_empty(), draft.guesses.is_empty()) {
            (true, true) => counts.complete += 1,
            (true, false) => counts.guessed += 1,
            (false, _) => counts.addresses += 1,
        }
    }
    let source = print::source(&types, &methods, &naming, &left_out);
    let (source, notes) = format::format(source);
    Ok(Imported { trait_name: naming.trait_name, target: Some(target), source, notes, counts })
}

fn naming(header: &Header, stem: &str, origin: String, library: Option<String>) -> Naming {
    let trait_name = names::upper_camel(stem);
    let is_taken =
        header.records.values().map(|record| &record.name).chain(header.enums.values().map(|declared| &declared.name));
    let trait_name = match is_taken.into_iter().any(|name| names::upper_camel(name) == trait_name) {
        true => format!("{trait_name}Api"),
        false => trait_name,
    };
    let all: Vec<&str> = header.functions.iter().map(|function| function.name.as_str()).collect();
    let is_snake = |name: &&&str| name.chars().all(|c| !c.is_ascii_uppercase());
    // Names in Rust's style stay as they are.
    let prefix = if all.iter().filter(is_snake).count() * 2 > all.len() { "" } else { names::common_prefix(&all) };
    Naming { trait_name, library: library.unwrap_or_else(|| stem.to_owned()), origin, prefix: prefix.to_owned() }
}
