//! The slot of a callback in a native call: puts the closure into the callback table, for the time of the call or for good.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::c_function;
use super::super::c_type::slot_name;
use super::names::{CallbackNames, context, passed};
use crate::model::{Callback, Method, Parameter};
use crate::names::local;

/// The statements that make the slot.
pub(in super::super) fn slot(
    method: &Method,
    parameter: &Parameter,
    callback: &Callback,
    krate: &TokenStream,
) -> TokenStream {
    let private = quote!(#krate::__private);
    let CallbackNames { closure: ty, closures, own, converting, run, lend, .. } = CallbackNames::of(&parameter.name);
    let (name, scope) = (&parameter.name, local("scope"));
    let names: Vec<_> = passed(&callback.signature).map(|parameter| parameter.name).collect();
    let inferred: Vec<_> = names.iter().map(|_| quote!(_)).collect();
    let body = c_function::of_closure(&own, callback, krate);
    let closure = quote!(|#(#names,)* #scope: &mut #private::native::Scope| { #body });
    let (declare, make, closure) = match callback.is_registered {
        true => (
            TokenStream::new(),
            quote! {
                let mut #own = #name;
                let #run: #ty<#(#inferred,)* _> = ::std::boxed::Box::new(move #closure);
            },
            quote!(#private::native::CClosure::kept(#run)),
        ),
        false => (
            quote!(let (#own, mut #converting, mut #run);),
            quote! {
                #own = #name;
                #converting = #closure;
                // SAFETY: the slot is declared later, so it is dropped before what the closure borrows.
                #run = unsafe { #lend(&mut #converting) };
            },
            quote! {
                // SAFETY: the slot is declared later, so it is dropped before `run`.
                unsafe { #private::native::CClosure::lent(&mut #run) }
            },
        ),
    };
    let put = match context(method, name) {
        Some(context) => {
            let context = slot_name(context);
            quote!({ #make #closures.behind(&#context, #closure) })
        }
        None => quote!({ #make #closures.in_slot(#closure)? }),
    };
    let slot = slot_name(name);
    let put = match callback.is_optional {
        true => quote! {
            match #name {
                ::core::option::Option::Some(#name) => ::core::option::Option::Some(#put),
                ::core::option::Option::None => ::core::option::Option::None,
            }
        },
        false => put,
    };
    let on_error = on_error(parameter, callback, krate);
    quote! {
        #on_error
        #declare
        let mut #slot = #put;
    }
}

/// The statements that say what C gets if the closure fails.
fn on_error(parameter: &Parameter, callback: &Callback, krate: &TokenStream) -> Option<TokenStream> {
    let value = callback.on_error.as_ref()?;
    let CallbackNames { closures, on_error, .. } = CallbackNames::of(&parameter.name);
    let (ty, scope) = (callback.signature.returns.ty(), local("scope"));
    let converted = c_function::returned_value(callback, &quote!(#on_error()), krate);
    Some(quote! {
        fn #on_error() -> #ty {
            #value
        }
        #closures.on_error(|#scope| #converted)?;
    })
}

/// The function pointer that is passed to C.
pub(in super::super) fn pass(parameter: &Parameter, callback: &Callback) -> TokenStream {
    let CallbackNames { pointer, .. } = CallbackNames::of(&parameter.name);
    let slot = slot_name(&parameter.name);
    match callback.is_optional {
        true => quote!(#slot.as_ref().map(#pointer)),
        false => quote!(#pointer(&#slot)),
    }
}

/// Right after the call: resumes the failure of a closure, if there was one.
pub(in super::super) fn finish(parameter: &Parameter, callback: &Callback) -> TokenStream {
    let (slot, lent) = (slot_name(&parameter.name), local("lent"));
    match callback.is_optional {
        true => quote! {
            if let ::core::option::Option::Some(#lent) = &#slot {
                #lent.finish();
            }
        },
        false => quote!(#slot.finish();),
    }
}

/// The `Registration` that keeps a registered closure alive.
pub(in super::super) fn registration(parameter: &Parameter, callback: &Callback, krate: &TokenStream) -> TokenStream {
    let slot = slot_name(&parameter.name);
    match callback.is_optional {
        true => {
            quote!(#slot.map_or_else(#krate::Registration::none, #krate::__private::native::LentClosure::into_registration))
        }
        false => quote!(#slot.into_registration()),
    }
}
