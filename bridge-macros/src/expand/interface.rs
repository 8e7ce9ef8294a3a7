//! The trait itself.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Callback, Interface, Kind, Method, Parameter};
use crate::names;

/// The trait, without the parameters that the caller does not pass.
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

/// The hidden trait method that returns the library type, if the implementation is that: its methods can take arrays where
/// the message has them. Absent if no method takes arrays.
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

/// A callback's type in the trait. It may be called from any thread, but not by two at once.
pub(super) fn callback_type(callback: &Callback) -> TokenStream {
    let closure = callback.closure();
    let ty = match callback.is_registered {
        true => quote!(::std::boxed::Box<dyn #closure + ::core::marker::Send>),
        false => quote!(&mut (dyn #closure + ::core::marker::Send)),
    };
    if callback.is_optional { quote!(::core::option::Option<#ty>) } else { ty }
}
