//! The body of a C function that runs Rust code: converts the arguments that C passes, and the results. Callbacks run closures, and a
//! drop-in library makes calls.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::Expr;

use super::c_type::{conversion, element_bytes, native_item, slot_name, span_of};
use super::expression;
use crate::model::{Buffer, Callback, Kind, Length, Parameter, Passing, Returns, Signature, at, joined};
use crate::names::{self, local, local_of, runtime};
use crate::paths::some;
use crate::settings::{Compiler, TextFormat};

/// The variable that holds a C argument.
pub(super) fn c_name(parameter: &Ident) -> Ident {
    local_of("c", parameter)
}

/// The body of the closure that a callback's trampoline runs: converts the arguments, calls the user's closure, and converts the
/// results.
pub(super) fn of_closure(closure: &Ident, callback: &Callback, krate: &TokenStream) -> TokenStream {
    let signature = &callback.signature;
    let is_length = |parameter: &&Parameter| matches!(parameter.kind, Kind::Length(_));
    let take_lengths = signature.parameters.iter().filter(is_length).map(|parameter| take(signature, parameter, krate));
    let take = signature.visible().map(|parameter| take(signature, parameter, krate));
    let capacities = signature.outs().map(|parameter| capacity(signature, parameter, krate));
    let pass = signature.visible().map(|Parameter { name, kind, is_nullable, .. }| match (kind, is_nullable) {
        (Kind::Pointer(_, Passing::In) | Kind::Array(_, Passing::In) | Kind::Text(_) | Kind::TextList(_), false) => {
            quote!(&#name)
        }
        (Kind::Pointer(..) | Kind::Array(..), false) => quote!(&mut #name),
        (Kind::Pointer(_, Passing::In), true) => quote!(#name.as_ref()),
        (Kind::Pointer(..), true) => quote!(#name.as_mut()),
        (Kind::Array(_, Passing::In) | Kind::Text(_), true) => quote!(#name.as_deref()),
        (Kind::Array(..), true) => quote!(#name.as_deref_mut()),
        _ => quote!(#name),
    });
    let own = (!matches!(signature.returns, Returns::Nothing)).then(|| local("ret"));
    let results: Vec<_> = own.iter().chain(signature.outs().map(|out| &out.name)).map(|name| quote!(#name)).collect();
    let pattern = if results.is_empty() { quote!(()) } else { joined(&results) };
    let give = signature.parameters.iter().map(|parameter| give(signature, parameter, krate));
    let value = own.map_or_else(
        || quote!(::core::result::Result::Ok(())),
        |own| returned_value(callback, &own.to_token_stream(), krate),
    );
    quote! {
        #(#take_lengths)*
        #(#take)*
        #(#capacities)*
        let #pattern = #closure(#(#pass),*);
        #(#give)*
        #value
    }
}

/// Converts the closure's value to what C gets: an expression of type `Result`.
pub(super) fn returned_value(callback: &Callback, value: &TokenStream, krate: &TokenStream) -> TokenStream {
    let (to_c, scope) = (native_item(callback.signature.checked_return(krate).1, "to_c", krate), local("scope"));
    let returned_value = match callback.compiler {
        Compiler::Msvc => runtime("returned_to_msvc"),
        Compiler::Gnu => runtime("returned_to_gnu"),
    };
    quote!(#krate::__private::native::#returned_value(&#value, #to_c, #scope))
}

/// Converts an argument from C.
pub(super) fn take(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let Parameter { name, kind, .. } = parameter;
    let (c, text, scope) = (c_name(name), names::text(name), local("scope"));
    let ty = signature.checked(parameter, krate);
    let span = span_of(&ty);
    let from_c = || conversion(signature, parameter, "from_c", krate);
    let taken = match kind {
        Kind::Value => {
            let from_c = from_c();
            quote!(#private::native::from_c(#c, #from_c, #scope))
        }
        Kind::Pointer(_, passing @ (Passing::In | Passing::InOut)) => {
            let (from_c, passed) = (from_c(), by_passing(["passed_pointer", "passed_pointer_mut"], *passing));
            quote!(#private::native::#passed(#c, #from_c, #scope))
        }
        Kind::Array(..) if parameter.ends_with_null() => {
            let (from_c, krate) = (from_c(), at(krate, span));
            let list = quote_spanned!(span=> #krate::__private::native::returned_list);
            quote!(#list(#c, #from_c, #scope))
        }
        Kind::TextList(format) => return text_list(signature, parameter, *format, krate),
        Kind::Array(_, passing) => {
            let (from_c, length, passed) =
                (from_c(), length(signature, name, krate), by_passing(["passed_array", "passed_array_mut"], *passing));
            quote!(#private::native::#passed(#c, #length, #from_c, #scope))
        }
        Kind::CStr => {
            let passed = runtime(if parameter.is_nullable { "passed_optional_c_str" } else { "passed_c_str" });
            quote!(#private::native::#passed(#c))
        }
        Kind::Text(encoding) => {
            let encoding = encoding.marker();
            let ty = match parameter.is_nullable {
                true => quote!(::core::option::Option<::std::string::String>),
                false => quote!(::std::string::String),
            };
            quote!(<#ty as #private::native::ReturnedText>::from_c::<#private::native::#encoding>(#c))
        }
        Kind::Length(Length { passing, .. }) => {
            let slot = slot_name(name);
            let from_c = quote_spanned!(span=> <#ty as #private::native::Native>::from_c);
            let value = match passing {
                None => quote!(#private::native::from_c(#c, #from_c, #scope)),
                Some(passing) => {
                    let passed = by_passing(["passed_pointer", "passed_pointer_mut"], *passing);
                    quote!(#private::native::#passed(#c, #from_c, #scope))
                }
            };
            let kept = is_in_an_expression(signature, name).then(|| {
                let length = length_name(name);
                quote!(let #length = #slot;)
            });
            return quote! {
                // SAFETY: the interface declares the callback's parameters, and C passes arguments of these types.
                let #slot = #private::native::passed(#text, unsafe { #value })?;
                #kept
                let #slot = #private::native::passed(#text, #private::native::reported_length(#text, #slot))?;
            };
        }
        _ => return TokenStream::new(),
    };
    let mutable = parameter.is_in_out().then(|| quote!(mut));
    let taken = match parameter.is_nullable_pointer() {
        true => {
            let passed = runtime(if parameter.is_in_out() { "passed_nullable_mut" } else { "passed_nullable" });
            quote!(#private::native::#passed(#c, |#c| #taken))
        }
        false => taken,
    };
    quote! {
        // SAFETY: the interface declares the callback's parameters, and C passes arguments of these types.
        let #mutable #name = #private::native::passed(#text, unsafe { #taken })?;
    }
}

/// Converts a list of texts from C.
fn text_list(signature: &Signature, parameter: &Parameter, format: TextFormat, krate: &TokenStream) -> TokenStream {
    let native = quote!(#krate::__private::native);
    let (name, encoding, scope) = (&parameter.name, format.encoding.marker(), local("scope"));
    let (c, text) = (c_name(name), names::text(name));
    let from_c = quote!(<#native::TextAt<#native::#encoding> as #native::FieldForm<::std::string::String>>::from_c);
    let taken = match length_of(signature, name, krate) {
        _ if format.is_multi => quote!(#native::returned_texts::<#native::#encoding>(#c)),
        Some(length) => quote!(#native::returned_array(#c, #length, #from_c, #scope)),
        None => quote!(#native::returned_list(#c, #from_c, #scope)),
    };
    quote! {
        // SAFETY: the interface declares the callback's parameters, and C passes arguments of these types.
        let #name = #native::passed(#text, unsafe { #taken })?;
        let #name: ::std::vec::Vec<&::core::primitive::str> = #name.iter().map(::std::string::String::as_str).collect();
    }
}

/// The runtime's function that reads through `const T *`, or through `T *`.
fn by_passing([read, read_mut]: [&str; 2], passing: Passing) -> Ident {
    match passing {
        Passing::In => runtime(read),
        Passing::InOut | Passing::Out => runtime(read_mut),
    }
}

/// The length of an array: the value of its length parameter.
fn length(signature: &Signature, array: &Ident, krate: &TokenStream) -> TokenStream {
    let by_expression = || {
        let parameter = signature.parameter(array).filter(|parameter| !parameter.ends_with_null())?;
        Some(value_as_length(signature, array, parameter.elements.as_ref()?, krate))
    };
    length_of(signature, array, krate).or_else(by_expression).unwrap_or_else(|| quote!(0))
}

/// The value of an expression for the length of `of`, over the arguments.
fn value_as_length(signature: &Signature, of: &Ident, expr: &Expr, krate: &TokenStream) -> TokenStream {
    let text = names::text(of);
    let value = expression::value(signature, expr, |Parameter { name, kind, .. }| match kind {
        Kind::Length(length) => {
            let value = length_name(name);
            Some(if length.passing.is_some() { quote!(&#value) } else { quote!(#value) })
        }
        // A variable of the body's.
        Kind::Pointer(..) => Some(quote!(&#name)),
        _ => None,
    });
    quote!(#krate::__private::native::to_length(#text, #value)?)
}

/// The value of an array's length parameter, if it has one.
pub(super) fn length_of(signature: &Signature, array: &Ident, krate: &TokenStream) -> Option<TokenStream> {
    let (parameter, length) = signature.length_of(array)?;
    let slot = slot_name(&parameter.name);
    let bytes = signature.parameter(array).and_then(|array| element_bytes(signature, array, length, krate));
    Some(bytes.map_or_else(|| quote!(#slot), |bytes| quote!(#slot / #bytes)))
}

/// Evaluates the capacity of a buffer, before the closure changes what it uses.
pub(super) fn capacity(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> Option<TokenStream> {
    let capacity = parameter.buffer()?.capacity.as_ref()?;
    let variable = capacity_name(&parameter.name);
    let value = value_as_length(signature, &parameter.name, capacity, krate);
    Some(quote!(let #variable = #value;))
}

/// Whether the length or the capacity of an array uses a length parameter.
fn is_in_an_expression(signature: &Signature, length: &Ident) -> bool {
    let capacities = signature.outs().filter_map(|parameter| parameter.buffer()?.capacity.as_ref());
    let lengths = signature.parameters.iter().filter_map(|parameter| parameter.elements.as_ref());
    capacities.chain(lengths).flat_map(|capacity| signature.uses(capacity)).any(|used| used.name == *length)
}

/// The variable that holds the capacity of a buffer.
pub(super) fn capacity_name(buffer: &Ident) -> Ident {
    local_of("capacity", buffer)
}

/// The variable that holds the value of a length parameter for the user's expressions.
pub(super) fn length_name(length: &Ident) -> Ident {
    local_of("length", length)
}

/// Writes an output parameter through C's pointer.
pub(super) fn give(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let Parameter { name, kind, .. } = parameter;
    let (c, text, scope) = (c_name(name), names::text(name), local("scope"));
    let to_c = || conversion(signature, parameter, "to_c", krate);
    let capacity = |buffer: &Buffer| match &buffer.capacity {
        Some(_) => capacity_name(name).to_token_stream(),
        None => length(signature, name, krate),
    };
    let value = if parameter.is_nullable_pointer() { quote!(#name) } else { quote!(&#name) };
    let given = match kind {
        Kind::Pointer(_, Passing::InOut | Passing::Out) => {
            let to_c = to_c();
            quote!(#private::native::give(#c, #value, #to_c, #scope))
        }
        Kind::Array(_, Passing::InOut) => {
            let (to_c, length) = (to_c(), length(signature, name, krate));
            quote!(#private::native::give_array(#text, #c, #length, #value, #to_c, #scope))
        }
        Kind::ArrayBuffer(_, buffer) => {
            let (to_c, capacity) = (to_c(), capacity(buffer));
            let write_length = write_length(signature, name, &quote!(#name.len()), krate);
            return quote! {
                // SAFETY: the interface declares that C's buffer has this capacity.
                #private::native::given(unsafe { #private::native::give_array(#text, #c, #capacity, &#name, #to_c, #scope) })?;
                #write_length
            };
        }
        Kind::TextBuffer(format, buffer) => {
            let (encoding, capacity, written) = (format.encoding.marker(), capacity(buffer), local("written"));
            let write_length = write_length(signature, name, &quote!(#written), krate);
            return quote! {
                // SAFETY: the interface declares that C's buffer has this capacity.
                let #written = unsafe { #private::native::give_text::<#private::native::#encoding>(#text, #c, #capacity, &#name) };
                let #written = #private::native::given(#written)?;
                #write_length
            };
        }
        _ => return TokenStream::new(),
    };
    let given = quote! {
        // SAFETY: the interface declares the type of the pointer's target.
        #private::native::given(unsafe { #given })?;
    };
    let some = some();
    match parameter.is_nullable {
        true => quote!(if let #some(#name) = &#name { #given }),
        false => given,
    }
}

/// Writes the number of elements in a buffer through C's pointer to its length, if there is one.
fn write_length(signature: &Signature, buffer: &Ident, written: &TokenStream, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let text = names::text(buffer);
    let write_length = signature.parameters.iter().filter_map(|parameter| match &parameter.kind {
        Kind::Length(length @ Length { of, passing: Some(Passing::InOut), .. }) if of.contains(buffer) => {
            let bytes = signature.parameter(buffer).and_then(|of| element_bytes(signature, of, length, krate));
            let written = bytes.map_or_else(|| written.clone(), |bytes| quote!((#written * #bytes)));
            let (c, ty) = (c_name(&parameter.name), signature.checked(parameter, krate));
            let (to_c, scope, length) = (native_item(ty.clone(), "to_c", krate), local("scope"), local("length"));
            Some(quote! {
                let #length = #private::native::given_length::<#ty>(#text, #written)?;
                // SAFETY: the interface declares the type of the pointer's target.
                #private::native::given(unsafe { #private::native::give(#c, &#length, #to_c, #scope) })?;
            })
        }
        _ => None,
    });
    write_length.collect()
}
