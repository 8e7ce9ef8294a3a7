//! The client: one thin method for each of the trait's.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::model::{Interface, Kind, Length, Method, Parameter, Part, Passing, Returns, joined};
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

            /// What is known of the server; of the last one, where it was started again.
            #[must_use]
            #vis fn server(&self) -> #krate::ServerInfo {
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
    let call = call(method, &krate);
    let (returns, call) = match &method.returns {
        Returns::Result { ok, error, .. } => {
            (quote!(#ok, #krate::CallError<#error>), quote!(#krate::__private::method_result(#call)))
        }
        _ => {
            let ty = method.returned_type().unwrap_or_else(|| quote!(()));
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

/// The call into the runtime: what goes in, and what comes out.
fn call(method: &Method, krate: &TokenStream) -> TokenStream {
    let (arguments, outcome) = (local("arguments"), local("outcome"));
    let number = names::number(&method.name);
    let encode = method.parameters.iter().map(|parameter| encode(method, parameter, krate));
    let parts: Vec<_> =
        method.parts(krate).into_iter().map(|Part { way, checked, .. }| (local(way), checked)).collect();
    let in_outs: Vec<_> = method.in_outs().map(|parameter| &parameter.name).collect();
    let changed = method.in_outs().map(|parameter| {
        let (name, ty) = (&parameter.name, method.checked(parameter, krate));
        match parameter.kind {
            Kind::Array(..) => quote!(#outcome.slice_into::<#ty>(#name)?;),
            _ => quote!(#outcome.value_into::<#ty>(#name)?;),
        }
    });
    let taken: Vec<_> = match parts.as_slice() {
        [] => vec![quote!(#outcome.value::<()>()?)],
        parts => parts.iter().map(|(way, checked)| quote!(#outcome.#way::<#checked>()?)).collect(),
    };
    let value = joined(&taken);
    match (in_outs.as_slice(), parts.as_slice()) {
        ([], [(way, checked)]) => quote! {
            self.session.call(
                #number,
                |#arguments| { #(#encode)* ::core::result::Result::Ok(()) },
                |#outcome| #outcome.#way::<#checked>(),
            )
        },
        ([], _) => quote! {
            self.session.call(
                #number,
                |#arguments| { #(#encode)* ::core::result::Result::Ok(()) },
                |#outcome| ::core::result::Result::Ok(#value),
            )
        },
        (in_outs, _) => {
            let result = local("result");
            quote! {
                self.session.call_with(
                    #number,
                    &mut (#(#in_outs,)*),
                    |#arguments, (#(#in_outs,)*)| { #(#encode)* ::core::result::Result::Ok(()) },
                    |#outcome, (#(#in_outs,)*)| {
                        let #result = #value;
                        #(#changed)*
                        ::core::result::Result::Ok(#result)
                    },
                )
            }
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
        Kind::Pointer(_, Passing::In | Passing::InOut) => quote!(#arguments.value::<#ty>(#text, #name)?;),
        Kind::Array(_, _) => quote!(#arguments.slice::<#ty>(#text, #name)?;),
        Kind::Text { encoding, .. } if method.native.is_some() => {
            let encoding = encoding.name();
            quote!(#arguments.c_text::<#krate::__private::#encoding>(#text, #name)?;)
        }
        Kind::Text { is_optional: false, .. } => quote!(#arguments.value(#text, #name)?;),
        Kind::Text { is_optional: true, .. } => quote!(#arguments.value(#text, &#name)?;),
        Kind::Length(length) => check_length(method, length, &text, &ty),
        Kind::Pointer(_, Passing::Out) | Kind::ArrayBuffer(..) | Kind::TextBuffer(..) => TokenStream::new(),
    }
}

/// A length of arrays that are passed is checked before the call; that of a buffer is made in the server.
fn check_length(method: &Method, length: &Length, text: &str, ty: &TokenStream) -> TokenStream {
    let arguments = local("arguments");
    let is_passed = |name: &&Ident| method.visible().any(|parameter| parameter.name == **name);
    let passed: Vec<_> = length.of.iter().filter(is_passed).collect();
    if passed.is_empty() {
        return TokenStream::new();
    }
    let texts = passed.iter().map(|name| names::text(name));
    quote!(#arguments.length::<#ty>(#text, &[#((#texts, <[_]>::len(#passed))),*])?;)
}
