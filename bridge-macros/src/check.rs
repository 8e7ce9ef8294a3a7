//! What can be checked only when the whole interface is known.

use crate::errors::Errors;
use crate::model::{Interface, Kind, Length, Method, Returns};
use crate::names::{CLIENT_METHODS, LIBRARY_METHODS};
use crate::types;

/// Checks an interface as a whole; what passes can be expanded.
pub(crate) fn interface(interface: &Interface, errors: &Errors) {
    if interface.options.lib.is_none()
        && !interface.options.failed
        && let Some((name, _)) = &interface.options.abi
    {
        errors.at(name, "`abi` is about native functions, and the interface has no `lib`; give it, or leave `abi` out");
    }
    unique(interface, errors);
    for method in &interface.methods {
        taken(interface, method, errors);
        parameters(method, errors);
        match &method.native {
            Some(_) => native(method, errors),
            None if method.body.is_none() && interface.options.failed => {}
            None => bodied(method, errors),
        }
    }
}

/// Methods with `cfg` may come in several versions, of which one is left.
fn unique(interface: &Interface, errors: &Errors) {
    for (place, method) in interface.methods.iter().enumerate() {
        let is_versioned = |method: &Method| method.cfgs().next().is_some();
        let mut earlier = interface.methods[..place].iter().filter(|earlier| earlier.name == method.name);
        if earlier.any(|earlier| !(is_versioned(earlier) && is_versioned(method))) {
            let name = &method.name;
            let symbol = method
                .native
                .as_ref()
                .map_or_else(String::new, |native| format!(" and `#[symbol(\"{}\")]`", native.symbol.value()));
            errors.at(name, format_args!("there is a method `{name}` already; give this one another name{symbol}"));
        }
    }
}

/// Names that the client, or the native implementation, has already.
fn taken(interface: &Interface, method: &Method, errors: &Errors) {
    let name = method.name.to_string();
    let owner = match () {
        () if CLIENT_METHODS.contains(&name.as_str()) => interface.client(),
        () if interface.options.lib.is_some() && LIBRARY_METHODS.contains(&name.as_str()) => interface.library(),
        () => return,
    };
    let remedy = match method.native {
        Some(_) => format!("; give the method another name and `#[symbol(\"{name}\")]`"),
        None => "; give the method another name".to_owned(),
    };
    errors.at(&method.name, format_args!("`{owner}` has a `{name}` of its own{remedy}"));
}

fn parameters(method: &Method, errors: &Errors) {
    for (place, parameter) in method.parameters.iter().enumerate() {
        if method.parameters[..place].iter().any(|earlier| earlier.name == parameter.name) {
            let message = format!("there is a parameter `{}` already; give this one another name", parameter.name);
            errors.at(&parameter.name, message);
        }
    }
}

fn native(method: &Method, errors: &Errors) {
    for parameter in &method.parameters {
        if let Kind::Length(length) = &parameter.kind {
            self::length(method, length, errors);
        }
        if types::is_named(&parameter.ty, "String") {
            errors.at(&parameter.ty, "a native function takes text as `&str`; write that");
        }
        if types::is_named(&parameter.ty, "Vec") {
            errors.at(&parameter.ty, "a native function takes an array as `&[T]`; write that");
        }
    }
    match &method.returns {
        Returns::Vec { ty, .. } => {
            errors
                .at(ty, "a native function returns no `Vec`, only a pointer; add a method with a body that makes one");
        }
        Returns::Result { ty, .. } => {
            errors.at(ty, "a native function knows no `Result`; return its own value, or add a method with a body");
        }
        Returns::Nothing | Returns::Value(_) => {}
    }
}

fn length(method: &Method, length: &Length, errors: &Errors) {
    for (place, of) in length.of.iter().enumerate() {
        if length.of[..place].contains(of) {
            errors.at(of, format_args!("`{of}` is named twice; name it once"));
            continue;
        }
        let Some(array) = method.parameters.iter().find(|parameter| parameter.name == *of) else {
            let arrays: Vec<_> = method
                .parameters
                .iter()
                .filter(|parameter| matches!(parameter.kind, Kind::Slice(_)))
                .map(|parameter| format!("`{}`", parameter.name))
                .collect();
            let remedy = match arrays.as_slice() {
                [] => "pass an array, as `&[T]`".to_owned(),
                arrays => format!("name {}", arrays.join(" or ")),
            };
            errors.at(of, format_args!("there is no parameter `{of}`; {remedy}"));
            continue;
        };
        if !matches!(array.kind, Kind::Slice(_)) {
            errors.at(of, format_args!("`{of}` is not a slice; name a parameter of type `&[T]`"));
        }
    }
}

fn bodied(method: &Method, errors: &Errors) {
    for parameter in &method.parameters {
        if let Kind::Length(_) = parameter.kind {
            let message = "a slice of Rust knows its length; leave the parameter out, it is for native functions";
            errors.at(&parameter.name, message);
        }
    }
}
