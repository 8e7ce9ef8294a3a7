//! Checks that need the whole interface.

mod expressions;

use quote::ToTokens as _;
use syn::{Expr, Ident, Type};

use crate::errors::Errors;
use crate::model::{
    Callee, Closes, Form, Interface, Kind, Length, Managed, Method, Native, Parameter, Passing, PointerLength, Returns,
    Signature, Symbol, Target,
};
use crate::names::{self, RESERVED};
use crate::settings::{Apartment, Encoding, Threads};
use crate::types;

/// Reports everything that cannot be expanded.
pub(crate) fn interface(interface: &Interface, errors: &Errors) {
    if interface.options.lib.is_none()
        && !interface.options.failed
        && let Some((name, _)) = &interface.options.abi
    {
        errors.at(name, "`abi` is for native functions, but the interface has no `lib`; add `lib`, or remove `abi`");
    }
    if interface.options.lib.is_none()
        && !interface.options.failed
        && let Some((name, _)) = &interface.options.symbols
    {
        errors.at(
            name,
            "`symbols` is for native libraries, but the interface has no `lib`; add `lib`, or remove `symbols`",
        );
    }
    dotnet(interface, errors);
    if let (Some(name), Some(_), Threads::Multi) =
        (&interface.options.threads_name, &interface.options.dotnet, interface.options.threads)
    {
        errors.at(name, "an assembly is called on the main thread only; remove `threads`");
    }
    if let (Some((name, Apartment::Sta)), Threads::Multi) = (&interface.options.apartment, interface.options.threads) {
        errors.at(
            name,
            "only the main thread is in the single-threaded apartment, but \"multi\" makes calls on other threads; write \"mta\", or remove `threads`",
        );
    }
    unique(interface, errors);
    for method in &interface.methods {
        reserved(method, errors);
        let is_unclear = method.target.is_none() && method.body.is_none() && interface.options.failed;
        if !is_unclear {
            if !method.signature.makes_callback {
                signature(&method.signature, errors);
            }
            callbacks(&method.signature, errors);
        }
        match &method.target {
            Some(Target::Native(native)) => self::native(method, native, errors),
            Some(Target::Managed(managed)) => self::managed(interface, method, managed, errors),
            Some(Target::Callback) | None => {}
        }
    }
}

/// Options of .NET interfaces.
fn dotnet(interface: &Interface, errors: &Errors) {
    let options = &interface.options;
    match (&options.dotnet, &options.class) {
        (Some((name, _)), _) if options.lib.is_some() => {
            errors.at(name, "`dotnet` contradicts `lib`, because an interface has one library; keep one");
        }
        (Some((name, _)), _) if !cfg!(feature = "dotnet") => {
            errors.at(name, "assemblies need a feature of bridge32; write `features = [\"dotnet\"]` in Cargo.toml");
        }
        (None, Some((name, _))) if !options.failed => {
            errors.at(
                name,
                "`class` is for managed methods, but the interface has no `dotnet`; add `dotnet`, or remove `class`",
            );
        }
        _ => {}
    }
}

/// Methods must have different names, except versions of a method under different `cfg`s.
fn unique(interface: &Interface, errors: &Errors) {
    for (place, method) in interface.methods.iter().enumerate() {
        let is_versioned = |method: &Method| method.cfgs().next().is_some();
        let mut earlier = interface.methods[..place].iter().filter(|earlier| earlier.name == method.name);
        if earlier.any(|earlier| !(is_versioned(earlier) && is_versioned(method))) {
            let name = &method.name;
            let symbol = match method.native().map(|native| &native.symbol) {
                Some(Symbol::Name(symbol)) => format!(" and `#[symbol(\"{}\")]`", symbol.value()),
                _ => String::new(),
            };
            errors.at(name, format_args!("the method `{name}` is declared twice; give this one another name{symbol}"));
        }
    }
}

/// Methods must not have the names of generated items.
fn reserved(method: &Method, errors: &Errors) {
    let name = method.name.to_string();
    if name.starts_with(RESERVED) {
        let symbol = method.target.as_ref().map(|_| format!(" and `#[symbol(\"{name}\")]`")).unwrap_or_default();
        let remedy = format!("give the method another name{symbol}");
        errors.at(&method.name, format_args!("names that begin with `{RESERVED}` are reserved; {remedy}"));
    }
}

