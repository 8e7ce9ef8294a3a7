//! The description of an interface: what the runtime knows of it, and what client and server compare in their handshake.

mod managed;
mod native;

pub(super) use self::native::{address_text, native};

use proc_macro2::TokenStream;
use quote::quote;

use super::drop_in;
use crate::model::{Callback, Interface, Kind, Length, Method, Passing, Signature, Target};
use crate::names::{self, runtime};
use crate::paths::option;

/// The implementation of the runtime's `Interface` for `dyn Trait`.
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let krate = interface.options.krate();
    let trait_name = &interface.name;
    let name = names::text(trait_name);
    let server = interface.server();
    let library = option(match (&interface.options.dotnet, &interface.options.lib) {
        (Some((_, assembly)), _) => Some(quote!(#krate::__private::interface::LibraryName::Assembly(#assembly))),
        (None, Some(lib)) => Some(quote!(#krate::__private::interface::LibraryName::Native(#lib))),
        (None, None) => None,
    });
    let args = interface.options.args.as_ref().map_or_else(|| quote!(()), |args| quote!(#args));
    let threads = interface.options.threads.variant();
    let apartment = option(interface.options.apartment.as_ref().map(|(_, apartment)| {
        let apartment = apartment.variant();
        quote!(#krate::__private::interface::Apartment::#apartment)
    }));
    let symbols = interface.options.symbols.as_ref().map(|(_, symbols)| *symbols).unwrap_or_default().variant();
    let methods = interface.methods.iter().map(|method| self::method(interface, method, &krate));
    let description = names::constant("DESCRIPTION");
    quote! {
        #[automatically_derived]
        impl #krate::Interface for dyn #trait_name {
            type Args = #args;

            fn description() -> &'static #krate::__private::interface::Description {
                static #description: #krate::__private::interface::Description = #krate::__private::interface::Description {
                    name: #name,
                    server: #server,
                    version: ::core::env!("CARGO_PKG_VERSION"),
                    library: #library,
                    threads: #krate::__private::interface::Threads::#threads,
                    apartment: #apartment,
                    symbols: #krate::__private::interface::SymbolScope::#symbols,
                    methods: &[#(#methods),*],
                };
                &#description
            }
        }
    }
}

fn method(interface: &Interface, method: &Method, krate: &TokenStream) -> TokenStream {
    let (cfgs, name) = (method.cfgs(), names::text(&method.name));
    let parameters = parameters(&method.signature, krate);
    let (shape, returned) = method.signature.checked_return(krate);
    let shape = runtime(shape);
    let not_in_drop_in = drop_in::reason_not_to_export(interface, method);
    let target = option(match &method.target {
        Some(Target::Native(native)) => {
            let native = native::native(method, native, krate);
            Some(quote!(#krate::__private::interface::Target::Native(#native)))
        }
        Some(Target::Managed(managed)) => {
            let managed = managed::managed(interface, method, managed, krate);
            Some(quote!(#krate::__private::interface::Target::Managed(#managed)))
        }
        Some(Target::Callback) | None => None,
    });
    let timeout = option(method.timeout.map(|timeout| {
        let (seconds, nanoseconds) = (timeout.as_secs(), timeout.subsec_nanos());
        quote!(::core::time::Duration::new(#seconds, #nanoseconds))
    }));
    let not_in_drop_in = option(not_in_drop_in);
    quote! {
        #(#cfgs)* #krate::__private::interface::Method {
            name: #name,
            parameters: #parameters,
            returns: #krate::__private::interface::#shape::<#returned>,
            target: #target,
            timeout: #timeout,
            not_in_drop_in: #not_in_drop_in,
        }
    }
}

/// The descriptions of all parameters.
fn parameters(signature: &Signature, krate: &TokenStream) -> TokenStream {
    let parameters = signature.parameters.iter().map(|parameter| {
        let name = names::text(&parameter.name);
        let ty = signature.checked(parameter, krate);
        let ty = match parameter.array_form(krate) {
            Some(form) => form.received(&ty),
            None => ty,
        };
        let shape = match &parameter.kind {
            Kind::Value => quote!(value::<#ty>),
            Kind::Pointer(_, Passing::In) if parameter.is_nullable => quote!(optional_reference::<#ty>),
            Kind::Pointer(..) if parameter.is_nullable => quote!(optional_reference_mut::<#ty>),
            Kind::Array(_, Passing::In) if parameter.is_nullable => quote!(optional_slice::<#ty>),
            Kind::Array(..) if parameter.is_nullable => quote!(optional_slice_mut::<#ty>),
            Kind::Text(_) if parameter.is_nullable => quote!(optional_text),
            Kind::CStr if parameter.is_nullable => quote!(optional_c_str),
            Kind::Pointer(_, Passing::In) => quote!(reference::<#ty>),
            Kind::Pointer(_, Passing::InOut) => quote!(reference_mut::<#ty>),
            Kind::Pointer(_, Passing::Out) => quote!(out::<#ty>),
            Kind::Array(_, Passing::InOut) => quote!(slice_mut::<#ty>),
            Kind::Array(..) => quote!(slice::<#ty>),
            Kind::ArrayBuffer(..) => quote!(out_vec::<#ty>),
            Kind::Text(_) => quote!(text),
            Kind::CStr => quote!(c_str),
            Kind::TextList(_) => quote!(text_list),
            Kind::LibraryPointer(pointer) if pointer.element.is_some() => quote!(out_vec::<#ty>),
            Kind::LibraryPointer(_) => quote!(out::<#ty>),
            Kind::TextBuffer(format, _) if format.is_multi => quote!(out_text_list),
            Kind::TextBuffer(..) => quote!(out_text),
            Kind::Length(Length { passing: None, .. }) => quote!(value::<#ty>),
            Kind::Length(Length { passing: Some(Passing::InOut), .. }) => quote!(reference_mut::<#ty>),
            Kind::Length(_) => quote!(reference::<#ty>),
            Kind::UserData(_) => quote!(user_data::<#ty>),
            Kind::Callback(callback) => {
                let shape = callback_shape(callback, krate);
                return quote!(#krate::__private::interface::Parameter { name: #name, shape: #shape });
            }
        };
        quote!(#krate::__private::interface::Parameter { name: #name, shape: #krate::__private::interface::#shape })
    });
    quote!(&[#(#parameters),*])
}

/// The function that returns the text of a callback's type.
fn callback_shape(callback: &Callback, krate: &TokenStream) -> TokenStream {
    let Callback { signature, is_optional, is_registered, .. } = callback;
    let parameters = parameters(signature, krate);
    let (shape, returned) = signature.checked_return(krate);
    let shape = runtime(shape);
    let interface = quote!(#krate::__private::interface);
    quote! {
        || #interface::callback(#parameters, #interface::#shape::<#returned>, #is_optional, #is_registered)
    }
}
