//! The trait itself, and its description.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::model::{
    Callback, Encoding, Interface, Kind, Length, Method, Native, Parameter, Passing, Returns, Signature, Symbol, Target,
};
use crate::names;
use crate::options::{Apartment, Threads};

/// The trait, with the parameters that a caller passes.
pub(super) fn declaration(interface: &Interface) -> TokenStream {
    let Interface { attrs, vis, name, supertraits, methods, options } = interface;
    let krate = options.krate();
    let colon = (!supertraits.is_empty()).then(|| quote!(:));
    let methods = methods.iter().map(|method| {
        let attrs = &method.attrs;
        let signature = signature(method, true, &krate);
        let body = match &method.body {
            Some(body) => quote!(#body),
            None => quote!(;),
        };
        quote!(#(#attrs)* #signature #body)
    });
    let own_library = own_library(interface, &quote!(::core::option::Option::None));
    quote! {
        #(#attrs)*
        #vis trait #name #colon #supertraits {
            #(#methods)*
            #own_library
        }
    }
}

/// Whether an implementation is the native one: arrays need not be slices for it. Nothing where none are passed.
pub(super) fn own_library(interface: &Interface, answer: &TokenStream) -> Option<TokenStream> {
    let (name, library) = (names::own_library(), interface.library());
    interface.methods.iter().any(|method| method.signature.passes_arrays()).then(|| {
        quote! {
            #[doc(hidden)]
            fn #name(&self) -> ::core::option::Option<&#library> {
                #answer
            }
        }
    })
}

