//! SignatureReader in signatures. Source: ECMA-335, II.23.2.
//!
//! `clrmeta` has a parser for them, too. It trusts the numbers and the depth in a signature, so that a damaged file could exhaust
//! memory or the stack.

use anyhow::{Result, anyhow, bail, ensure};
use clrmeta::reader::Reader;
use clrmeta::tables::CodedIndexKind;
use clrmeta::{CallingConvention, CodedIndex, ElementType, TableId};

use super::metadata::Tables;
use super::model::{Primitive, Type};

/// How deep types can be nested in each other.
const DEPTH: usize = 32;

/// The signature of a method or property.
pub(super) struct MethodTypes {
    pub(super) parameters: Vec<Type>,
    pub(super) result: Type,
}

/// Reads the signature of a method or property.
///
/// # Errors
/// Fails if it is damaged.
pub(super) fn method(tables: &Tables, blob: u32) -> Result<MethodTypes> {
    let mut reader = SignatureReader { reader: Reader::new(tables.blob(blob)?), tables };
    let convention = CallingConvention(reader.byte()?);
    if convention.is_generic() {
        reader.number()?;
    }
    let count = reader.number()?;
    let result = reader.next(0)?;
    let parameters = (0..count).map(|_| reader.next(0)).collect::<Result<_>>()?;
    Ok(MethodTypes { parameters, result })
}

/// Reads the type of a field.
///
/// # Errors
/// Fails if it is damaged.
pub(super) fn field(tables: &Tables, blob: u32) -> Result<Type> {
    let mut reader = SignatureReader { reader: Reader::new(tables.blob(blob)?), tables };
    ensure!(CallingConvention(reader.byte()?).is_field(), DAMAGED);
    reader.next(0)
}

/// Reads the type that an index refers to.
///
/// # Errors
/// Fails if there is none, or it is damaged.
pub(super) fn type_at(tables: &Tables, index: CodedIndex) -> Result<Type> {
    match index.table {
        // Only here: in a signature, one could contain itself.
        Some(TableId::TypeSpec) => {
            let spec = tables.rows.get_type_spec(index.row).ok_or_else(|| anyhow!(DAMAGED))?;
            SignatureReader { reader: Reader::new(tables.blob(spec.signature)?), tables }.next(0)
        }
        _ => at(tables, index, false),
    }
}

const DAMAGED: &str = "a signature in it is damaged";

fn at(tables: &Tables, index: CodedIndex, is_value: bool) -> Result<Type> {
    let row = index.row as usize;
    match index.table {
        Some(TableId::TypeDef) if (1..=tables.rows.type_defs.len()).contains(&row) => Ok(Type::Own(row - 1)),
        Some(TableId::TypeRef) => Ok(Type::Foreign { name: foreign_name(tables, index.row, 0)?, is_value }),
        _ => bail!(DAMAGED),
    }
}

/// Returns the name of a type of another assembly.
fn foreign_name(tables: &Tables, row: u32, depth: usize) -> Result<String> {
    ensure!(depth < DEPTH, DAMAGED);
    let reference = tables.rows.get_type_ref(row).ok_or_else(|| anyhow!(DAMAGED))?;
    let name = tables.text(reference.type_name)?;
    if reference.resolution_scope.table == Some(TableId::TypeRef) {
        return Ok(format!("{}+{name}", foreign_name(tables, reference.resolution_scope.row, depth + 1)?));
    }
    let namespace = tables.text(reference.type_namespace)?;
    Ok(if namespace.is_empty() { name } else { format!("{namespace}.{name}") })
}

struct SignatureReader<'t> {
    reader: Reader<'t>,
    tables: &'t Tables,
}

impl SignatureReader<'_> {
    fn byte(&mut self) -> Result<u8> {
        self.reader.read_u8().map_err(|_| anyhow!(DAMAGED))
    }

    /// Reads a number of things, each of which takes at least a byte.
    fn number(&mut self) -> Result<u32> {
        let number = self.compressed()?;
        ensure!(number as usize <= self.reader.len(), DAMAGED);
        Ok(number)
    }

    fn compressed(&mut self) -> Result<u32> {
        self.reader.read_compressed_uint().map_err(|_| anyhow!(DAMAGED))
    }

    fn index(&mut self) -> Result<CodedIndex> {
        Ok(CodedIndex::decode(CodedIndexKind::TypeDefOrRef, self.compressed()?))
    }

    fn inner(&mut self, depth: usize) -> Result<Box<Type>> {
        Ok(Box::new(self.next(depth + 1)?))
    }

    fn next(&mut self, depth: usize) -> Result<Type> {
        ensure!(depth < DEPTH, DAMAGED);
        let element = ElementType::from_u8(self.byte()?).ok_or_else(|| anyhow!(DAMAGED))?;
        let primitive = match element {
            ElementType::Void => Primitive::Void,
            ElementType::Boolean => Primitive::Bool,
            ElementType::Char => Primitive::Char,
            ElementType::I1 => Primitive::I8,
            ElementType::U1 => Primitive::U8,
            ElementType::I2 => Primitive::I16,
            ElementType::U2 => Primitive::U16,
            ElementType::I4 => Primitive::I32,
            ElementType::U4 => Primitive::U32,
            ElementType::I8 => Primitive::I64,
            ElementType::U8 => Primitive::U64,
            ElementType::R4 => Primitive::F32,
            ElementType::R8 => Primitive::F64,
            ElementType::String => Primitive::String,
            ElementType::Object => Primitive::Object,
            ElementType::IntPtr => Primitive::IntPtr,
            ElementType::UIntPtr => Primitive::UIntPtr,
            ElementType::TypedByRef => Primitive::TypedReference,
            _ => return self.composed(element, depth),
        };
        Ok(Type::Primitive(primitive))
    }

    fn composed(&mut self, element: ElementType, depth: usize) -> Result<Type> {
        Ok(match element {
            ElementType::Class | ElementType::ValueType => {
                let index = self.index()?;
                at(self.tables, index, element == ElementType::ValueType)?
            }
            ElementType::SzArray => Type::Array { element: self.inner(depth)?, rank: 1 },
            ElementType::Array => {
                let element = self.inner(depth)?;
                let rank = self.compressed()?;
                // Sizes and lower bounds, which C# does not have.
                for _ in 0..2 {
                    for _ in 0..self.number()? {
                        self.compressed()?;
                    }
                }
                Type::Array { element, rank }
            }
            ElementType::Ptr => Type::Pointer(self.inner(depth)?),
            ElementType::ByRef => Type::Reference(self.inner(depth)?),
            ElementType::GenericInst => {
                let is_value = self.byte()? == ElementType::ValueType as u8;
                let of = self.index()?;
                let of = Box::new(at(self.tables, of, is_value)?);
                let count = self.number()?;
                let arguments = (0..count).map(|_| self.next(depth + 1)).collect::<Result<_>>()?;
                Type::Generic { of, arguments }
            }
            ElementType::Var | ElementType::MVar => {
                let index = self.compressed()? as usize;
                Type::Parameter { index, is_methods: element == ElementType::MVar }
            }
            ElementType::CModReqd | ElementType::CModOpt => {
                self.index()?;
                self.next(depth + 1)?
            }
            ElementType::FnPtr => {
                // As a method's signature.
                if CallingConvention(self.byte()?).is_generic() {
                    self.number()?;
                }
                for _ in 0..=self.number()? {
                    self.next(depth + 1)?;
                }
                Type::FunctionPointer
            }
            _ => bail!(DAMAGED),
        })
    }
}
