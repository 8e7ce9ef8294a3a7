//! What the user reads about an import.

use crate::import::imported::{Counts, Imported};
use crate::import::reading;

/// How many guesses are listed one by one.
const LISTED: usize = 20;

/// How many of clang's errors are shown.
const SHOWN: usize = 8;

/// A guess in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guess {
    /// The line of its `// check:`.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Returns the guesses in a source.
pub(crate) fn guesses(source: &str) -> Vec<Guess> {
    let lines = source.lines().enumerate();
    let marked = lines.filter_map(|(index, line)| {
        let text = line.trim_start().strip_prefix("// check: ")?;
        Some(Guess { line: index + 1, text: text.to_owned() })
    });
    marked.collect()
}

/// Lists the guesses in a source, each with its place in the file.
pub(crate) fn list_guesses(source: &str, file: &str) -> String {
    let guesses = guesses(source);
    let listed = guesses.iter().take(LISTED).map(|Guess { line, text }| format!("  {file}:{line}: {text}\n"));
    let mut list: String = listed.collect();
    if guesses.len() > LISTED {
        list += &format!("  and {} more lines with `// check:`\n", guesses.len() - LISTED);
    }
    list
}

/// Prints what the user should know about the whole.
pub(crate) fn print_notes(imported: &Imported) {
    for note in &imported.notes {
        eprintln!("note: {note}");
    }
    let Counts { complete, guessed, addresses, left_out } = imported.counts;
    eprintln!(
        "{} functions: {complete} complete, {guessed} with guesses, {addresses} with addresses; {left_out} left out",
        complete + guessed + addresses,
    );
}

/// Returns clang's errors, and what to add so that the header compiles.
pub(super) fn of_clang(errors: &[String]) -> Option<String> {
    if errors.is_empty() {
        return None;
    }
    let mut text: String = errors.iter().take(SHOWN).map(|error| format!("\n  {error}")).collect();
    if errors.len() > SHOWN {
        text += &format!("\n  and {} more", errors.len() - SHOWN);
    }
    Some(format!("{text}\n{}", reading::what_to_add(errors)))
}
