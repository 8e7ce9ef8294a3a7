//! Parses the parameters of methods.

use syn::{Pat, PatType, TraitItemFn};

use super::callback;
use super::kind::kind;
use crate::attributes::{Out, ParameterAttributes};
use crate::errors::Errors;
use crate::model::{Closes, Kind, Parameter, Passing, Target};
use crate::options::Options;
use crate::syntax::is_until_null;
use crate::types;

/// A parameter of a method; `None` if its errors leave nothing to check.
pub(super) fn parameter(
    input: &PatType,
    method: &TraitItemFn,
    target: Option<&Target>,
    options: &Options,
    errors: &Errors,
) -> Option<Parameter> {
    let (mutability, name) = match &*input.pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => (pat.mutability, pat.ident.clone()),
        pat => {
            errors.at(pat, "a parameter cannot be a pattern; write a name");
            return None;
        }
    };
    if let Some(mutability) = mutability
        && method.default.is_none()
    {
        errors.at(mutability, "a parameter without a method body cannot be `mut`; remove `mut`");
    }
    let mut own = ParameterAttributes::parse(&input.attrs, errors);
    let is_managed = matches!(target, Some(Target::Managed(_)));
    let this = own.this.take_if(|_| is_managed).map(|(this, ())| this);
    let closes = own.closes.take().map(|(attribute, condition)| Closes { attribute, condition });
    let fixed = own.fixed.take();
    let elements = own.elements.as_ref().map(|(name, elements)| (name.clone(), elements.clone()));
    let kind = match types::function(&input.ty) {
        Some((function, _)) if is_managed => {
            errors.at(function.fn_token, "managed code cannot call closures; pass values");
            return None;
        }
        Some((function, is_optional)) => {
            let has_c = matches!(target, Some(Target::Native(_)));
            callback::kind_of(function, is_optional, own, has_c, options, errors)?
        }
        None => {
            let callee = Target::callee(target);
            types::check_parameter(&input.ty, callee, !method.sig.generics.params.is_empty(), errors);
            callback::check_none(&own, errors);
            match &own.out {
                // Managed output needs no capacity.
                Some((_, Some(Out { cap: None, len: None, pointer: None }))) if is_managed && own.len_of.is_none() => {
                    Kind::Pointer(input.ty.clone(), Passing::Out)
                }
                _ => kind(own, &input.ty, options, errors),
            }
        }
    };
    let elements = elements.and_then(|(attribute, elements)| match (&kind, target) {
        (Kind::Array(..), Some(Target::Native(_))) if is_until_null(&elements) => {
            errors.at(
                &elements,
                "the caller's slice has a length; remove `#[len(until_null)]`, and pass the null element as the last one",
            );
            None
        }
        (Kind::Array(..), Some(Target::Native(_))) => Some(elements),
        (Kind::Array(..), _) => {
            errors.at(
                &attribute,
                "`#[len]` is for native functions, because others see the length of a slice; remove it",
            );
            None
        }
        _ => {
            errors.at(&attribute, "`#[len]` is for slices; put it before a `&[T]` or `&mut [T]`, or remove it");
            None
        }
    });
    let fixed = fixed.and_then(|(attribute, fixed)| match (&kind, target) {
        (Kind::Value | Kind::Text(_) | Kind::CStr | Kind::Pointer(_, Passing::In), Some(Target::Native(_))) => Some(fixed),
        (_, Some(Target::Native(_))) => {
            errors.at(&attribute, "a fixed argument is a value, text or `&T`; for a pointer that is not needed, write `#[fixed(Address::NULL)] name: Address`");
            None
        }
        _ => {
            errors.at(&attribute, "`#[fixed]` is for native functions; remove the parameter");
            None
        }
    });
    let (ty, is_nullable) = ((*input.ty).clone(), types::is_nullable(&input.ty));
    Some(Parameter { mutability, name, ty, kind, is_nullable, elements, fixed, closes, this })
}
