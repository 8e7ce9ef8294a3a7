//! `import`: writes a trait from a C header.

mod annotations;
pub(crate) mod clang;
mod comments;
mod constants;
mod header;
mod layout;
mod model;
mod names;
mod print;
mod rules;
mod spelling;
mod text;
mod types;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, anyhow, bail};
use regex_lite::Regex;

use crate::cli;
use crate::command::clean;
use crate::import::clang::{Compilation, LibClang};
use crate::import::model::{Header, LeftOut};
use crate::import::print::Naming;
use crate::import::types::Types;
use crate::target::Target;

/// How a header is imported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) compilation: Compilation,
    /// The 32-bit target whose headers and sizes count; if `None`, the first of this machine's for which the header compiles.
    pub(crate) target: Option<Target>,
    /// Only functions whose names this matches.
    pub(crate) only: Option<Regex>,
    /// The library itself.
    pub(crate) library: Option<PathBuf>,
}

/// A trait that was made from something else.
#[derive(Debug)]
pub(crate) struct Imported {
    /// The source of a module, formatted.
    pub(crate) source: String,
    /// What was guessed.
    pub(crate) guesses: Vec<Guess>,
    /// What the user should know about the whole.
    pub(crate) notes: Vec<String>,
    pub(crate) counts: Counts,
}

/// A guess in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guess {
    /// The line of its `// check:`.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// How many functions came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// With types that say everything, without a guess.
    pub(crate) complete: usize,
    /// With at least one guess.
    pub(crate) guessed: usize,
    /// With a pointer that stayed an address.
    pub(crate) addresses: usize,
    /// Not at all.
    pub(crate) left_out: usize,
}

/// Runs the subcommand.
///
/// # Errors
/// Fails if the file cannot be read, or nothing in it can be imported.
pub(crate) fn main(options: &cli::Import) -> Result<()> {
    let only = options.only.as_deref().map(Regex::new).transpose();
    let only = only.map_err(|error| anyhow!("--only is not a regular expression: {error}"))?;
    let compilation = Compilation {
        include_folders: options.include_folders.clone(),
        defines: options.defines.clone(),
        includes: options.includes.clone(),
    };
    let imported = trait_from_header(
        &options.file,
        &Options { compilation, target: options.target, only, library: options.library.clone() },
    )?;
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
    for note in &imported.notes {
        eprintln!("note: {note}");
    }
    let Counts { complete, guessed, addresses, left_out } = imported.counts;
    eprintln!(
        "{} functions: {complete} complete, {guessed} with guesses, {addresses} with addresses; {left_out} left out",
        complete + guessed + addresses,
    );
    if !imported.guesses.is_empty() {
        eprintln!(
            "check the {} lines with `// check:` in {place} against the library's documentation",
            imported.guesses.len()
        );
    }
    Ok(())
}