/// The parameters of methods and of callbacks.
fn signature(signature: &Signature, errors: &Errors) {
    for (place, parameter) in signature.parameters.iter().enumerate() {
        if signature.parameters[..place].iter().any(|earlier| earlier.name == parameter.name) {
            let message = format!("the parameter `{}` is declared twice; give this one another name", parameter.name);
            errors.at(&parameter.name, message);
        }
        closed(signature, parameter, errors);
        match signature.callee {
            Callee::Rust => between_rust(parameter, errors),
            Callee::Function | Callee::Closure => with_c(signature, parameter, errors),
            Callee::Managed => with_managed_code(parameter, errors),
        }
    }
}

fn with_c(signature: &Signature, parameter: &Parameter, errors: &Errors) {
    match &parameter.kind {
        Kind::Length(length) => self::length(signature, &parameter.name, length, errors),
        Kind::ArrayBuffer(_, buffer) | Kind::TextBuffer(_, buffer) => {
            expressions::buffer(signature, parameter, buffer, errors)
        }
        Kind::Array(..)
            if signature.callee == Callee::Closure
                && !parameter.ends_with_null()
                && !has_length(signature, &parameter.name) =>
        {
            let name = &parameter.name;
            let message = format!(
                "the length of `{name}` is unknown; add a parameter `#[len_of({name})] n: i32`, or write `#[len(until_null)]` if a null element ends it"
            );
            errors.at(&parameter.ty, message);
        }
        Kind::LibraryPointer(_) if signature.callee == Callee::Closure => {
            errors.at(&parameter.name, "a closure has no memory that outlives it; write `#[out]` with a value");
        }
        Kind::TextList(_) if parameter.is_nullable => {
            errors.at(&parameter.ty, "a list of `&str` is never null; write `Option<&[String]>`");
        }
        Kind::Value if types::is_named(&parameter.ty, "String") => {
            errors.at(&parameter.ty, "a native function takes text as `&str`; use that type");
        }
        Kind::Value if types::is_named(&parameter.ty, "Vec") => {
            errors.at(&parameter.ty, "a native function takes an array as `&[T]`; use that type");
        }
        Kind::Value if types::array(&parameter.ty).is_some() => {
            errors.at(&parameter.ty, "an array is passed by pointer in C; write `&[T; N]`");
        }
        _ => {}
    }
    if let Kind::Array(element, _) | Kind::ArrayBuffer(element, _) = &parameter.kind
        && let Some(inner) = types::array(element)
    {
        let message =
            "an element cannot be an array itself; write a list of all their elements, which follow each other in C";
        errors.at(inner, message);
    }
}

/// Whether an array has a length parameter. One that names an unknown parameter counts, because that is reported already.
fn has_length(signature: &Signature, array: &Ident) -> bool {
    let is_known = |name: &Ident| signature.parameters.iter().any(|parameter| parameter.name == *name);
    signature.parameters.iter().any(|parameter| match &parameter.kind {
        Kind::Length(length) => length.of.iter().any(|of| of == array || !is_known(of)),
        _ => false,
    })
}

fn between_rust(parameter: &Parameter, errors: &Errors) {
    match parameter.kind {
        Kind::Length(_) => {
            let message =
                "`#[len_of]` is for native functions, because a Rust slice has a length; remove the parameter";
            errors.at(&parameter.name, message);
        }
        Kind::UserData(_) => {
            let message =
                "`UserData` is for native functions, because a Rust closure captures its context; remove the parameter";
            errors.at(&parameter.name, message);
        }
        _ if parameter.is_out() => {
            errors.at(&parameter.name, "a method with a body has no output parameters; return the value");
        }
        _ => {}
    }
}

