//! From tokens to the model.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, FnArg, GenericParam, Item, ItemTrait, LitStr, Meta, Pat, PatType, Receiver, ReceiverKind, ReturnType,
    Safety, Signature, Token, TraitItem, TraitItemFn, Type,
};

use crate::errors::Errors;
use crate::model::{Abi, Interface, Kind, Length, Method, Native, Parameter, Returns};
use crate::names;
use crate::options::Options;
use crate::types;

/// The annotated item, which must be a trait.
pub(crate) fn item(tokens: TokenStream, errors: &Errors) -> Option<ItemTrait> {
    match errors.take(syn::parse2::<Item>(tokens))? {
        Item::Trait(mut item) => {
            // The other one would expand what this one makes.
            item.attrs.retain(|attr| {
                let is_ours = attr.path().segments.last().is_some_and(|last| last.ident == "bridge32");
                if is_ours {
                    errors.at(attr.path(), "`#[bridge32]` is given twice; keep one");
                }
                !is_ours
            });
            Some(item)
        }
        other => {
            errors.at(first_token(&other), "`#[bridge32]` describes a library as a trait; put it on one");
            None
        }
    }
}

/// An item's own first word, after its attributes.
fn first_token(item: &Item) -> TokenStream {
    let attrs = match item {
        Item::Struct(item) => item.attrs.len(),
        Item::Enum(item) => item.attrs.len(),
        Item::Fn(item) => item.attrs.len(),
        Item::Impl(item) => item.attrs.len(),
        Item::Mod(item) => item.attrs.len(),
        _ => 0,
    };
    // Each attribute is `#` and a group.
    item.to_token_stream().into_iter().skip(2 * attrs).take(1).collect()
}

/// The annotated trait.
pub(crate) fn interface(item: ItemTrait, options: Options, errors: &Errors) -> Interface {
    if let Some(unsafety) = &item.unsafety {
        errors.at(unsafety, "an interface is an ordinary trait; leave `unsafe` out");
    }
    if let Some(auto) = &item.modifiers.auto_token {
        errors.at(auto, "an interface is an ordinary trait; leave `auto` out");
    }
    generics(&item.generics, "an interface", errors);
    let mut methods = Vec::new();
    for item in item.items {
        match item {
            TraitItem::Fn(item) => methods.extend(method(item, &options, errors)),
            TraitItem::Type(item) => errors.at(item.type_token, "an interface has methods only; name the type in them"),
            TraitItem::Const(item) => {
                errors.at(item.const_token, "an interface has methods only; put the constant outside")
            }
            other => errors.at(other, "an interface has methods only; write them out"),
        }
    }
    let ItemTrait { attrs, vis, ident: name, supertraits, .. } = item;
    Interface { attrs, vis, name, supertraits, options, methods }
}

fn generics(generics: &syn::Generics, what: &str, errors: &Errors) {
    let is_lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
    if !generics.params.is_empty() && generics.params.iter().all(is_lifetime) {
        errors.at(
            &generics.params,
            format_args!("{what} has no lifetimes, an argument lives as long as the call; leave them out"),
        );
    } else if !generics.params.is_empty() {
        let message = format!("{what} has no generic parameters, both sides must know its types; name the types");
        errors.at(&generics.params, message);
    } else if let Some(clause) = &generics.where_clause {
        errors.at(clause.where_token, format_args!("{what} has no bounds; leave the `where` clause out"));
    }
}

/// A method; `None` if so much is wrong that nothing more can be said of it.
fn method(item: TraitItemFn, options: &Options, errors: &Errors) -> Option<Method> {
    let Signature { ident: name, inputs, output, .. } = &item.sig;
    qualifiers(&item.sig, errors);
    generics(&item.sig.generics, "a method of an interface", errors);
    receiver(&item.sig, errors);
    let is_native = item.default.is_none() && options.lib.is_some();
    let (attrs, own) = method_attributes(&item.attrs, errors);
    let native = native(own, name, is_native, item.default.is_some(), options, errors);
    let mut parameters = Vec::new();
    for input in inputs {
        if let FnArg::Typed(input) = input {
            parameters.extend(parameter(input, &item, errors));
        }
    }
    let returns = returns(output, errors);
    Some(Method { attrs, name: name.clone(), parameters, returns: returns?, body: item.default, native })
}

