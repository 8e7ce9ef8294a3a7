//! The results of an exported function: what it returns, and what it writes through the program's pointers.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::Type;

use super::super::c_function::{self, c_name, capacity_name};
use super::super::c_type::{conversion, native_item};
use crate::expressions::Operand;
use crate::model::{
    Kind, Length, LibraryPointer, Method, Native, Parameter, Passing, PointerLength, Returns, Signature,
};
use crate::names::{self, local, runtime};
use crate::types;

/// Writes an output through the program's pointer.
pub(super) fn give(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let (native, scope) = (quote!(#krate::__private::native), local("scope"));
    let Parameter { name, kind, .. } = parameter;
    let (c, text) = (c_name(name), names::text(name));
    match kind {
        Kind::TextBuffer(format, _) => {
            let (marker, capacity) = (format.encoding.marker(), capacity_name(name));
            let (reply, place) = (local("reply"), signature.place(parameter));
            let give = runtime(if format.is_multi { "give_texts_to_c" } else { "give_text_to_c" });
            quote! {
                if !#reply.is_unwritten(#place) {
                    // SAFETY: the program says that its buffer has this capacity.
                    unsafe { #native::#give::<#native::#marker>(#c, #capacity, &#name) }?;
                }
            }
        }
        Kind::ArrayBuffer(..) => {
            let (to_c, capacity) = (conversion(signature, parameter, "to_c", krate), capacity_name(name));
            quote! {
                // SAFETY: as above.
                unsafe { #native::give_array(#text, #c, #capacity, &#name, #to_c, #scope) }?;
            }
        }
        Kind::LibraryPointer(pointer) => {
            let place = signature.place(parameter);
            let value = pointer_to_c(
                name.to_token_stream(),
                (pointer, &parameter.ty),
                &place.to_token_stream(),
                krate,
                signature.checked(parameter, krate),
            );
            quote! {
                // SAFETY: the program passes a place for the pointer, or null.
                unsafe { #native::give(#c, &#value, |pointer, _| ::core::result::Result::Ok(*pointer), #scope) }?;
            }
        }
        Kind::Length(Length { of, passing: Some(Passing::Out), .. }) => {
            let count = quote!(#(#native::element_count(&#of))*);
            give_length(signature, parameter, &count, krate)
        }
        _ if types::stores_pointer(parameter) => {
            let (reply, place) = (local("reply"), signature.place(parameter));
            let give = c_function::give(signature, parameter, krate);
            quote! {
                if #reply.is_null(#place) {
                    // SAFETY: the program passes a place for the pointer, or null.
                    unsafe { #native::give(#c, &::core::ptr::null(), |null, _| ::core::result::Result::Ok(*null), #scope) }?;
                } else {
                    #give
                }
            }
        }
        Kind::Pointer(_, Passing::InOut) | Kind::Array(_, Passing::InOut) if !parameter.is_nullable => {
            let (reply, place) = (local("reply"), signature.place_of_all(parameter));
            let (from_c, give) =
                (conversion(signature, parameter, "from_c", krate), c_function::give(signature, parameter, krate));
            let count = if matches!(kind, Kind::Array(..)) { quote!(#name.len()) } else { quote!(1) };
            quote! {
                // SAFETY: the program has passed these values.
                unsafe { #native::restore_pointers(#c, #count, #from_c, #scope, (&#reply, #place)) };
                #give
                #native::restored_pointers(#scope);
            }
        }
        _ => c_function::give(signature, parameter, krate),
    }
}

/// Writes the length of an array through the program's pointer.
pub(super) fn give_length(
    signature: &Signature,
    parameter: &Parameter,
    length: &TokenStream,
    krate: &TokenStream,
) -> TokenStream {
    let (native, scope, c) = (quote!(#krate::__private::native), local("scope"), c_name(&parameter.name));
    let ty = signature.checked(parameter, krate);
    let to_c = native_item(ty.clone(), "to_c", krate);
    quote! {
        // SAFETY: the interface declares the type of the pointer's target.
        unsafe { #native::give(#c, &<#ty as #native::Length>::of_i64(#length), #to_c, #scope) }?;
    }
}

/// Writes before the call that the program gets no elements, which holds if the call fails.
pub(super) fn no_elements(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> Option<TokenStream> {
    let Kind::Length(Length { passing: Some(Passing::Out), .. }) = &parameter.kind else { return None };
    let (c, ty) = (c_name(&parameter.name), signature.checked(parameter, krate));
    Some(quote! {
        // SAFETY: the program passes a place for the length, or null.
        unsafe { #krate::__private::native::no_elements::<#ty>(#c.cast()) };
    })
}

/// A pointer to memory with the value, which lives as the original's would.
fn pointer_to_c(
    value: TokenStream,
    (pointer, ty): (&LibraryPointer, &Type),
    place: &TokenStream,
    krate: &TokenStream,
    target: TokenStream,
) -> TokenStream {
    let (native, scope, reply) = (quote!(#krate::__private::native), local("scope"), local("reply"));
    let marker = pointer.format.encoding.marker();
    let convert = match &pointer.length {
        _ if pointer.format.is_multi => quote!(#native::texts_to_c::<#native::#marker>(&#value, #scope)),
        Some(PointerLength::Elements(_)) => {
            let to_c = native_item(target, "to_c", krate);
            quote!(#native::array_to_c(&#value, #to_c, #scope))
        }
        Some(PointerLength::UntilNull(_)) => {
            let to_c = native_item(target, "to_c", krate);
            quote!(#native::list_to_c(&#value, #to_c, #scope))
        }
        None if types::is_boxed(ty) => {
            let to_c = native_item(target, "to_c", krate);
            quote!(#to_c(&#value, #scope))
        }
        None => quote!(#native::text_to_c::<#native::#marker, #ty>(&#value, #scope)),
    };
    let convert = match &pointer.free_with {
        Some(_) => quote!(#krate::__private::drop_in::freed_by_c(|#scope| #convert)?),
        None => quote!(#convert?),
    };
    quote!(if #reply.is_null(#place) { ::core::ptr::null() } else { #convert })
}

/// The C type that the function returns, and the value.
pub(super) fn returned(method: &Method, native: &Native, krate: &TokenStream) -> (TokenStream, TokenStream) {
    let (signature, private) = (&method.signature, quote!(#krate::__private));
    let (ret, scope) = (local("ret"), local("scope"));
    let (_, target) = signature.checked_return(krate);
    let pointer = quote!(*const ::core::ffi::c_void);
    let is_pointer = |ty: &Type| types::is_named(ty, "String") || types::is_optional_string(ty) || types::is_boxed(ty);
    match &signature.returns {
        Returns::Nothing | Returns::Result { .. } => (quote!(()), quote!(())),
        Returns::Value(ty) if !is_pointer(ty) => {
            let to_c = native_item(target.clone(), "to_c", krate);
            (native_item(target, "C", krate), quote!(#to_c(&#ret, #scope)?))
        }
        Returns::Value(ty) | Returns::Vec { ty, .. } => {
            let place = quote!(#private::native::RETURNED);
            let value = pointer_to_c(ret.to_token_stream(), (&native.returned, ty), &place, krate, target);
            (pointer, quote!((#value).cast()))
        }
    }
}

/// What the function returns if the bridge fails.
pub(super) fn failed(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let zero = quote!(#private::native::Zeroable::zeroed());
    let zero_pointer = quote!(::core::ptr::null());
    let value = local("value");
    let Returns::Value(ty) = &method.signature.returns else {
        return if matches!(method.signature.returns, Returns::Vec { .. }) { zero_pointer } else { zero };
    };
    if types::is_named(ty, "String") || types::is_optional_string(ty) || types::is_boxed(ty) {
        return zero_pointer;
    }
    let (_, target) = method.signature.checked_return(krate);
    let (to_c, from_c) = (native_item(target.clone(), "to_c", krate), native_item(target, "from_c", krate));
    if let Some(on_error) = &native.on_error {
        return quote! {{
            let #value: #ty = #on_error;
            #to_c(&#value, &mut #private::native::Scope::new()).unwrap_or_else(|_| #zero)
        }};
    }
    let Some(check) = &native.check else { return zero };
    let uses = method.signature.uses(check);
    if uses.iter().any(|used| !matches!(used.operand, Operand::Returned)) {
        return zero;
    }
    let Some(ret) = uses.first().map(|used| used.name.clone()) else { return zero };
    quote! {
        #private::native::failure_value(|#value| {
            // SAFETY: numbers have no pointers in them.
            match unsafe { #from_c(#value, &#private::native::Scope::new()) } {
                ::core::result::Result::Ok(#ret) => !(#check),
                ::core::result::Result::Err(_) => false,
            }
        })
    }
}
