//! Parses the annotated trait into the model.

mod callback;
mod kind;
mod parameter;
mod target;

use proc_macro2::TokenStream;
use quote::ToTokens as _;
use syn::{FnArg, GenericParam, Item, ItemTrait, Receiver, ReceiverKind, Safety, TraitItem, TraitItemFn};

use self::kind::returns;
use self::parameter::parameter;
use self::target::target;
use crate::attributes::MethodAttributes;
use crate::errors::Errors;
use crate::model::{Interface, Method, Signature, Target};
use crate::options::Options;
use crate::types;

/// The annotated item, which must be a trait.
pub(crate) fn item(tokens: TokenStream, errors: &Errors) -> Option<ItemTrait> {
    match errors.take(syn::parse2::<Item>(tokens))? {
        Item::Trait(mut item) => {
            // The second attribute would expand the result of the first.
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
            errors.at(first_token(&other), "`#[bridge32]` is for traits; put it on one");
            None
        }
    }
}

/// An item's first token after its attributes.
fn first_token(item: &Item) -> TokenStream {
    let attrs = match item {
        Item::Struct(item) => item.attrs.len(),
        Item::Enum(item) => item.attrs.len(),
        Item::Fn(item) => item.attrs.len(),
        Item::Impl(item) => item.attrs.len(),
        Item::Mod(item) => item.attrs.len(),
        _ => 0,
    };
    // An attribute consists of two tokens: `#` and a group.
    item.to_token_stream().into_iter().skip(2 * attrs).take(1).collect()
}

/// The annotated trait.
pub(crate) fn interface(item: ItemTrait, options: Options, errors: &Errors) -> Interface {
    if let Some(unsafety) = &item.unsafety {
        errors.at(unsafety, "an interface cannot be an unsafe trait; remove `unsafe`");
    }
    if let Some(auto) = &item.modifiers.auto_token {
        errors.at(auto, "an interface cannot be an auto trait; remove `auto`");
    }
    generics(&item.generics, "an interface", errors);
    let mut methods = Vec::new();
    for item in item.items {
        match item {
            TraitItem::Fn(item) => methods.extend(method(item, &options, errors)),
            TraitItem::Type(item) => {
                errors.at(item.type_token, "an interface has methods only; name the type in their signatures")
            }
            TraitItem::Const(item) => {
                errors.at(item.const_token, "an interface has methods only; move the constant out of the trait")
            }
            other => errors.at(other, "an interface has methods only; declare them without a macro"),
        }
    }
    let ItemTrait { attrs, vis, ident: name, supertraits, .. } = item;
    // What the user allows in the interface is allowed in everything that is generated for its methods.
    for method in &mut methods {
        method.attrs.extend(attrs.iter().filter(|attr| attr.path().is_ident("allow")).cloned());
    }
    Interface { attrs, vis, name, supertraits, options, methods }
}

fn generics(generics: &syn::Generics, what: &str, errors: &Errors) {
    let is_lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
    if !generics.params.is_empty() && generics.params.iter().all(is_lifetime) {
        errors.at(&generics.params, format_args!("{what} cannot have lifetimes; remove them"));
    } else if !generics.params.is_empty() {
        let message = format!("{what} cannot be generic; name the types");
        errors.at(&generics.params, message);
    } else if let Some(clause) = &generics.where_clause {
        errors.at(clause.where_token, format_args!("{what} cannot have bounds; remove the `where` clause"));
    }
}

/// A method; `None` if its errors leave nothing to check.
fn method(item: TraitItemFn, options: &Options, errors: &Errors) -> Option<Method> {
    let syn::Signature { ident: name, inputs, output, .. } = &item.sig;
    qualifiers(&item.sig, errors);
    generics(&item.sig.generics, "a method of an interface", errors);
    let (attrs, own) = MethodAttributes::parse(&item.attrs, errors);
    if own.callback.is_some() {
        let (name, signature) = (name.clone(), callback::method(&item, own, options, errors)?);
        return Some(Method { attrs, name, signature, body: None, target: Some(Target::Callback), timeout: None });
    }
    receiver(&item.sig, errors);
    let timeout = own.timeout.as_ref().map(|(_, timeout)| *timeout);
    let target = target(own, name, item.default.is_some(), options, errors);
    let mut parameters = Vec::new();
    for input in inputs {
        if let FnArg::Typed(input) = input {
            parameters.extend(parameter(input, &item, target.as_ref(), options, errors));
        }
    }
    let returns = returns(output, errors)?;
    let callee = Target::callee(target.as_ref());
    let signature = Signature { parameters, returns, callee, makes_callback: false };
    Some(Method { attrs, name: name.clone(), signature, body: item.default, target, timeout })
}

fn qualifiers(signature: &syn::Signature, errors: &Errors) {
    if let Some(asyncness) = &signature.asyncness {
        errors
            .at(asyncness, "a call blocks until it returns; remove `async`, and call it from a thread that may block");
    }
    if let Some(constness) = &signature.constness {
        errors.at(constness, "a call to another process cannot be `const`; remove `const`");
    }
    let safety = &signature.safety;
    if !matches!(safety, Safety::Default) {
        let message = format!("a method of an interface is safe to call; remove `{}`", safety.to_token_stream());
        errors.at(safety, message);
    }
    if let Some(abi) = &signature.abi {
        let message = "a calling convention is given as an attribute; write `#[abi(\"…\")]` on the method";
        errors.at(abi, message);
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic.dots, "a method cannot be variadic; declare a method for each number of arguments");
    }
}

fn receiver(signature: &syn::Signature, errors: &Errors) {
    match signature.receiver() {
        Some(receiver) if types::is_shared(receiver) => {}
        Some(Receiver { kind: ReceiverKind::Reference(_, _, Some(mutability)), .. }) => {
            errors.at(mutability, "a client is shared, so its methods cannot take `&mut self`; write `&self`");
        }
        Some(Receiver { kind: ReceiverKind::Reference(_, Some(lifetime), _), .. }) => {
            errors.at(lifetime, "a call borrows the client for its own duration only; write `&self`");
        }
        Some(receiver) => errors.at(receiver, "a client is shared, so its methods take it by reference; write `&self`"),
        None => errors.at(
            &signature.ident,
            format_args!(
                "`{}` has no receiver; add `&self`, or `#[callback]` if it is the type of a C function",
                signature.ident
            ),
        ),
    }
}
