//! Evaluates the macros of a header that are constants.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use clang::{EntityKind, EvaluationResult, Index, TypeKind, Unsaved};

use crate::import::clang::Compilation;
use crate::import::header::Macro;
use crate::import::model::{Constant, Value};
use crate::target::Target;

/// Evaluates macros: clang compiles a variable for each of them, and those that are no
/// expressions drop out.
///
/// # Errors
/// Fails if libclang does.
pub(crate) fn evaluate(
    index: &Index<'_>,
    compilation: &Compilation,
    header: &Path,
    target: Target,
    macros: Vec<Macro>,
) -> Result<Vec<Constant>> {
    if macros.is_empty() {
        return Ok(Vec::new());
    }
    let mut source = format!("#include \"{}\"\n", header.display());
    let any = if compilation.is_cpp { "auto" } else { "__auto_type" };
    for (number, Macro { name, .. }) in macros.iter().enumerate() {
        let _ = writeln!(source, "static const {any} bridge32_value_{number} = ({name});");
        let _ = writeln!(source, "static const unsigned long bridge32_bits_{number} = (unsigned long)({name});");
        // clang evaluates a literal only where nothing is around it.
        let _ = writeln!(source, "static const char *const bridge32_text_{number} = {name};");
    }
    let path = std::env::temp_dir().join("bridge32-constants.c");
    let unit = compilation.parse(index, &path, target, &[Unsaved::new(&path, &source)])?;
    let mut constants: Vec<_> = macros.into_iter().map(|constant| (constant, None::<Value>)).collect();
    let mut are_text = vec![false; constants.len()];
    for entity in unit.get_entity().get_children() {
        if entity.get_kind() != EntityKind::VarDecl || entity.is_invalid_declaration() {
            continue;
        }
        let Some(name) = entity.get_name() else { continue };
        let Some(ty) = entity.get_type().map(|ty| ty.get_canonical_type()) else { continue };
        let number = |prefix: &str| name.strip_prefix(prefix)?.parse::<usize>().ok();
        if let Some(number) = number("bridge32_value_") {
            let pointee = ty.get_pointee_type().map(|target| target.get_canonical_type().get_kind());
            are_text[number] = matches!(pointee, Some(TypeKind::CharS | TypeKind::CharU));
            let bits = if ty.get_sizeof().is_ok_and(|size| size > 4) { 64 } else { 32 };
            constants[number].1 = match entity.evaluate() {
                Some(EvaluationResult::SignedInteger(value)) if ty.is_integer() => {
                    Some(Value::Integer { value, bits, signed: ty.is_signed_integer() })
                }
                Some(EvaluationResult::UnsignedInteger(value)) if ty.is_integer() => {
                    Some(Value::Integer { value: value as i64, bits, signed: false })
                }
                Some(EvaluationResult::Float(value)) => Some(Value::Float(value)),
                // Until the second variable says which.
                _ if ty.get_kind() == TypeKind::Pointer => Some(Value::Address(0)),
                _ => None,
            };
        } else if let Some(number) = number("bridge32_bits_")
            && constants[number].1 == Some(Value::Address(0))
        {
            constants[number].1 = match entity.evaluate() {
                Some(EvaluationResult::SignedInteger(value)) => Some(Value::Address(value as u32)),
                Some(EvaluationResult::UnsignedInteger(value)) => Some(Value::Address(value as u32)),
                _ => None,
            };
        } else if let Some(number) = number("bridge32_text_")
            && are_text[number]
            && let Some(EvaluationResult::String(text)) = entity.evaluate()
        {
            constants[number].1 = text.into_string().ok().map(Value::Text);
        }
    }
    let known = |(Macro { name, line, doc, place }, value): (_, Option<Value>)| {
        Some(Constant { name, line, doc, value: value?, place, of_enum: None })
    };
    Ok(constants.into_iter().filter_map(known).collect())
}