/// The callbacks of a method, and their contexts.
fn callbacks(method: &Signature, errors: &Errors) {
    for (parameter, callback) in method.callbacks() {
        signature(&callback.signature, errors);
        if callback.signature.callee == Callee::Closure {
            context(method, parameter, &callback.signature, errors);
        }
        if let Some(value) = &callback.on_error {
            on_error(&[method, &callback.signature], "the closure", value, errors);
        }
        if callback.is_registered && matches!(method.returns, Returns::Result { .. }) {
            let message = "a method that returns a `Result` cannot return a registration, too; return another type";
            errors.at(&parameter.name, message);
        }
    }
    let names: Vec<_> = method.callbacks().map(|(parameter, _)| &parameter.name).collect();
    let contexts = method.parameters.iter().filter_map(|parameter| match &parameter.kind {
        Kind::UserData(of) if method.callee == Callee::Function => Some((parameter, of)),
        _ => None,
    });
    for (parameter, of) in contexts {
        match (of.as_slice(), names.as_slice()) {
            (_, []) => {
                errors.at(&parameter.name, "the method has no callback for this context; use an `Address`");
            }
            ([], [_]) => {}
            ([], _) => {
                let message =
                    "the method has several callbacks; name those with this context, as in `#[user_data(name)]`";
                errors.at(&parameter.name, message);
            }
            (of, _) => {
                for of in of.iter().filter(|of| !names.contains(of)) {
                    let list: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                    errors.at(of, format_args!("there is no callback `{of}`; name {}", list.join(" or ")));
                }
            }
        }
    }
}

/// What the library gets if a closure fails is the same for all its calls, and so is what a program gets if the bridge fails.
fn on_error(signatures: &[&Signature], what_fails: &str, value: &Expr, errors: &Errors) {
    let varies =
        |name: &&Ident| *name == "self" || signatures.iter().any(|signature| signature.parameter(name).is_some());
    for name in crate::expressions::names(value).iter().filter(varies) {
        errors.at(name, format_args!("`{name}` has no value when {what_fails} fails; write a constant"));
    }
}

/// What a drop-in library returns if the bridge fails.
fn on_error_of_bridge(signature: &Signature, value: &Expr, errors: &Errors) {
    let is_pointer = |ty: &Type| types::is_boxed(ty) || types::is_named(ty, "String") || types::is_optional_string(ty);
    match &signature.returns {
        Returns::Nothing => {
            errors.at(value, "the function returns nothing that a program could get; remove `#[on_error]`");
        }
        Returns::Vec { .. } => errors.at(value, "a program gets NULL as the pointer; remove `#[on_error]`"),
        Returns::Value(ty) if is_pointer(ty) => {
            errors.at(value, "a program gets NULL as the pointer; remove `#[on_error]`");
        }
        Returns::Value(_) | Returns::Result { .. } => on_error(&[signature], "the bridge", value, errors),
    }
}

/// A callback must take its context exactly once if the method passes one, and not at all otherwise.
fn context(method: &Signature, parameter: &Parameter, callback: &Signature, errors: &Errors) {
    let name = &parameter.name;
    let is_context = |parameter: &&Parameter| matches!(parameter.kind, Kind::UserData(_));
    let mut own = callback.parameters.iter().filter(is_context);
    let only = method.callbacks().count() == 1;
    let is_of = |parameter: &&Parameter| match &parameter.kind {
        Kind::UserData(of) => of.contains(name) || (of.is_empty() && only),
        _ => false,
    };
    let mut passed = method.parameters.iter().filter(is_of);
    let contexts = method.parameters.iter().filter_map(|parameter| match &parameter.kind {
        Kind::UserData(of) => Some(of),
        _ => None,
    });
    let is_callback = |name: &Ident| method.callbacks().any(|(parameter, _)| parameter.name == *name);
    // A context without a callback, or with an unknown one, is reported elsewhere.
    let is_unclear = contexts.clone().any(|of| of.is_empty() || !of.iter().all(is_callback));
    match (own.next(), passed.next()) {
        (Some(own), None) if !is_unclear => {
            let remedy = match contexts.count() {
                0 => "add a parameter of type `UserData` to it, or take an `Address`".to_owned(),
                _ => format!("name `{name}` in its `#[user_data(…)]`, or take an `Address`"),
            };
            errors.at(&own.name, format_args!("the method passes no context for `{name}`; {remedy}"));
        }
        (None, Some(passed)) => {
            let message = format!("`{name}` does not take its context; add a parameter of type `UserData` to it");
            errors.at(&passed.name, message);
        }
        _ => {}
    }
    if let Some(second) = own.next() {
        errors.at(&second.name, "a callback has only one context; use an `Address`");
    }
    if let Some(second) = passed.next() {
        errors.at(&second.name, format_args!("`{name}` already has a context; use an `Address`"));
    }
}

