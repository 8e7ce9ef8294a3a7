//! A method in the making.

use std::collections::BTreeSet;

use crate::import::model::{CType, Direction, Function, Parameter};
use crate::import::names::{snake, unique, without_type_prefix};
use crate::import::types::Types;

/// A parameter of a method.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) attributes: Vec<String>,
    pub(crate) ty: String,
}

impl Slot {
    pub(crate) fn plain(ty: impl Into<String>) -> Self {
        Self { attributes: Vec::new(), ty: ty.into() }
    }

    pub(crate) fn with(attribute: impl Into<String>, ty: impl Into<String>) -> Self {
        Self { attributes: vec![attribute.into()], ty: ty.into() }
    }
}

/// A method in the making.
#[derive(Debug)]
pub(crate) struct Draft<'f> {
    pub(crate) function: &'f Function,
    /// The name that the library exports it under.
    pub(crate) symbol: String,
    /// The words of its name.
    pub(crate) verbs: Vec<String>,
    /// The names of its parameters in Rust.
    pub(crate) names: Vec<String>,
    /// What was decided about each parameter.
    pub(crate) slots: Vec<Option<Slot>>,
    pub(crate) attributes: Vec<String>,
    pub(crate) result: Option<String>,
    /// What was guessed.
    pub(crate) guesses: Vec<RuleGuess>,
    /// What was guessed about a type of results, which is noted once for the trait.
    pub(crate) shared_guess: Option<String>,
    /// The names of the parameters that stayed addresses.
    pub(crate) addresses: Vec<String>,
}

/// A guess about a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleGuess {
    /// The name of the rule.
    pub(crate) rule: &'static str,
    pub(crate) text: String,
}

impl Draft<'_> {
    pub(crate) fn parameter(&self, index: usize) -> &Parameter {
        &self.function.signature.parameters[index]
    }

    /// Returns the parameters that no rule has decided.
    pub(crate) fn open(&self) -> Vec<usize> {
        (0..self.slots.len()).filter(|index| self.slots[*index].is_none()).collect()
    }

    pub(crate) fn decide(&mut self, index: usize, slot: Slot) {
        self.slots[index] = Some(slot);
    }

    pub(crate) fn guess(&mut self, rule: &'static str, text: impl Into<String>) {
        self.guesses.push(RuleGuess { rule, text: text.into() });
    }

    /// Returns what an open pointer parameter points to, and whether that is `const`.
    pub(crate) fn pointee(&self, index: usize) -> Option<(&CType, bool)> {
        match &self.slots[index] {
            None => self.parameter(index).ty.pointee(),
            Some(_) => None,
        }
    }

    /// Whether the name of the function has one of these words.
    pub(crate) fn says(&self, any: &[&str]) -> bool {
        self.verbs.iter().any(|word| any.contains(&word.as_str()))
    }

    pub(crate) fn reads(&self) -> bool {
        self.says(&READS)
    }

    pub(crate) fn writes(&self) -> bool {
        self.says(&WRITES)
    }

    pub(crate) fn direction(&self, index: usize) -> Option<Direction> {
        self.parameter(index).annotation.direction
    }
}

/// Verbs of functions that fill what they are given.
pub(super) const READS: [&str; 29] = [
    "get",
    "read",
    "recv",
    "receive",
    "query",
    "enum",
    "enumerate",
    "list",
    "fetch",
    "find",
    "poll",
    "acquire",
    "capture",
    "copy",
    "peek",
    "generate",
    "random",
    "describe",
    "retrieve",
    "lookup",
    "dump",
    "gets",
    "decrypt",
    "encrypt",
    "digest",
    "sign",
    "export",
    "format",
    "load",
];

/// Verbs of functions that use what they are given.
pub(super) const WRITES: [&str; 15] = [
    "set", "write", "send", "put", "transmit", "push", "store", "download", "program", "append", "update", "puts",
    "bind", "output", "play",
];

/// Verbs of functions that free what they are given.
pub(super) const CLOSING: [&str; 16] = [
    "close",
    "free",
    "destroy",
    "delete",
    "release",
    "finalize",
    "dispose",
    "clear",
    "uninit",
    "uninitialize",
    "unref",
    "deinit",
    "exit",
    "fini",
    "disconnect",
    "terminate",
];

/// Returns names for parameters; those that have none in C get one from their types.
pub(crate) fn parameter_names(types: &Types<'_>, parameters: &[Parameter]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let named = |(index, parameter): (usize, &Parameter)| {
        if !parameter.name.is_empty() {
            // Two names that differ in their prefixes only, such as `cbData` and `pbData`, keep them.
            let short = without_type_prefix(&parameter.name);
            let is_free = !taken.contains(&short);
            return unique(if is_free { short } else { snake(&parameter.name) }, &mut taken);
        }
        let name = if let Some(tag) = types.handle(&parameter.ty) {
            snake(&tag)
        } else if parameter.ty.callback().is_some() {
            "callback".into()
        } else {
            match parameter.ty.pointee().map(|(target, _)| target.resolved()) {
                Some(CType::Char | CType::WChar) => "text".into(),
                _ => format!("arg{}", index + 1),
            }
        };
        unique(name, &mut taken)
    };
    parameters.iter().enumerate().map(named).collect()
}
