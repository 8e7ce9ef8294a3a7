//! What the user's expressions for lengths, capacities and checks use, and so whether they are evaluated before the native
//! call or after it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Expr, ExprClosure, ExprMethodCall, ExprPath, Macro, PatIdent};

use crate::model::{Buffer, Callee, Kind, Length, Parameter, Passing, Returns, Signature};

/// A parameter's name, or `ret`, in an expression.
pub(crate) struct Use<'s> {
    /// The name as the expression has it.
    pub(crate) name: Ident,
    pub(crate) operand: Operand<'s>,
    /// Whether only `name.len()` or `name.is_empty()` is used.
    is_length: bool,
}

/// What a name in an expression stands for.
#[derive(Clone, Copy)]
pub(crate) enum Operand<'s> {
    /// The returned value.
    Returned,
    Parameter(&'s Parameter),
}

impl Use<'_> {
    /// Whether it has a value before the call.
    pub(crate) fn is_known_before(&self) -> bool {
        match self.operand {
            Operand::Returned => false,
            Operand::Parameter(parameter) => !parameter.is_out(),
        }
    }

    /// Whether the call may change it. The length of a slice stays what it is.
    pub(crate) fn is_written(&self) -> bool {
        match self.operand {
            Operand::Returned => true,
            Operand::Parameter(parameter) => match parameter.kind {
                Kind::Array(_, Passing::InOut) => !self.is_length,
                Kind::Length(Length { passing: Some(Passing::InOut), .. }) => true,
                _ => parameter.is_out() || parameter.is_in_out(),
            },
        }
    }
}

impl Signature {
    /// What an expression uses, each name once.
    pub(crate) fn uses(&self, expr: &Expr) -> Vec<Use<'_>> {
        let mut uses: Vec<Use<'_>> = Vec::new();
        for Mention { name, is_length } in mentions(expr) {
            if let Some(earlier) = uses.iter_mut().find(|earlier| earlier.name == name) {
                earlier.is_length &= is_length;
            } else if let Some(operand) = self.operand(&name) {
                uses.push(Use { name, operand, is_length });
            }
        }
        uses
    }

    fn operand(&self, name: &Ident) -> Option<Operand<'_>> {
        if name == "ret" && !matches!(self.returns, Returns::Nothing) {
            return Some(Operand::Returned);
        }
        self.parameters.iter().find(|parameter| parameter.name == *name).map(Operand::Parameter)
    }

    /// Whether an expression is evaluated after the call, because it uses what the call writes.
    pub(crate) fn is_evaluated_after(&self, expr: &Expr) -> bool {
        self.uses(expr).iter().any(Use::is_written)
    }

    /// The expression for the number of elements that the library writes to a buffer. `None` if it fills the buffer, or has
    /// the number in a length parameter.
    pub(crate) fn written_length<'b>(&self, buffer: &'b Buffer) -> Option<&'b Expr> {
        buffer.length.as_ref().filter(|length| self.is_evaluated_after(length))
    }

    /// The buffers whose capacities the capacity of `buffer` needs, because it uses their length parameters. Each is listed
    /// with the name in the expression.
    pub(crate) fn capacities_needed(&self, buffer: &Parameter) -> Vec<(Ident, &Parameter)> {
        let capacity = buffer.buffer().and_then(|buffer| buffer.capacity.as_ref());
        // C passes a closure's lengths.
        let Some(capacity) = capacity.filter(|_| self.callee == Callee::Function) else { return Vec::new() };
        let mut needed = Vec::new();
        for used in self.uses(capacity) {
            if let Operand::Parameter(Parameter { kind: Kind::Length(length), .. }) = used.operand {
                let of = self.parameters.iter().filter(|parameter| length.of.contains(&parameter.name));
                needed.extend(of.filter(|of| of.buffer().is_some()).map(|of| (used.name.clone(), of)));
            }
        }
        needed
    }

    /// The fixed arguments that the value of a fixed argument uses, as in [`Self::capacities_needed`].
    pub(crate) fn fixed_needed(&self, parameter: &Parameter) -> Vec<(Ident, &Parameter)> {
        let Some(value) = &parameter.fixed else { return Vec::new() };
        let used = self.uses(value).into_iter().filter_map(|used| match used.operand {
            Operand::Parameter(parameter) if parameter.fixed.is_some() => Some((used.name, parameter)),
            _ => None,
        });
        used.collect()
    }

    /// The buffers that are used by the expression for the number of elements written to `buffer`, as in
    /// [`Self::capacities_needed`].
    pub(crate) fn buffers_needed(&self, buffer: &Parameter) -> Vec<(Ident, &Parameter)> {
        let Some(length) = buffer.buffer().and_then(|buffer| self.written_length(buffer)) else { return Vec::new() };
        let uses = self.uses(length).into_iter();
        let buffers = uses.filter_map(|used| match used.operand {
            Operand::Parameter(parameter) if parameter.buffer().is_some() => Some((used.name, parameter)),
            _ => None,
        });
        buffers.collect()
    }
}

