//! Types in libclang's syntax tree.

use clang::{CallingConvention, Entity, EntityKind, Type, TypeKind};

use super::{Reader, id, is_identifier, named, place};
use crate::import::comments;
use crate::import::model::{CType, Convention, Enum, EnumOrigin, Field, Int, Parameter, Record, Signature};

impl<'i> Reader<'i> {
    /// Reads a function's type. `entity` declares it, or a pointer to it, and has the parameters' names.
    pub(super) fn signature(&mut self, ty: Type<'i>, entity: Option<Entity<'i>>) -> Signature {
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
            let integer = CType::Int(Int { bits: 32, signed });
            let origin = EnumOrigin::Declaration;
            self.header.enums.insert(id.clone(), Enum { name, line, doc, integer, variants, origin });
        }
        CType::Enum(id)
    }
}

/// Whether the elements of an array are `const`, also those of an array of arrays.
fn is_const(element: Type<'_>) -> bool {
    element.is_const_qualified() || element.get_element_type().is_some_and(is_const)
}

fn unknown(ty: Type<'_>) -> CType {
    CType::Unknown(ty.get_display_name())
}
