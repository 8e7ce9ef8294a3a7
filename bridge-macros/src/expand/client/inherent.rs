//! The methods of the runtime's trait `Client` as inherent ones, each unless the interface declares one of its name.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Interface;
use crate::names::{self, local, type_name};
use crate::settings::Threads;

/// The methods. A method that `Client` gets in a later version is not added here, so that it cannot clash with an inherent
/// method of the user's.
///
/// `unless_declared` is [`Interface::unless_declared`].
pub(in super::super) fn methods(
    interface: &Interface,
    unless_declared: impl Fn(&str) -> Option<Vec<TokenStream>>,
) -> TokenStream {
    let methods = [starting(interface), using(interface), batches(interface)].concat();
    let methods = methods.iter().filter_map(|(name, method)| {
        let cfgs = unless_declared(name)?;
        Some(quote!(#(#cfgs)* #method))
    });
    methods.collect()
}

/// The ways to get a client.
fn starting(interface: &Interface) -> Vec<(&'static str, TokenStream)> {
    let (krate, vis, trait_name) = (interface.options.krate(), &interface.vis, &interface.name);
    let (client, name, server) = (quote!(<Self as #krate::Client>), local("name"), local("server"));
    let shared = (interface.options.threads == Threads::Multi).then(|| quote!(+ ::core::marker::Sync));
    let launch = quote! {
        /// Launches the server, with the defaults of `builder`, and waits until it is ready.
        ///
        /// # Errors
        /// If the server cannot be started; each step has its own error. No process is left running.
        #vis fn launch() -> ::core::result::Result<Self, #krate::Error> {
            #client::launch()
        }
    };
    let builder = quote! {
        /// Returns a builder to configure the server before launching it.
        #vis fn builder() -> #krate::Builder<Self> {
            #client::builder()
        }
    };
    let connect = quote! {
        /// Connects to a server that was started with `--listen NAME`.
        ///
        /// # Errors
        /// `Error::Connect` if no server listens under that name; otherwise as `launch`.
        #vis fn connect(#name: &::core::primitive::str) -> ::core::result::Result<Self, #krate::Error> {
            #client::connect(#name)
        }
    };
    let in_process = quote! {
        /// Runs an implementation of the trait, such as a mock, on a thread of this process. Calls are encoded as for a
        /// server process.
        ///
        /// # Panics
        /// If the thread cannot be created.
        // The trait may have `Send` as a supertrait.
        #[allow(clippy::implied_bounds_in_impls)]
        #vis fn in_process(#server: impl #trait_name + ::core::marker::Send #shared + 'static) -> Self {
            #client::in_process(#server)
        }
    };
    vec![("launch", launch), ("builder", builder), ("connect", connect), ("in_process", in_process)]
}

/// Ending the server, and information about it.
fn using(interface: &Interface) -> Vec<(&'static str, TokenStream)> {
    let (krate, vis) = (interface.options.krate(), &interface.vis);
    let (client, limit) = (quote!(<Self as #krate::Client>), local("limit"));
    let shutdown = quote! {
        /// Shuts the server down once it has finished the calls in progress, and returns how it ended.
        ///
        /// # Errors
        /// If the server cannot be ended, or its exit status cannot be read.
        #vis fn shutdown(&self) -> ::core::result::Result<#krate::ServerExit, #krate::Error> {
            #client::shutdown(self)
        }
    };
    let shutdown_within = quote! {
        /// Shuts the server down as `shutdown` does, and ends it as `abort` does if that takes longer than the time limit. Later
        /// calls fail with `Error::Shutdown`.
        ///
        /// # Errors
        /// As `shutdown`.
        #vis fn shutdown_within(
            &self,
            #limit: ::core::time::Duration,
        ) -> ::core::result::Result<#krate::ServerExit, #krate::Error> {
            #client::shutdown_within(self, #limit)
        }
    };
    let abort = quote! {
        /// Ends the server now, whatever it is doing, and returns how it ended. Calls in progress fail with `Error::Aborted`;
        /// later calls start the server again if the restart policy allows it. See `bridge32::Client::abort`.
        ///
        /// # Errors
        /// As `shutdown`.
        #vis fn abort(&self) -> ::core::result::Result<#krate::ServerExit, #krate::Error> {
            #client::abort(self)
        }
    };
    let server_info = quote! {
        /// Returns information about the server; after a restart, about the new one.
        #[must_use]
        #vis fn server_info(&self) -> #krate::ServerInfo {
            #client::server_info(self)
        }
    };
    vec![("shutdown", shutdown), ("shutdown_within", shutdown_within), ("abort", abort), ("server_info", server_info)]
}

/// Batches of calls.
fn batches(interface: &Interface) -> Vec<(&'static str, TokenStream)> {
    let (krate, vis, batch_type, lifetime) =
        (interface.options.krate(), &interface.vis, interface.batch(), names::batch_lifetime());
    let (client, pendings) = (quote!(<Self as #krate::Client>), type_name("Results"));
    let (mode, record) = (local("mode"), local("record"));
    let result = quote!(::core::result::Result<#pendings::Results, #krate::Error>);
    let batch = quote! {
        /// Makes many calls in one round trip. The closure records the calls and returns their `Pending` results, in tuples,
        /// arrays, `Vec`s or `Option`s; `batch` returns the same with a result in place of each `Pending`.
        ///
        /// All calls are made, in the order of recording, even if one fails. Their deadline is the sum of their own.
        ///
        /// # Errors
        /// If the batch as a whole fails, for example because the server died: then it is unknown which calls were made.
        /// A failed call is an error in its own result.
        #vis fn batch<#lifetime, #pendings: #krate::PendingResults>(
            &self,
            #record: impl ::core::ops::FnOnce(&#batch_type<#lifetime>) -> #pendings,
        ) -> #result {
            #client::batch(self, #record)
        }
    };
    let batch_with = quote! {
        /// As `batch`, with a choice of what happens after a call that fails.
        ///
        /// # Errors
        /// As `batch`. A call that was not made has the result `Error::NotCalled`.
        #vis fn batch_with<#lifetime, #pendings: #krate::PendingResults>(
            &self,
            #mode: #krate::BatchMode,
            #record: impl ::core::ops::FnOnce(&#batch_type<#lifetime>) -> #pendings,
        ) -> #result {
            #client::batch_with(self, #mode, #record)
        }
    };
    vec![("batch", batch), ("batch_with", batch_with)]
}
