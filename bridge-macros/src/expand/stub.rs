//! What stands in for an interface with mistakes, so that nothing else in the program fails because of them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, Ident, ItemTrait, ReturnType, Signature, TraitItem, Type, Visibility};

use crate::errors::Errors;
use crate::options::Options;
use crate::{names, types};

/// The names and signatures of a trait, as far as they go.
pub(crate) struct Stub {
    krate: TokenStream,
    vis: Visibility,
    name: Ident,
    methods: Vec<Signature>,
}

impl Stub {
    pub(crate) fn of(item: &ItemTrait, options: &Options) -> Self {
        let mut methods: Vec<Signature> = Vec::new();
        for item in &item.items {
            if let TraitItem::Fn(method) = item
                && !methods.iter().any(|earlier| earlier.ident == method.sig.ident)
            {
                methods.push(method.sig.clone());
            }
        }
        Self { krate: options.krate(), vis: item.vis.clone(), name: item.ident.clone(), methods }
    }

    /// The errors, and a client and a library whose methods can be called but do nothing.
    pub(crate) fn with(&self, errors: TokenStream) -> TokenStream {
        let Self { krate, vis, name, methods } = self;
        let (client, library) = (names::client(name), names::library(name));
        let methods =
            methods.iter().filter(|method| !names::CLIENT_METHODS.contains(&names::text(&method.ident).as_str()));
        let methods = methods.map(|method| stub(method, vis, krate));
        quote! {
            #errors

            #[allow(missing_docs)]
            #vis trait #name {}

            #[allow(missing_docs)]
            #[derive(::core::clone::Clone, ::core::fmt::Debug)]
            #vis struct #client;

            #[allow(missing_docs)]
            #[derive(::core::fmt::Debug)]
            #vis struct #library;

            #[allow(missing_docs, clippy::all)]
            impl #client {
                #vis fn launch() -> ::core::result::Result<Self, #krate::Error> { ::core::unimplemented!() }
                #(#methods)*
            }
        }
    }
}

/// A method that takes anything: what was wrong with its own parameters has been said.
fn stub(method: &Signature, vis: &Visibility, krate: &TokenStream) -> TokenStream {
    let name = &method.ident;
    let parameters = method.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_)));
    let parameters = parameters.map(|_| quote!(_: impl ::core::marker::Sized));
    let returns = match &method.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, ty) if is_sound(ty) => quote!(#ty),
        ReturnType::Type(..) => quote!(::core::convert::Infallible),
    };
    quote! {
        #vis fn #name(&self #(, #parameters)*) -> ::core::result::Result<#returns, #krate::Error> {
            ::core::unimplemented!()
        }
    }
}

/// Whether a returned type is not itself a mistake.
fn is_sound(ty: &Type) -> bool {
    let errors = Errors::default();
    types::check_returned(ty, &errors);
    errors.is_empty()
}
