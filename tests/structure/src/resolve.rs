//! Resolves paths to items.

use std::collections::HashSet;

use crate::source::{Crate, Import, Kind};

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    /// A module.
    Module(usize),
    /// An item that a file declares, or something that belongs to it, such as a variant.
    Item { file: usize, name: String },
    /// Something of another crate.
    External,
}

/// Rust's namespaces, without those of lifetimes and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Namespace {
    Type,
    Value,
    Macro,
}

impl Namespace {
    pub(crate) const ALL: [Self; 3] = [Self::Type, Self::Value, Self::Macro];

    fn has(self, kind: Kind) -> bool {
        match self {
            Self::Type => !matches!(kind, Kind::Value | Kind::Macro),
            // A struct without named fields is a function or a constant as well.
            Self::Value => matches!(kind, Kind::Value | Kind::Struct),
            Self::Macro => kind == Kind::Macro,
        }
    }
}

/// The names that a block in a function imports or declares.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) imports: Vec<Import>,
    pub(crate) items: HashSet<String>,
}

/// The lookups in progress, so that circular imports end.
type Seen = HashSet<(usize, String, Namespace)>;

impl Crate {
    /// Resolves a path used in a module, inside these blocks (outermost first). With `cfg` it can name several items.
    pub(crate) fn resolve(
        &self,
        module: usize,
        blocks: &[Block],
        path: &[String],
        namespace: Namespace,
    ) -> Vec<Target> {
        for block in blocks.iter().rev() {
            let Some(first) = path.first() else { break };
            if block.items.contains(first) {
                return Vec::new();
            }
            let named: Vec<_> = block.imports.iter().filter(|import| import.name.as_ref() == Some(first)).collect();
            let mut found = Vec::new();
            for import in &named {
                let path: Vec<_> = import.path.iter().chain(&path[1..]).cloned().collect();
                found.extend(self.path(module, &path, namespace, &mut Seen::new()));
            }
            if !named.is_empty() {
                return unique(found);
            }
            for import in block.imports.iter().filter(|import| import.name.is_none()) {
                for target in self.path(module, &import.path, Namespace::Type, &mut Seen::new()) {
                    if let Target::Module(from) = target {
                        let path: Vec<_> = ["self".to_owned()].iter().chain(path).cloned().collect();
                        found.extend(self.path(from, &path, namespace, &mut Seen::new()));
                    }
                }
            }
            found.retain(|target| *target != Target::External);
            if !found.is_empty() {
                return unique(found);
            }
        }
        unique(self.path(module, path, namespace, &mut Seen::new()))
    }

    fn path(&self, module: usize, path: &[String], namespace: Namespace, seen: &mut Seen) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        let of = |last: bool| if last { namespace } else { Namespace::Type };
        let mut targets = match first.as_str() {
            "crate" => vec![Target::Module(0)],
            "self" => vec![Target::Module(module)],
            "super" => self.modules[module].parent.map(Target::Module).into_iter().collect(),
            name => {
                let found = self.lookup(module, name, of(rest.is_empty()), seen);
                if found.is_empty() { vec![Target::External] } else { found }
            }
        };
        for (i, name) in rest.iter().enumerate() {
            let namespace = of(i + 1 == rest.len());
            let mut next = Vec::new();
            for target in targets {
                match target {
                    Target::Module(module) if name == "super" => {
                        next.extend(self.modules[module].parent.map(Target::Module));
                    }
                    Target::Module(module) => next.extend(self.lookup(module, name, namespace, seen)),
                    other => next.push(other),
                }
            }
            targets = next;
        }
        targets
    }

    /// Looks a name up in a module.
    fn lookup(&self, module: usize, name: &str, namespace: Namespace, seen: &mut Seen) -> Vec<Target> {
        if !seen.insert((module, name.to_owned(), namespace)) {
            return Vec::new();
        }
        let this = &self.modules[module];
        let declared = this.declarations.iter().filter(|item| item.name == name && namespace.has(item.kind));
        let mut found: Vec<_> =
            declared.map(|item| Target::Item { file: item.file, name: item.name.clone() }).collect();
        if namespace == Namespace::Type {
            let children = this.children.iter().filter(|(child, _)| child == name);
            found.extend(children.map(|(_, child)| Target::Module(*child)));
        }
        for import in this.imports.iter().filter(|import| import.name.as_deref() == Some(name)) {
            found.extend(self.path(module, &import.path, namespace, seen));
        }
        if found.is_empty() {
            for import in this.imports.iter().filter(|import| import.name.is_none()) {
                for target in self.path(module, &import.path, Namespace::Type, seen) {
                    if let Target::Module(from) = target {
                        found.extend(self.lookup(from, name, namespace, seen));
                    }
                }
            }
            found.retain(|target| *target != Target::External);
        }
        // A macro is in scope in the submodules that follow it.
        if found.is_empty()
            && namespace == Namespace::Macro
            && let Some(parent) = this.parent
        {
            found = self.lookup(parent, name, namespace, seen);
        }
        seen.remove(&(module, name.to_owned(), namespace));
        found
    }
}

fn unique(targets: Vec<Target>) -> Vec<Target> {
    let mut seen = HashSet::new();
    targets.into_iter().filter(|target| seen.insert(target.clone())).collect()
}
