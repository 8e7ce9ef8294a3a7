//! The client type: one thin method for each of the trait's.

pub(super) mod inherent;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::receive::{is_some, receive, registration};
use super::{call, send};
use crate::model::{Callback, Interface, Kind, Method, Parameter, joined};
use crate::names::{self, local};

/// The type.
pub(super) fn declaration(interface: &Interface) -> TokenStream {
    let (krate, vis, client) = (interface.options.krate(), &interface.vis, interface.client());
    let doc = format!(
        "Calls the methods of [`{}`] in a server process. Clones share the server, which ends when the last of them is \
         dropped.",
        interface.name
    );
    quote! {
        #[doc = #doc]
        #[derive(::core::clone::Clone, ::core::fmt::Debug)]
        #vis struct #client {
            session: #krate::__private::Session,
        }
    }
}

/// The runtime's trait `Client`, its methods as inherent ones, and the interface's methods.
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let (client, of_trait) = (interface.client(), of_trait(interface));
    let inherent = inherent::methods(interface, |name| interface.unless_declared(name));
    let methods = interface.methods.iter().map(|method| self::method(interface, method));
    quote! {
        // The trait warns about the names of C that it declares.
        #[allow(non_snake_case)]
        impl #client {
            #inherent
            #(#methods)*
        }

        #of_trait
    }
}

/// The implementation of the runtime's `Client`.
pub(super) fn of_trait(interface: &Interface) -> TokenStream {
    let (krate, client, batch, trait_name) =
        (interface.options.krate(), interface.client(), interface.batch(), &interface.name);
    let (session, recorder, lifetime) = (local("session"), local("batch"), names::batch_lifetime());
    quote! {
        #[automatically_derived]
        impl #krate::Client for #client {
            type Interface = dyn #trait_name;
            type Batch<#lifetime> = #batch<#lifetime>;

            fn session(&self) -> &#krate::__private::Session {
                &self.session
            }

            fn from_session(#session: #krate::__private::Session) -> Self {
                Self { session: #session }
            }

            fn wrap_batch<#lifetime>(#recorder: #krate::__private::Batch<#lifetime>) -> Self::Batch<#lifetime> {
                #batch { batch: #recorder }
            }

            fn unwrap_batch<#lifetime>(#recorder: Self::Batch<#lifetime>) -> #krate::__private::Batch<#lifetime> {
                #recorder.batch
            }
        }
    }
}

fn method(interface: &Interface, method: &Method) -> TokenStream {
    let (krate, vis, name) = (interface.options.krate(), &interface.vis, &method.name);
    let attrs = method.client_attrs();
    let doc = (!method.attrs.iter().any(|attr| attr.path().is_ident("doc"))).then(|| {
        let doc = format!("Calls `{}` in the server.", names::text(name));
        quote!(#[doc = #doc])
    });
    let errors = quote! {
        ///
        /// # Errors
        /// If the call fails; see `bridge32::Error`.
    };
    let (ok, error) = method.signature.call_result(&krate);
    let body = match method.has_callbacks() {
        true => call_with_callbacks(method, &quote!(self.session), &krate),
        false => {
            let (call, arguments) = (names::call(name), call::names(method));
            quote!(#call(&self.session #(, #arguments)*))
        }
    };
    let shadows = call::shadows(method).filter(|_| method.has_callbacks());
    let parameters = method.signature.visible().map(|parameter| match &parameter.kind {
        Kind::Callback(callback) => closure_parameter(&parameter.name, callback),
        _ => call::parameter(parameter, None),
    });
    quote! {
        #(#attrs)* #doc #errors
        #shadows
        #vis fn #name(&self #(, #parameters)*) -> ::core::result::Result<#ok, #error> {
            #body
        }
    }
}

/// The declaration of a callback parameter.
fn closure_parameter(name: &Ident, callback: &Callback) -> TokenStream {
    let closure = callback.closure();
    let registered = callback.is_registered.then(|| quote!(+ ::core::marker::Send + 'static));
    match callback.is_optional {
        true => quote!(mut #name: ::core::option::Option<impl #closure #registered>),
        false => quote!(mut #name: impl #closure #registered),
    }
}

/// The call of a method with callbacks, by the `call_back` of `caller`.
pub(super) fn call_with_callbacks(method: &Method, caller: &TokenStream, krate: &TokenStream) -> TokenStream {
    let (signature, number) = (&method.signature, names::number(&method.name));
    let (arguments, answer, place, registered) =
        (local("arguments"), local("answer"), local("place"), local("registered"));
    let (slices, places) = send::borrowed(signature);
    let (encode, decode) = (call::encode(method, krate), call::decode(method, krate));
    let run = |name: &Ident, callback: &Callback| {
        let call = |pass: &[TokenStream]| quote!(#name(#(#pass),*));
        receive(&callback.signature, (&arguments, &answer), call, krate)
    };
    let no_closure = quote!(#krate::__private::no_closure(#place));
    let arms = signature.scoped_callbacks().enumerate().map(|(place, (parameter, callback))| {
        let (place, name, run) = (place as u32, &parameter.name, run(&parameter.name, callback));
        match callback.is_optional {
            true => quote! {
                #place => match &mut #name {
                    ::core::option::Option::Some(#name) => { #run }
                    ::core::option::Option::None => #no_closure,
                },
            },
            false => quote!(#place => { #run }),
        }
    });
    let registered_closures = signature.registered_callbacks().map(|(parameter, callback)| {
        let (name, run) = (&parameter.name, run(&parameter.name, callback));
        let closure = quote! {
            {
                let #registered: #krate::__private::RegisteredClosure = ::std::boxed::Box::new(
                    move |mut #arguments: #krate::__private::Decoder<'_>, #answer: &mut #krate::__private::CallbackReply| {
                        #run
                    },
                );
                #registered
            }
        };
        match callback.is_optional {
            true => quote!(#name.map(|mut #name| #closure)),
            false => quote!(::core::option::Option::Some(#closure)),
        }
    });
    let optional = signature.scoped_callbacks().filter(|(_, callback)| callback.is_optional);
    let are_some = optional.map(|(Parameter { name, .. }, _)| {
        let is_some = is_some(name);
        quote!(let #is_some = #name.is_some();)
    });
    let values: Vec<_> = (0..signature.parts(krate).len()).map(|place| local(&format!("result_{place}"))).collect();
    let registrations: Vec<_> =
        signature.registered_callbacks().map(|(parameter, _)| registration(&parameter.name)).collect();
    let quoted = |names: &[Ident]| names.iter().map(|name| quote!(#name)).collect::<Vec<_>>();
    let pattern = joined(&quoted(&values));
    let value = joined(&[quoted(&values), quoted(&registrations)].concat());
    let value = if signature.makes_callback { quote!(#krate::Callback::from_parts(#value)) } else { value };
    quote! {
        {
            #(#are_some)*
            #caller.call_back(
                #number,
                (#slices, &mut #places),
                #[allow(unused_mut, unused_variables)]
                &mut |#place, mut #arguments, #answer| match #place {
                    #(#arms)*
                    _ => #no_closure,
                },
                [#(#registered_closures),*],
                #encode,
                #decode,
            )
            .map(|(#pattern, [#(#registrations),*])| #value)
        }
    }
}
