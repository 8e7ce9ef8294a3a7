//! The expansion of an interface with errors: its items without an implementation, so that code that uses them compiles.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{
    Block, FnArg, ItemTrait, Pat, PatType, ReturnType, Safety, Signature, Token, TraitItem, Type, TypeImplTrait,
    TypeParamBound, Visibility,
};

use super::{batch, client, description, dispatch, library};
use crate::model::{Interface, Returns};
use crate::names;
use crate::options::Options;
use crate::types;

/// A trait's names and signatures, as far as they can be used.
pub(crate) struct Stub {
    /// The interface without its methods, which expands without errors.
    empty: Interface,
    methods: Vec<StubMethod>,
}

/// A method with an unchecked signature.
struct StubMethod {
    signature: Signature,
    body: Option<Block>,
}

impl Stub {
    pub(crate) fn of(item: &ItemTrait, options: &Options) -> Self {
        let mut methods: Vec<StubMethod> = Vec::new();
        for item in &item.items {
            if let TraitItem::Fn(method) = item
                && !methods.iter().any(|earlier| earlier.signature.ident == method.sig.ident)
            {
                methods.push(StubMethod { signature: method.sig.clone(), body: method.default.clone() });
            }
        }
        let empty = Interface {
            attrs: Vec::new(),
            vis: item.vis.clone(),
            name: item.ident.clone(),
            supertraits: item.supertraits.clone(),
            options: options.clone(),
            methods: Vec::new(),
        };
        Self { empty, methods }
    }

    /// As [`Interface::unless_declared`].
    fn unless_declared(&self, name: &str) -> Option<Vec<TokenStream>> {
        let is_declared = self.methods.iter().any(|method| names::text(&method.signature.ident) == name);
        (!is_declared).then(Vec::new)
    }

    /// The errors, and a trait, a client and a library whose methods have no implementation.
    pub(crate) fn with(&self, errors: TokenStream) -> TokenStream {
        let Self { empty, methods } = self;
        let (vis, name, krate) = (&empty.vis, &empty.name, empty.options.krate());
        let supertraits = colon(&empty.supertraits);
        let client_name = empty.client();
        let declared = methods.iter().map(StubMethod::in_trait);
        let called = methods.iter().map(|method| method.in_client(vis, &krate));
        let inherent = client::inherent::methods(empty, |name| self.unless_declared(name));
        let pending = methods.iter().map(|method| method.in_batch(vis, &krate));
        let (client_type, library_type) = (client::declaration(empty), library::declaration(empty));
        let (batch_name, batch_type, batch) = (empty.batch(), batch::declaration(empty), batch::implementation(empty));
        let (description, client) = (description::implementation(empty), client::of_trait(empty));
        let (dispatch, library) = (dispatch::implementation(empty), library::implementation(empty));
        quote! {
            #errors

            #[allow(warnings, clippy::all)]
            #vis trait #name #supertraits { #(#declared)* }

            #client_type
            #batch_type
            #library_type

            const _: () = {
                #description
                #client
                #batch
                #dispatch
                #library

                #[allow(warnings, clippy::all)]
                impl #client_name { #inherent #(#called)* }

                #[allow(warnings, clippy::all)]
                impl #batch_name<'_> { #(#pending)* }
            };
        }
    }
}

