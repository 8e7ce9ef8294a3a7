//! Takes what a native function returned, and what it wrote through pointers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::super::c_type::{native_item, slot_name, span_of};
use crate::model::{Buffer, Kind, Length, Method, Native, Parameter, Passing, Returns};
use crate::names::{self, local};
use crate::settings::Encoding;

/// The variable that holds the returned value: the user's `ret` if one of the user's expressions uses it.
pub(super) fn returned_name(method: &Method, native: &Native) -> Ident {
    let is_length = |parameter: &Parameter| match &parameter.kind {
        Kind::ArrayBuffer(_, buffer) | Kind::TextBuffer(_, buffer) => {
            buffer.length.as_ref().filter(|length| *length == "ret").cloned()
        }
        _ => None,
    };
    match method.signature.parameters.iter().find_map(is_length) {
        Some(name) => name,
        None if native.check.is_some() => Ident::new("ret", Span::call_site()),
        None => local("ret"),
    }
}

/// The variable that holds the length of a returned array.
pub(super) fn returned_length() -> Ident {
    local("returned_length")
}

/// Converts the returned value, and frees what it points to.
pub(super) fn returned_value(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let (returned, name) = (local("returned"), returned_name(method, native));
    let (_, returns) = method.signature.checked_return(krate);
    let span = span_of(&returns);
    let take = match &method.signature.returns {
        Returns::Vec { .. } => {
            let (length, from_c) = (returned_length(), native_item(returns, "from_c", krate));
            quote!(#krate::__private::native::returned_array(#returned, #length, #from_c))
        }
        Returns::Value(ty) if native.encoding != Encoding::Utf8 => {
            let encoding = native.encoding.marker();
            quote!(<#ty as #krate::__private::native::ReturnedText>::from_c::<#krate::__private::native::#encoding>(#returned))
        }
        _ => {
            let from_c = quote_spanned!(span=> <#returns as #krate::__private::native::NativeReturn>::from_c);
            quote!(#krate::__private::native::from_c(#returned, #from_c))
        }
    };
    let release = native.free_with.as_ref().map(|_| {
        let (number, declared, release) = (names::number(&method.name), local("release_signature"), local("release"));
        quote! {
            if !#returned.is_null() {
                let #release = self.library.release(#number, #declared())?;
                // SAFETY: the interface declares that the function frees the returned pointer, whose target was copied.
                unsafe { #release.call(|#release| #release(#returned)) }?;
            }
        }
    });
    match &method.signature.returns {
        Returns::Nothing => quote! {
            // SAFETY: the function returns nothing.
            unsafe { #take }?;
        },
        _ => quote! {
            // SAFETY: the interface declares the function's return type.
            let #name = unsafe { #take };
            #release
            let #name = #name?;
        },
    }
}

/// Converts the output parameters: single values first, because they may hold the lengths of buffers.
pub(super) fn parameters(method: &Method, krate: &TokenStream) -> TokenStream {
    let singles = method.signature.parameters.iter().filter_map(|parameter| single(method, parameter, krate));
    let buffers = method.signature.parameters.iter().filter_map(|parameter| match &parameter.kind {
        Kind::ArrayBuffer(_, buffer) | Kind::TextBuffer(_, buffer) => {
            let (name, slot, text) = (&parameter.name, slot_name(&parameter.name), names::text(&parameter.name));
            let length = written_length(method, parameter, buffer, krate);
            let written = local("written");
            Some(quote! {
                let #written = #length;
                // SAFETY: the interface declares the type of the elements, and the buffer was zeroed before the call.
                let #name = unsafe { #slot.take(#text, #written) }?;
            })
        }
        _ => None,
    });
    quote!(#(#singles)* #(#buffers)*)
}

/// Converts a parameter that is not a buffer with a length of its own.
fn single(method: &Method, parameter: &Parameter, krate: &TokenStream) -> Option<TokenStream> {
    let (name, slot) = (&parameter.name, slot_name(&parameter.name));
    let from_c = native_item(method.signature.checked(parameter, krate), "from_c", krate);
    let take = quote! {
        // SAFETY: the interface declares the type of the pointer's target.
        unsafe { #krate::__private::native::from_c(#slot.get(), #from_c) }?
    };
    match parameter.kind {
        Kind::Pointer(_, Passing::Out) => Some(quote!(let #name = #take;)),
        Kind::Pointer(_, Passing::InOut) => Some(quote!(*#name = #take;)),
        Kind::Array(_, Passing::InOut) => Some(quote! {
            // SAFETY: the interface declares the type of the elements.
            unsafe { #slot.take() }?;
        }),
        _ => None,
    }
}

/// The number of elements that the library wrote to a buffer.
fn written_length(method: &Method, parameter: &Parameter, buffer: &Buffer, krate: &TokenStream) -> TokenStream {
    let (slot, text) = (slot_name(&parameter.name), names::text(&parameter.name));
    if let Some(length) = &buffer.length {
        let is_borrowed = method.signature.in_outs().any(|parameter| parameter.name == *length);
        let star = is_borrowed.then(|| quote!(*));
        return quote!(#krate::__private::native::reported_length(#text, #star #length)?);
    }
    let is_of = |candidate: &&Parameter| matches!(&candidate.kind, Kind::Length(Length { of, passing: Some(Passing::InOut), .. }) if of.contains(&parameter.name));
    match method.signature.parameters.iter().find(is_of) {
        Some(length) => {
            let length = slot_name(&length.name);
            quote!(#length.take(#text)?)
        }
        None => quote!(#slot.len()),
    }
}
