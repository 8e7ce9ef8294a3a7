//! Reads libclang's syntax tree of a header into the model.

mod places;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clang::diagnostic::Severity;
use clang::source::File;
use clang::{Entity, EntityKind, TranslationUnit, Type, TypeKind};

use crate::import::model::{Constant, ConstantPlace, Function, FunctionExport, Header, LeftOut, Value, Variant};
use crate::import::{annotations, comments};
use crate::target::Target;

/// Reads a parsed header.
pub(crate) fn read<'i>(unit: &'i TranslationUnit<'i>, path: &Path, target: Target) -> Header {
    let mut reader = Reader::new(unit, path, target);
    reader.read_all(unit);
    if reader.header.functions.is_empty() && reader.widen(unit) {
        // A header that only includes others of its folder.
        reader.header = Header::default();
        reader.read_all(unit);
    }
    reader.header
}

struct Reader<'i> {
    target: Target,
    /// The header, and those of its own that it includes.
    own: BTreeSet<PathBuf>,
    folder: PathBuf,
    /// The contents of the files that were looked at.
    texts: BTreeMap<PathBuf, String>,
    /// The typedefs of structs, unions and enums, by the identifiers of these.
    typedefs: BTreeMap<String, String>,
    /// clang's errors by file and line.
    errors: BTreeMap<(PathBuf, u32), String>,
    /// The real paths of files, which clang may know by another name.
    paths: BTreeMap<PathBuf, PathBuf>,
    /// The file and the end of the function before, with its comment.
    before: Option<(PathBuf, usize, Option<String>)>,
    /// The places of constants, by the file and the offset of the macro or the unnamed enum that declares them.
    places: BTreeMap<(PathBuf, usize), ConstantPlace>,
    header: Header,
    unit: &'i TranslationUnit<'i>,
}

impl<'i> Reader<'i> {
    fn new(unit: &'i TranslationUnit<'i>, path: &Path, target: Target) -> Self {
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let mut reader = Self {
            target,
            own: BTreeSet::from([path.to_owned()]),
            folder,
            texts: BTreeMap::new(),
            typedefs: BTreeMap::new(),
            errors: BTreeMap::new(),
            paths: BTreeMap::new(),
            before: None,
            places: BTreeMap::new(),
            header: Header::default(),
            unit,
        };
        reader.find_own_headers(unit, false);
        for entity in unit.get_entity().get_children() {
            if entity.get_kind() == EntityKind::TypedefDecl
                && let Some(name) = entity.get_name()
                && let Some(ty) = entity.get_typedef_underlying_type()
                && let Some(id) = declared(ty).and_then(|declaration| id_of(&declaration))
            {
                reader.typedefs.entry(id).or_insert(name);
            }
        }
        for error in unit.get_diagnostics().into_iter().filter(|error| error.get_severity() >= Severity::Error) {
            let location = error.get_location().get_expansion_location();
            if let Some(file) = location.file {
                let path = reader.real_path(&file);
                reader.errors.entry((path, location.line)).or_insert_with(|| error.get_text());
            }
        }
        reader
    }

    /// Adds the headers that are this one's own: those that it includes by `"…"` from its folder; with `all`, by `<…>` too.
    /// Returns whether there are any.
    fn find_own_headers(&mut self, unit: &'i TranslationUnit<'i>, all: bool) -> bool {
        let before = self.own.len();
        for entity in unit.get_entity().get_children() {
            if entity.get_kind() != EntityKind::InclusionDirective {
                continue;
            }
            let Some((file, _, start, end)) = place(&entity) else { continue };
            let Some(included) = entity.get_file() else { continue };
            let text = self.text(&file)[start..end].to_owned();
            let (file, included) = (self.real_path(&file), self.real_path(&included));
            let is_in_folder = included.starts_with(&self.folder);
            if self.own.contains(&file) && is_in_folder && (all || text.contains('"')) {
                self.own.insert(included);
            }
        }
        self.own.len() > before
    }

    fn widen(&mut self, unit: &'i TranslationUnit<'i>) -> bool {
        self.find_own_headers(unit, true)
    }

    fn is_own(&mut self, file: &File<'i>) -> bool {
        let path = self.real_path(file);
        self.own.contains(&path)
    }

    fn real_path(&mut self, file: &File<'i>) -> PathBuf {
        let path = file.get_path();
        let real =
            self.paths.entry(path).or_insert_with_key(|path| path.canonicalize().unwrap_or_else(|_| path.clone()));
        real.clone()
    }

