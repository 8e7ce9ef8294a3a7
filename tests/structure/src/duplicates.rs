//! Finds types that share a name.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::cfg::exclude_each_other;
use crate::source::{Crate, Declaration, Kind};

/// A name that more than one type of a crate has.
#[derive(Debug)]
pub struct Duplicate {
    /// The name.
    pub name: String,
    /// Where each of them is declared: file and line.
    pub places: Vec<(PathBuf, usize)>,
}

/// All names that more than one struct, enum, union, trait or type alias of the crate has, unless `cfg` leaves at most one of
/// them.
pub fn duplicates(krate: &Crate) -> Vec<Duplicate> {
    let mut by_name: BTreeMap<&str, Vec<&Declaration>> = BTreeMap::new();
    for item in krate.modules.iter().flat_map(|module| &module.declarations) {
        if !matches!(item.kind, Kind::Value | Kind::Macro) {
            by_name.entry(&item.name).or_default().push(item);
        }
    }
    let duplicates = by_name.into_iter().filter(|(_, items)| {
        items.iter().enumerate().any(|(i, a)| items[i + 1..].iter().any(|b| !exclude_each_other(&a.cfg, &b.cfg)))
    });
    let duplicates = duplicates.map(|(name, items)| Duplicate {
        name: name.to_owned(),
        places: items.iter().map(|item| (krate.files[item.file].clone(), item.line)).collect(),
    });
    duplicates.collect()
}

impl fmt::Display for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<_> = self.places.iter().map(|(file, line)| format!("{}:{line}", file.display())).collect();
        writeln!(f, "{}: {}", self.name, places.join(", "))
    }
}