fn native(method: &Method, native: &Native, errors: &Errors) {
    let length_at = match &native.returned.length {
        Some(PointerLength::Elements(length)) => Some(length.to_token_stream()),
        Some(PointerLength::UntilNull(name)) => Some(name.to_token_stream()),
        None => None,
    };
    let is_multi = native.returned.format.is_multi;
    match (&method.signature.returns, length_at) {
        (Returns::Vec { element, .. }, None) if is_multi => {
            if !types::is_named(element, "String") {
                errors.at(element, "`#[multi]` is a list of texts; return `Vec<String>`");
            }
        }
        (Returns::Vec { ty, .. }, None) => {
            errors.at(ty, "the length of the returned array is unknown; add `#[returns(len = …)]`");
        }
        (Returns::Vec { .. }, Some(length)) if is_multi => {
            errors.at(length, "texts with `#[multi]` end by themselves; remove `#[returns]`");
        }
        (Returns::Vec { .. }, Some(_)) => {}
        (_, Some(length)) => {
            errors.at(length, "`#[returns]` is for returned arrays; return `Vec<T>`, or remove the attribute");
        }
        _ if is_multi => {
            errors.at(
                &method.name,
                "`#[multi]` on a method is for returned texts; return `Vec<String>`, or put it before a parameter",
            );
        }
        (Returns::Result { ty, .. }, None) => {
            errors.at(ty, "a native function cannot return a `Result`; return its C value and add `#[check(…)]`");
        }
        (Returns::Value(ty), None) if types::array(ty).is_some() => {
            errors.at(
                ty,
                "a function of C returns no arrays; return `Vec<T>` with `#[returns(len = …)]` if it returns a pointer to one, or a struct",
            );
        }
        (Returns::Nothing | Returns::Value(_), None) => {}
    }
    let returned = match &method.signature.returns {
        Returns::Nothing => None,
        Returns::Value(ty) | Returns::Vec { ty, .. } | Returns::Result { ty, .. } => Some(&**ty),
    };
    let returns_text = returned.is_some_and(|ty| types::is_named(ty, "String") || types::is_optional_string(ty));
    expressions::method(method, native, errors);
    if let Some(value) = &native.on_error {
        on_error_of_bridge(&method.signature, value, errors);
    }
    if native.returned.format.encoding != Encoding::Utf8 && !returns_text && !is_multi {
        errors.at(
            &method.name,
            "a method's encoding is that of returned text, and it returns none; put the attribute before a parameter",
        );
    }
    if let Some(free_with) = &native.returned.free_with
        && !returns_text
        && !returned.is_some_and(types::is_boxed)
        && !matches!(method.signature.returns, Returns::Vec { .. })
    {
        let stored = method.signature.parameters.iter().find(|parameter| parameter.library_pointer().is_some());
        let remedy = match stored {
            Some(parameter) => format!("put the attribute before `{}`", names::text(&parameter.name)),
            None => "return `String`, `Vec<T>` or `Box<T>`".to_owned(),
        };
        errors.at(&free_with.function, format_args!("the method returns no pointer to free; {remedy}"));
    }
    if native.is_variable {
        variable(method, errors);
    }
    match &native.symbol {
        Symbol::Entry(entry) => {
            let this = method.signature.parameters.first();
            if !this.is_some_and(|this| matches!(this.kind, Kind::Value)) {
                let message = "the table is found through the first argument; add `this: Address`, or a `Handle<Tag>`";
                errors.at(entry, message);
            }
        }
        Symbol::Address(address) => expressions::address(&method.signature, address, errors),
        Symbol::Name(_) | Symbol::Ordinal(_) => {}
    }
    if let (true, Symbol::Address(_) | Symbol::Entry(_)) = (native.is_variable, &native.symbol) {
        errors.at(
            &method.name,
            "a variable has a name; remove `#[global]`, and use a `RemoteBuffer` for memory at an address",
        );
    }
}

/// `#[closes]` needs an input handle of a native function.
fn closed(signature: &Signature, parameter: &Parameter, errors: &Errors) {
    let Some(Closes { attribute: closes, .. }) = &parameter.closes else { return };
    match &parameter.kind {
        _ if signature.callee == Callee::Managed => {
            errors.at(closes, "managed code has objects instead of handles; write a method with `#[release]`");
        }
        _ if signature.callee == Callee::Rust => {
            errors.at(
                closes,
                "`#[closes]` is for native functions; remove it, and call the native method that closes the handle",
            );
        }
        Kind::Pointer(..) if parameter.is_nullable => {
            errors.at(closes, "a handle that may be null is closed by value; write `Option<Handle<Tag>>`");
        }
        Kind::Value | Kind::Pointer(_, Passing::In | Passing::InOut) => {}
        _ if parameter.is_out() => {
            errors.at(closes, "an output parameter cannot be closed; remove `#[closes]`");
        }
        _ => errors.at(closes, "only a handle can be closed; put `#[closes]` before a `Handle<Tag>`, or remove it"),
    }
}