impl StubMethod {
    /// The method in the trait, which other code may implement. `Self: Sized` keeps the trait `dyn`-compatible.
    fn in_trait(&self) -> TokenStream {
        let Signature { ident, generics, .. } = &self.signature;
        let is_first = |place, name: &syn::Ident| {
            self.parameters().take(place).all(|earlier| !matches!(&*earlier.pat, Pat::Ident(pat) if pat.ident == *name))
        };
        let names_of = |place: usize, input: &PatType| match &*input.pat {
            Pat::Ident(pat) if is_first(place, &pat.ident) => (pat.mutability, pat.ident.clone()),
            _ => (None, format_ident!("parameter_{place}")),
        };
        let parameters = self.parameters().enumerate().map(|(place, input)| {
            let (mutability, name) = names_of(place, input);
            let ty = parameter_type(input);
            quote!(#mutability #name: #ty)
        });
        let body = match &self.body {
            Some(body) if self.is_plain() => body.to_token_stream(),
            _ => quote!({ ::core::unimplemented!() }),
        };
        let returns = self.returned();
        quote!(fn #ident #generics (&self #(, #parameters)*) -> #returns where Self: ::core::marker::Sized #body)
    }

    /// The method of the client, with the types as written: they are what the arguments' types are inferred from.
    fn in_client(&self, vis: &Visibility, krate: &TokenStream) -> TokenStream {
        let types = self.call_result(krate);
        self.unimplemented(vis, &quote!(::core::result::Result<#types>))
    }

    /// The method of the batch.
    fn in_batch(&self, vis: &Visibility, krate: &TokenStream) -> TokenStream {
        let types = self.call_result(krate);
        self.unimplemented(vis, &quote!(#krate::Pending<'static, #types>))
    }

    fn unimplemented(&self, vis: &Visibility, returns: &TokenStream) -> TokenStream {
        let Signature { ident, generics, .. } = &self.signature;
        let parameters = self.parameters().map(|input| {
            let ty = parameter_type(input);
            quote!(_: #ty)
        });
        quote! {
            #vis fn #ident #generics (&self #(, #parameters)*) -> #returns {
                ::core::unimplemented!()
            }
        }
    }

    /// The two types in the `Result` of a call.
    fn call_result(&self, krate: &TokenStream) -> TokenStream {
        let plain = self.returned();
        let returned = match &self.signature.output {
            ReturnType::Type(_, ty) if types::is_nameable(ty) => types::returns(ty),
            _ => Some(Returns::Nothing),
        };
        match returned {
            Some(Returns::Result { ok, error, .. }) => quote!(#ok, #krate::CallError<#error>),
            Some(_) => quote!(#plain, #krate::Error),
            // The error type is hidden in an alias. A `Result` iterates over its success value, so that type can be named.
            None => {
                let ok = quote!(<#plain as ::core::iter::IntoIterator>::Item);
                quote!(#ok, #krate::CallError<::core::convert::Infallible>)
            }
        }
    }

    /// The parameters that the caller passes.
    fn parameters(&self) -> impl Iterator<Item = &PatType> {
        let is_hidden = |input: &PatType| {
            types::is_named(&input.ty, "UserData")
                || input
                    .attrs
                    .iter()
                    .any(|attr| ["len_of", "bytes_of", "out", "fixed"].iter().any(|hides| attr.path().is_ident(hides)))
        };
        self.signature.inputs.iter().filter_map(move |input| match input {
            FnArg::Typed(input) if !is_hidden(input) => Some(input),
            _ => None,
        })
    }

    /// Whether the body can be kept, because the stub has all parameters as declared.
    fn is_plain(&self) -> bool {
        let Signature { asyncness, safety, inputs, output, .. } = &self.signature;
        let is_as_declared = |input: &FnArg| match input {
            FnArg::Typed(input) => matches!(&*input.pat, Pat::Ident(_)) && input.attrs.is_empty() && is_kept(&input.ty),
            FnArg::Receiver(receiver) => types::is_shared(receiver),
        };
        asyncness.is_none()
            && matches!(safety, Safety::Default)
            && self.signature.receiver().is_some()
            && inputs.iter().all(is_as_declared)
            && match output {
                ReturnType::Default => true,
                ReturnType::Type(_, ty) => types::is_nameable(ty) && !matches!(**ty, Type::ImplTrait(_)),
            }
    }

    /// The return type as written, or the closest valid type.
    fn returned(&self) -> TokenStream {
        match &self.signature.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, ty) => match &**ty {
                Type::ImplTrait(TypeImplTrait { bounds, .. }) => quote!(::std::boxed::Box<dyn #bounds>),
                ty if types::is_nameable(ty) => quote!(#ty),
                _ => quote!(::core::convert::Infallible),
            },
        }
    }
}

fn colon(supertraits: &Punctuated<TypeParamBound, Token![+]>) -> Option<TokenStream> {
    (!supertraits.is_empty()).then(|| quote!(: #supertraits))
}

/// A parameter's type, or any type if it is not valid in a signature.
fn parameter_type(input: &PatType) -> TokenStream {
    match is_kept(&input.ty) {
        true => input.ty.to_token_stream(),
        false => quote!(impl ::core::marker::Sized),
    }
}

/// Whether a parameter's type is kept as written. That of a callback is not: it is a closure in Rust.
fn is_kept(ty: &Type) -> bool {
    types::is_nameable(ty) && types::function(ty).is_none()
}
