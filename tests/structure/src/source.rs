//! Reads the modules of a crate and what each of them declares.

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Item, ItemMod, ItemUse, Lit, Meta, Token, UseTree, Visibility};

use crate::cfg::{Cfg, is_test_only};

/// A crate's modules, without those for tests only.
pub struct Crate {
    /// The source files, relative to the folder of the root file. Other types refer to them by index.
    pub files: Vec<PathBuf>,
    /// The modules; the first one is the crate's root.
    pub(crate) modules: Vec<Module>,
    folder: PathBuf,
}

/// A module: a file, or a block within one.
pub(crate) struct Module {
    pub(crate) parent: Option<usize>,
    pub(crate) file: usize,
    /// Its `cfg` conditions, including those of its parents.
    pub(crate) cfg: Vec<Cfg>,
    pub(crate) children: Vec<(String, usize)>,
    pub(crate) declarations: Vec<Declaration>,
    pub(crate) imports: Vec<Import>,
    /// Its parsed content.
    pub(crate) items: Vec<Item>,
}

/// A named item.
#[derive(Debug, Clone)]
pub(crate) struct Declaration {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) file: usize,
    pub(crate) line: usize,
    pub(crate) cfg: Vec<Cfg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Struct,
    Enum,
    Union,
    Trait,
    Alias,
    /// A function, a constant or a static.
    Value,
    Macro,
}

/// One name of a `use` declaration, or a glob.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    /// The name in this module; `None` for a glob.
    pub(crate) name: Option<String>,
    pub(crate) path: Vec<String>,
    /// Whether it is visible to other modules.
    pub(crate) is_reexport: bool,
    pub(crate) line: usize,
}

/// Why sources could not be read.
#[derive(Debug)]
pub struct ReadError {
    file: PathBuf,
    reason: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.reason)
    }
}

impl std::error::Error for ReadError {}

impl Crate {
    /// Reads a crate by its root file, such as `src/lib.rs`.
    ///
    /// # Errors
    /// If a file is missing or is not Rust.
    pub fn read(root: &Path) -> Result<Self, ReadError> {
        Self::read_with(root, &|path| fs::read_to_string(path))
    }

    pub(crate) fn read_with(root: &Path, read: &dyn Fn(&Path) -> io::Result<String>) -> Result<Self, ReadError> {
        let folder = root.parent().unwrap_or(Path::new("")).to_owned();
        let mut this = Self { files: Vec::new(), modules: Vec::new(), folder: folder.clone() };
        this.read_file(root, &folder, None, Vec::new(), read)?;
        Ok(this)
    }

    /// Parses a file and adds its module. The files of its submodules are in the folder `children`.
    fn read_file(
        &mut self,
        path: &Path,
        children: &Path,
        parent: Option<usize>,
        mut cfg: Vec<Cfg>,
        read: &dyn Fn(&Path) -> io::Result<String>,
    ) -> Result<usize, ReadError> {
        let failed = |reason: String| ReadError { file: path.to_owned(), reason };
        let text = read(path).map_err(|error| failed(error.to_string()))?;
        let syntax = syn::parse_file(&text).map_err(|error| {
            let start = error.span().start();
            failed(format!("{error} (line {})", start.line))
        })?;
        let name = path.strip_prefix(&self.folder).unwrap_or(path).to_owned();
        let file = self.files.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.files.push(name);
            self.files.len() - 1
        });
        cfg.extend(Cfg::of(&syntax.attrs));
        // `#[path]` is relative to the folder of the file.
        let next_to = path.parent().unwrap_or(Path::new("")).to_owned();
        self.add_module(syntax.items, file, &next_to, children, parent, cfg, read)
    }

    #[allow(clippy::too_many_arguments, reason = "most of them are passed on from module to module")]
    fn add_module(
        &mut self,
        items: Vec<Item>,
        file: usize,
        next_to: &Path,
        children: &Path,
        parent: Option<usize>,
        cfg: Vec<Cfg>,
        read: &dyn Fn(&Path) -> io::Result<String>,
    ) -> Result<usize, ReadError> {
        let this = self.modules.len();
        let items: Vec<Item> = items.into_iter().filter(|item| !is_test_only(attributes(item))).collect();
        let (mut declarations, mut imports) = (Vec::new(), Vec::new());
        for item in &items {
            match item {
                Item::Use(item) => imports.extend(imports_of(item)),
                item => {
                    let Some(declaration) = declaration_of(item, file, &cfg) else { continue };
                    let exported = attributes(item).iter().any(|a| a.path().is_ident("macro_export"));
                    if exported && this != 0 {
                        self.modules[0].declarations.push(declaration.clone());
                    }
                    declarations.push(declaration);
                }
            }
        }
        self.modules.push(Module { parent, file, cfg, children: Vec::new(), declarations, imports, items });

        let modules = self.modules[this].items.iter();
        let modules: Vec<ItemMod> =
            modules.filter_map(|i| if let Item::Mod(m) = i { Some(m.clone()) } else { None }).collect();
        for module in modules {
            let name = plain(&module.ident);
            let mut cfg = self.modules[this].cfg.clone();
            cfg.extend(Cfg::of(&module.attrs));
            if let Some((_, items)) = module.content {
                let folder = children.join(&name);
                let child = self.add_module(items, file, &folder, &folder, Some(this), cfg, read)?;
                self.modules[this].children.push((name, child));
                continue;
            }
            for (path, condition) in paths_of(&module.attrs, next_to) {
                let is_default = path.is_none();
                let path = path.unwrap_or_else(|| children.join(format!("{name}.rs")));
                let (path, folder) = match is_default {
                    true if read(&path).is_ok() => (path, children.join(&name)),
                    true => (children.join(&name).join("mod.rs"), children.join(&name)),
                    // As with a `mod.rs`, submodules are next to the file.
                    false => (path.clone(), path.parent().unwrap_or(Path::new("")).to_owned()),
                };
                let mut cfg = cfg.clone();
                cfg.extend(condition);
                let child = self.read_file(&path, &folder, Some(this), cfg, read)?;
                self.modules[this].children.push((name.clone(), child));
            }
        }
        Ok(this)
    }
}

