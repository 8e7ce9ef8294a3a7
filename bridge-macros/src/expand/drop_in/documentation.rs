//! What the C header of a drop-in library says about a function: its documentation, and what each parameter is.

use syn::{Expr, ExprLit, Lit, Meta, Type};

use super::super::expression;
use crate::model::{
    Buffer, Callee, Kind, Length, LibraryPointer, Method, Native, Parameter, Passing, PointerLength, Returns, Signature,
};
use crate::names;
use crate::settings::{Encoding, TextFormat};
use crate::types;

/// The lines of the comment above the declaration of a method's C function, with a line feed after each.
pub(super) fn documentation(method: &Method, native: &Native, callee: Callee) -> String {
    let signature = &method.signature;
    let mut lines = docs(method);
    let parameters: Vec<_> = signature
        .parameters
        .iter()
        .filter_map(|parameter| Some((names::in_c(&parameter.name), describe(signature, parameter, callee)?)))
        .collect();
    if !lines.is_empty() && !parameters.is_empty() {
        lines.push(String::new());
    }
    lines.extend(parameters.into_iter().map(|(name, text)| format!("{name}: {text}")));
    lines.extend(returned(method, native, callee).map(|text| format!("returns: {text}")));
    lines.extend(native.check.as_ref().map(|check| format!("It has failed unless {}.", expression::text(check))));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The lines of the method's own documentation.
fn docs(method: &Method) -> Vec<String> {
    let docs = method.attrs.iter().filter_map(|attr| match &attr.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    docs.flat_map(|text| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()).collect()
}

/// What a parameter is; `None` if its declaration says it.
fn describe(signature: &Signature, parameter: &Parameter, callee: Callee) -> Option<String> {
    if let Some(value) = &parameter.fixed {
        return Some(format!("{} is passed instead, whatever it is", expression::text(value)));
    }
    let mut text = match &parameter.kind {
        Kind::Value => object(&parameter.ty, callee).unwrap_or_default().to_owned(),
        Kind::Pointer(ty, passing) => {
            let what = object(ty, callee).map(|object| format!(", {object}"));
            format!("{}{}", direction(*passing), what.unwrap_or_default())
        }
        Kind::Array(_, passing) => format!("{}, {}", direction(*passing), elements(signature, parameter)),
        Kind::Text(encoding) => match signature.length_of(&parameter.name) {
            Some((length, _)) => format!("in, {} of the length {}", encoded(*encoding), names::in_c(&length.name)),
            None => format!("in, {}", encoded(*encoding)),
        },
        Kind::CStr => "in, text in any encoding".to_owned(),
        Kind::TextList(format) => format!("in, {}", texts(signature, parameter, *format)),
        Kind::ArrayBuffer(_, buffer) => format!("out, {}", room(signature, parameter, buffer)),
        Kind::TextBuffer(format, buffer) => {
            let text = if format.is_multi { ONE_AFTER_THE_OTHER } else { encoded(format.encoding) };
            format!("out, {text}; {}", room(signature, parameter, buffer))
        }
        Kind::LibraryPointer(pointer) => format!("out, a pointer to {}", target(pointer, &parameter.ty)),
        Kind::Length(length) => of_arrays(signature, length),
        Kind::Callback(callback) if callback.is_registered => "kept after the call".to_owned(),
        Kind::Callback(_) => "called during the call only".to_owned(),
        Kind::UserData(callbacks) => {
            let of_all = signature.callbacks().map(|(callback, _)| &callback.name).filter(|_| callbacks.is_empty());
            let callbacks: Vec<_> = callbacks.iter().chain(of_all).map(names::in_c).collect();
            format!("passed to {}", callbacks.join(" and "))
        }
    };
    let may_be_null = match &parameter.kind {
        Kind::Callback(callback) => callback.is_optional,
        Kind::Value => object(&parameter.ty, callee).is_some() && types::optional(&parameter.ty).is_some(),
        _ => parameter.is_nullable,
    };
    let closes = parameter.closes.as_ref().map(|closes| match &closes.condition {
        Some(condition) => format!("freed by the call if {}", expression::text(condition)),
        None => "freed by the call".to_owned(),
    });
    for more in may_be_null.then(|| "may be NULL".to_owned()).into_iter().chain(closes) {
        text = if text.is_empty() { more } else { format!("{text}; {more}") };
    }
    (!text.is_empty()).then_some(text)
}

/// What the function returns, if it is a pointer.
fn returned(method: &Method, native: &Native, callee: Callee) -> Option<String> {
    let pointer = &native.returned;
    match &method.signature.returns {
        Returns::Vec { ty, .. } => Some(target(pointer, ty)),
        Returns::Value(ty) if types::is_boxed(ty) || types::is_named(ty, "String") || types::is_optional_string(ty) => {
            Some(target(pointer, ty))
        }
        Returns::Value(ty) => {
            object(ty, callee).map(|object| format!("{object}, which stays in the server until it is freed"))
        }
        _ => None,
    }
}

/// What a pointer of managed code is, if it is an object.
fn object(ty: &Type, callee: Callee) -> Option<&'static str> {
    (callee == Callee::Managed && types::is_object(ty)).then_some("an object")
}

const ONE_AFTER_THE_OTHER: &str = "one text after the other, with an empty one at the end";

fn direction(passing: Passing) -> &'static str {
    match passing {
        Passing::In => "in",
        Passing::InOut => "in and out",
        Passing::Out => "out",
    }
}

