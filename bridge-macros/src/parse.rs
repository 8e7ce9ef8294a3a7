//! From tokens to the model.

mod callback;

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens as _;
use syn::{
    FnArg, GenericParam, Item, ItemTrait, LitStr, Pat, PatType, Receiver, ReceiverKind, ReturnType, Safety, TraitItem,
    TraitItemFn, Type,
};

use crate::attributes::{MethodAttributes, Out, ParameterAttributes};
use crate::errors::Errors;
use crate::model::{
    Abi, Buffer, Callee, Encoding, Form, Interface, Kind, Length, Managed, Method, Native, Parameter, Passing, Returns,
    Signature, Symbol, Target,
};
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
    let syn::Signature { ident: name, inputs, output, .. } = &item.sig;
    qualifiers(&item.sig, errors);
    generics(&item.sig.generics, "a method of an interface", errors);
    receiver(&item.sig, errors);
    let (attrs, own) = MethodAttributes::parse(&item.attrs, errors);
    let timeout = own.timeout.as_ref().map(|(_, timeout)| *timeout);
    let target = target(own, name, item.default.is_some(), options, errors);
    let mut parameters = Vec::new();
    for input in inputs {
        if let FnArg::Typed(input) = input {
            parameters.extend(parameter(input, &item, target.as_ref(), options, errors));
        }
    }
    let returns = returns(output, errors)?;
    let beyond = match &target {
        None => Callee::Rust,
        Some(Target::Native(_)) => Callee::Function,
        Some(Target::Managed(_)) => Callee::Managed,
    };
    let signature = Signature { parameters, returns, beyond };
    Some(Method { attrs, name: name.clone(), signature, body: item.default, target, timeout })
}

