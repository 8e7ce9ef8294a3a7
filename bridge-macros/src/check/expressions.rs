//! Checks of the user's expressions for lengths, capacities and conditions.

use syn::{Expr, Ident};

use crate::errors::Errors;
use crate::expressions::{self, Operand, Use};
use crate::model::{Buffer, Callee, Kind, Length, Method, Native, Parameter, Passing, Returns, Signature};
use crate::types;

/// Why a number of elements that is not known before the call is a mistake.
const ELEMENTS_MUST_BE: &str = ", and the number of elements must be";

/// The remedy for a value that is not known in time.
const NAME_AN_ARGUMENT: &str = "use a parameter that the caller passes";

/// The capacity of a buffer must be known before the call, and the number of elements written comes out of it.
pub(super) fn buffer(signature: &Signature, parameter: &Parameter, buffer: &Buffer, errors: &Errors) {
    if let Some(capacity) = &buffer.capacity {
        let is_only_length = buffer.is_exact && signature.callee == Callee::Function;
        before(
            signature,
            capacity,
            ELEMENTS_MUST_BE,
            if is_only_length { "add `cap = …`" } else { NAME_AN_ARGUMENT },
            errors,
        );
        depends_on_itself(signature, parameter, Signature::capacities_needed, errors);
    }
    let Some(length) = &buffer.length else { return };
    let is_after = signature.is_evaluated_after(length);
    if buffer.is_exact {
        if is_after {
            no_closures(signature, length, errors);
        }
    } else if signature.callee == Callee::Closure {
        errors.at(length, "a closure's output has a length; remove `len`");
    } else if is_after {
        after(signature, length, errors);
        depends_on_itself(signature, parameter, Signature::buffers_needed, errors);
    } else if let Some(name) = types::plain_name(length) {
        let message =
            format!("`{name}` is not an output of the function; name a parameter with `#[out]` or by `&mut`, or `ret`");
        errors.at(length, message);
    } else {
        let message =
            "the length written must be an output of the function; name the `#[out]` parameter that holds it, or `ret`";
        errors.at(length, message);
    }
}

/// The other expressions of a method that calls a native function.
pub(super) fn method(method: &Method, native: &Native, errors: &Errors) {
    let signature = &method.signature;
    for elements in signature.parameters.iter().filter_map(|parameter| parameter.elements.as_ref()) {
        before(signature, elements, ELEMENTS_MUST_BE, NAME_AN_ARGUMENT, errors);
    }
    for parameter in &signature.parameters {
        fixed(signature, parameter, errors);
    }
    for length in signature.parameters.iter().filter_map(|parameter| parameter.library_pointer()?.elements()) {
        after(signature, length, errors);
    }
    if let (Returns::Vec { .. }, Some(length)) = (&signature.returns, native.returned.elements()) {
        after(signature, length, errors);
        let uses = signature.uses(length);
        if let Some(used) = uses.iter().find(|used| matches!(used.operand, Operand::Returned)) {
            errors.at(&used.name, "`ret` is the array whose length this is; name an output of the function");
        }
    }
    for condition in signature.parameters.iter().filter_map(|parameter| parameter.closes.as_ref()?.condition.as_ref()) {
        after(signature, condition, errors);
        let is_returned = |name: &Ident| name == "ret" && matches!(signature.returns, Returns::Nothing);
        for name in expressions::names(condition).iter().filter(|name| is_returned(name)) {
            errors
                .at(name, "the method returns nothing that could say whether the handle is closed; add a return type");
        }
    }
    if let Some(text) = &native.check_text {
        after(signature, text, errors);
    }
    if let Some(check) = &native.check {
        after(signature, check, errors);
        if matches!(signature.returns, Returns::Nothing) && !signature.is_evaluated_after(check) {
            errors.at(check, "the method returns nothing to check; add a return type, or name an output");
        }
    }
}

/// A fixed argument is known before the call, also from other fixed arguments.
fn fixed(signature: &Signature, parameter: &Parameter, errors: &Errors) {
    let Some(value) = &parameter.fixed else { return };
    before(signature, value, ", and a fixed argument must be", NAME_AN_ARGUMENT, errors);
    depends_on_itself(signature, parameter, Signature::fixed_needed, errors);
}

/// The address of the function to call.
pub(super) fn address(signature: &Signature, address: &Expr, errors: &Errors) {
    before(signature, address, "", NAME_AN_ARGUMENT, errors);
}

/// An expression whose value is needed before the call; `why` continues the message that it is not known by then.
fn before(signature: &Signature, expr: &Expr, why: &str, remedy: &str, errors: &Errors) {
    for used in signature.uses(expr) {
        let name = &used.name;
        if !used.is_known_before() {
            errors.at(name, format_args!("`{name}` is not known before the call{why}; {remedy}"));
        }
        has_a_value(&used, errors);
    }
}

/// An expression that may use what the call writes.
fn after(signature: &Signature, expr: &Expr, errors: &Errors) {
    for used in signature.uses(expr) {
        has_a_value(&used, errors);
    }
    no_closures(signature, expr, errors);
}

fn no_closures(signature: &Signature, expr: &Expr, errors: &Errors) {
    for used in signature.uses(expr) {
        if let Operand::Parameter(Parameter { kind: Kind::Callback(_), .. }) = used.operand {
            errors.at(&used.name, "a closure has no value after the call; use another parameter");
        }
    }
}

fn has_a_value(used: &Use<'_>, errors: &Errors) {
    if let Operand::Parameter(Parameter { kind: Kind::UserData(_), name, .. }) = used.operand {
        errors.at(&used.name, format_args!("`{name}` is a context, which has no value; use another parameter"));
    }
}

/// Reports a name in an expression for the length of `parameter` whose own value needs that length first. `needed` are the
/// buffers whose lengths a buffer's expression needs.
fn depends_on_itself(signature: &Signature, parameter: &Parameter, needed: Needed, errors: &Errors) {
    for (name, first) in needed(signature, parameter) {
        let (mut reached, mut next): (Vec<&Ident>, _) = (Vec::new(), vec![first]);
        while let Some(buffer) = next.pop() {
            if !reached.contains(&&buffer.name) {
                reached.push(&buffer.name);
                next.extend(needed(signature, buffer).into_iter().map(|(_, buffer)| buffer));
            }
        }
        if reached.contains(&&parameter.name) {
            let needed = if parameter.fixed.is_some() { "the value" } else { "the length" };
            let remedy = match signature.parameters.iter().find(|other| other.name == name).map(|other| &other.kind) {
                Some(Kind::Length(Length { passing: Some(Passing::InOut), .. })) => format!(
                    "if the caller chooses it, write `#[out(cap = *{name}, len = {name})]`, and remove `#[len_of({})]`",
                    parameter.name
                ),
                _ => "use another parameter".to_owned(),
            };
            errors.at(&name, format_args!("`{name}` needs {needed} of `{}` first; {remedy}", parameter.name));
        }
    }
}

type Needed = for<'s> fn(&'s Signature, &Parameter) -> Vec<(Ident, &'s Parameter)>;
