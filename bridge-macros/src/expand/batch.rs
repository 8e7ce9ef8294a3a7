//! The batch type: the client's methods again, which record a call instead of making it.

use proc_macro2::TokenStream;
use quote::quote;

use super::call;
use crate::model::{Interface, Method};
use crate::names;

/// The type.
pub(super) fn declaration(interface: &Interface) -> TokenStream {
    let (krate, vis, batch, lifetime) =
        (interface.options.krate(), &interface.vis, interface.batch(), names::batch_lifetime());
    let mut doc = format!(
        "Records calls of [`{}`]'s methods, which are then made in one round trip. See `batch` of [`{}`].",
        interface.name,
        interface.client()
    );
    let left_out = interface.methods.iter().filter(|method| method.has_callbacks());
    let left_out: Vec<_> = left_out.map(|method| format!("`{}`", names::text(&method.name))).collect();
    if !left_out.is_empty() {
        doc += "\n\nMethods with callbacks cannot be called in a batch: ";
        doc += &left_out.join(", ");
        doc += ".";
    }
    quote! {
        #[doc = #doc]
        #[derive(::core::fmt::Debug)]
        #vis struct #batch<#lifetime> {
            batch: #krate::__private::Batch<#lifetime>,
        }
    }
}

/// The methods.
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let (batch, lifetime) = (interface.batch(), names::batch_lifetime());
    let methods = interface.methods.iter().filter(|method| !method.has_callbacks());
    let methods = methods.map(|method| self::method(interface, method));
    quote! {
        // Few programs use all of them.
        #[allow(dead_code, non_snake_case)]
        impl<#lifetime> #batch<#lifetime> {
            #(#methods)*
        }
    }
}

/// A method. It is `#[inline]` so that it is compiled only where it is used.
fn method(interface: &Interface, method: &Method) -> TokenStream {
    let (krate, vis, name, lifetime) =
        (interface.options.krate(), &interface.vis, &method.name, names::batch_lifetime());
    let doc = format!("Records a call of `{}`.", names::text(name));
    let attrs = method.client_attrs().filter(|attr| !attr.path().is_ident("doc"));
    let (ok, error) = method.signature.call_result(&krate);
    let parameters = method.signature.visible().map(|parameter| call::parameter(parameter, Some(&lifetime)));
    let (call, arguments) = (names::call(name), call::names(method));
    quote! {
        #(#attrs)*
        #[doc = #doc]
        #[inline]
        #vis fn #name(&self #(, #parameters)*) -> #krate::Pending<#lifetime, #ok, #error> {
            #call(&self.batch #(, #arguments)*)
        }
    }
}
