//! The C functions that callbacks are passed as. Each finds its closure by its context or by its own number,
//! and runs it.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::c_function::c_name;
use super::super::c_type::by_abi;
use super::names::{CParameter, CallbackNames, context, passed};
use crate::model::{Callback, Kind, Method, Parameter};
use crate::names::{self, constant, local, type_name};

/// The items for a callback.
///
/// They are generic over the C types, which are inferred: the compiler then reports a type without a C counterpart once.
pub(in super::super) fn items(
    method: &Method,
    parameter: &Parameter,
    callback: &Callback,
    krate: &TokenStream,
) -> TokenStream {
    let private = quote!(#krate::__private);
    let CallbackNames { closure, closures, trampoline, function, entry, table, table_row, lend, pointer, .. } =
        CallbackNames::of(&parameter.name);
    let text = names::text(&parameter.name);
    let c_parameters: Vec<_> = callback.signature.parameters.iter().map(CParameter::of).collect();
    let c_names: Vec<_> = c_parameters.iter().map(|parameter| &parameter.name).collect();
    let c_types: Vec<_> = c_parameters.iter().map(|parameter| &parameter.ty).collect();
    let passed: Vec<_> = passed(&callback.signature).collect();
    let generics: Vec<_> = passed.iter().map(|parameter| &parameter.ty).collect();
    let names: Vec<_> = passed.iter().map(|parameter| &parameter.name).collect();
    let (returns, lent, entry_key) = (type_name("Returned"), local("lent"), local("key"));
    let (running, scope_name) = (local("closure"), local("scope"));
    let scope = quote!(&mut #private::native::Scope);
    let called = quote! {
        dyn ::core::ops::FnMut(#(#generics,)* #scope) -> ::core::result::Result<#returns, ::std::boxed::Box<#private::Fault>>
            + ::core::marker::Send
    };
    let all = quote!(#(#generics,)* #returns);
    // The callback table owns a registered closure, and borrows any other for the time of the call.
    let (declared, run) = match callback.is_registered {
        true => (quote!(type #closure<#all> = ::std::boxed::Box<#called>;), quote!(#closure<#all>)),
        false => {
            let run = quote!(#closure<'static, #all>);
            let declared = quote! {
                type #closure<'closure, #all> = &'closure mut (#called + 'closure);

                /// # Safety
                /// The result must not be used after the lifetime of the closure.
                unsafe fn #lend<#all>(#lent: #closure<'_, #all>) -> #run {
                    // SAFETY: the types differ in their lifetime only, and the caller guarantees that.
                    unsafe { ::core::mem::transmute::<#closure<'_, #all>, #run>(#lent) }
                }
            };
            (declared, run)
        }
    };
    let bounds = quote!(#(#generics: 'static,)* #returns: #private::native::Zeroable + ::core::marker::Copy + 'static);
    let context = context(method, &parameter.name).and_then(|_| {
        let is_context = |parameter: &&Parameter| matches!(parameter.kind, Kind::UserData(_));
        callback.signature.parameters.iter().find(is_context).map(|parameter| c_name(&parameter.name))
    });
    let pointers = by_abi(callback.abi, |abi| {
        vec![quote!(type #trampoline<#all> = unsafe extern #abi fn(#(#c_types),*) -> #returns;)]
    });
    let defined = |number: TokenStream, key: TokenStream| {
        by_abi(callback.abi, |abi| {
            vec![quote! {
                #[allow(unused_variables)]
                unsafe extern #abi fn #function #number(#(#c_names: #c_types),*) -> #returns {
                    #table::<#all>::#entry(#key #(, #names)*)
                }
            }]
        })
    };
    let (row, column) = (constant("ROW"), constant("COLUMN"));
    let (functions, found) = match &context {
        Some(context) => {
            let defined = defined(quote!(), quote!(#private::native::context_key(#context)));
            (quote!(impl<#bounds> #table<#all> { #(#defined)* }), quote!(#table::<#all>::#function))
        }
        None => {
            let u32 = quote!(::core::primitive::u32);
            let defined =
                defined(quote!(<const #column: #u32>), quote!(const { #private::native::slot(#row, #column) }));
            let functions = quote! {
                struct #table_row<const #row: #u32, #all>(::core::marker::PhantomData<(#all,)>);

                impl<const #row: #u32, #bounds> #table_row<#row, #all> {
                    const FUNCTIONS: #private::native::SlotRow<#trampoline<#all>> = #private::native::slot_row!(#function);

                    #(#defined)*
                }

                impl<#bounds> #table<#all> {
                    const FUNCTIONS: &'static #private::native::Slots<#trampoline<#all>> = &#private::native::slots!(#table_row (#all));
                }
            };
            (functions, quote!(#lent.function(#table::<#all>::FUNCTIONS)))
        }
    };
    // One function for all C functions of the callback, of which there may be 128. It is `extern "C"`, which does not unwind,
    // so that they have nothing to clean up.
    let entered = quote! {
        #[inline(never)]
        #[allow(clippy::too_many_arguments)]
        extern "C" fn #entry(#entry_key: ::core::primitive::u32 #(, #names: #generics)*) -> #returns {
            #closures.run::<#run, #returns>(#entry_key, |#running, #scope_name| #running(#(#names,)* #scope_name))
        }
    };
    quote! {
        #declared

        static #closures: #private::native::CallbackTable = #private::native::CallbackTable::new(#text);

        #(#pointers)*

        struct #table<#all>(::core::marker::PhantomData<(#all,)>);

        impl<#bounds> #table<#all> {
            #entered
        }

        #functions

        fn #pointer<#bounds>(#lent: &#private::native::LentClosure<'_, #run>) -> #trampoline<#all> {
            #found
        }
    }
}
