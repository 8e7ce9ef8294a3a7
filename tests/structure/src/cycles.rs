//! Finds files and folders that depend on each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Component, Path, PathBuf};

use crate::references::{Reference, references};
use crate::source::Crate;

/// A strongly connected component: each member depends on each other one, directly or indirectly.
#[derive(Debug)]
pub struct Cycle {
    /// The files and folders.
    pub members: Vec<PathBuf>,
    /// The references between members, each with its two files.
    pub references: Vec<(PathBuf, PathBuf, Reference)>,
}

/// The cycles of a crate's files, the largest first.
pub fn cycles(krate: &Crate) -> Vec<Cycle> {
    let found = references(krate);
    let edges = found.iter().map(|r| (krate.files[r.from].clone(), krate.files[r.to].clone(), r));
    components(krate, &edges.collect::<Vec<_>>())
}

/// The cycles between whole folders, or folders and files next to them, the largest first. Their files need not form a
/// cycle: `error.rs` uses `process/status.rs`, and `process/launch.rs` uses `error.rs`.
///
/// `name.rs` is next to the folder `name`; `mod.rs` is in it.
pub fn folder_cycles(krate: &Crate) -> Vec<Cycle> {
    let found = references(krate);
    let mut by_folder: BTreeMap<PathBuf, Vec<(PathBuf, PathBuf, &Reference)>> = BTreeMap::new();
    for reference in &found {
        let (from, to) = (&krate.files[reference.from], &krate.files[reference.to]);
        let (common, from, to) = apart(from, to);
        by_folder.entry(common).or_default().push((from, to, reference));
    }
    let cycles = by_folder.values().flat_map(|edges| components(krate, edges));
    let is_folder = |member: &PathBuf| member.extension().is_none();
    let mut cycles: Vec<_> = cycles.filter(|cycle| cycle.members.iter().any(is_folder)).collect();
    cycles.sort_by_key(|cycle| std::cmp::Reverse(cycle.members.len()));
    cycles
}

/// The innermost folder that two files share, and the file or folder in it that each of them is or is in.
fn apart(a: &Path, b: &Path) -> (PathBuf, PathBuf, PathBuf) {
    let common: PathBuf = a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
    let within = |path: &Path| {
        let next: Option<Component<'_>> = path.components().nth(common.components().count());
        next.map_or_else(|| path.to_owned(), |next| common.join(next))
    };
    let (from, to) = (within(a), within(b));
    (common, from, to)
}

/// The strongly connected components of more than one member, the largest first.
fn components(krate: &Crate, edges: &[(PathBuf, PathBuf, &Reference)]) -> Vec<Cycle> {
    let mut next: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for (from, to, _) in edges {
        next.entry(from).or_default().insert(to);
    }
    let reaches: BTreeMap<&Path, BTreeSet<&Path>> =
        next.keys().map(|start| (*start, reachable(start, &next))).collect();
    let is_mutual = |a: &Path, b: &Path| reaches.get(a).is_some_and(|from_a| from_a.contains(b));

    let mut left: BTreeSet<&Path> = next.keys().copied().filter(|member| is_mutual(member, member)).collect();
    let mut cycles = Vec::new();
    while let Some(first) = left.pop_first() {
        let others = left.iter().copied().filter(|other| is_mutual(first, other) && is_mutual(other, first));
        let members: BTreeSet<&Path> = std::iter::once(first).chain(others).collect();
        left.retain(|member| !members.contains(member));
        let inside = edges
            .iter()
            .filter(|(from, to, _)| from != to && members.contains(from.as_path()) && members.contains(to.as_path()));
        let inside = inside.map(|(_, _, r)| (krate.files[r.from].clone(), krate.files[r.to].clone(), (*r).clone()));
        cycles.push(Cycle { references: inside.collect(), members: members.into_iter().map(Path::to_owned).collect() });
    }
    cycles.sort_by_key(|cycle| std::cmp::Reverse(cycle.members.len()));
    cycles
}

/// What can be reached from a member, by one edge at least.
fn reachable<'p>(start: &'p Path, next: &BTreeMap<&'p Path, BTreeSet<&'p Path>>) -> BTreeSet<&'p Path> {
    let mut found = BTreeSet::new();
    let mut open = vec![start];
    while let Some(member) = open.pop() {
        open.extend(next.get(member).into_iter().flatten().filter(|other| found.insert(**other)));
    }
    found
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<_> = self.members.iter().map(|member| member.display().to_string()).collect();
        writeln!(f, "{} members: {}", members.len(), members.join(", "))?;
        let mut edges: BTreeMap<_, Vec<&Reference>> = BTreeMap::new();
        for (from, to, reference) in &self.references {
            edges.entry((from, to)).or_default().push(reference);
        }
        for ((from, to), references) in edges {
            let mut names: Vec<&str> = Vec::new();
            for reference in &references {
                if !names.contains(&reference.name.as_str()) {
                    names.push(&reference.name);
                }
            }
            let line = references.first().map_or(0, |reference| reference.line);
            writeln!(f, "    {}:{line} -> {}: {}", from.display(), to.display(), names.join(", "))?;
        }
        Ok(())
    }
}
