//! Generates code from the model. Generated code is thin: it calls the runtime through `::bridge32::__private`. All paths
//! in it are absolute.

mod batch;
mod c_function;
mod c_type;
mod call;
mod callback;
mod client;
mod description;
mod dispatch;
mod dotnet;
mod drop_in;
mod expression;
mod interface;
mod library;
mod native_call;
mod numbers;
mod receive;
mod send;
mod stub;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Interface;

pub(crate) use stub::Stub;

/// The trait, the client, the batch and the library type, with their implementations.
pub(crate) fn interface(interface: &Interface) -> TokenStream {
    let has_library = interface.options.has_library();
    let the_trait = interface::declaration(interface);
    let client_type = client::declaration(interface);
    let batch_type = batch::declaration(interface);
    let library_type = has_library.then(|| library::declaration(interface));
    let numbers = numbers::constants(interface);
    let description = description::implementation(interface);
    let calls = call::functions(interface);
    let client = client::implementation(interface);
    let batch = batch::implementation(interface);
    let dispatch = dispatch::implementation(interface);
    let library = has_library.then(|| library::implementation(interface));
    let drop_in = has_library.then(|| drop_in::exports(interface));
    quote! {
        #the_trait
        #client_type
        #batch_type
        #library_type
        const _: () = {
            #numbers
            #description
            #calls
            #client
            #batch
            #dispatch
            #library
            #drop_in
        };
    }
}
