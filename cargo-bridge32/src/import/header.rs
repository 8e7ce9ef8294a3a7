//! Reads libclang's syntax tree of a header into the model.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clang::diagnostic::Severity;
use clang::source::File;
use clang::{CallingConvention, Entity, EntityKind, TranslationUnit, Type, TypeKind};

use crate::import::model::{
    CType, Constant, Convention, Enum, Field, Function, FunctionExport, Header, Int, LeftOut, Parameter, Record,
    Signature, Value, Variant,
};
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
            EntityKind::EnumDecl if is_unnamed(&entity) && !self.typedefs.contains_key(&id(&entity)) => {
                self.read_unnamed_enum(&entity, &file, line);
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
        list.push(Function { name, line, doc, signature, export });
    }

    /// Returns clang's error in this part of a file.
    fn error_in(&mut self, file: &File<'i>, text: &str, start: usize, end: usize) -> Option<String> {
        let line_of = |offset: usize| text[..offset].matches('\n').count() as u32 + 1;
        let path = self.real_path(file);
        let range = (path.clone(), line_of(start))..=(path, line_of(end));
        self.errors.range(range).next().map(|(_, error)| error.clone())
    }

    fn read_unnamed_enum(&mut self, entity: &Entity<'i>, file: &File<'i>, line: u32) {
        let text = self.text(file).to_owned();
        for variant in self.variants(entity, &text) {
            let value = Value::Integer { value: variant.value, bits: 32, signed: variant.value <= i64::from(i32::MAX) };
            self.header.constants.push(Constant { name: variant.name, line, doc: variant.doc, value });
        }
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

    /// Reads a function's type. `entity` declares it, or a pointer to it, and has the parameters' names.
    fn signature(&mut self, ty: Type<'i>, entity: Option<Entity<'i>>) -> Signature {
        let children = entity.map(|entity| entity.get_children()).unwrap_or_default();
        let declared: Vec<_> = children.into_iter().filter(|child| child.get_kind() == EntityKind::ParmDecl).collect();
        let types = ty.get_argument_types().unwrap_or_default();
        let declared = (declared.len() == types.len()).then_some(declared);
        let parameters = types.into_iter().enumerate().map(|(index, ty)| {
            let entity = declared.as_ref().map(|all| all[index]);
            // The declared type is still an array where the function's type has a pointer.
            let ty = entity.and_then(|entity| entity.get_type()).unwrap_or(ty);
            let name = entity.and_then(|entity| entity.get_name()).unwrap_or_default();
            Parameter { name, ty: self.convert(ty, entity), annotation: Default::default() }
        });
        let parameters = parameters.collect();
        let result = ty.get_result_type().map_or(CType::Void, |ty| self.convert(ty, None));
        let convention = match ty.get_calling_convention() {
            Some(CallingConvention::Stdcall) => Convention::Stdcall,
            Some(CallingConvention::Fastcall) => Convention::Fastcall,
            Some(CallingConvention::Thiscall) => Convention::Thiscall,
            _ => Convention::Cdecl,
        };
        let is_prototype = ty.get_kind() == TypeKind::FunctionPrototype;
        Signature { parameters, result, convention, variadic: is_prototype && ty.is_variadic() }
    }

    fn convert(&mut self, ty: Type<'i>, entity: Option<Entity<'i>>) -> CType {
        let int = |bits, signed| CType::Int(Int { bits, signed });
        match ty.get_kind() {
            TypeKind::Void => CType::Void,
            TypeKind::Bool => CType::Bool,
            TypeKind::CharS | TypeKind::CharU => CType::Char,
            TypeKind::WChar => CType::WChar,
            TypeKind::SChar => int(8, true),
            TypeKind::UChar => int(8, false),
            TypeKind::Short => int(16, true),
            TypeKind::UShort | TypeKind::Char16 => int(16, false),
            TypeKind::Int => int(32, true),
            TypeKind::UInt | TypeKind::Char32 => int(32, false),
            TypeKind::Long if self.target.is_windows() => int(32, true),
            TypeKind::ULong if self.target.is_windows() => int(32, false),
            TypeKind::Long => CType::Long(true),
            TypeKind::ULong => CType::Long(false),
            TypeKind::LongLong => int(64, true),
            TypeKind::ULongLong => int(64, false),
            TypeKind::Float => CType::Float,
            TypeKind::Double => CType::Double,
            TypeKind::LongDouble if ty.get_sizeof() == Ok(8) => CType::Double,
            TypeKind::LongDouble => CType::LongDouble,
            TypeKind::Pointer => match ty.get_pointee_type() {
                Some(to) => {
                    CType::Pointer { is_const: to.is_const_qualified(), to: Box::new(self.convert(to, entity)) }
                }
                None => unknown(ty),
            },
            // As C++ passes them.
            TypeKind::LValueReference | TypeKind::RValueReference => match ty.get_pointee_type() {
                Some(to) => CType::Pointer { is_const: to.is_const_qualified(), to: Box::new(self.convert(to, None)) },
                None => unknown(ty),
            },
            TypeKind::ConstantArray | TypeKind::IncompleteArray => match ty.get_element_type() {
                Some(of) => {
                    let is_const = is_const(of);
                    CType::Array { of: Box::new(self.convert(of, entity)), length: ty.get_size(), is_const }
                }
                None => unknown(ty),
            },
            TypeKind::FunctionPrototype | TypeKind::FunctionNoPrototype => {
                CType::Function(Box::new(self.signature(ty, entity)))
            }
            TypeKind::Elaborated => match ty.get_elaborated_type() {
                Some(inner) if inner != ty => self.convert(inner, entity),
                _ => unknown(ty),
            },
            TypeKind::Typedef => self.convert_typedef(ty),
            TypeKind::Record => match ty.get_declaration() {
                Some(declaration) => self.record(declaration, ty),
                None => unknown(ty),
            },
            TypeKind::Enum => match ty.get_declaration() {
                Some(declaration) => self.enumeration(declaration),
                None => unknown(ty),
            },
            _ => {
                let canonical = ty.get_canonical_type();
                // Types in parentheses, and those with attributes.
                if canonical != ty && canonical.get_kind() != ty.get_kind() {
                    self.convert(canonical, entity)
                } else {
                    unknown(ty)
                }
            }
        }
    }

    fn convert_typedef(&mut self, ty: Type<'i>) -> CType {
        let Some(declaration) = ty.get_declaration() else { return unknown(ty) };
        let Some(name) = declaration.get_name() else { return unknown(ty) };
        if name == "wchar_t" {
            return CType::Named(name, Box::new(CType::WChar));
        }
        if name.contains("va_list") {
            return CType::Unknown("va_list".into());
        }
        if let Some((file, _, start, end)) = place(&declaration) {
            let text = self.text(&file).to_owned();
            if self.error_in(&file, &text, start, end).is_some() {
                return unknown(ty);
            }
        }
        match declaration.get_typedef_underlying_type() {
            Some(underlying) => CType::Named(name, Box::new(self.convert(underlying, Some(declaration)))),
            None => unknown(ty),
        }
    }

    fn record(&mut self, declaration: Entity<'i>, ty: Type<'i>) -> CType {
        let id = id(&declaration);
        if self.header.records.contains_key(&id) {
            return CType::Record(id);
        }
        let name = self.typedefs.get(&id).cloned().or_else(|| named(&declaration)).unwrap_or_default();
        let is_union = declaration.get_kind() == EntityKind::UnionDecl;
        let mut record = Record { name, is_union, ..Record::default() };
        // Before its fields, which may point to it.
        self.header.records.insert(id.clone(), record.clone());
        let Some((file, line, start, end)) = place(&declaration) else { return CType::Record(id) };
        let text = self.text(&file).to_owned();
        record.line = line;
        record.is_own = self.is_own(&file);
        record.doc = comments::doc_of(&text, start, end);
        let is_wrong = self.error_in(&file, &text, start, end).is_some();
        // A class of C++ with more than data is an object, which its own functions use.
        if let Some(definition) = declaration.get_definition()
            && !is_wrong
            && ty.is_pod()
            && let (Ok(size), Ok(alignment)) = (ty.get_sizeof(), ty.get_alignof())
        {
            let text = match place(&definition) {
                Some((file, ..)) => self.text(&file).to_owned(),
                None => text,
            };
            (record.size, record.alignment) = (size, alignment);
            let fields = ty.get_fields().unwrap_or_default();
            record.fields = fields.into_iter().map(|field| self.field(field, &text)).collect();
        }
        self.header.records.insert(id.clone(), record);
        CType::Record(id)
    }

    fn field(&mut self, field: Entity<'i>, text: &str) -> Option<Field> {
        let doc = place(&field).and_then(|(_, _, start, end)| comments::doc_of(text, start, end));
        let name = field.get_name().filter(|name| is_identifier(name)).unwrap_or_default();
        let bits = field.get_bit_field_width();
        let offset = field.get_offset_of_field().ok()?;
        Some(Field { name, doc, ty: self.convert(field.get_type()?, Some(field)), offset, bits })
    }

    fn enumeration(&mut self, declaration: Entity<'i>) -> CType {
        let id = id(&declaration);
        if !self.header.enums.contains_key(&id) {
            let Some((file, line, start, end)) = place(&declaration) else { return CType::Enum(id) };
            let text = self.text(&file).to_owned();
            let name = self.typedefs.get(&id).cloned().or_else(|| named(&declaration)).unwrap_or_default();
            let doc = comments::doc_of(&text, start, end);
            let variants = self.variants(&declaration, &text);
            let signed = declaration.get_enum_underlying_type().is_some_and(|ty| ty.is_signed_integer());
            self.header.enums.insert(id.clone(), Enum { name, line, doc, signed, variants });
        }
        CType::Enum(id)
    }
}

/// Returns the object-like macros of the header and of those of its own, each with its line, in its order.
pub(crate) fn macros<'i>(
    unit: &'i TranslationUnit<'i>,
    path: &Path,
    target: Target,
) -> Vec<(String, u32, Option<String>)> {
    let mut reader = Reader::new(unit, path, target);
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
            found.push((name, line, doc));
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

/// Whether the elements of an array are `const`, also those of an array of arrays.
fn is_const(element: Type<'_>) -> bool {
    element.is_const_qualified() || element.get_element_type().is_some_and(is_const)
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

fn unknown(ty: Type<'_>) -> CType {
    CType::Unknown(ty.get_display_name())
}

/// Returns text with one space for each sequence of white space.
pub(crate) fn single_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
