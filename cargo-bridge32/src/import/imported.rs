//! A trait that was made from something else.

use crate::target::Target;

/// A trait that was made from something else.
#[derive(Debug)]
pub(crate) struct Imported {
    pub(crate) trait_name: String,
    /// The target that it was read for; `None` for an assembly of .NET, which every system runs.
    pub(crate) target: Option<Target>,
    /// The source of a module, formatted.
    pub(crate) source: String,
    /// What the user should know about the whole.
    pub(crate) notes: Vec<String>,
    pub(crate) counts: Counts,
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
