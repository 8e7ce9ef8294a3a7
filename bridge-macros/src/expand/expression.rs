//! The user's expressions, with the names of parameters bound to their values.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::Expr;

use crate::expressions::Operand;
use crate::model::{Kind, Length, Passing, Signature};
use crate::types;

/// The value of an expression. `value` gives the value of a parameter that is not in a variable of its name. A number that is
/// passed by reference may be named without `*`, if nothing else is in the expression.
pub(super) fn value(
    signature: &Signature,
    expr: &Expr,
    value: impl Fn(&crate::model::Parameter) -> Option<TokenStream>,
) -> TokenStream {
    let uses = signature.uses(expr);
    let is_reference = uses.iter().any(|used| match used.operand {
        Operand::Parameter(parameter) => {
            !parameter.is_nullable
                && matches!(
                    parameter.kind,
                    Kind::Pointer(_, Passing::In | Passing::InOut) | Kind::Length(Length { passing: Some(_), .. })
                )
        }
        Operand::Returned => false,
    });
    let star = (is_reference && types::plain_name(expr).is_some()).then(|| quote!(*));
    let bindings = uses.iter().filter_map(|used| match used.operand {
        Operand::Parameter(parameter) => {
            let (name, value) = (&used.name, value(parameter)?);
            Some(quote!(let #name = #value;))
        }
        Operand::Returned => None,
    });
    let bindings: Vec<_> = bindings.collect();
    match bindings.is_empty() {
        true => quote!(#star #expr),
        false => quote!({ #(#bindings)* #star #expr }),
    }
}

/// An expression as text, spaced as a person writes it.
pub(super) fn text(expr: &Expr) -> String {
    const SPACED: [(&str, &str); 8] =
        [(" . ", "."), (" (", "("), ("( ", "("), (" )", ")"), (" ,", ","), (" :: ", "::"), ("(* ", "(*"), ("! ", "!")];
    let text = expr.to_token_stream().to_string();
    let text = SPACED.iter().fold(text, |text, (from, to)| text.replace(from, to));
    text.strip_prefix("* ").map_or_else(|| text.clone(), |rest| format!("*{rest}"))
}