/// Writes a trait from a C header.
///
/// # Errors
/// Fails if libclang is missing, or the header has no function that a trait can have; the error says what to add.
pub(crate) fn trait_from_header(path: &Path, options: &Options) -> Result<Imported> {
    let libclang = LibClang::load()?;
    let (target, path, compilation, errors) = choose(&libclang, path, options)?;
    let index = libclang.index();
    let unit = compilation.parse(&index, &path, target, &[])?;
    let mut header = header::read(&unit, &path, target);
    let macros = header::macros(&unit, &path, target);
    let constants = constants::evaluate(&index, &compilation, &path, target, macros)?;
    header.constants.extend(constants);
    header.constants.sort_by_key(|constant| constant.line);
    print::without_variants(&mut header);

    let mut notes = Vec::new();
    if compilation.includes != options.compilation.includes {
        notes.push(format!(
            "{} does not compile by itself; it was read after {}",
            path.display(),
            compilation.includes.join(", ")
        ));
    }
    if !errors.is_empty() {
        notes.push(format!(
            "clang reports errors for {target}, and what they concern is left out:\n{}",
            errors.join("\n")
        ));
    }
    if header.functions.is_empty() {
        let reasons: Vec<_> =
            header.left_out.iter().map(|left| format!("\n  line {}: {}", left.line, left.reason)).collect();
        let hint = hint(&errors);
        bail!("{} declares no function that a trait can have{}{hint}", path.display(), reasons.concat());
    }
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let origin = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut imported = write(&header, target, &stem, origin, options)?;
    notes.append(&mut imported.notes);
    Ok(Imported { notes, ..imported })
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

/// Chooses the target, and what is included before the header: the first with which it compiles, or else the one with the
/// fewest errors. Returns them with the errors.
fn choose(libclang: &LibClang, path: &Path, options: &Options) -> Result<(Target, PathBuf, Compilation, Vec<String>)> {
    let targets = match options.target {
        Some(target) if target.is_32bit() => vec![target],
        Some(target) => bail!("{target} is a client's target; the library's is {}", target.server()),
        None if cfg!(windows) => {
            vec![if cfg!(target_env = "msvc") { Target::I686WindowsMsvc } else { Target::I686WindowsGnu }]
        }
        None => vec![Target::I686Linux, Target::I686WindowsGnu],
    };
    let mut best: Option<(Target, PathBuf, Compilation, Vec<String>)> = None;
    let mut missing = None;
    for target in targets {
        let found = match clang::find_header(path, &options.compilation, target) {
            Ok(found) => found.canonicalize().with_context(|| format!("cannot read {}", path.display()))?,
            Err(error) => {
                missing.get_or_insert(error);
                continue;
            }
        };
        let prelude: &[&str] = match target.is_windows() {
            true => &["windows.h"],
            false => &["stddef.h", "stdint.h", "stdbool.h"],
        };
        let with_prelude = Compilation {
            includes: prelude
                .iter()
                .map(|name| (*name).to_owned())
                .chain(options.compilation.includes.clone())
                .collect(),
            ..options.compilation.clone()
        };
        for compilation in [options.compilation.clone(), with_prelude] {
            let index = libclang.index();
            let unit = compilation.parse(&index, &found, target, &[])?;
            let errors = clang::errors(&unit);
            if errors.is_empty() {
                return Ok((target, found, compilation, errors));
            }
            if best.as_ref().is_none_or(|(.., fewest)| errors.len() < fewest.len()) {
                best = Some((target, found.clone(), compilation, errors));
            }
        }
    }
    best.ok_or_else(|| missing.unwrap_or_else(|| anyhow!("there is no target to read it for")))
}

/// Says what to add so that a header compiles.
fn hint(errors: &[String]) -> String {
    if errors.is_empty() {
        return String::new();
    }
    let shown = errors.iter().take(5).map(|error| format!("\n  {error}")).collect::<String>();
    let add = if errors.iter().any(|error| error.contains("file not found")) {
        "add the folder of the missing header with -I"
    } else if errors.iter().any(|error| error.contains("unknown type name")) {
        "add the header that declares the missing type with --include, or a macro that it waits for with -D"
    } else {
        "add what it waits for with -D, -I or --include"
    };
    format!("; clang says:{shown}\n{add}")
}

fn write(header: &Header, target: Target, stem: &str, origin: String, options: &Options) -> Result<Imported> {
    let library = options.library.as_deref().and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
    let library =
        library.map(|name| if target.is_windows() { name } else { name.trim_start_matches("lib").to_owned() });
    let naming = naming(header, stem, origin, library);
    let mut taken = std::collections::BTreeSet::from([naming.trait_name.clone()]);
    taken.extend(["Client", "Library", "Batch"].map(|end| format!("{}{end}", naming.trait_name)));
    let types = Types::new(header, target, taken, layout::check);
    let is_chosen = |name: &str| options.only.as_ref().is_none_or(|only| only.is_match(name));
    let chosen: Vec<_> = header.functions.iter().filter(|function| is_chosen(&function.name)).collect();
    if chosen.is_empty() {
        bail!("--only matches none of the {} functions of {}", header.functions.len(), naming.origin);
    }
    let mut methods = Vec::new();
    let mut left_out: Vec<LeftOut> = Vec::new();
    for function in chosen {
        match rules::draft(&types, function) {
            Ok(draft) => methods.push(draft),
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
    left_out.sort_by_key(|left| left.line);
    let mut counts = Counts { left_out: functions_left_out, ..Counts::default() };
    for draft in &methods {
        match (draft.addresses.is_empty(), draft.guesses.is_empty()) {
            (true, true) => counts.complete += 1,
            (true, false) => counts.guessed += 1,
            (false, _) => counts.addresses += 1,
        }
    }
    let source = print::source(&types, &methods, &naming, &left_out);
    let (source, notes) = format(source);
    let guesses = guesses(&source);
    Ok(Imported { source, guesses, notes, counts })
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

/// Formats a source with rustfmt, if there is one.
fn format(source: String) -> (String, Vec<String>) {
    match rustfmt(&source) {
        Ok(formatted) => (formatted, Vec::new()),
        Err(error) => (source, vec![format!("the output is not formatted: {error:#}")]),
    }
}

fn rustfmt(source: &str) -> Result<String> {
    let mut command = clean("rustfmt");
    command.args(["--edition", "2024"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("cannot start rustfmt (`rustup component add rustfmt`)")?;
    let mut stdin = child.stdin.take().context("rustfmt has no input")?;
    let source = source.to_owned();
    // In a thread of its own: rustfmt may write before it has read everything.
    let writer = std::thread::spawn(move || stdin.write_all(source.as_bytes()));
    let output = child.wait_with_output().context("rustfmt does not end")?;
    let _ = writer.join();
    if !output.status.success() {
        bail!("rustfmt fails: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).context("rustfmt's output is not UTF-8")
}

/// Lists the guesses in a source.
fn guesses(source: &str) -> Vec<Guess> {
    let lines = source.lines().enumerate();
    let marked = lines.filter_map(|(index, line)| {
        let text = line.trim_start().strip_prefix("// check: ")?;
        Some(Guess { line: index + 1, text: text.to_owned() })
    });
    marked.collect()
}