/// A method's signature in the trait.
pub(super) fn signature(method: &Method, with_mutability: bool, krate: &TokenStream) -> TokenStream {
    let name = &method.name;
    let parameters = method.signature.visible().map(|Parameter { mutability, name, ty, kind, .. }| {
        let mutability = mutability.filter(|_| with_mutability);
        match kind {
            Kind::Callback(callback) => {
                let ty = callback_type(callback);
                quote!(#mutability #name: #ty)
            }
            _ => quote!(#mutability #name: #ty),
        }
    });
    let returns = method.signature.returned_type(krate).map(|ty| quote!(-> #ty));
    quote!(fn #name(&self #(, #parameters)*) #returns)
}

/// What a callback is in the trait: it may be called from any thread, one at a time.
pub(super) fn callback_type(callback: &Callback) -> TokenStream {
    let closure = callback.closure();
    let ty = match callback.is_registered {
        true => quote!(::std::boxed::Box<dyn #closure + ::core::marker::Send>),
        false => quote!(&mut (dyn #closure + ::core::marker::Send)),
    };
    if callback.is_optional { quote!(::core::option::Option<#ty>) } else { ty }
}

/// The interface's description, which `dyn Trait` stands for.
pub(super) fn description(interface: &Interface) -> TokenStream {
    let krate = interface.options.krate();
    let trait_name = &interface.name;
    let name = names::text(trait_name);
    let server = interface.server();
    let library = option(match (&interface.options.dotnet, &interface.options.lib) {
        (Some((_, assembly)), _) => Some(quote!(#krate::__private::LibraryName::Assembly(#assembly))),
        (None, Some(lib)) => Some(quote!(#krate::__private::LibraryName::Native(#lib))),
        (None, None) => None,
    });
    let args = interface.options.args.as_ref().map_or_else(|| quote!(()), |args| quote!(#args));
    let threads = names::local(match interface.options.threads {
        Threads::Single => "Single",
        Threads::Multi => "Multi",
    });
    let apartment = option(interface.options.apartment.as_ref().map(|(_, apartment)| {
        let apartment = names::local(match apartment {
            Apartment::Sta => "Sta",
            Apartment::Mta => "Mta",
        });
        quote!(#krate::__private::Apartment::#apartment)
    }));
    let methods = interface.methods.iter().map(|method| method_description(interface, method, &krate));
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
                    threads: #krate::__private::Threads::#threads,
                    apartment: #apartment,
                    methods: &[#(#methods),*],
                };
                &DESCRIPTION
            }
        }
    }
}

fn method_description(interface: &Interface, method: &Method, krate: &TokenStream) -> TokenStream {
    let (cfgs, name) = (method.cfgs(), names::text(&method.name));
    let parameters = parameters(&method.signature, krate);
    let (shape, returned) = method.signature.checked_return(krate);
    let shape = names::local(shape);
    let target = option(method.target.as_ref().map(|target| match target {
        Target::Native(native) => {
            let native = native_description(method, native, krate);
            quote!(#krate::__private::Target::Native(#native))
        }
        Target::Managed(managed) => {
            let managed = super::dotnet::description(interface, method, managed, krate);
            quote!(#krate::__private::Target::Managed(#managed))
        }
    }));
    let timeout = option(method.timeout.map(|timeout| {
        let (seconds, nanoseconds) = (timeout.as_secs(), timeout.subsec_nanos());
        quote!(::core::time::Duration::new(#seconds, #nanoseconds))
    }));
    quote! {
        #(#cfgs)* #krate::__private::Method {
            name: #name,
            parameters: #parameters,
            returns: #krate::__private::interface::#shape::<#returned>,
            target: #target,
            timeout: #timeout,
        }
    }
}

/// The descriptions of all parameters.
fn parameters(signature: &Signature, krate: &TokenStream) -> TokenStream {
    let parameters = signature.parameters.iter().map(|parameter| {
        let name = names::text(&parameter.name);
        let ty = signature.checked(parameter, krate);
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
            Kind::CStr { is_optional: false } => quote!(c_str),
            Kind::CStr { is_optional: true } => quote!(optional_c_str),
            Kind::TextBuffer(..) => quote!(out_text),
            Kind::Length(Length { passing: None, .. }) => quote!(value::<#ty>),
            Kind::Length(Length { passing: Some(Passing::InOut), .. }) => quote!(reference_mut::<#ty>),
            Kind::Length(_) => quote!(reference::<#ty>),
            Kind::UserData(_) => quote!(user_data::<#ty>),
            Kind::Callback(callback) => {
                let shape = callback_shape(callback, krate);
                return quote!(#krate::__private::Parameter { name: #name, shape: #shape });
            }
        };
        quote!(#krate::__private::Parameter { name: #name, shape: #krate::__private::interface::#shape })
    });
    quote!(&[#(#parameters),*])
}

/// What gives the text of a callback's type.
fn callback_shape(callback: &Callback, krate: &TokenStream) -> TokenStream {
    let Callback { signature, is_optional, is_registered, .. } = callback;
    let parameters = parameters(signature, krate);
    let (shape, returned) = signature.checked_return(krate);
    let shape = names::local(shape);
    let interface = quote!(#krate::__private::interface);
    quote! {
        || #interface::callback(#parameters, #interface::#shape::<#returned>, #is_optional, #is_registered)
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
    let (_, returns) = method.signature.checked_return(krate);
    let parameters = c_parameters(&method.signature, krate);
    let span = super::library::start(&returns);
    let sizes = method.signature.parameters.iter().map(|parameter| {
        let c = super::library::c_type(&method.signature, parameter, krate);
        let span = super::library::start(&c);
        quote_spanned!(span=> ::core::mem::size_of::<#c>())
    });
    let c_name = match &method.signature.returns {
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
            parameters: #parameters,
        }
    }
}

/// The types of all parameters in C, by name.
fn c_parameters(signature: &Signature, krate: &TokenStream) -> TokenStream {
    let parameters = signature.parameters.iter().map(|parameter| {
        let (name, c) = (names::text(&parameter.name), c_description(signature, parameter, krate));
        quote!((#krate::__private::CType::#c, #name))
    });
    quote!(&[#(#parameters),*])
}

/// A parameter's type in C, by name.
fn c_description(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let ty = signature.checked(parameter, krate);
    let encoded = |encoding| if encoding == Encoding::Wide { "wchar_t" } else { "char" };
    let name = super::library::native(ty, "C_NAME", krate);
    match &parameter.kind {
        Kind::UserData(_) => quote!(Value("void *")),
        Kind::CStr { .. } => quote!(ConstPointer("char")),
        Kind::Callback(callback) => {
            let abi = callback.abi.variant();
            let returns = match &callback.signature.returns {
                Returns::Nothing => quote!("void"),
                _ => super::library::native(callback.signature.checked_return(krate).1, "C_NAME", krate),
            };
            let parameters = c_parameters(&callback.signature, krate);
            quote! {
                Function(&#krate::__private::FunctionPointer {
                    abi: #krate::__private::Abi::#abi,
                    returns: #returns,
                    parameters: #parameters,
                })
            }
        }
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
