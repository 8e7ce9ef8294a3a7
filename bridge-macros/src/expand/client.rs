//! The client: one thin method for each of the trait's.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::receive::{is_there, receive, registration};
use super::{batch, calls, send};
use crate::model::{Callback, Interface, Kind, Method, Parameter, joined};
use crate::names::{self, local};
use crate::options::Threads;

/// The client's type.
pub(super) fn declaration(interface: &Interface) -> TokenStream {
    let (krate, vis, client) = (interface.options.krate(), &interface.vis, interface.client());
    let doc = format!(
        "Calls the methods of [`{}`] in a server, which may be a process of another width. Clones share the server; it \
         ends with the last of them.",
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

/// Starting, ending, and the trait's methods.
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let (krate, vis, client, trait_name) =
        (interface.options.krate(), &interface.vis, interface.client(), &interface.name);
    let (result, server) = (quote!(::core::result::Result), local("S"));
    let shared = (interface.options.threads == Threads::Multi).then(|| quote!(+ ::core::marker::Sync));
    let batching = batch::of_client(interface);
    let methods = interface.methods.iter().map(|method| self::method(interface, method));
    quote! {
        impl #client {
            /// Starts the server and waits until it is ready.
            ///
            /// # Errors
            /// Each step that fails has its own error. Nothing is left running.
            #vis fn launch() -> #result<Self, #krate::Error> {
                Self::builder().launch()
            }

            /// Says more about the server before it is started.
            #vis fn builder() -> #krate::Builder<Self> {
                ::core::default::Default::default()
            }

            /// Connects to a server that was started by hand, with `--listen` and this name.
            ///
            /// # Errors
            /// `Error::Connect` if none listens; otherwise as for `launch`.
            #vis fn connect(name: &::core::primitive::str) -> #result<Self, #krate::Error> {
                #krate::__private::connect(name)
            }

            /// Serves an implementation, such as a mock, in a thread of this process, through the same encoding.
            ///
            /// # Panics
            /// If the system does not give a thread.
            #vis fn in_process<#server: #trait_name + ::core::marker::Send #shared + 'static>(server: #server) -> Self {
                #krate::__private::in_process(server)
            }

            /// Ends the server in good order, and tells how it ended.
            ///
            /// # Errors
            /// If the system neither ends the server nor tells how it ended.
            #vis fn shutdown(&self) -> #result<#krate::ServerExit, #krate::Error> {
                self.session.shutdown()
            }

            /// What is known of the server; of the last one, where it was started again.
            #[must_use]
            #vis fn server_info(&self) -> #krate::ServerInfo {
                self.session.server_info()
            }

            #batching

            #(#methods)*
        }

        #[automatically_derived]
        impl #krate::__private::Client for #client {
            type Interface = dyn #trait_name;

            fn session(&self) -> &#krate::__private::Session {
                &self.session
            }

            fn from_session(session: #krate::__private::Session) -> Self {
                Self { session }
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
        /// Whatever keeps the call from being carried out.
    };
    let (ok, error) = method.signature.answer(&krate);
    let body = match method.has_callbacks() {
        true => call_back(method, &krate),
        false => {
            let (call, arguments) = (names::call(name), calls::names(method));
            quote!(#call(&self.session #(, #arguments)*))
        }
    };
    let shadows = calls::shadows(method).filter(|_| method.has_callbacks());
    let parameters = method.signature.visible().map(|parameter| match &parameter.kind {
        Kind::Callback(callback) => closure_parameter(&parameter.name, callback),
        _ => calls::parameter(parameter, None),
    });
    quote! {
        #(#attrs)* #doc #errors
        #shadows
        #vis fn #name(&self #(, #parameters)*) -> ::core::result::Result<#ok, #error> {
            #body
        }
    }
}

/// A closure, as the client takes it.
fn closure_parameter(name: &Ident, callback: &Callback) -> TokenStream {
    let closure = callback.closure();
    let lasting = callback.is_registered.then(|| quote!(+ ::core::marker::Send + 'static));
    match callback.is_optional {
        true => quote!(mut #name: ::core::option::Option<impl #closure #lasting>),
        false => quote!(mut #name: impl #closure #lasting),
    }
}

/// The call of a method that takes closures.
fn call_back(method: &Method, krate: &TokenStream) -> TokenStream {
    let (signature, number) = (&method.signature, names::number(&method.name));
    let (arguments, answer, place) = (local("arguments"), local("answer"), local("place"));
    let (slices, places) = send::lent(signature);
    let (encode, decode) = (calls::encode(method, krate), calls::decode(method, krate));
    let run = |name: &Ident, callback: &Callback| {
        let call = |pass: &[TokenStream]| quote!(#name(#(#pass),*));
        receive(&callback.signature, (&arguments, &answer), call, krate)
    };
    let no_closure = quote!(#krate::__private::no_closure(#place));
    let arms = signature.called().enumerate().map(|(place, (parameter, callback))| {
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
    let registered = signature.registered().map(|(parameter, callback)| {
        let (name, run) = (&parameter.name, run(&parameter.name, callback));
        let closure = quote! {
            {
                let closure: #krate::__private::RegisteredClosure = ::std::boxed::Box::new(
                    move |mut #arguments: #krate::__private::Decoder<'_>, #answer: &mut #krate::__private::CallbackReply| {
                        #run
                    },
                );
                closure
            }
        };
        match callback.is_optional {
            true => quote!(#name.map(|mut #name| #closure)),
            false => quote!(::core::option::Option::Some(#closure)),
        }
    });
    let are_there =
        signature.called().filter(|(_, callback)| callback.is_optional).map(|(Parameter { name, .. }, _)| {
            let is_there = is_there(name);
            quote!(let #is_there = #name.is_some();)
        });
    let values: Vec<_> = (0..signature.parts(krate).len()).map(|place| local(&format!("result_{place}"))).collect();
    let registrations: Vec<_> = signature.registered().map(|(parameter, _)| registration(&parameter.name)).collect();
    let quoted = |names: &[Ident]| names.iter().map(|name| quote!(#name)).collect::<Vec<_>>();
    let pattern = joined(&quoted(&values));
    let value = joined(&[quoted(&values), quoted(&registrations)].concat());
    quote! {
        {
            #(#are_there)*
            self.session.call_back(
                #number,
                (#slices, &mut #places),
                #[allow(unused_mut, unused_variables)]
                &mut |#place, mut #arguments, #answer| match #place {
                    #(#arms)*
                    _ => #no_closure,
                },
                [#(#registered),*],
                #encode,
                #decode,
            )
            .map(|(#pattern, [#(#registrations),*])| #value)
        }
    }
}