/// The files of a `mod name;`, each with its condition. `None` is the default location.
fn paths_of(attributes: &[Attribute], next_to: &Path) -> Vec<(Option<PathBuf>, Option<Cfg>)> {
    let path = |meta: &Meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(next_to.join(text.value())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    if let Some(path) = attributes.iter().find_map(|attribute| path(&attribute.meta)) {
        return vec![(Some(path), None)];
    }
    let conditional = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg_attr"));
    let conditional = conditional.filter_map(|attribute| {
        let inner = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
        let condition = Cfg::from_meta(inner.first()?)?;
        Some((Some(inner.iter().skip(1).find_map(path)?), Some(condition)))
    });
    let conditional: Vec<_> = conditional.collect();
    if conditional.is_empty() { vec![(None, None)] } else { conditional }
}

/// The declaration that an item makes; `None` for modules, imports and `impl` blocks.
pub(crate) fn declaration_of(item: &Item, file: usize, outer: &[Cfg]) -> Option<Declaration> {
    let (name, kind) = match item {
        Item::Struct(item) => (&item.ident, Kind::Struct),
        Item::Enum(item) => (&item.ident, Kind::Enum),
        Item::Union(item) => (&item.ident, Kind::Union),
        Item::Trait(item) => (&item.ident, Kind::Trait),
        Item::TraitAlias(item) => (&item.ident, Kind::Trait),
        Item::Type(item) => (&item.ident, Kind::Alias),
        Item::Fn(item) => (&item.sig.ident, Kind::Value),
        Item::Const(item) => (&item.ident, Kind::Value),
        Item::Static(item) => (&item.ident, Kind::Value),
        Item::Macro(item) => (item.ident.as_ref()?, Kind::Macro),
        _ => return None,
    };
    let cfg = outer.iter().cloned().chain(Cfg::of(attributes(item))).collect();
    Some(Declaration { name: plain(name), kind, file, line: name.span().start().line, cfg })
}

/// A name without `r#`.
pub(crate) fn plain(ident: &syn::Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

/// The attributes of any item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// All imports of a `use` declaration.
pub(crate) fn imports_of(item: &ItemUse) -> Vec<Import> {
    let mut imports = Vec::new();
    if item.leading_colon.is_none() {
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        flatten(&item.tree, &mut Vec::new(), is_reexport, &mut imports);
    }
    imports
}

fn flatten(tree: &UseTree, path: &mut Vec<String>, is_reexport: bool, imports: &mut Vec<Import>) {
    let line = tree.span().start().line;
    let mut import = |name: Option<String>, last: Option<String>, path: &[String]| {
        let path = path.iter().cloned().chain(last).collect();
        imports.push(Import { name, path, is_reexport, line });
    };
    match tree {
        UseTree::Path(tree) => {
            path.push(plain(&tree.ident));
            flatten(&tree.tree, path, is_reexport, imports);
            path.pop();
        }
        UseTree::Name(tree) if tree.ident == "self" => import(path.last().cloned(), None, path),
        UseTree::Name(tree) => import(Some(plain(&tree.ident)), Some(plain(&tree.ident)), path),
        UseTree::Rename(tree) if tree.ident == "self" => import(Some(plain(&tree.rename)), None, path),
        UseTree::Rename(tree) => import(Some(plain(&tree.rename)), Some(plain(&tree.ident)), path),
        UseTree::Glob(_) => import(None, None, path),
        UseTree::Group(tree) => tree.items.iter().for_each(|tree| flatten(tree, path, is_reexport, imports)),
    }
}
