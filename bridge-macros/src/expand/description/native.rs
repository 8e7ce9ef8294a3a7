//! The description of a native function: its symbol and its C signature.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::super::c_type::{c_type, native_item, span_of};
use crate::model::{Kind, Length, Method, Native, Parameter, Passing, Returns, Signature, Symbol};
use crate::names;
use crate::settings::Encoding;

/// The description of a native function or variable.
pub(super) fn native(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let Native { symbol, abi, optional, is_variable, free_with, .. } = native;
    let symbol = match symbol {
        Symbol::Name(name) => quote!(Name(#name)),
        Symbol::Ordinal(ordinal) => quote!(Ordinal(#ordinal)),
    };
    let free_with = match free_with {
        Some(name) => quote!(::core::option::Option::Some(#name)),
        None => quote!(::core::option::Option::None),
    };
    let abi = abi.variant();
    let (_, returns) = method.signature.checked_return(krate);
    let parameters = c_parameters(&method.signature, krate);
    let span = span_of(&returns);
    let sizes = method.signature.parameters.iter().map(|parameter| {
        let c = c_type(&method.signature, parameter, krate);
        let span = span_of(&c);
        quote_spanned!(span=> ::core::mem::size_of::<#c>())
    });
    let c_name = match &method.signature.returns {
        Returns::Vec { .. } => {
            let element = native_item(returns, "C_NAME", krate);
            quote!(#krate::__private::interface::CType::ConstPointer(#element))
        }
        _ if native.encoding == Encoding::Wide => quote!(#krate::__private::interface::CType::ConstPointer("wchar_t")),
        _ => {
            let name = quote_spanned!(span=> <#returns as #krate::__private::native::NativeReturn>::C_NAME);
            quote!(#krate::__private::interface::CType::Value(#name))
        }
    };
    quote! {
        #krate::__private::interface::NativeFunction {
            symbol: #krate::__private::interface::Symbol::#symbol,
            is_variable: #is_variable,
            free_with: #free_with,
            abi: #krate::__private::interface::Abi::#abi,
            optional: #optional,
            stack_bytes: #krate::__private::interface::stack_bytes(&[#(#sizes),*]),
            returns: #c_name,
            parameters: #parameters,
        }
    }
}

/// The C types of all parameters, as text.
fn c_parameters(signature: &Signature, krate: &TokenStream) -> TokenStream {
    let parameters = signature.parameters.iter().map(|parameter| {
        let (name, c) = (names::text(&parameter.name), c_description(signature, parameter, krate));
        quote!((#krate::__private::interface::CType::#c, #name))
    });
    quote!(&[#(#parameters),*])
}

/// The C type of a parameter, as text.
fn c_description(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let ty = signature.checked(parameter, krate);
    let encoded = |encoding| if encoding == Encoding::Wide { "wchar_t" } else { "char" };
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
        Kind::TextBuffer(encoding, _) => {
            let name = encoded(*encoding);
            quote!(Pointer(#name))
        }
        Kind::Value | Kind::Length(Length { passing: None, .. }) => quote!(Value(#name)),
        Kind::Pointer(_, Passing::In)
        | Kind::Array(_, Passing::In)
        | Kind::Length(Length { passing: Some(Passing::In), .. }) => quote!(ConstPointer(#name)),
        Kind::Pointer(..) | Kind::Array(..) | Kind::ArrayBuffer(..) | Kind::Length(_) => quote!(Pointer(#name)),
    }
}
