//! What stands in for an interface with mistakes, so that nothing else in the program fails because of them.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{
    Block, FnArg, ItemTrait, Pat, PatType, ReturnType, Safety, Signature, Token, TraitItem, Type, TypeImplTrait,
    TypeParamBound, Visibility,
};

use super::{batch, client, interface, library, server};
use crate::model::{Interface, Returns};
use crate::names;
use crate::options::Options;
use crate::types;

/// The names and signatures of a trait, as far as they go.
pub(crate) struct Stub {
    /// The interface without its methods, which expands as any other.
    empty: Interface,
    methods: Vec<Method>,
}

/// A method with what can be kept of it.
struct Method {
    signature: Signature,
    body: Option<Block>,
}

impl Stub {
    pub(crate) fn of(item: &ItemTrait, options: &Options) -> Self {
        let mut methods: Vec<Method> = Vec::new();
        for item in &item.items {
            if let TraitItem::Fn(method) = item
                && !methods.iter().any(|earlier| earlier.signature.ident == method.sig.ident)
            {
                methods.push(Method { signature: method.sig.clone(), body: method.default.clone() });
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

    /// The errors, and a trait, a client and a library whose methods can be called but do nothing.
    pub(crate) fn with(&self, errors: TokenStream) -> TokenStream {
        let Self { empty, methods } = self;
        let (vis, name, krate) = (&empty.vis, &empty.name, empty.options.krate());
        let supertraits = colon(&empty.supertraits);
        let client_name = empty.client();
        let declared = methods.iter().map(Method::in_trait);
        let called = methods.iter().filter(|method| !method.is_taken()).map(|method| method.in_client(vis, &krate));
        let pending = methods.iter().map(|method| method.in_batch(vis, &krate));
        let (client_type, library_type) = (client::declaration(empty), library::declaration(empty));
        let (batch_name, batch_type, batch) = (empty.batch(), batch::declaration(empty), batch::implementation(empty));
        let (description, client) = (interface::description(empty), client::implementation(empty));
        let (dispatcher, library) = (server::dispatcher(empty), library::implementation(empty));
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
                #dispatcher
                #library

                #[allow(warnings, clippy::all)]
                impl #client_name { #(#called)* }

                #[allow(warnings, clippy::all)]
                impl #batch_name<'_> { #(#pending)* }
            };
        }
    }
}

impl Method {
    /// Whether every client has a method of this name.
    fn is_taken(&self) -> bool {
        names::CLIENT_METHODS.contains(&names::text(&self.signature.ident).as_str())
    }

    /// The method in the trait: somebody may implement it. Whatever its types, the trait stays one for `dyn`.
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

    /// The method in the client: with the types as they are written, so that what is passed still has its type.
    fn in_client(&self, vis: &Visibility, krate: &TokenStream) -> TokenStream {
        let answer = self.answer(krate);
        self.unimplemented(vis, &quote!(::core::result::Result<#answer>))
    }

    /// The method in the batch, likewise.
    fn in_batch(&self, vis: &Visibility, krate: &TokenStream) -> TokenStream {
        let answer = self.answer(krate);
        self.unimplemented(vis, &quote!(#krate::Pending<'static, #answer>))
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

    /// What a call gives: a value, or an error.
    fn answer(&self, krate: &TokenStream) -> TokenStream {
        let plain = self.returned();
        let returned = match &self.signature.output {
            ReturnType::Type(_, ty) if types::is_nameable(ty) => types::returns(ty),
            _ => Some(Returns::Nothing),
        };
        match returned {
            Some(Returns::Result { ok, error, .. }) => quote!(#ok, #krate::CallError<#error>),
            Some(_) => quote!(#plain, #krate::Error),
            // The error is hidden in an alias; what comes without one is what an iterator over the result gives.
            None => {
                let ok = quote!(<#plain as ::core::iter::IntoIterator>::Item);
                quote!(#ok, #krate::CallError<::core::convert::Infallible>)
            }
        }
    }

    /// The parameters that a caller passes.
    fn parameters(&self) -> impl Iterator<Item = &PatType> {
        let is_hidden = |input: &PatType| {
            types::is_named(&input.ty, "UserData")
                || input.attrs.iter().any(|attr| attr.path().is_ident("len_of") || attr.path().is_ident("out"))
        };
        self.signature.inputs.iter().filter_map(move |input| match input {
            FnArg::Typed(input) if !is_hidden(input) => Some(input),
            _ => None,
        })
    }

    /// Whether the body can stay as it is: it sees the parameters that it was written for.
    fn is_plain(&self) -> bool {
        let Signature { asyncness, safety, inputs, output, .. } = &self.signature;
        let is_as_written = |input: &FnArg| match input {
            FnArg::Typed(input) => matches!(&*input.pat, Pat::Ident(_)) && input.attrs.is_empty() && is_kept(&input.ty),
            FnArg::Receiver(receiver) => types::is_shared(receiver),
        };
        asyncness.is_none()
            && matches!(safety, Safety::Default)
            && self.signature.receiver().is_some()
            && inputs.iter().all(is_as_written)
            && match output {
                ReturnType::Default => true,
                ReturnType::Type(_, ty) => types::is_nameable(ty) && !matches!(**ty, Type::ImplTrait(_)),
            }
    }

    /// What the method returns: as written, or as near to it as a type can be.
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

/// A parameter's type, or any where that cannot stand here.
fn parameter_type(input: &PatType) -> TokenStream {
    match is_kept(&input.ty) {
        true => input.ty.to_token_stream(),
        false => quote!(impl ::core::marker::Sized),
    }
}

/// Whether a parameter's type can stand as it is written: a callback's is another in Rust.
fn is_kept(ty: &Type) -> bool {
    types::is_nameable(ty) && types::function(ty).is_none()
}