fn encoded(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "text in UTF-8",
        Encoding::Latin1 => "text in Latin-1",
        Encoding::Ansi => "text in the code page of the system",
        Encoding::Utf16 => "text in UTF-16",
        Encoding::Wide => "text",
    }
}

/// How many elements an array has.
fn elements(signature: &Signature, parameter: &Parameter) -> String {
    match (signature.length_of(&parameter.name), &parameter.elements) {
        (Some((length, _)), _) => counted(length, "elements"),
        (None, _) if parameter.ends_with_null() => "a zero element ends it".to_owned(),
        (None, Some(count)) => format!("{} elements", expression::text(count)),
        (None, None) => "an array".to_owned(),
    }
}

/// `n elements`, or `n bytes`.
fn counted(length: &Parameter, elements: &str) -> String {
    let (star, in_bytes) = match &length.kind {
        Kind::Length(Length { passing, in_bytes, .. }) => (if passing.is_some() { "*" } else { "" }, *in_bytes),
        _ => ("", false),
    };
    format!("{star}{} {}", names::in_c(&length.name), if in_bytes { "bytes" } else { elements })
}

fn texts(signature: &Signature, parameter: &Parameter, format: TextFormat) -> String {
    match signature.length_of(&parameter.name) {
        _ if format.is_multi => ONE_AFTER_THE_OTHER.to_owned(),
        Some((length, _)) => format!("{}, each {}", counted(length, "texts"), encoded(format.encoding)),
        None => format!("a list that ends with NULL, of {}", encoded(format.encoding)),
    }
}

/// How large a buffer must be, and how much of it is written.
fn room(signature: &Signature, parameter: &Parameter, buffer: &Buffer) -> String {
    let room = match (signature.length_of(&parameter.name), &buffer.capacity) {
        (Some((length, _)), _) => format!("room for {}", counted(length, "elements")),
        (None, Some(capacity)) => format!("room for {} elements", expression::text(capacity)),
        (None, None) => "a buffer".to_owned(),
    };
    match &buffer.length {
        Some(length) if !buffer.is_exact => format!("{room}, of which {} are written", expression::text(length)),
        _ => room,
    }
}

/// What a length parameter holds.
fn of_arrays(signature: &Signature, length: &Length) -> String {
    let name = |of| signature.parameter(of).map_or_else(|| "what is returned".to_owned(), |of| names::in_c(&of.name));
    let arrays: Vec<_> = length.of.iter().map(name).collect();
    let unit = if length.in_bytes { "bytes" } else { "elements" };
    match length.passing {
        Some(Passing::InOut) => {
            format!("in, the number of {unit} that {} has room for; out, how many there are", arrays.join(" and "))
        }
        Some(Passing::Out) => format!("out, the number of {unit} of {}", arrays.join(" and ")),
        _ => format!("the number of {unit} of {}", arrays.join(" and ")),
    }
}

/// What a pointer of the library's points to, and who frees it.
fn target(pointer: &LibraryPointer, ty: &Type) -> String {
    let what = match &pointer.length {
        _ if pointer.format.is_multi => ONE_AFTER_THE_OTHER.to_owned(),
        Some(PointerLength::Elements(count)) => format!("{} elements", expression::text(count)),
        Some(PointerLength::UntilNull(_)) => "a list that ends with a zero element".to_owned(),
        None if types::is_boxed(ty) => "a struct".to_owned(),
        None => encoded(pointer.format.encoding).to_owned(),
    };
    match &pointer.free_with {
        Some(release) if release.library.is_none() => format!("{what}, which {} frees", release.function.value()),
        _ => format!("{what}, which the library keeps"),
    }
}