fn managed(interface: &Interface, method: &Method, managed: &Managed, errors: &Errors) {
    let Signature { parameters, returns, .. } = &method.signature;
    for (place, parameter) in parameters.iter().enumerate() {
        if let Some(this) = &parameter.this {
            if place > 0 {
                errors.at(this, "the object must be the first parameter; move it there");
            } else if matches!(managed.form, Form::Constructor(_) | Form::Release(_)) {
                errors.at(this, "a constructor or `#[release]` is not called on an object; remove `#[this]`");
            } else if !matches!(parameter.kind, Kind::Pointer(_, Passing::In)) {
                errors.at(&parameter.ty, "the object is passed by reference; write `&Object<T>`");
            }
        }
    }
    if let Returns::Result { ty, .. } = returns {
        errors.at(
            ty,
            "a managed method reports errors as exceptions, which become `Error::Exception`; return its .NET value",
        );
    }
    let is_object = parameters.first().is_some_and(|parameter| parameter.this.is_some());
    match &managed.form {
        Form::Constructor(name) if !matches!(returns, Returns::Value(_)) => {
            errors.at(name, "a constructor returns an object; write `-> Object<T>`");
        }
        Form::Release(name) => {
            let is_release = matches!(parameters.as_slice(), [Parameter { kind: Kind::Value, .. }])
                && matches!(returns, Returns::Nothing);
            if !is_release {
                errors
                    .at(name, "`#[release]` needs one parameter, an object; write `fn name(&self, object: Object<T>)`");
            }
        }
        Form::Get(name) => {
            let is_get = parameters.len() == usize::from(is_object) && !matches!(returns, Returns::Nothing);
            if !is_get {
                errors.at(name, "`#[get]` reads a field or property; write `fn name(&self) -> T`, if needed with a `#[this]` parameter");
            }
        }
        Form::Set(name) => {
            let own = parameters.get(usize::from(is_object)..).unwrap_or_default();
            let is_passed = |kind: &Kind| {
                matches!(
                    kind,
                    Kind::Value | Kind::Text(_) | Kind::Array(_, Passing::In) | Kind::Pointer(_, Passing::In)
                )
            };
            let is_set =
                matches!(own, [parameter] if is_passed(&parameter.kind)) && matches!(returns, Returns::Nothing);
            if !is_set {
                errors.at(
                    name,
                    "`#[set]` writes a field or property; write `fn name(&self, value: T)`, if needed with a `#[this]` parameter before it",
                );
            }
        }
        Form::Constructor(_) | Form::Plain => {}
    }
    let has_class = managed.class.is_some()
        || interface.options.class.is_some()
        || is_object
        || matches!(managed.form, Form::Constructor(_) | Form::Release(_));
    if !has_class {
        errors.at(&method.name, "the class of this method is unknown; add `#[class(\"…\")]` with its namespace");
    }
}

fn with_managed_code(parameter: &Parameter, errors: &Errors) {
    match &parameter.kind {
        Kind::Length(_) => {
            errors.at(&parameter.name, "a .NET array has a length; remove the parameter");
        }
        Kind::LibraryPointer(_) => {
            errors.at(&parameter.name, "managed code returns no pointers; write `#[out]`");
        }
        Kind::TextList(_) => {
            errors.at(&parameter.ty, "a managed method takes texts as `&[String]`; use that type");
        }
        Kind::ArrayBuffer(..) | Kind::TextBuffer(..) => {
            errors.at(&parameter.name, "managed output needs no capacity; write `#[out]`");
        }
        Kind::UserData(_) => {
            errors.at(&parameter.ty, "`UserData` is for native callbacks; remove the parameter");
        }
        Kind::Pointer(_, Passing::Out) if parameter.array().is_some() => {
            errors.at(&parameter.ty, "a .NET array has a length of its own; write `Vec<T>`");
        }
        Kind::Pointer(..) if parameter.array().is_some() => {
            errors.at(&parameter.ty, "a managed method takes an array as `&[T]`; use that type");
        }
        Kind::Pointer(..) | Kind::Array(..) if parameter.is_nullable => {
            errors.at(&parameter.ty, "only text may be null in managed code; remove the `Option`");
        }
        Kind::Text(encoding) if *encoding != Encoding::Utf8 => {
            errors.at(&parameter.name, "text in .NET has only one encoding; remove the attribute");
        }
        Kind::Value if types::is_named(&parameter.ty, "String") => {
            errors.at(&parameter.ty, "a managed method takes text as `&str`; use that type");
        }
        Kind::Value if types::is_named(&parameter.ty, "Vec") => {
            errors.at(&parameter.ty, "a managed method takes an array as `&[T]`; use that type");
        }
        _ => {}
    }
}

