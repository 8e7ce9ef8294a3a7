//! From the model to code. Generated code is thin: it calls the runtime through `::bridge32::__private`, and all paths
//! in it are absolute.

mod batch;
mod calls;
mod client;
mod dotnet;
mod interface;
mod library;
mod receive;
mod send;
mod server;
mod stub;
mod trampoline;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Interface;
use crate::names;

pub(crate) use stub::Stub;

/// Everything that an interface generates.
pub(crate) fn interface(interface: &Interface) -> TokenStream {
    let declaration = interface::declaration(interface);
    let client_type = client::declaration(interface);
    let batch_type = batch::declaration(interface);
    let library_type = interface.options.has_library().then(|| library::declaration(interface));
    let numbers = numbers(interface);
    let description = interface::description(interface);
    let calls = calls::functions(interface);
    let client = client::implementation(interface);
    let batch = batch::implementation(interface);
    let dispatcher = server::dispatcher(interface);
    let library = interface.options.has_library().then(|| library::implementation(interface));
    quote! {
        #declaration
        #client_type
        #batch_type
        #library_type
        const _: () = {
            #numbers
            #description
            #calls
            #client
            #batch
            #dispatcher
            #library
        };
    }
}

/// A constant with the number of each method. The numbers are an enum's: the compiler counts what `cfg` leaves.
fn numbers(interface: &Interface) -> TokenStream {
    if interface.methods.is_empty() {
        return TokenStream::new();
    }
    let numbers = names::local("__Numbers");
    let variants = interface.methods.iter().map(|method| {
        let (cfgs, name) = (method.cfgs(), &method.name);
        quote!(#(#cfgs)* #name)
    });
    let constants = interface.methods.iter().map(|method| {
        let (cfgs, name, number) = (method.cfgs(), &method.name, names::number(&method.name));
        quote!(#(#cfgs)* #[allow(non_upper_case_globals)] const #number: ::core::primitive::u32 = #numbers::#name as ::core::primitive::u32;)
    });
    quote! {
        #[allow(non_camel_case_types)]
        enum #numbers { #(#variants),* }
        #(#constants)*
    }
}
