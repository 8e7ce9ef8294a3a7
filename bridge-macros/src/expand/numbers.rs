//! The number of each method on the wire.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Interface;
use crate::names;

/// A constant per method. The values are those of an enum, because only the compiler knows which methods `cfg` leaves.
pub(super) fn constants(interface: &Interface) -> TokenStream {
    if interface.methods.is_empty() {
        return TokenStream::new();
    }
    let numbers = names::type_name("Numbers");
    let variants = interface.methods.iter().map(|method| {
        let (cfgs, name) = (method.cfgs(), &method.name);
        quote!(#(#cfgs)* #name)
    });
    let constants = interface.methods.iter().map(|method| {
        let (cfgs, name, number) = (method.cfgs(), &method.name, names::number(&method.name));
        quote! {
            #(#cfgs)*
            #[allow(non_upper_case_globals)]
            const #number: ::core::primitive::u32 = #numbers::#name as ::core::primitive::u32;
        }
    });
    quote! {
        #[allow(non_camel_case_types)]
        enum #numbers { #(#variants),* }
        #(#constants)*
    }
}