fn qualifiers(signature: &syn::Signature, errors: &Errors) {
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

fn receiver(signature: &syn::Signature, errors: &Errors) {
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

/// What a method stands for, if it is something of a library.
fn target(own: MethodAttributes, name: &Ident, has_body: bool, options: &Options, errors: &Errors) -> Option<Target> {
    match (&options.dotnet, &options.lib) {
        (Some(_), _) if !has_body => return Some(Target::Managed(managed(own, name, errors))),
        (_, Some(_)) if !has_body => return Some(Target::Native(Box::new(native(own, name, options, errors)))),
        _ => {}
    }
    for attribute in own.names() {
        let is_managed = own.managed_names().any(|name| name == attribute);
        let (what, option) = if is_managed { ("managed method", "dotnet") } else { ("native function", "lib") };
        let why =
            if has_body { "the method has a body".to_owned() } else { format!("the interface has no `{option}`") };
        // An option that could not be read may have been `lib`.
        if !has_body && options.failed {
            continue;
        }
        errors.at(attribute, format_args!("`#[{attribute}]` is about a {what}, and {why}; leave it out"));
    }
    None
}

/// The managed method behind a method.
fn managed(own: MethodAttributes, name: &Ident, errors: &Errors) -> Managed {
    for attribute in own.native_names() {
        let message = "is about a native function, and the interface is of a .NET assembly; leave it out";
        errors.at(attribute, format_args!("`#[{attribute}]` {message}"));
    }
    let form = match (own.constructor, own.release) {
        (Some(_), Some((release, ()))) => {
            errors.at(&release, "`#[release]` contradicts `#[constructor]`; keep one");
            Form::Release(release)
        }
        (Some((constructor, ())), None) => Form::Constructor(constructor),
        (None, Some((release, ()))) => Form::Release(release),
        (None, None) => Form::Plain,
    };
    let own_name = || LitStr::new(&names::text(name), name.span());
    Managed {
        class: own.class.map(|(_, class)| class),
        name: own.symbol.map_or_else(own_name, |(_, symbol)| symbol),
        form,
        optional: own.optional.is_some(),
    }
}

/// The native function behind a method.
fn native(own: MethodAttributes, name: &Ident, options: &Options, errors: &Errors) -> Native {
    for attribute in own.managed_names() {
        let message = "is about a managed method, and the interface is of a native library; leave it out";
        errors.at(attribute, format_args!("`#[{attribute}]` {message}"));
    }
    if let (Some(_), Some((ordinal, _))) = (&own.symbol, &own.ordinal) {
        errors.at(ordinal, "`#[ordinal]` contradicts `#[symbol]`; keep one");
    }
    if let (Some((os_error, _)), None) = (&own.os_error, &own.check) {
        errors.at(os_error, "nothing says when the function has failed; add `#[check(…)]` with a condition over `ret`");
    }
    let default = options.abi.as_ref().map_or(Abi::C, |(_, abi)| *abi);
    let abi = own.abi.and_then(|(_, text)| errors.take(Abi::parse(&text))).unwrap_or(default);
    let symbol = match (own.symbol, own.ordinal) {
        (Some((_, name)), _) => Symbol::Name(name),
        (None, Some((_, ordinal))) => {
            if let Err(error) = ordinal.base10_parse::<u16>() {
                errors.at(&ordinal, format_args!("an ordinal has 16 bits; {error}"));
            }
            Symbol::Ordinal(ordinal)
        }
        (None, None) => Symbol::Name(LitStr::new(&names::text(name), name.span())),
    };
    Native {
        symbol,
        abi,
        optional: own.optional.is_some(),
        check: own.check.map(|(_, check)| check),
        os_error: own.os_error.map(|(_, os_error)| os_error),
        free_with: own.free_with.map(|(_, name)| name),
        returned_length: own.returns.map(|(_, length)| length),
        encoding: own.encoding.map_or(Encoding::Utf8, |(_, encoding)| encoding),
        is_variable: own.global.is_some(),
    }
}

fn parameter(
    input: &PatType,
    method: &TraitItemFn,
    target: Option<&Target>,
    options: &Options,
    errors: &Errors,
) -> Option<Parameter> {
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
    let mut own = ParameterAttributes::parse(&input.attrs, errors);
    let is_managed = matches!(target, Some(Target::Managed(_)));
    let this = own.this.take_if(|_| is_managed).map(|(this, ())| this);
    let closes = own.closes.as_ref().map(|(closes, ())| closes.clone());
    let kind = match types::function(&input.ty) {
        Some((function, _)) if is_managed => {
            errors.at(function.fn_token, "managed code calls no closures back; pass values");
            return None;
        }
        Some((function, is_optional)) => {
            let has_c = matches!(target, Some(Target::Native(_)));
            callback::kind_of(function, is_optional, own, has_c, options, errors)?
        }
        None => {
            types::check_parameter(&input.ty, !method.sig.generics.params.is_empty(), errors);
            callback::check_none(&own, errors);
            match &own.out {
                // What managed code gives has a size of its own.
                Some((_, Some(Out { cap: None, len: None }))) if is_managed && own.len_of.is_none() => {
                    Kind::Pointer(input.ty.clone(), Passing::Out)
                }
                _ => kind(own, &input.ty, errors),
            }
        }
    };
    Some(Parameter { mutability, name, ty: (*input.ty).clone(), kind, closes, this })
}

/// How a parameter crosses, by its type and its attributes.
fn kind(own: ParameterAttributes, ty: &Type, errors: &Errors) -> Kind {
    let encoding = own.encoding.as_ref().map_or(Encoding::Utf8, |(_, encoding)| *encoding);
    let kind = match (own.len_of, own.out) {
        _ if types::is_named(ty, "UserData") => {
            let of = own.user_data.as_ref().map(|(_, of)| of.clone());
            Kind::UserData(of.unwrap_or_default())
        }
        (Some((_, of)), out) => {
            if let Some((out, _)) = out {
                errors.at(out, "a length that comes back is passed by `&mut`; leave `#[out]` out");
            }
            match types::kind(ty, encoding) {
                Kind::Pointer(ty, passing) => Kind::Length(Length { of, ty, passing: Some(passing) }),
                _ => Kind::Length(Length { of, ty: Box::new(ty.clone()), passing: None }),
            }
        }
        (None, Some((name, Some(out)))) => out_kind(&name, out, ty, encoding, errors),
        (None, Some((_, None))) => Kind::Pointer(Box::new(ty.clone()), Passing::Out),
        (None, None) => types::kind(ty, encoding),
    };
    if let Some((name, ())) = &own.this {
        errors.at(name, "`#[this]` is the object that a managed method is called on; leave it out");
    }
    if let Some((name, _)) = &own.user_data
        && !matches!(kind, Kind::UserData(_))
    {
        errors.at(name, "a context is of type `UserData`; write `#[user_data(…)] name: UserData`");
    }
    if let Some((name, _)) = &own.encoding
        && !matches!(kind, Kind::Text { .. } | Kind::TextBuffer(..))
    {
        errors.at(name, format_args!("`#[{name}]` is about text; put it before a `&str`, or leave it out"));
    }
    kind
}

/// How a parameter with `#[out]` crosses.
fn out_kind(name: &Ident, out: Out, ty: &Type, encoding: Encoding, errors: &Errors) -> Kind {
    let length = match (&out.cap, out.len.as_ref()) {
        (Some(_), Some(len)) => match types::plain_name(len) {
            Some(name) => Some(name),
            None => {
                errors.at(
                    len,
                    "the library says how much it has written; name the `#[out]` parameter that holds it, or `ret`",
                );
                None
            }
        },
        _ => None,
    };
    let buffer = out.cap.or(out.len).map(|capacity| Buffer { capacity: Some(capacity), length });
    match (types::vec_element(ty), types::is_named(ty, "String"), buffer) {
        (Some(element), _, Some(buffer)) => Kind::ArrayBuffer(Box::new(element.clone()), buffer),
        (None, true, Some(buffer)) => Kind::TextBuffer(encoding, buffer),
        (Some(_), _, None) => {
            errors.at(name, "how large the buffer is to be is not known; write `#[out(len = …)]` or `#[out(cap = …)]`");
            Kind::Pointer(Box::new(ty.clone()), Passing::Out)
        }
        (None, true, None) => {
            errors.at(name, "how large the buffer is to be is not known; write `#[out(cap = …)]`");
            Kind::Pointer(Box::new(ty.clone()), Passing::Out)
        }
        (None, false, Some(_)) => {
            errors.at(name, "a length is for `Vec<T>` and `String`; write `#[out]`");
            Kind::Pointer(Box::new(ty.clone()), Passing::Out)
        }
        (None, false, None) => {
            if types::is_reference(ty) {
                errors.at(ty, "what comes out is returned; write the type without `&`");
            }
            Kind::Pointer(Box::new(ty.clone()), Passing::Out)
        }
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
