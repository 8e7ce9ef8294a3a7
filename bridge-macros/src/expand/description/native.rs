//! The description of a native function: its symbol and its C signature.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Expr, Type, TypeArray};

use super::super::c_type::{c_type, conversion, native_item, span_of};
use super::super::expression;
use crate::model::{
    Callee, Kind, Length, Method, Native, Parameter, Passing, Release, RequiredTrait, Returns, Signature, Symbol,
    projected_type,
};
use crate::names::{self, runtime};
use crate::paths::option;
use crate::settings::Encoding;
use crate::types;

/// The description of a native function or variable.
pub(in super::super) fn native(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let Native { symbol, abi, optional, is_variable, returned, .. } = native;
    let symbol = match symbol {
        Symbol::Name(name) => quote!(Name(#name)),
        Symbol::Ordinal(ordinal) => quote!(Ordinal(#ordinal)),
        Symbol::Address(_) | Symbol::Entry(_) => {
            let text = address_text(method, native);
            quote!(Computed(#text))
        }
    };
    let releases = native.releases(&method.signature).map(|(Release { library, function, abi }, _)| {
        let (library, abi) = (option(library.as_ref()), abi.variant());
        quote! {
            #krate::__private::interface::ReleaseFunction {
                library: #library,
                symbol: #function,
                abi: #krate::__private::interface::Abi::#abi,
            }
        }
    });
    let (abi, library) = (abi.variant(), option(native.library.as_ref()));
    let (_, returns) = method.signature.checked_return(krate);
    let parameters = c_parameters(&method.signature, krate);
    let types = add_types(&method.signature, krate);
    let span = span_of(&returns);
    let sizes = method.signature.parameters.iter().map(|parameter| {
        let c = c_type(&method.signature, parameter, krate);
        let span = span_of(&c);
        quote_spanned!(span=> ::core::mem::size_of::<#c>())
    });
    let c_name = match &method.signature.returns {
        Returns::Vec { .. } if returned.format.is_multi => {
            let name = encoded(returned.format.encoding);
            quote!(#krate::__private::interface::CType::ConstPointer(#name))
        }
        Returns::Vec { .. } => {
            let element = native_item(returns, "C_NAME", krate);
            quote!(#krate::__private::interface::CType::ConstPointer(#element))
        }
        Returns::Value(ty) if types::boxed(ty).is_some() => {
            let target = boxed_name(ty, krate);
            quote!(#krate::__private::interface::CType::ConstPointer(#target))
        }
        _ if returned.format.encoding != Encoding::Utf8 => {
            let name = encoded(returned.format.encoding);
            quote!(#krate::__private::interface::CType::ConstPointer(#name))
        }
        _ => {
            let name = quote_spanned!(span=> <#returns as #krate::__private::native::NativeReturn>::C_NAME);
            quote!(#krate::__private::interface::CType::Value(#name))
        }
    };
    quote! {
        #krate::__private::interface::NativeFunction {
            symbol: #krate::__private::interface::Symbol::#symbol,
            is_variable: #is_variable,
            library: #library,
            releases: &[#(#releases),*],
            abi: #krate::__private::interface::Abi::#abi,
            optional: #optional,
            stack_bytes: #krate::__private::interface::stack_bytes(&[#(#sizes),*]),
            returns: #c_name,
            parameters: #parameters,
            types: &[#(#types),*],
        }
    }
}

/// The functions that add the structs and unions in the types of a function, and of the functions that it calls back.
fn add_types(signature: &Signature, krate: &TokenStream) -> Vec<TokenStream> {
    let mut add = Vec::new();
    for parameter in &signature.parameters {
        match &parameter.kind {
            Kind::Callback(callback) => add.extend(add_types(&callback.signature, krate)),
            Kind::Value | Kind::Pointer(..) | Kind::Array(..) | Kind::ArrayBuffer(..) | Kind::LibraryPointer(_) => {
                add.push(conversion(signature, parameter, "add_types", krate));
            }
            Kind::Text(_)
            | Kind::CStr
            | Kind::TextList(_)
            | Kind::TextBuffer(..)
            | Kind::Length(_)
            | Kind::UserData(_) => {}
        }
    }
    let (_, returned) = signature.checked_return(krate);
    let span = span_of(&returned);
    add.extend(match (&signature.returns, signature.callee) {
        (Returns::Value(_), Callee::Function) => {
            Some(quote_spanned!(span=> <#returned as #krate::__private::native::NativeReturn>::add_types))
        }
        (Returns::Value(_) | Returns::Vec { .. }, _) => Some(native_item(returned, "add_types", krate)),
        (Returns::Nothing | Returns::Result { .. }, _) => None,
    });
    add
}

/// The text that stands for the address of a function that is not exported.
pub(in super::super) fn address_text(method: &Method, native: &Native) -> String {
    match &native.symbol {
        Symbol::Address(address) => expression::text(address),
        Symbol::Entry(entry) => {
            let this = method.signature.parameters.first().map(|this| names::text(&this.name)).unwrap_or_default();
            format!("{this}->vtable[{entry}]")
        }
        Symbol::Name(_) | Symbol::Ordinal(_) => String::new(),
    }
}

/// The character type of C for an encoding.
fn encoded(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Wide => "wchar_t",
        Encoding::Utf16 => "char16_t",
        Encoding::Utf8 | Encoding::Latin1 | Encoding::Ansi => "char",
    }
}

/// The C types of all parameters, as text.
fn c_parameters(signature: &Signature, krate: &TokenStream) -> TokenStream {
    let parameters = signature.parameters.iter().map(|parameter| {
        let (name, c) = (names::in_c(&parameter.name), c_description(signature, parameter, krate));
        quote!((#krate::__private::interface::CType::#c, #name))
    });
    quote!(&[#(#parameters),*])
}

/// The C type of a parameter, as text.
fn c_description(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let ty = signature.checked(parameter, krate);
    if let Kind::TextList(format) = &parameter.kind {
        let name = encoded(format.encoding);
        return if format.is_multi { quote!(ConstPointer(#name)) } else { quote!(ConstPointers(#name)) };
    }
    if let Kind::LibraryPointer(pointer) = &parameter.kind {
        let is_array = pointer.element.is_some();
        let is_text = pointer.format.is_multi || !(is_array || types::is_boxed(&parameter.ty));
        let name = if is_text {
            encoded(pointer.format.encoding).to_token_stream()
        } else if is_array {
            native_item(ty, "C_NAME", krate)
        } else {
            boxed_name(&parameter.ty, krate)
        };
        return if pointer.is_const { quote!(ConstPointerPointer(#name)) } else { quote!(PointerPointer(#name)) };
    }
    if let (Kind::Pointer(_, passing), Some(array)) = (&parameter.kind, parameter.array()) {
        let (lengths, element) = lengths(array, krate);
        let array = runtime(if *passing == Passing::In { "ConstArray" } else { "Array" });
        return quote!(#array(#element, &[#(#lengths),*]));
    }
    if let Some(boxed) = pointee(parameter) {
        let name = native_item(projected_type(boxed, RequiredTrait::Native, krate), "C_NAME", krate);
        return match &parameter.kind {
            Kind::Value => quote!(ConstPointer(#name)),
            Kind::Array(_, Passing::In) | Kind::Pointer(_, Passing::In) => quote!(ConstPointers(#name)),
            _ => quote!(ConstPointerPointer(#name)),
        };
    }
    let name = native_item(ty, "C_NAME", krate);
    match &parameter.kind {
        Kind::UserData(_) => quote!(Value("void *")),
        Kind::CStr => quote!(ConstPointer("char")),
        Kind::Callback(callback) => {
            let abi = callback.abi.variant();
            let returns = match &callback.signature.returns {
                Returns::Nothing => quote!("void"),
                _ => native_item(callback.signature.checked_return(krate).1, "C_NAME", krate),
            };
            let parameters = c_parameters(&callback.signature, krate);
            quote! {
                Function(&#krate::__private::interface::FunctionPointer {
                    abi: #krate::__private::interface::Abi::#abi,
                    returns: #returns,
                    parameters: #parameters,
                })
            }
        }
        Kind::Text(encoding) => {
            let name = encoded(*encoding);
            quote!(ConstPointer(#name))
        }
        Kind::TextBuffer(format, _) => {
            let name = encoded(format.encoding);
            quote!(Pointer(#name))
        }
        Kind::Value | Kind::Length(Length { passing: None, .. }) => quote!(Value(#name)),
        Kind::Pointer(_, Passing::In)
        | Kind::Array(_, Passing::In)
        | Kind::Length(Length { passing: Some(Passing::In), .. }) => quote!(ConstPointer(#name)),
        _ => quote!(Pointer(#name)),
    }
}

/// The struct that a value, or each element, is a pointer to.
fn pointee(parameter: &Parameter) -> Option<&Type> {
    match &parameter.kind {
        Kind::Value => types::boxed(&parameter.ty),
        Kind::Pointer(ty, _) | Kind::Array(ty, _) => types::boxed(ty),
        _ => None,
    }
}

/// The C name of the struct in `Box<T>` or `Option<Box<T>>`.
fn boxed_name(ty: &Type, krate: &TokenStream) -> TokenStream {
    match types::boxed(ty) {
        Some(boxed) => native_item(projected_type(boxed, RequiredTrait::Native, krate), "C_NAME", krate),
        None => quote!("void"),
    }
}

/// The lengths of an array of any depth, and the name of its elements.
fn lengths<'a>(array: &'a TypeArray, krate: &TokenStream) -> (Vec<&'a Expr>, TokenStream) {
    let (mut lengths, mut element) = (vec![&array.len], &*array.elem);
    while let Some(inner) = types::array(element) {
        lengths.push(&inner.len);
        element = &inner.elem;
    }
    (lengths, native_item(projected_type(element, RequiredTrait::Native, krate), "C_NAME", krate))
}