/// A variable is read by a method without parameters, or written by a method with one.
fn variable(method: &Method, errors: &Errors) {
    let is_read = method.signature.parameters.is_empty() && matches!(method.signature.returns, Returns::Value(_));
    let is_written =
        matches!(method.signature.parameters.as_slice(), [Parameter { kind: Kind::Value, fixed: None, .. }])
            && matches!(method.signature.returns, Returns::Nothing);
    if !is_read && !is_written {
        let message = "a method of a variable either reads or writes it; write `fn name(&self) -> T` or `fn name(&self, value: T)`";
        errors.at(&method.name, message);
    }
    if let Some(closes) = method.signature.closed().find_map(|parameter| parameter.closes.as_ref()) {
        errors.at(&closes.attribute, "writing a variable cannot close a handle; remove `#[closes]`");
    }
}

fn length(signature: &Signature, name: &Ident, length: &Length, errors: &Errors) {
    let has_length = |parameter: &&Parameter| match parameter.kind {
        Kind::Array(..) => !parameter.ends_with_null(),
        Kind::ArrayBuffer(..) => true,
        Kind::TextList(format) => !format.is_multi || signature.callee == Callee::Function,
        Kind::TextBuffer(format, _) => !format.is_multi || signature.callee == Callee::Function,
        // C passes text to a callback either NUL-terminated, or as bytes with a length.
        Kind::Text(_) | Kind::CStr => signature.callee == Callee::Function,
        _ => false,
    };
    for (place, of) in length.of.iter().enumerate() {
        if length.of[..place].contains(of) {
            errors.at(of, format_args!("`{of}` is named twice; keep one"));
            continue;
        }
        let Some(array) = signature.parameters.iter().find(|parameter| parameter.name == *of) else {
            let arrays = signature.parameters.iter().filter(has_length);
            let arrays: Vec<_> = arrays.map(|parameter| format!("`{}`", names::text(&parameter.name))).collect();
            let remedy = match arrays.as_slice() {
                [] => "add a parameter of type `&[T]`".to_owned(),
                arrays => format!("name {}", arrays.join(" or ")),
            };
            errors.at(of, format_args!("there is no parameter `{of}`; {remedy}"));
            continue;
        };
        if !has_length(&array) {
            let what = match (&array.kind, array.array()) {
                (Kind::Text(_) | Kind::CStr, _) => "NUL-terminated text; use `&[u8]`",
                (Kind::TextList(_), _) => {
                    "a list that ends by itself; remove `#[len_of]`, so that the closure is passed the number"
                }
                (Kind::Array(..), _) => {
                    "a list that a null element ends; remove one of `#[len_of]` and `#[len(until_null)]`"
                }
                (_, Some(_)) if signature.callee == Callee::Closure => {
                    "an array, whose type has the length; remove `#[len_of]`, so that the closure is passed the number"
                }
                (_, Some(_)) => "an array, whose type has the length; write `#[fixed(…)]` with that length instead",
                _ => "not a slice; name a parameter of type `&[T]`",
            };
            errors.at(of, format_args!("`{of}` is {what}"));
        } else if length.passing == Some(Passing::InOut) && (length.of.len() > 1 || !array.is_out()) {
            let remedy = match array.kind {
                // The number of elements before the call, and after it.
                Kind::Array(_, Passing::InOut) if length.of.len() == 1 => format!(
                    "for a buffer that the function fills, write `#[out(cap = *{name}, len = {name})] {of}: Vec<T>` and no `#[len_of]`"
                ),
                _ => "pass it by value or `&`".to_owned(),
            };
            errors.at(of, format_args!("a length by `&mut` is for one output buffer; {remedy}"));
        }
    }
}
