//! The trait itself, and its description.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::model::{Encoding, Interface, Kind, Length, Method, Native, Parameter, Passing, Returns, Symbol};
use crate::names;

/// The trait, with the parameters that a caller passes.
pub(super) fn declaration(interface: &Interface) -> TokenStream {
    let Interface { attrs, vis, name, supertraits, methods, .. } = interface;
    let colon = (!supertraits.is_empty()).then(|| quote!(:));
    let methods = methods.iter().map(|method| {
        let attrs = &method.attrs;
        let signature = signature(method, true);
        let body = match &method.body {
            Some(body) => quote!(#body),
            None => quote!(;),
        };
        quote!(#(#attrs)* #signature #body)
    });
    quote! {
        #(#attrs)*
        #vis trait #name #colon #supertraits {
            #(#methods)*
        }
    }
}

/// A method's signature in the trait.
pub(super) fn signature(method: &Method, with_mutability: bool) -> TokenStream {
    let name = &method.name;
    let parameters = method.visible().map(|Parameter { mutability, name, ty, .. }| {
        let mutability = mutability.filter(|_| with_mutability);
        quote!(#mutability #name: #ty)
    });
    let returns = method.returned_type().map(|ty| quote!(-> #ty));
    quote!(fn #name(&self #(, #parameters)*) #returns)
}

/// The interface's description, which `dyn Trait` stands for.
pub(super) fn description(interface: &Interface) -> TokenStream {
    let krate = interface.options.krate();
    let trait_name = &interface.name;
    let name = names::text(trait_name);
    let server = interface.server();
    let library = option(interface.options.lib.as_ref().map(|lib| quote!(#lib)));
    let args = interface.options.args.as_ref().map_or_else(|| quote!(()), |args| quote!(#args));
    let methods = interface.methods.iter().map(|method| method_description(method, &krate));
    quote! {
        #[automatically_derived]
        impl #krate::__private::Interface for dyn #trait_name {
            type Args = #args;

            fn description() -> &'static #krate::__private::Description {
                static DESCRIPTION: #krate::__private::Description = #krate::__private::Description {
                    name: #name,
                    server: #server,
                    version: ::core::env!("CARGO_PKG_VERSION"),
                    library: #library,
                    methods: &[#(#methods),*],
                };
                &DESCRIPTION
            }
        }
    }
}

fn method_description(method: &Method, krate: &TokenStream) -> TokenStream {
    let (cfgs, name) = (method.cfgs(), names::text(&method.name));
    let parameters = method.parameters.iter().map(|parameter| {
        let name = names::text(&parameter.name);
        let ty = method.checked(parameter, krate);
        let shape = match &parameter.kind {
            Kind::Value => quote!(value::<#ty>),
            Kind::Pointer(_, Passing::In) => quote!(reference::<#ty>),
            Kind::Pointer(_, Passing::InOut) => quote!(reference_mut::<#ty>),
            Kind::Pointer(_, Passing::Out) => quote!(out::<#ty>),
            Kind::Array(_, Passing::InOut) => quote!(slice_mut::<#ty>),
            Kind::Array(..) => quote!(slice::<#ty>),
            Kind::ArrayBuffer(..) => quote!(out_vec::<#ty>),
            Kind::Text { is_optional: false, .. } => quote!(text),
            Kind::Text { is_optional: true, .. } => quote!(optional_text),
            Kind::TextBuffer(..) => quote!(out_text),
            Kind::Length(Length { passing: None, .. }) => quote!(value::<#ty>),
            Kind::Length(Length { passing: Some(Passing::InOut), .. }) => quote!(reference_mut::<#ty>),
            Kind::Length(_) => quote!(reference::<#ty>),
        };
        quote!(#krate::__private::Parameter { name: #name, shape: #krate::__private::interface::#shape })
    });
    let (shape, returned) = method.checked_return(krate);
    let shape = names::local(shape);
    let native = option(method.native.as_ref().map(|native| native_description(method, native, krate)));
    let timeout = option(method.timeout.map(|timeout| {
        let (seconds, nanoseconds) = (timeout.as_secs(), timeout.subsec_nanos());
        quote!(::core::time::Duration::new(#seconds, #nanoseconds))
    }));
    quote! {
        #(#cfgs)* #krate::__private::Method {
            name: #name,
            parameters: &[#(#parameters),*],
            returns: #krate::__private::interface::#shape::<#returned>,
            native: #native,
            timeout: #timeout,
        }
    }
}

fn native_description(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let Native { symbol, abi, optional, is_variable, free_with, .. } = native;
    let symbol = match symbol {
        Symbol::Name(name) => quote!(Name(#name)),
        Symbol::Ordinal(ordinal) => quote!(Ordinal(#ordinal)),
    };
    let free_with = option(free_with.as_ref().map(|name| quote!(#name)));
    let abi = abi.variant();
    let (_, returns) = method.checked_return(krate);
    let parameters = method.parameters.iter().map(|parameter| {
        let name = names::text(&parameter.name);
        let c = c_description(method, parameter, krate);
        quote!((#krate::__private::CType::#c, #name))
    });
    let span = super::library::start(&returns);
    let sizes = method.parameters.iter().map(|parameter| {
        let c = super::library::c_type(method, parameter, krate);
        let span = super::library::start(&c);
        quote_spanned!(span=> ::core::mem::size_of::<#c>())
    });
    let c_name = match &method.returns {
        Returns::Vec { .. } => {
            let element = super::library::native(returns, "C_NAME", krate);
            quote!(#krate::__private::CType::ConstPointer(#element))
        }
        _ if native.encoding == Encoding::Wide => quote!(#krate::__private::CType::ConstPointer("wchar_t")),
        _ => {
            let name = quote_spanned!(span=> <#returns as #krate::__private::NativeReturn>::C_NAME);
            quote!(#krate::__private::CType::Value(#name))
        }
    };
    quote! {
        #krate::__private::NativeFunction {
            symbol: #krate::__private::Symbol::#symbol,
            is_variable: #is_variable,
            free_with: #free_with,
            abi: #krate::__private::Abi::#abi,
            optional: #optional,
            stack_bytes: #krate::__private::interface::stack_bytes(&[#(#sizes),*]),
            returns: #c_name,
            parameters: &[#(#parameters),*],
        }
    }
}

/// A parameter's type in C, by name.
fn c_description(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let ty = method.checked(parameter, krate);
    let encoded = |encoding| if encoding == Encoding::Wide { "wchar_t" } else { "char" };
    let name = super::library::native(ty, "C_NAME", krate);
    match &parameter.kind {
        Kind::Text { encoding, .. } => {
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

/// An `Option` by its full path.
fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