    fn text(&mut self, file: &File<'i>) -> &str {
        let path = file.get_path();
        self.texts.entry(path).or_insert_with(|| file.get_contents().unwrap_or_default())
    }

    fn read_all(&mut self, unit: &'i TranslationUnit<'i>) {
        let says_utf8 = |text: &String| text.contains("UTF-8") || text.contains("UTF8") || text.contains("utf8");
        let own = unit.get_entity().get_file().map(|file| self.text(&file).to_owned());
        self.header.is_utf8 = own.as_ref().is_some_and(says_utf8);
        self.find_places(unit);
        let mut seen = BTreeSet::new();
        for entity in unit.get_entity().get_children() {
            self.read_entity(entity, &mut seen);
        }
    }

    fn read_entity(&mut self, entity: Entity<'i>, seen: &mut BTreeSet<String>) {
        let Some((file, line, start, end)) = place(&entity) else { return };
        if !self.is_own(&file) {
            return;
        }
        match entity.get_kind() {
            EntityKind::LinkageSpec | EntityKind::UnexposedDecl | EntityKind::Namespace => {
                entity.get_children().into_iter().for_each(|child| self.read_entity(child, seen));
            }
            EntityKind::FunctionDecl => {
                let Some(name) = entity.get_name() else { return };
                if !seen.insert(id(&entity)) || entity.is_inline_function() || entity.is_definition() {
                    return;
                }
                self.read_function(entity, name, &file, line, start, end);
            }
            EntityKind::TypedefDecl => {
                let doc = comments::doc_of(self.text(&file), start, end);
                self.header.typedef_docs.extend(entity.get_name().zip(doc));
            }
            EntityKind::EnumDecl if is_unnamed(&entity) && !self.typedefs.contains_key(&id(&entity)) => {
                self.read_unnamed_enum(&entity, &file, line, start);
            }
            EntityKind::ClassDecl | EntityKind::ClassTemplate | EntityKind::FunctionTemplate => {
                let kind = if entity.get_kind() == EntityKind::ClassDecl { "class" } else { "template" };
                let declaration = format!("{kind} {}", entity.get_name().unwrap_or_default());
                let reason = "C++ classes and templates need a C library around them".to_owned();
                self.header.left_out.push(LeftOut { line, declaration, reason });
            }
            EntityKind::VarDecl => {
                let ty = entity.get_type().map(|ty| ty.get_display_name()).unwrap_or_default();
                let name = entity.get_name().unwrap_or_default();
                if !ty.starts_with("const ") && entity.get_storage_class() != Some(clang::StorageClass::Static) {
                    self.header.left_out.push(LeftOut {
                        line,
                        declaration: format!("extern {ty} {name};"),
                        reason: "a variable; declare `#[global]` methods that read and write it".into(),
                    });
                }
            }
            _ => {}
        }
    }

    fn read_function(
        &mut self,
        entity: Entity<'i>,
        name: String,
        file: &File<'i>,
        line: u32,
        start: usize,
        end: usize,
    ) {
        let Some(ty) = entity.get_type() else { return };
        let text = self.text(file).to_owned();
        let doc = comments::doc_of(&text, start, end);
        let path = file.get_path();
        let shared_doc = self.before.take().and_then(|(before, end, doc)| {
            let is_joined = before == path && text.get(end..start).is_some_and(comments::is_joined);
            doc.filter(|_| is_joined)
        });
        self.before = Some((path, end, doc.clone().or_else(|| shared_doc.clone())));
        if let Some(error) = self.error_in(file, &text, start, end) {
            let declaration = single_line(&text[start..end]);
            self.header.left_out.push(LeftOut { line, declaration, reason: format!("clang: {error}") });
            return;
        }
        let mut signature = self.signature(ty, Some(entity));
        let found = annotations::of_parameters(&text[start..end], &name, signature.parameters.len());
        for (parameter, found) in signature.parameters.iter_mut().zip(found) {
            parameter.annotation = found;
        }
        if let Some(doc) = &doc {
            annotations::add_from_doc(&mut signature.parameters, doc);
        }
        // Functions of C have plain names, or on Windows decorated ones.
        let mangled = entity.get_mangled_name().filter(|mangled| mangled.trim_start_matches('_').starts_with('Z'));
        let mangled = mangled.filter(|mangled| mangled.contains(&format!("{}{name}", name.len())));
        let export = mangled.map(|symbol| FunctionExport { symbol, ..FunctionExport::default() });
        let list = if export.is_some() { &mut self.header.cpp_functions } else { &mut self.header.functions };
        list.push(Function { name, line, doc, shared_doc, signature, export });
    }

