//! Reads what an assembly declares from its tables. Source: ECMA-335, II.22 and II.23.1.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context as _, Result, bail, ensure};
use clrmeta::reader::Reader;
use clrmeta::{ConstantRow, TableId};

use super::metadata::{Row, Tables, row};
use super::model::{
    Class, ClassKind, Literal, ManagedAssembly, ManagedField, ManagedParameter, Member, Method, Primitive, Property,
    RefKind, Type,
};
use super::signature;

/// The part of the flags of a member that says who can use it, and its value for everyone.
const ACCESS: u16 = 0x7;
const PUBLIC: u16 = 0x6;
const STATIC: u16 = 0x10;
/// A field that only constructors write, and a constant.
const INIT_ONLY: u16 = 0x20;
const LITERAL: u16 = 0x40;
/// The flag of a parameter that the method writes.
const OUT: u16 = 0x2;

/// The part of the flags of a class that says who can use it, and its values for everyone.
const VISIBILITY: u32 = 0x7;
const PUBLIC_CLASS: u32 = 0x1;
const PUBLIC_NESTED: u32 = 0x2;
const INTERFACE: u32 = 0x20;
const ABSTRACT: u32 = 0x80;
const SEALED: u32 = 0x100;

/// What a method is to a property or event.
const SETTER: u16 = 0x1;
const GETTER: u16 = 0x2;

/// Reads what an assembly declares.
///
/// # Errors
/// Fails if it is damaged.
pub(super) fn assembly(tables: &Tables) -> Result<ManagedAssembly> {
    let rows = &tables.rows;
    ensure!(!rows.assemblies.is_empty(), "it is a part of an assembly (a netmodule); name the assembly");
    let around: BTreeMap<_, _> =
        rows.nested_classes.iter().map(|row| (row.nested_class, row.enclosing_class)).collect();
    let generics = generics(tables)?;
    let (accessors, constants) = (accessors(tables)?, constants(tables));
    let reader = Classes { tables, around, generics, accessors, constants };
    let classes = (0..rows.type_defs.len()).map(|index| reader.class(index)).collect::<Result<_>>()?;
    Ok(ManagedAssembly { classes })
}

/// The names of the type parameters of classes and methods.
fn generics(tables: &Tables) -> Result<BTreeMap<Row, Vec<String>>> {
    let mut generics = BTreeMap::<_, Vec<_>>::new();
    for parameter in &tables.rows.generic_params {
        if let Some(owner) = row(parameter.owner) {
            generics.entry(owner).or_default().push(tables.text(parameter.name)?);
        }
    }
    Ok(generics)
}

/// The methods of properties and events.
#[derive(Default)]
struct Accessors {
    methods: BTreeSet<u32>,
    /// The methods of each property or event, with what they are to it.
    of: BTreeMap<Row, Vec<(u32, u16)>>,
}

fn accessors(tables: &Tables) -> Result<Accessors> {
    let mut accessors = Accessors::default();
    for semantics in &tables.rows.method_semantics {
        let of = row(semantics.association).context("a property in it is damaged")?;
        accessors.methods.insert(semantics.method);
        accessors.of.entry(of).or_default().push((semantics.method, semantics.semantics));
    }
    Ok(accessors)
}

/// The constant that a field is.
fn constants(tables: &Tables) -> BTreeMap<Row, &ConstantRow> {
    tables.rows.constants.iter().filter_map(|constant| Some((row(constant.parent)?, constant))).collect()
}

struct Classes<'t> {
    tables: &'t Tables,
    /// The class that a class is nested in.
    around: BTreeMap<u32, u32>,
    generics: BTreeMap<Row, Vec<String>>,
    accessors: Accessors,
    constants: BTreeMap<Row, &'t ConstantRow>,
}