/// The plain names in an expression, each once, in the order of their first use.
pub(crate) fn names(expr: &Expr) -> Vec<Ident> {
    let mut names: Vec<Ident> = Vec::new();
    for Mention { name, .. } in mentions(expr) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// A name that an expression mentions.
struct Mention {
    name: Ident,
    is_length: bool,
}

/// The plain names in an expression that its own closures do not bind.
fn mentions(expr: &Expr) -> Vec<Mention> {
    let mut mentions = Mentions { found: Vec::new(), bound: Vec::new() };
    mentions.visit_expr(expr);
    mentions.found
}

struct Mentions {
    found: Vec<Mention>,
    /// The parameters of the closures around the current position.
    bound: Vec<Ident>,
}

impl Mentions {
    fn add(&mut self, name: &Ident, is_length: bool) {
        if !self.bound.contains(name) {
            self.found.push(Mention { name: name.clone(), is_length });
        }
    }

    /// The names in the tokens of a macro, without fields, methods and longer paths.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let is = |place: Option<usize>, wanted: char| {
            let token = place.and_then(|place| tokens.get(place));
            matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
        };
        let are = |places: [Option<usize>; 2], wanted: char| places.into_iter().all(|place| is(place, wanted));
        for (place, token) in tokens.iter().enumerate() {
            let before = [place.checked_sub(1), place.checked_sub(2)];
            let is_field = is(before[0], '.') && !are(before, '.');
            match token {
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Ident(name)
                    if !is_field && !are(before, ':') && !are([Some(place + 1), Some(place + 2)], ':') =>
                {
                    self.add(name, false);
                }
                TokenTree::Literal(text) => {
                    for name in names_in_format(&text.to_string()) {
                        self.add(&Ident::new(&name, text.span()), false);
                    }
                }
                _ => {}
            }
        }
    }
}

/// The names in braces in the text of a format, such as `"{value:?}"`.
fn names_in_format(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(place) = rest.find('{') {
        rest = &rest[place + 1..];
        if let Some(after) = rest.strip_prefix('{') {
            rest = after;
            continue;
        }
        let end = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
        let name = &rest[..end];
        if rest[end..].starts_with(['}', ':']) && syn::parse_str::<Ident>(name).is_ok() {
            names.push(name.to_owned());
        }
    }
    names
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        if let Some(name) = path.path.get_ident() {
            self.add(name, false);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        match &*call.receiver {
            Expr::Path(path) if call.method == "len" || call.method == "is_empty" => {
                if let Some(name) = path.path.get_ident() {
                    self.add(name, true);
                }
            }
            _ => visit::visit_expr_method_call(self, call),
        }
    }

    fn visit_expr_closure(&mut self, closure: &'ast ExprClosure) {
        struct Bound<'b>(&'b mut Vec<Ident>);
        impl<'ast> Visit<'ast> for Bound<'_> {
            fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
                self.0.push(pat.ident.clone());
            }
        }
        let outer = self.bound.len();
        for input in &closure.inputs {
            Bound(&mut self.bound).visit_pat(input);
        }
        self.visit_expr(&closure.body);
        self.bound.truncate(outer);
    }

    fn visit_macro(&mut self, found: &'ast Macro) {
        self.add_tokens(found.tokens.clone());
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn all(expr: &Expr) -> Vec<String> {
        mentions(expr)
            .iter()
            .map(|mention| format!("{}{}", mention.name, if mention.is_length { ".len" } else { "" }))
            .collect()
    }

    #[test]
    fn names_are_found_wherever_they_are() {
        assert_eq!(all(&parse_quote!(*rows * (columns as usize) + x.len())), ["rows", "columns", "x.len"]);
        assert_eq!(all(&parse_quote!((*indicator).clamp(0, cap))), ["indicator", "cap"]);
        assert_eq!(
            all(&parse_quote!(if ok { self.count(channel) } else { info.n })),
            ["ok", "self", "channel", "info"]
        );
        assert_eq!(all(&parse_quote!(matches!(ret, 0..=9) && m::ret(a..b) != n)), ["ret", "a", "b", "n"]);
        assert_eq!(
            all(&parse_quote!(max!(a.b, c..d, e::f, g(h), j { k: i }))),
            ["a", "c", "d", "g", "h", "j", "k", "i"]
        );
        assert_eq!(names(&parse_quote!(format!("{a} {{b}} {c:?} {} {0} {type}", d))), ["a", "c", "d"]);
    }

    #[test]
    fn a_closure_s_own_parameters_are_others() {
        assert_eq!(all(&parse_quote!(x.iter().map(|n| n + m).sum::<i32>() + n)), ["x", "m", "n"]);
    }
}