    /// Returns clang's error in this part of a file.
    fn error_in(&mut self, file: &File<'i>, text: &str, start: usize, end: usize) -> Option<String> {
        let line_of = |offset: usize| text[..offset].matches('\n').count() as u32 + 1;
        let path = self.real_path(file);
        let range = (path.clone(), line_of(start))..=(path, line_of(end));
        self.errors.range(range).next().map(|(_, error)| error.clone())
    }

    fn read_unnamed_enum(&mut self, entity: &Entity<'i>, file: &File<'i>, line: u32, start: usize) {
        let text = self.text(file).to_owned();
        let place = self.place_of(file, start);
        for variant in self.variants(entity, &text) {
            let value = Value::Integer { value: variant.value, bits: 32, signed: variant.value <= i64::from(i32::MAX) };
            let Variant { name, doc, .. } = variant;
            self.header.constants.push(Constant { name, line, doc, value, place: place.clone(), of_enum: None });
        }
    }

    fn place_of(&self, file: &File<'i>, start: usize) -> ConstantPlace {
        self.places.get(&(file.get_path(), start)).cloned().unwrap_or_default()
    }

    fn variants(&mut self, entity: &Entity<'i>, text: &str) -> Vec<Variant> {
        let constants =
            entity.get_children().into_iter().filter(|child| child.get_kind() == EntityKind::EnumConstantDecl);
        let read = |constant: Entity<'i>| {
            let doc = place(&constant).and_then(|(_, _, start, end)| comments::doc_of(text, start, end));
            let value = constant.get_enum_constant_value()?.0;
            Some(Variant { name: constant.get_name()?, doc, value })
        };
        constants.filter_map(read).collect()
    }
}

/// A macro without parameters.
#[derive(Debug)]
pub(crate) struct Macro {
    pub(crate) name: String,
    pub(crate) line: u32,
    pub(crate) doc: Option<String>,
    pub(crate) place: ConstantPlace,
}

/// Returns the macros without parameters of the header and of those of its own, in its order.
pub(crate) fn macros<'i>(unit: &'i TranslationUnit<'i>, path: &Path, target: Target) -> Vec<Macro> {
    let mut reader = Reader::new(unit, path, target);
    reader.find_places(unit);
    let mut found = Vec::new();
    for entity in reader.unit.get_entity().get_children() {
        if entity.get_kind() != EntityKind::MacroDefinition || entity.is_function_like_macro() {
            continue;
        }
        let Some((file, line, start, end)) = place(&entity) else { continue };
        let Some(name) = entity.get_name() else { continue };
        if !reader.is_own(&file) {
            continue;
        }
        let text = reader.text(&file);
        let is_empty = text[start..end].trim() == name;
        if !is_empty {
            let doc = comments::doc_of(text, start, end);
            found.push(Macro { name, line, doc, place: reader.place_of(&file, start) });
        }
    }
    found
}

/// Returns the file, line and offsets of a declaration.
fn place<'i>(entity: &Entity<'i>) -> Option<(File<'i>, u32, usize, usize)> {
    let range = entity.get_range()?;
    let start = range.get_start().get_expansion_location();
    let end = range.get_end().get_expansion_location();
    let (start_offset, end_offset) = (start.offset as usize, end.offset as usize);
    Some((start.file?, start.line, start_offset, end_offset.max(start_offset)))
}

/// Returns the declaration of the struct, union or enum that a type is, without following pointers.
fn declared(ty: Type<'_>) -> Option<Entity<'_>> {
    match ty.get_kind() {
        TypeKind::Elaborated => declared(ty.get_elaborated_type()?),
        TypeKind::Record | TypeKind::Enum => ty.get_declaration(),
        _ => None,
    }
}

fn id_of(declaration: &Entity<'_>) -> Option<String> {
    declaration.get_usr().map(|usr| usr.0)
}

fn id(declaration: &Entity<'_>) -> String {
    id_of(declaration).unwrap_or_default()
}

fn named(declaration: &Entity<'_>) -> Option<String> {
    declaration.get_name().filter(|name| is_identifier(name))
}

fn is_unnamed(declaration: &Entity<'_>) -> bool {
    named(declaration).is_none()
}

/// Whether it is a name; newer versions of clang describe what has none.
fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Returns text with one space for each sequence of white space.
pub(crate) fn single_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
