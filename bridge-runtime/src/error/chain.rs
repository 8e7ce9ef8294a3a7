//! The text of an error together with those of its causes.

use std::error::Error;
use std::fmt::{self, Display, Formatter};
use std::iter::successors;

/// The causes of an error, the nearest first.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(error.source(), |cause| (*cause).source())
}

/// An error and its causes on one line, for where only text fits.
pub(crate) fn with_sources(error: &(dyn Error + 'static)) -> String {
    causes(error).fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The `Debug` form of the crate's errors: the text, and a line for each cause. A `main` that returns an error prints
/// that one.
pub(super) fn write_chain(error: &(dyn Error + 'static), f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{error}")?;
    causes(error).try_for_each(|cause| write!(f, "\ncaused by: {cause}"))
}

/// The items of a list, each on a line of its own.
pub(super) fn list(items: &[impl Display]) -> String {
    items.iter().map(|item| format!("\n  {item}")).collect()
}

/// What a server printed, for the end of a message. The two outputs are read separately, so their order is not known.
pub(super) fn output(stdout: &str, stderr: &str) -> String {
    match (stdout.trim_end(), stderr.trim_end()) {
        ("", "") => String::new(),
        ("", text) | (text, "") => format!("; it wrote:\n{text}"),
        (stdout, stderr) => format!("; it wrote:\n{stderr}\nand on its standard output:\n{stdout}"),
    }
}
