//! The batch: the methods of the client once more, each of which only writes its call down.

use proc_macro2::TokenStream;
use quote::quote;

use super::calls;
use crate::model::{Interface, Method};
use crate::names;

/// The batch's type.
pub(super) fn declaration(interface: &Interface) -> TokenStream {
    let (krate, vis, batch, lent) = (interface.options.krate(), &interface.vis, interface.batch(), names::lent());
    let mut doc = format!(
        "Calls of the methods of [`{}`] that are made in one round trip; see [`{client}::batch`].",
        interface.name,
        client = interface.client()
    );
    let left_out = interface.methods.iter().filter(|method| method.has_callbacks());
    let left_out: Vec<_> = left_out.map(|method| format!("`{}`", names::text(&method.name))).collect();
    if !left_out.is_empty() {
        doc += "\n\nMethods with closures are the client's alone: ";
        doc += &left_out.join(", ");
        doc += ".";
    }
    quote! {
        #[doc = #doc]
        #[derive(::core::fmt::Debug)]
        #vis struct #batch<#lent> {
            batch: #krate::__private::Batch<#lent>,
        }
    }
}

/// The client's methods that make a batch.
pub(super) fn of_client(interface: &Interface) -> TokenStream {
    let (krate, vis, batch, lent) = (interface.options.krate(), &interface.vis, interface.batch(), names::lent());
    let (result, pendings) = (quote!(::core::result::Result), names::local("P"));
    quote! {
        /// Makes many calls in one round trip: `fill` calls the methods of the batch, which give a `Pending` each,
        /// and returns these by themselves, in tuples, arrays, `Vec`s or `Option`s. What comes back is the same, with
        /// a result in the place of each.
        ///
        /// All calls are made in their order, whatever becomes of the others. The server carries them out as one.
        /// Their deadline is the sum of their own; there is none where one of them has none.
        ///
        /// # Errors
        /// Whatever keeps the batch as a whole from being carried out, such as a dead server: then it is not known
        /// which calls were made. What is wrong with one call is that one's result.
        #vis fn batch<#lent, #pendings: #krate::PendingResults>(
            &self,
            fill: impl ::core::ops::FnOnce(&#batch<#lent>) -> #pendings,
        ) -> #result<#pendings::Results, #krate::Error> {
            self.batch_with(#krate::BatchMode::RunAll, fill)
        }

        /// As `batch`, and says what becomes of the calls after one that fails.
        ///
        /// # Errors
        /// As those of `batch`; a call that is not made is `Error::NotCalled`.
        #vis fn batch_with<#lent, #pendings: #krate::PendingResults>(
            &self,
            mode: #krate::BatchMode,
            fill: impl ::core::ops::FnOnce(&#batch<#lent>) -> #pendings,
        ) -> #result<#pendings::Results, #krate::Error> {
            let batch = #batch { batch: #krate::__private::Batch::new(&self.session, mode) };
            let pendings = fill(&batch);
            batch.batch.send(pendings)
        }
    }
}

/// The methods.
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let (batch, lent) = (interface.batch(), names::lent());
    let methods = interface.methods.iter().filter(|method| !method.has_callbacks());
    let methods = methods.map(|method| self::method(interface, method));
    quote! {
        // Nobody needs all of them.
        #[allow(dead_code)]
        impl<#lent> #batch<#lent> {
            #(#methods)*
        }
    }
}

/// A method. It is compiled where it is used: elsewhere it costs the time to check it.
fn method(interface: &Interface, method: &Method) -> TokenStream {
    let (krate, vis, name, lent) = (interface.options.krate(), &interface.vis, &method.name, names::lent());
    let doc = format!("Calls `{}` with the batch.", names::text(name));
    let attrs = method.client_attrs().filter(|attr| !attr.path().is_ident("doc"));
    let (ok, error) = method.signature.answer(&krate);
    let parameters = method.signature.visible().map(|parameter| calls::parameter(parameter, Some(&lent)));
    let (call, arguments) = (names::call(name), calls::names(method));
    quote! {
        #(#attrs)*
        #[doc = #doc]
        #[inline]
        #vis fn #name(&self #(, #parameters)*) -> #krate::Pending<#lent, #ok, #error> {
            #call(&self.batch #(, #arguments)*)
        }
    }
}