fn qualifiers(signature: &Signature, errors: &Errors) {
    if let Some(asyncness) = &signature.asyncness {
        errors.at(asyncness, "a call waits for its result; leave `async` out, and call it from a thread that may wait");
    }
    if let Some(constness) = &signature.constness {
        errors.at(constness, "a call leaves the process and cannot be `const`; leave `const` out");
    }
    let safety = &signature.safety;
    if !matches!(safety, Safety::Default) {
        let message = format!("a method of an interface is safe to call; leave `{}` out", safety.to_token_stream());
        errors.at(safety, message);
    }
    if let Some(abi) = &signature.abi {
        let message = "the calling convention is an attribute here; write `#[abi(\"…\")]` on the method";
        errors.at(abi, message);
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic.dots, "a method has a fixed number of parameters; write one method for each way to call it");
    }
}

fn receiver(signature: &Signature, errors: &Errors) {
    match signature.receiver() {
        Some(receiver) if types::is_shared(receiver) => {}
        Some(Receiver { kind: ReceiverKind::Reference(_, _, Some(mutability)), .. }) => {
            errors.at(mutability, "a method may be called from several threads; take `&self`");
        }
        Some(Receiver { kind: ReceiverKind::Reference(_, Some(lifetime), _), .. }) => {
            errors.at(lifetime, "a call borrows the client only while it lasts; take `&self`");
        }
        Some(receiver) => errors.at(receiver, "a method is called on a shared client; take `&self`"),
        None => errors.at(&signature.ident, format_args!("`{}` has no receiver; begin with `&self`", signature.ident)),
    }
}

/// What the attributes of a method say about its native function.
#[derive(Default)]
struct Own {
    symbol: Option<(Ident, LitStr)>,
    abi: Option<(Ident, LitStr)>,
    optional: Option<Ident>,
}

/// The attributes that `#[bridge32]` knows on methods.
const METHOD_ATTRIBUTES: &str = "`#[symbol(\"…\")]`, `#[abi(\"…\")]`, `#[optional]`";

/// The compiler's own attributes that make sense on a method.
const PASSED_ON: &[&str] = &[
    "allow",
    "cfg",
    "cfg_attr",
    "cold",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "inline",
    "must_use",
    "track_caller",
    "warn",
];

/// Parts a method's attributes into those that stay on it and those that are ours.
fn method_attributes(attrs: &[Attribute], errors: &Errors) -> (Vec<Attribute>, Own) {
    let mut own = Own::default();
    let mut others = Vec::new();
    for attr in attrs {
        // Tools and other macros are told from ours by their path.
        let Some(name) = attr.path().get_ident().cloned() else {
            others.push(attr.clone());
            continue;
        };
        let repeated = match name.to_string().as_str() {
            "symbol" => {
                errors.take(text_argument(attr)).and_then(|text| own.symbol.replace((name.clone(), text))).is_some()
            }
            "abi" => errors.take(text_argument(attr)).and_then(|text| own.abi.replace((name.clone(), text))).is_some(),
            "optional" => {
                if !matches!(attr.meta, Meta::Path(_)) {
                    errors.at(&attr.meta, "this attribute takes nothing; write `#[optional]`");
                }
                own.optional.replace(name.clone()).is_some()
            }
            "len_of" => {
                errors.at(&name, "a length is a parameter; put `#[len_of(…)]` before the parameter that holds it");
                false
            }
            other if PASSED_ON.contains(&other) => {
                others.push(attr.clone());
                false
            }
            other => {
                let message = format!("`#[{other}]` is not known here; a method takes {METHOD_ATTRIBUTES}");
                errors.at(&name, message);
                false
            }
        };
        if repeated {
            errors.at(&name, format_args!("`#[{name}]` is given twice; keep one"));
        }
    }
    (others, own)
}

/// The text in `#[name("text")]`.
fn text_argument(attr: &Attribute) -> syn::Result<LitStr> {
    let name = attr.path().get_ident().map(ToString::to_string).unwrap_or_default();
    let wanted = || format!("expected text in quotes; write `#[{name}(\"…\")]`");
    let Meta::List(list) = &attr.meta else { return Err(syn::Error::new(attr.path().span(), wanted())) };
    let text: LitStr = list.parse_args().map_err(|error| syn::Error::new(error.span(), wanted()))?;
    if text.value().is_empty() {
        return Err(syn::Error::new(text.span(), "this is empty; leave the attribute out, or fill it in"));
    }
    Ok(text)
}

