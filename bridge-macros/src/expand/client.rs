//! The client: one thin method for each of the trait's.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Interface, Kind, Method, Parameter, Returns};
use crate::names::{self, local};

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
            #vis fn in_process<#server: #trait_name + ::core::marker::Send + 'static>(server: #server) -> Self {
                #krate::__private::in_process(server)
            }

            /// Ends the server in good order, and tells how it ended.
            ///
            /// # Errors
            /// If the system neither ends the server nor tells how it ended.
            #vis fn shutdown(&self) -> #result<#krate::ServerExit, #krate::Error> {
                self.session.shutdown()
            }

            /// What is known of the server.
            #[must_use]
            #vis fn server(&self) -> &#krate::ServerInfo {
                self.session.server()
            }

            #(#methods)*
        }

        #[automatically_derived]
        impl #krate::__private::Client for #client {
            type Interface = dyn #trait_name;

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
    let parameters = method.visible().map(|Parameter { name, ty, .. }| quote!(#name: #ty));
    let (arguments, outcome) = (local("arguments"), local("outcome"));
    let encode = method.parameters.iter().map(|parameter| encode(method, parameter, &krate));
    let number = names::number(name);
    let (take, types) = method.checked_return(&krate);
    let take = local(take);
    let call = quote! {
        self.session.call(
            #number,
            |#arguments| { #(#encode)* ::core::result::Result::Ok(()) },
            |#outcome| #outcome.#take::<#types>(),
        )
    };
    let (returns, call) = match &method.returns {
        Returns::Result { ok, error, .. } => {
            (quote!(#ok, #krate::CallError<#error>), quote!(#krate::__private::method_result(#call)))
        }
        returns => {
            let ty = returns.ty();
            (quote!(#ty, #krate::Error), call)
        }
    };
    quote! {
        #(#attrs)* #doc #errors
        #vis fn #name(&self #(, #parameters)*) -> ::core::result::Result<#returns> {
            #call
        }
    }
}

/// Puts an argument into the message.
fn encode(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let arguments = local("arguments");
    let Parameter { name, kind, .. } = parameter;
    let text = names::text(name);
    let ty = method.checked(parameter, krate);
    match kind {
        Kind::Value => quote!(#arguments.value::<#ty>(#text, &#name)?;),
        Kind::Reference(_) => quote!(#arguments.value::<#ty>(#text, #name)?;),
        Kind::Text | Kind::OptionalText if method.native.is_some() => quote!(#arguments.c_text(#text, #name)?;),
        Kind::Text => quote!(#arguments.value(#text, #name)?;),
        Kind::OptionalText => quote!(#arguments.value(#text, &#name)?;),
        Kind::Slice(_) => quote!(#arguments.slice::<#ty>(#text, #name)?;),
        Kind::Length(length) => {
            let lengths = super::library::lengths(length);
            quote!(#arguments.length::<#ty>(#text, #lengths)?;)
        }
    }
}
