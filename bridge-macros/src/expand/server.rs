//! The dispatcher: from a message to a method of any implementation, and back.

use proc_macro2::TokenStream;
use quote::quote;

use super::receive::receive;
use crate::model::{Interface, Method};
use crate::names::{self, local};

/// `Dispatch` for every implementation of the trait.
pub(super) fn dispatcher(interface: &Interface) -> TokenStream {
    let (krate, trait_name) = (interface.options.krate(), &interface.name);
    let (server, method, arguments, call) = (local("server"), local("method"), local("arguments"), local("call"));
    let arms = interface.methods.iter().map(|method| arm(interface, method));
    let implementation = local("S");
    quote! {
        #[automatically_derived]
        impl<#implementation: #trait_name> #krate::__private::Dispatch<#implementation> for dyn #trait_name {
            #[allow(unused_mut, unused_variables, clippy::shadow_reuse, clippy::shadow_unrelated)]
            fn dispatch(
                #server: &#implementation,
                #method: ::core::primitive::u32,
                mut #arguments: #krate::__private::Decoder<'_>,
                #call: &#krate::__private::Call,
            ) -> ::core::result::Result<(), #krate::__private::Fault> {
                match #method {
                    #(#arms)*
                    _ => #krate::__private::unknown_method(#method),
                }
            }
        }
    }
}

fn arm(interface: &Interface, method: &Method) -> TokenStream {
    let (krate, trait_name) = (interface.options.krate(), &interface.name);
    let (server, arguments, call) = (local("server"), local("arguments"), local("call"));
    let (cfgs, name, number) = (method.cfgs(), &method.name, names::number(&method.name));
    let dispatch = |pass: &[TokenStream]| quote!(#trait_name::#name(#server #(, #pass)*));
    let receive = receive(&method.signature, (&arguments, &call), dispatch, &krate);
    quote! {
        #(#cfgs)* #number => { #receive }
    }
}