/// The native function behind a method, if there is one.
fn native(
    own: Own,
    name: &Ident,
    is_native: bool,
    has_body: bool,
    options: &Options,
    errors: &Errors,
) -> Option<Native> {
    if !is_native {
        let given = [own.symbol.map(|(name, _)| name), own.abi.map(|(name, _)| name), own.optional];
        for attribute in given.into_iter().flatten() {
            let why = if has_body { "the method has a body" } else { "the interface has no `lib`" };
            // An option that could not be read may have been `lib`.
            if !has_body && options.failed {
                continue;
            }
            errors.at(&attribute, format_args!("`#[{attribute}]` is about a native function, and {why}; leave it out"));
        }
        return None;
    }
    let default = options.abi.as_ref().map_or(Abi::C, |(_, abi)| *abi);
    let abi = own.abi.and_then(|(_, text)| errors.take(Abi::parse(&text))).unwrap_or(default);
    let symbol = own.symbol.map_or_else(|| LitStr::new(&names::text(name), name.span()), |(_, text)| text);
    Some(Native { symbol, abi, optional: own.optional.is_some() })
}

fn parameter(input: &PatType, method: &TraitItemFn, errors: &Errors) -> Option<Parameter> {
    let (mutability, name) = match &*input.pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => (pat.mutability, pat.ident.clone()),
        pat => {
            errors.at(pat, "a parameter is a plain name, which the client's method shows; write one");
            return None;
        }
    };
    if let Some(mutability) = mutability
        && method.default.is_none()
    {
        errors.at(mutability, "without a body there is nothing that changes it; leave `mut` out");
    }
    let mut length = None;
    for attr in &input.attrs {
        match attr.path().get_ident().map(ToString::to_string).as_deref() {
            Some("len_of") if length.is_some() => {
                errors.at(attr.path(), "`#[len_of]` is given twice; name all arrays in one, as in `#[len_of(x, y)]`");
            }
            Some("len_of") => length = Some(errors.take(length_of(attr)).unwrap_or_default()),
            Some("allow" | "expect" | "warn" | "deny") => {}
            Some("cfg" | "cfg_attr") => {
                errors.at(attr.path(), "a parameter is there on both sides or on none; put `#[cfg]` on the method");
            }
            _ => {
                let message = format!(
                    "`#[{}]` is not known here; a parameter takes `#[len_of(…)]`",
                    attr.path().to_token_stream().to_string().replace(' ', "")
                );
                errors.at(attr.path(), message);
            }
        }
    }
    types::check_parameter(&input.ty, !method.sig.generics.params.is_empty(), errors);
    let kind = match length {
        Some(of) => length_kind(of, &input.ty),
        None => types::kind(&input.ty),
    };
    Some(Parameter { mutability, name, ty: (*input.ty).clone(), kind })
}

/// The names in `#[len_of(x, y)]`.
fn length_of(attr: &Attribute) -> syn::Result<Vec<Ident>> {
    let wanted = "expected the parameters whose length this is; write `#[len_of(name)]`";
    let Meta::List(list) = &attr.meta else { return Err(syn::Error::new(attr.path().span(), wanted)) };
    let names = list
        .parse_args_with(Punctuated::<Ident, Token![,]>::parse_terminated)
        .map_err(|error| syn::Error::new(error.span(), wanted))?;
    if names.is_empty() {
        return Err(syn::Error::new(attr.path().span(), wanted));
    }
    Ok(names.into_iter().collect())
}

fn length_kind(of: Vec<Ident>, ty: &Type) -> Kind {
    match types::kind(ty) {
        Kind::Reference(ty) => Kind::Length(Length { of, ty, by_reference: true }),
        _ => Kind::Length(Length { of, ty: Box::new(ty.clone()), by_reference: false }),
    }
}

fn returns(output: &ReturnType, errors: &Errors) -> Option<Returns> {
    let ReturnType::Type(_, ty) = output else { return Some(Returns::Nothing) };
    types::check_returned(ty, errors);
    let returns = types::returns(ty);
    if returns.is_none() {
        let message = "the client needs to see the error's type; write `Result<T, E>` with both";
        errors.at(types::last_name(ty), message);
    }
    returns
}
