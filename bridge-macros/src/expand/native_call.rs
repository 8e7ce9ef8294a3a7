//! One call of a native function: makes a slot for each parameter, passes the slots, and takes what the function wrote.

mod slots;
mod take;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};

use self::slots::Slots;
use self::take::Taking;
use super::c_type::{by_abi, on_member_cfg, slot_name, span_of};
use super::callback::{self, trampoline};
use crate::model::{Kind, Method, Native, Parameter, Returns, Signature, Symbol, joined};
use crate::names::{self, local, runtime, type_name};
use crate::paths::{none, option};
use crate::settings::{Abi, OsError};

/// The declaration of the function, and the functions that C calls for the method's callbacks.
pub(super) fn items(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let declarations = declarations(method, native, krate);
    let callbacks = method.signature.callbacks();
    let callbacks = callbacks.map(|(parameter, callback)| trampoline::items(method, parameter, callback, krate));
    quote!(#declarations #(#callbacks)*)
}

/// The body that calls a function.
pub(super) fn function(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let signature = &method.signature;
    let (number, declared) = (names::number(&method.name), local("signature"));
    let (function, scope, returned) = (local("function"), local("scope"), local("returned"));
    let slots = Slots::of(method, native, krate);
    let call = call(signature, native, krate);
    let finish = signature.scoped_callbacks().map(|(parameter, callback)| callback::slot::finish(parameter, callback));
    let (clear_os_error, read_os_error) = os_error(native, krate);
    let close = signature.closed().map(|parameter| close(parameter, krate));
    let (prepare_release, release) = take::release(method, native, krate);
    let take = Taking::of(method, native, krate);
    let value = value(method, native, krate);
    let found = |address: &TokenStream| {
        let text = super::description::address_text(method, native);
        quote!(let #function = self.library.function_at(#number, #text, #address, #declared())?;)
    };
    let (first, last) = match (&native.symbol, signature.parameters.first()) {
        (Symbol::Address(_), _) => (None, Some(found(&local("address").to_token_stream()))),
        (Symbol::Entry(entry), Some(this)) => {
            let (this, native) = (slot_name(&this.name), quote!(#krate::__private::native));
            let address = quote! {
                // SAFETY: the interface declares that the first argument points to an object with a table of functions.
                unsafe { #native::vtable_entry(#this, #entry) }
            };
            (None, Some(found(&address)))
        }
        _ => (Some(quote!(let #function = self.library.function(#number, #declared())?;)), None),
    };
    quote! {
        #first
        let mut #scope = #krate::__private::native::Scope::new();
        #slots
        #last
        #clear_os_error
        #call
        #read_os_error
        #(#close)*
        #(#finish)*
        let #returned = #returned?;
        #prepare_release
        #take
        #release
        ::core::result::Result::Ok(#value)
    }
}

/// The call itself. A member function gets the place for its result as well, on the targets where it takes one.
fn call(signature: &Signature, native: &Native, krate: &TokenStream) -> TokenStream {
    let (function, returned, place) = (local("function"), local("returned"), local("place"));
    let pass: Vec<_> = signature.parameters.iter().map(|parameter| slots::pass(signature, parameter, krate)).collect();
    let call = |pass: &[TokenStream]| {
        quote! {
            // SAFETY: the interface declares the signature, and the slots keep all pointers valid until the end of the call.
            let #returned = unsafe { #function.call(|#function| #function(#(#pass),*)) };
        }
    };
    if !native.is_member(signature) {
        return call(&pass);
    }
    let with_place = [&pass[..pass.len().min(1)], &[quote!(#place.pass())], pass.get(1..).unwrap_or_default()].concat();
    let make = quote!(let mut #place = #krate::__private::native::MemberResult::new(););
    on_member_cfg(&[make, call(&with_place)], &[call(&pass)])
}

/// The items and the body that call the C function at a pointer. `context` is the program's own, for the function's `UserData`.
pub(super) fn at_pointer(
    method: &Method,
    native: &Native,
    (pointer, context): (&TokenStream, &TokenStream),
    krate: &TokenStream,
) -> (TokenStream, TokenStream) {
    let (function, scope, returned, declared) =
        (local("function"), local("scope"), local("returned"), local("signature"));
    let (slots, take, value) =
        (Slots::of(method, native, krate), Taking::of(method, native, krate), value(method, native, krate));
    let contexts = method.signature.parameters.iter().filter(|parameter| matches!(parameter.kind, Kind::UserData(_)));
    let contexts = contexts.map(|parameter| {
        let slot = slot_name(&parameter.name);
        quote!(let mut #slot = #krate::__private::drop_in::OwnContext(#context);)
    });
    let call = call(&method.signature, native, krate);
    let body = quote! {
        let #function = #krate::__private::drop_in::PointedFunction::new(#pointer, #declared());
        let mut #scope = #krate::__private::native::Scope::new();
        #slots
        #(#contexts)*
        #call
        let #returned = #returned?;
        #take
        ::core::result::Result::Ok(#value)
    };
    (declarations(method, native, krate), body)
}

/// The items and the body that make a C function of a closure.
pub(super) fn callback(method: &Method, krate: &TokenStream) -> (TokenStream, TokenStream) {
    let native = quote!(#krate::__private::native);
    let (mut items, mut statements, mut parts) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
    for (parameter, callback) in method.signature.registered_callbacks() {
        items.extend(trampoline::items(method, parameter, callback, krate));
        let context = match callback::context_of(method, &parameter.name) {
            Some(context) => {
                let slot = slot_name(context);
                statements.extend(quote!(let #slot = #native::Context::new();));
                option(Some(quote!(&#slot)))
            }
            None => none(),
        };
        statements.extend(callback::slot::slot(method, parameter, callback, krate));
        let (function, registration) =
            (callback::slot::pass(parameter, callback), callback::slot::registration(parameter, callback, krate));
        parts.extend(quote!(#native::CallbackAddresses::new(#function, #context)?, #registration));
    }
    (items, quote! { #statements ::core::result::Result::Ok(#krate::Callback::from_parts((#parts))) })
}

/// The body that reads or writes a variable.
pub(super) fn variable(method: &Method, krate: &TokenStream) -> TokenStream {
    let number = names::number(&method.name);
    let (variable, scope) = (local("variable"), local("scope"));
    match method.signature.parameters.first() {
        None => {
            let (_, returns) = method.signature.checked_return(krate);
            let span = span_of(&returns);
            let from_c = quote_spanned!(span=> <#returns as #krate::__private::native::NativeReturn>::from_c);
            quote! {
                let #variable = self.library.variable(#number)?;
                // SAFETY: the interface declares the variable's type.
                unsafe { #krate::__private::native::read_variable(#variable, #from_c) }
            }
        }
        Some(parameter) => {
            let slot = slots::slot(method, parameter, krate);
            let value = slot_name(&parameter.name);
            quote! {
                let #variable = self.library.variable(#number)?;
                let mut #scope = #krate::__private::native::Scope::new();
                #slot
                // SAFETY: the interface declares the variable's type.
                unsafe { #krate::__private::native::write_variable(#variable, #value) };
                ::core::result::Result::Ok(())
            }
        }
    }
}

/// A pattern for the values that a method returns, and the values with `convert` applied to the output arrays. `None` if
/// there are none.
pub(super) fn convert_out_vecs(signature: &Signature, convert: &TokenStream) -> Option<(TokenStream, TokenStream)> {
    let is_out_vec = |parameter: &Parameter| matches!(parameter.kind, Kind::ArrayBuffer(..));
    if !signature.parameters.iter().any(is_out_vec) {
        return None;
    }
    let own = (!matches!(signature.returns, Returns::Nothing)).then_some(false);
    let outs = signature.outs().map(is_out_vec);
    let registered = signature.registered_callbacks().map(|_| false);
    let converts = own.into_iter().chain(outs).chain(registered).enumerate();
    let (names, values): (Vec<_>, Vec<_>) = converts
        .map(|(place, converts)| {
            let name = local(&format!("part_{place}"));
            let value = if converts { quote!(#convert(#name)) } else { quote!(#name) };
            (name.to_token_stream(), value)
        })
        .unzip();
    Some((joined(&names), joined(&values)))
}

/// The value of the whole call.
fn value(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let signature = &method.signature;
    let own =
        (!matches!(signature.returns, Returns::Nothing)).then(|| take::returned_name(method, native).to_token_stream());
    let outs = signature.outs().map(|out| out.name.to_token_stream());
    let registered = signature.registered_callbacks();
    let registered = registered.map(|(parameter, callback)| callback::slot::registration(parameter, callback, krate));
    joined(&own.into_iter().chain(outs).chain(registered).collect::<Vec<_>>())
}

/// Marks a handle as closed.
fn close(parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let Parameter { name, kind, .. } = parameter;
    let closed = take::closed_name(name);
    let value = if matches!(kind, Kind::Value) { quote!(&#name) } else { quote!(&*#name) };
    let ty = Signature::checked_handle(parameter, krate);
    let span = span_of(&ty);
    let handle = quote_spanned!(span=> <#ty as #krate::__private::native::Closes>::handle);
    quote!(let #closed = #krate::__private::native::close(#value, #handle);)
}

/// Clears the error number before the call, and reads it right after.
fn os_error(native: &Native, krate: &TokenStream) -> (Option<TokenStream>, Option<TokenStream>) {
    let name = local("os_error");
    let (clear, read) = match native.os_error {
        Some(OsError::Last) => (runtime("clear_last_error"), runtime("last_error")),
        Some(OsError::Errno) => (runtime("clear_errno"), runtime("errno")),
        None => return (None, None),
    };
    (Some(quote!(#krate::__private::native::#clear();)), Some(quote!(let #name = #krate::__private::native::#read();)))
}

/// The declarations of the method's function, and of the function that releases what it returns.
fn declarations(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let returns = type_name("Returns");
    let parameters: Vec<_> =
        (0..method.signature.parameters.len()).map(|place| type_name(&format!("P{place}"))).collect();
    let declaration =
        |names, parameters: &[Ident], returned| declaration(names, native.abi, parameters, returned, krate);
    let names = [type_name("Function"), local("signature"), local("probe")];
    let function = match native.is_member(&method.signature) {
        true => {
            let mut with_place = parameters.clone();
            with_place.insert(parameters.len().min(1), type_name("Place"));
            on_member_cfg(
                &declaration(names.clone(), &with_place, Some(&returns)),
                &declaration(names, &parameters, Some(&returns)),
            )
        }
        false => declaration(names, &parameters, Some(&returns)).into_iter().collect(),
    };
    let releases = native.releases(&method.signature).enumerate().flat_map(|(place, (release, _))| {
        let names =
            [type_name(&format!("Release{place}")), names::release(place, "signature"), names::release(place, "probe")];
        self::declaration(names, release.abi, &[type_name("Pointer")], None, krate)
    });
    quote!(#function #(#releases)*)
}

/// The signature of a function, and a function that the runtime compares it with. They are generic over all C types, which are
/// inferred: so the compiler reports a type without a C counterpart once.
fn declaration(
    [function, signature, probe]: [Ident; 3],
    abi: Abi,
    parameters: &[Ident],
    returned: Option<&Ident>,
    krate: &TokenStream,
) -> Vec<TokenStream> {
    let any = quote!(::core::mem::MaybeUninit);
    let zeroable = quote!(#krate::__private::native::Zeroable);
    let generics: Vec<_> = parameters.iter().chain(returned).collect();
    let bound = returned.map(|returned| quote!(#returned: #zeroable));
    let bounds = quote!(#(#parameters,)* #bound);
    let returns = returned.map_or_else(|| quote!(()), |returned| quote!(#returned));
    let by_abi = by_abi(abi, |abi| {
        vec![
            quote!(type #function<#(#generics),*> = unsafe extern #abi fn(#(#parameters),*) -> #returns;),
            quote! {
                extern #abi fn #probe<#bounds>(#(_: #any<#parameters>),*) -> #returns {
                    <#returns as #zeroable>::zeroed()
                }
            },
        ]
    });
    let signature = quote! {
        fn #signature<#bounds>() -> #krate::__private::native::Signature<#function<#(#generics),*>> {
            // SAFETY: the functions differ in this one's `MaybeUninit`s only, which are passed as the types in them, and may be
            // any bytes.
            unsafe { #krate::__private::native::Signature::new::<#returns>(#probe::<#(#generics),*> as *const ()) }
        }
    };
    by_abi.into_iter().chain([signature]).collect()
}