impl Classes<'_> {
    fn class(&self, index: usize) -> Result<Class> {
        let rows = &self.tables.rows;
        let definition = &rows.type_defs[index];
        let number = index as u32 + 1;
        let (path, namespace, is_public) = self.names(number)?;
        let base = match definition.extends.is_null() {
            true => None,
            false => Some(signature::type_at(self.tables, definition.extends)?),
        };
        let base_name = base.as_ref().map(|base| self.name_of(base)).transpose()?.unwrap_or_default();
        let flags = definition.flags;
        let is_enum = base_name == "System.Enum";
        let kind = match base_name.as_str() {
            _ if flags & INTERFACE != 0 => ClassKind::Interface,
            "System.Enum" => ClassKind::Enum {
                integer: self.integer_of_enum(index)?,
                is_flags: self.tables.has_attribute(TableId::TypeDef, number, "FlagsAttribute"),
            },
            "System.ValueType" => ClassKind::Struct,
            "System.MulticastDelegate" | "System.Delegate" => ClassKind::Delegate,
            _ if flags & ABSTRACT != 0 && flags & SEALED != 0 => ClassKind::Static,
            _ => ClassKind::Class { is_abstract: flags & ABSTRACT != 0 },
        };
        let is_plain = base_name == "System.Object" || !matches!(kind, ClassKind::Class { .. } | ClassKind::Static);
        let mut interfaces = Vec::new();
        for implemented in rows.interface_impls.iter().filter(|row| row.class == number) {
            interfaces.push(signature::type_at(self.tables, implemented.interface)?);
        }
        let generics = self.generics_of(TableId::TypeDef, number);
        let members = if is_public { self.members(index, is_enum)? } else { Vec::new() };
        Ok(Class {
            reflected: if namespace.is_empty() { path.join("+") } else { format!("{namespace}.{}", path.join("+")) },
            path: path.iter().map(|name| without_arity(name)).collect::<Vec<_>>().join("."),
            namespace,
            kind,
            is_public,
            generics,
            base: base.filter(|_| !is_plain),
            interfaces,
            members,
        })
    }

    /// Returns the names of a class and those that it is nested in, its namespace, and whether it is public.
    fn names(&self, number: u32) -> Result<(Vec<String>, String, bool)> {
        /// More than any compiler writes; damaged files may have circles.
        const DEPTH: usize = 64;
        let (mut path, mut is_public, mut number) = (Vec::new(), true, number);
        loop {
            ensure!(path.len() < DEPTH, "its nested classes are damaged");
            let definition = self.tables.rows.get_type_def(number).context("its nested classes are damaged")?;
            path.insert(0, self.tables.text(definition.type_name)?);
            is_public &= [PUBLIC_CLASS, PUBLIC_NESTED].contains(&(definition.flags & VISIBILITY));
            match self.around.get(&number) {
                Some(outer) => number = *outer,
                None => return Ok((path, self.tables.text(definition.type_namespace)?, is_public)),
            }
        }
    }

    /// Returns the name of a class with its namespace.
    fn name_of(&self, ty: &Type) -> Result<String> {
        Ok(match ty {
            Type::Foreign { name, .. } => name.clone(),
            Type::Own(index) => {
                let (path, namespace, _) = self.names(*index as u32 + 1)?;
                format!("{namespace}.{}", path.join("+"))
            }
            _ => String::new(),
        })
    }

    fn generics_of(&self, table: TableId, number: u32) -> Vec<String> {
        self.generics.get(&(table as u8, number)).cloned().unwrap_or_default()
    }

    /// The integer that an enum consists of: its only field that is not static.
    fn integer_of_enum(&self, index: usize) -> Result<Primitive> {
        for number in self.fields(index) {
            let field = &self.tables.rows.fields[number as usize - 1];
            if field.flags & STATIC == 0
                && let Type::Primitive(integer) = signature::field(self.tables, field.signature)?
            {
                return Ok(integer);
            }
        }
        bail!("an enum in it is damaged")
    }

    /// The numbers of the fields of a class.
    fn fields(&self, index: usize) -> Range<u32> {
        let rows = &self.tables.rows;
        let next = rows.type_defs.get(index + 1).map(|next| next.field_list);
        range(rows.type_defs[index].field_list, next, rows.fields.len())
    }

    /// The public members of a class, in the order of the tables.
    fn members(&self, index: usize, is_enum: bool) -> Result<Vec<Member>> {
        let rows = &self.tables.rows;
        let number = index as u32 + 1;
        let mut members = Vec::new();
        for number in self.fields(index) {
            let field = &rows.fields[number as usize - 1];
            if field.flags & ACCESS == PUBLIC && (!is_enum || field.flags & LITERAL != 0) {
                members.push(Member::Field(self.field(number)?));
            }
        }
        let next = rows.type_defs.get(index + 1).map(|next| next.method_list);
        let methods = range(rows.type_defs[index].method_list, next, rows.method_defs.len());
        for number in methods {
            let method = &rows.method_defs[number as usize - 1];
            if method.flags & ACCESS != PUBLIC || self.accessors.methods.contains(&number) {
                continue;
            }
            let method = self.method(number)?;
            match method.name.as_str() {
                ".cctor" => {}
                ".ctor" => members.push(Member::Constructor(method)),
                _ => members.push(Member::Method(method)),
            }
        }
        for (place, map) in rows.property_maps.iter().enumerate().filter(|(_, map)| map.parent == number) {
            let next = rows.property_maps.get(place + 1).map(|next| next.property_list);
            for number in range(map.property_list, next, rows.properties.len()) {
                members.extend(self.property(number)?.map(Member::Property));
            }
        }
        for (place, map) in rows.event_maps.iter().enumerate().filter(|(_, map)| map.parent == number) {
            let next = rows.event_maps.get(place + 1).map(|next| next.event_list);
            for number in range(map.event_list, next, rows.events.len()) {
                let event = &rows.events[number as usize - 1];
                if self.accessors_of(TableId::Event, number).next().is_some() {
                    let ty = signature::type_at(self.tables, event.event_type)?;
                    members.push(Member::Event { name: self.tables.text(event.name)?, ty });
                }
            }
        }
        Ok(members)
    }

    fn field(&self, number: u32) -> Result<ManagedField> {
        let field = &self.tables.rows.fields[number as usize - 1];
        let constant = self.constants.get(&(TableId::Field as u8, number));
        Ok(ManagedField {
            name: self.tables.text(field.name)?,
            is_static: field.flags & STATIC != 0,
            is_read_only: field.flags & (INIT_ONLY | LITERAL) != 0,
            ty: signature::field(self.tables, field.signature)?,
            value: constant.map(|constant| self.value(constant)).transpose()?,
        })
    }

    /// The value of a constant.
    fn value(&self, constant: &ConstantRow) -> Result<Literal> {
        let bytes = self.tables.blob(constant.value)?;
        let mut reader = Reader::new(bytes);
        let bits = match bytes.len() {
            1 => reader.read_u8().map(u64::from),
            2 => reader.read_u16().map(u64::from),
            4 => reader.read_u32().map(u64::from),
            8 => reader.read_u64(),
            _ => Ok(0),
        };
        let bits = bits.context("a constant in it is damaged")?;
        Ok(match constant.constant_type {
            0x02 => Literal::Bool(bits != 0),
            0x03 => Literal::Char(bits as u16),
            0x04 => Literal::Integer((bits as i8).into()),
            0x06 => Literal::Integer((bits as i16).into()),
            0x08 => Literal::Integer((bits as i32).into()),
            0x0a => Literal::Integer((bits as i64).into()),
            0x05 | 0x07 | 0x09 | 0x0b => Literal::Integer(bits.into()),
            0x0c => Literal::Single(f32::from_bits(bits as u32)),
            0x0d => Literal::Double(f64::from_bits(bits)),
            0x0e => {
                let units: Vec<u16> =
                    bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
                Literal::Text(String::from_utf16(&units).ok())
            }
            0x12 => Literal::Null,
            _ => bail!("a constant in it is damaged"),
        })
    }

    fn method(&self, number: u32) -> Result<Method> {
        let rows = &self.tables.rows;
        let method = &rows.method_defs[number as usize - 1];
        let signature = signature::method(self.tables, method.signature)?;
        let next = rows.method_defs.get(number as usize).map(|next| next.param_list);
        let declared = range(method.param_list, next, rows.params.len());
        let parameters = signature.parameters.into_iter().enumerate().map(|(place, ty)| {
            let mut declared = declared.clone();
            let declared = declared.find(|number| usize::from(rows.params[*number as usize - 1].sequence) == place + 1);
            self.parameter(place, declared, ty)
        });
        Ok(Method {
            name: self.tables.text(method.name)?,
            is_static: method.flags & STATIC != 0,
            generics: self.generics_of(TableId::MethodDef, number),
            parameters: parameters.collect::<Result<_>>()?,
            result: signature.result,
        })
    }

    fn parameter(&self, place: usize, declared: Option<u32>, ty: Type) -> Result<ManagedParameter> {
        let row = declared.map(|number| &self.tables.rows.params[number as usize - 1]);
        let name = row.map(|row| self.tables.text(row.name)).transpose()?.unwrap_or_default();
        let has_attribute =
            |name: &str| declared.is_some_and(|number| self.tables.has_attribute(TableId::Param, number, name));
        let (ty, direction) = match ty {
            Type::Reference(ty) if row.is_some_and(|row| row.flags & OUT != 0) => (*ty, RefKind::Out),
            Type::Reference(ty) if has_attribute("IsReadOnlyAttribute") => (*ty, RefKind::In),
            Type::Reference(ty) => (*ty, RefKind::Ref),
            ty => (ty, RefKind::Value),
        };
        let name = if name.is_empty() { format!("arg{}", place + 1) } else { name };
        Ok(ManagedParameter { name, ty, direction, is_list: has_attribute("ParamArrayAttribute") })
    }

    /// Reads a property; `None` if it can neither be read nor written.
    fn property(&self, number: u32) -> Result<Option<Property>> {
        let property = &self.tables.rows.properties[number as usize - 1];
        let signature = signature::method(self.tables, property.property_type)?;
        let of_kind = |kind: u16| {
            let method = self.accessors_of(TableId::Property, number).find(|(_, semantics)| semantics & kind != 0);
            method.map(|(method, _)| self.method(method)).transpose()
        };
        let (getter, setter) = (of_kind(GETTER)?, of_kind(SETTER)?);
        let Some(accessor) = getter.as_ref().or(setter.as_ref()) else { return Ok(None) };
        let is_static = accessor.is_static;
        let parameters = signature.parameters.into_iter().enumerate().map(|(place, ty)| {
            let name = accessor.parameters.get(place).map(|parameter| parameter.name.clone());
            let name = name.unwrap_or_else(|| format!("arg{}", place + 1));
            ManagedParameter { name, ty, direction: RefKind::Value, is_list: false }
        });
        Ok(Some(Property {
            name: self.tables.text(property.name)?,
            is_static,
            ty: signature.result,
            parameters: parameters.collect(),
            getter: getter.map(|method| method.name),
            setter: setter.map(|method| method.name),
        }))
    }

    /// The public methods of a property or event, with what they are to it.
    fn accessors_of(&self, table: TableId, number: u32) -> impl Iterator<Item = (u32, u16)> {
        let methods = &self.tables.rows.method_defs;
        let is_public = move |method: u32| {
            let row = (method as usize).checked_sub(1).and_then(|index| methods.get(index));
            row.is_some_and(|row| row.flags & ACCESS == PUBLIC)
        };
        let all = self.accessors.of.get(&(table as u8, number)).into_iter().flatten().copied();
        all.filter(move |(method, _)| is_public(*method))
    }
}

/// The numbers of the rows from `first` to before `next`, as far as there are that many.
fn range(first: u32, next: Option<u32>, count: usize) -> Range<u32> {
    let end = count as u32 + 1;
    let next = next.unwrap_or(end).min(end);
    first.max(1)..next
}

/// The name of a generic class without the number of its type parameters, as in `` List`1 ``.
fn without_arity(name: &str) -> &str {
    name.split('`').next().unwrap_or(name)
}
