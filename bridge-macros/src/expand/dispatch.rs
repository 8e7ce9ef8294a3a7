//! The dispatcher: calls the method that a message names, of any implementation of the trait.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::c_type::span_of;
use super::native_call::convert_out_vecs;
use super::receive::{pass_in_place, receive};
use crate::model::{Interface, Kind, Method, Parameter, Passing, RequiredTrait, Signature, projected_type};
use crate::names::{self, constant, local, type_name};
use crate::settings::Threads;

/// The implementation of the runtime's `Dispatch`.
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let (krate, trait_name) = (interface.options.krate(), &interface.name);
    let (server, method, arguments, call) = (local("server"), local("method"), local("arguments"), local("call"));
    let arms = interface.methods.iter().map(|method| arm(interface, method));
    let implementation = type_name("Server");
    let close_abandoned = close_abandoned(interface);
    let (elements, in_memory) = (elements(interface), in_memory(interface));
    let is_shared = interface.options.threads == Threads::Multi;
    let shared = is_shared.then(|| quote!(+ ::core::marker::Send + ::core::marker::Sync + 'static));
    let thread_target = is_shared.then(|| {
        quote! {
            fn thread_target(
                #server: &::std::sync::Arc<#implementation>,
            ) -> ::core::option::Option<#krate::__private::ThreadTarget> {
                ::core::option::Option::Some(#krate::__private::thread_target::<#implementation, Self>(#server))
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl<#implementation: #trait_name #shared> #krate::Dispatch<#implementation> for dyn #trait_name {
            #[inline]
            #[allow(non_snake_case, unused_mut, unused_variables, clippy::shadow_reuse, clippy::shadow_unrelated)]
            fn dispatch(
                #server: &#implementation,
                #method: ::core::primitive::u32,
                mut #arguments: #krate::__private::Decoder<'_>,
                #call: &#krate::__private::Call<'_>,
            ) -> ::core::result::Result<(), #krate::__private::Fault> {
                match #method {
                    #(#arms)*
                    _ => #krate::__private::unknown_method(#method),
                }
            }

            #elements
            #close_abandoned
            #thread_target
        }

        #in_memory
    }
}

/// The types in `remote = […]`, by number. They are in a static because the compiler always evaluates one, and so reports
/// types that a `RemoteBuffer` cannot hold.
fn elements(interface: &Interface) -> Option<TokenStream> {
    let (krate, types) = (interface.options.krate(), &interface.options.remote);
    let private = quote!(#krate::__private);
    let elements = types.iter().map(|ty| {
        let ty = projected_type(ty, RequiredTrait::Native, &krate);
        let span = span_of(&ty);
        quote_spanned!(span=> #private::native::BufferElement::of::<#ty>(#private::interface::value::<#ty>))
    });
    let name = constant("ELEMENTS");
    (!types.is_empty()).then(|| {
        quote! {
            fn elements() -> &'static [#private::native::BufferElement] {
                static #name: &[#private::native::BufferElement] = &[#(#elements),*];
                #name
            }
        }
    })
}

/// The implementations of the runtime's `InMemoryOf` for the types in `remote = […]`.
fn in_memory(interface: &Interface) -> TokenStream {
    let (krate, trait_name) = (interface.options.krate(), &interface.name);
    let types = interface.options.remote.iter().zip(0u32..).map(|(ty, place)| {
        quote! {
            #[automatically_derived]
            impl #krate::InMemoryOf<dyn #trait_name> for #ty {
                const NUMBER: ::core::primitive::u32 = #krate::__private::native::FIRST_LISTED + #place;
            }
        }
    });
    types.collect()
}

/// Closes the handles of a client that is gone, with the methods that take a handle with `#[closes]` and nothing else.
fn close_abandoned(interface: &Interface) -> Option<TokenStream> {
    let (krate, trait_name) = (interface.options.krate(), &interface.name);
    let (implementation, server, abandoned, handle) =
        (type_name("Server"), local("server"), local("abandoned"), local("handle"));
    let closers: Vec<_> = interface
        .methods
        .iter()
        .filter_map(|method| {
            let visible: Vec<_> = method.signature.visible().collect();
            let [parameter @ Parameter { closes: Some(_), .. }] = visible.as_slice() else { return None };
            let (cfgs, name) = (method.cfgs(), &method.name);
            let ty = Signature::checked_handle(parameter, &krate);
            let value = quote!(#handle.of::<#ty>());
            let pass = match parameter.kind {
                Kind::Pointer(_, Passing::In) => quote!(&#value),
                Kind::Pointer(..) => quote!(&mut #value),
                _ => value,
            };
            Some(quote! {
                #(#cfgs)* #krate::__private::Closer::new::<#ty>(&|#handle| {
                    #krate::__private::ignore(#trait_name::#name(#server, #pass));
                })
            })
        })
        .collect();
    (!closers.is_empty()).then(|| {
        quote! {
            fn close_abandoned(#server: &#implementation, #abandoned: &#krate::__private::AbandonedHandles) {
                #abandoned.close(&[#(#closers),*]);
            }
        }
    })
}

fn arm(interface: &Interface, method: &Method) -> TokenStream {
    let (krate, trait_name) = (interface.options.krate(), &interface.name);
    let (server, arguments, call) = (local("server"), local("arguments"), local("call"));
    let (cfgs, name, number) = (method.cfgs(), &method.name, names::number(&method.name));
    let dispatch = |pass: &[TokenStream]| {
        let dispatched = quote!(#trait_name::#name(#server #(, #pass)*));
        match method.signature.passes_arrays() {
            true => in_place(interface, method, &dispatched),
            false => dispatched,
        }
    };
    let receive = receive(&method.signature, (&arguments, &call), dispatch, &krate);
    quote! {
        #(#cfgs)* #number => { #receive }
    }
}

/// Passes arrays to the library type where the message has them, and to any other implementation as slices.
fn in_place(interface: &Interface, method: &Method, dispatched: &TokenStream) -> TokenStream {
    let (krate, trait_name, signature) = (interface.options.krate(), &interface.name, &method.signature);
    let (server, call, library) = (local("server"), local("call"), local("library"));
    let (name, own_library, in_place) =
        (names::text(&method.name), names::own_library(), names::in_place(&method.name));
    let pass = signature.visible().map(pass_in_place);
    let dispatched = match convert_out_vecs(signature, &quote!(#krate::__private::OutputArray::Owned)) {
        Some((parts, values)) => quote!({ let #parts = #dispatched; #values }),
        None => dispatched.clone(),
    };
    quote! {
        match #trait_name::#own_library(#server) {
            ::core::option::Option::Some(#library) => {
                #krate::__private::run_native(#name, || #library.#in_place(#call.room() #(, #pass)*))
            }
            ::core::option::Option::None => #dispatched,
        }
    }
}
