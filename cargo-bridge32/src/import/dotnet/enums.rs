//! Enums: those of .NET in Rust. A set of flags is a newtype, because it may have any bits.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::csharp;
use super::documentation::Documentation;
use super::model::{Class, ClassKind, Literal, Member};
use super::types::{RustTypes, integer_of};
use crate::import::names::{self, unique, unique_camel, upper_camel};

/// A constant of an enum.
struct EnumConstant<'c> {
    member: &'c Member,
    value: i128,
    name: Name,
}

/// A constant's name in Rust.
enum Name {
    Variant(String),
    /// Of an associated constant, and the variant that it equals, if it is not a value of its own.
    Constant(String, Option<String>),
}

/// Returns the constants of an enum.
fn constants(class: &Class) -> Vec<EnumConstant<'_>> {
    let is_open = is_open(class);
    let mut constants = Vec::<EnumConstant<'_>>::new();
    let (mut variants, mut others) = (BTreeSet::new(), BTreeSet::new());
    for (member, name, value) in values(class) {
        let first = constants.iter().find_map(|constant| match &constant.name {
            Name::Variant(name) if constant.value == value => Some(name.clone()),
            _ => None,
        });
        let name = match first {
            None if !is_open => Name::Variant(unique_camel(upper_camel(name), &mut variants)),
            first => Name::Constant(unique(names::constant(name), &mut others), first),
        };
        constants.push(EnumConstant { member, value, name });
    }
    constants
}

fn values(class: &Class) -> impl Iterator<Item = (&Member, &str, i128)> {
    class.members.iter().filter_map(|member| match member {
        Member::Field(field) => match &field.value {
            Some(Literal::Integer(value)) => Some((member, field.name.as_str(), *value)),
            _ => None,
        },
        _ => None,
    })
}

/// Whether it is a newtype: a set of flags, or without constants, which a Rust enum needs.
fn is_open(class: &Class) -> bool {
    matches!(class.kind, ClassKind::Enum { is_flags: true, .. }) || values(class).next().is_none()
}

/// Returns the expression for a value of an enum, if it has one.
pub(super) fn expression(class: &Class, name: &str, value: i128) -> Option<String> {
    if is_open(class) {
        return Some(format!("{name}({value})"));
    }
    constants(class).into_iter().find_map(|constant| match constant.name {
        Name::Variant(variant) if constant.value == value => Some(format!("{name}::{variant}")),
        _ => None,
    })
}

/// Writes an enum.
pub(super) fn source(types: &RustTypes<'_>, class: &Class, name: &str, documentation: &Documentation) -> String {
    let ClassKind::Enum { integer, .. } = class.kind else { return String::new() };
    let Some(integer) = integer_of(integer) else { return String::new() };
    let (mut variants, mut others) = (String::new(), String::new());
    for EnumConstant { member, value, name } in constants(class) {
        let id = csharp::id_of_member(types.assembly, class, member);
        let out = if let Name::Variant(_) = name { &mut variants } else { &mut others };
        documentation.write(out, &id, &[]);
        let _ = match name {
            Name::Variant(name) => writeln!(out, "{name} = {value},"),
            Name::Constant(name, Some(first)) => writeln!(out, "pub const {name}: Self = Self::{first};"),
            Name::Constant(name, None) if value < 0 => writeln!(out, "pub const {name}: Self = Self({value});"),
            Name::Constant(name, None) => writeln!(out, "pub const {name}: Self = Self({value:#x});"),
        };
    }
    let mut out = String::new();
    documentation.class(&mut out, types.assembly, class);
    out += "#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]\n";
    let _ = match is_open(class) {
        true => writeln!(out, "#[repr(transparent)]\npub struct {name}(pub {integer});\n"),
        false => writeln!(out, "#[repr({integer})]\npub enum {name} {{\n{variants}}}\n"),
    };
    if !others.is_empty() {
        let _ = writeln!(out, "impl {name} {{\n{others}}}\n");
    }
    out
}
