//! The arguments of an exported function: from C, and to the client's call.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use super::super::c_function::{self, c_name, capacity_name, length_name, length_of};
use super::super::c_type::{conversion, element_bytes, native_item};
use super::super::client::call_with_callbacks;
use super::super::{callback, native_call};
use crate::model::{Callback, Kind, Length, Method, Parameter, Passing, Signature};
use crate::names::{self, local, local_of};
use crate::settings::Encoding;

/// Converts the arguments: lengths first, then values, which the lengths of arrays may use.
pub(super) fn take_all(signature: &Signature, krate: &TokenStream) -> TokenStream {
    let is_taken = |parameter: &&Parameter| {
        let is_written = matches!(parameter.kind, Kind::Length(Length { passing: Some(Passing::Out), .. }));
        parameter.fixed.is_none() && !is_written
    };
    let mut parameters: Vec<_> = signature.parameters.iter().filter(is_taken).collect();
    parameters.sort_by_key(|parameter| match parameter.kind {
        Kind::Length(_) => 0,
        Kind::Value | Kind::Pointer(..) => 1,
        _ => 2,
    });
    let take = parameters.into_iter().map(|parameter| match &parameter.kind {
        Kind::Text(encoding) => match signature.length_of(&parameter.name) {
            Some(length) => text(signature, parameter, *encoding, length, krate),
            None => c_function::take(signature, parameter, krate),
        },
        Kind::Length(length) => {
            let (value, c, taken) =
                (length_name(&parameter.name), c_name(&parameter.name), c_function::take(signature, parameter, krate));
            let ty = signature.checked(parameter, krate);
            let (native, scope) = (quote!(#krate::__private::native), local("scope"));
            let from_c = native_item(ty, "from_c", krate);
            let kept = match length.passing {
                // SAFETY: there are no pointers in an integer.
                None => quote!(let #value = unsafe { #native::from_c(#c, #from_c, #scope) }?;),
                // SAFETY: the interface declares the type of the pointer's target.
                Some(_) => quote!(let #value = unsafe { #native::passed_pointer(#c, #from_c, #scope) }?;),
            };
            quote!(#kept #taken)
        }
        _ => c_function::take(signature, parameter, krate),
    });
    take.collect()
}

/// Text whose length C passes.
fn text(
    signature: &Signature,
    parameter: &Parameter,
    encoding: Encoding,
    (length_parameter, length): (&Parameter, &Length),
    krate: &TokenStream,
) -> TokenStream {
    let (native, marker) = (quote!(#krate::__private::native), encoding.marker());
    let (Parameter { name, .. }, c) = (parameter, c_name(&parameter.name));
    let value = length_name(&length_parameter.name);
    let bytes = element_bytes(signature, parameter, length, krate);
    let bytes = bytes.map(|bytes| quote!(/ #bytes as ::core::primitive::i64));
    let label = names::text(name);
    let taken = quote! {
        // SAFETY: the interface declares the text and its length.
        let #name = #native::passed(#label, unsafe {
            #native::passed_text::<#native::#marker>(#c, #native::Length::to_i64(#value) #bytes)
        })?;
    };
    match parameter.is_nullable {
        true => taken,
        false => quote!(#taken let #name = #name.unwrap_or_default();),
    }
}

/// What the program says about an output.
pub(super) fn output(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let (c, native, capacity) =
        (c_name(&parameter.name), quote!(#krate::__private::native), capacity_name(&parameter.name));
    match &parameter.kind {
        Kind::ArrayBuffer(..) => quote!(#native::output_buffer(#c, #capacity)),
        Kind::TextBuffer(format, _) => {
            let marker = format.encoding.marker();
            // SAFETY: the program says that its buffer has this capacity.
            quote!(unsafe { #native::output_text::<#native::#marker>(#c, #capacity) })
        }
        Kind::Pointer(..) => {
            let numbers = conversion(signature, parameter, "IS_NUMBERS", krate);
            // SAFETY: the interface declares the type of the pointer's target.
            quote!(unsafe { #native::output_at(#c, #numbers) })
        }
        // SAFETY: as above.
        _ => quote!(unsafe { #native::output_at(#c, false) }),
    }
}

/// The place of a parameter among all, if the program passes null for it and the interface does not say that it may.
pub(super) fn null(parameter: &Parameter, place: u32, krate: &TokenStream) -> Option<TokenStream> {
    let may_be_null = match &parameter.kind {
        Kind::Length(length) => length.passing.is_none(),
        Kind::Pointer(..) | Kind::Array(..) | Kind::Text(_) | Kind::CStr | Kind::TextList(_) => parameter.is_nullable,
        _ => true,
    };
    if may_be_null || parameter.is_out() || parameter.fixed.is_some() {
        return None;
    }
    let c = c_name(&parameter.name);
    Some(quote!(#krate::__private::native::null_in_c(#place, #c)))
}

/// The length that the program passes, if it is not that of what is passed.
pub(super) fn given_length(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> Option<TokenStream> {
    let Kind::Length(length @ Length { of, passing: None | Some(Passing::In), .. }) = &parameter.kind else {
        return None;
    };
    let native = quote!(#krate::__private::native);
    let (value, place) = (length_name(&parameter.name), signature.place_of_all(parameter));
    let number = quote!(#native::Length::to_i64(#value));
    let is_null = of.iter().map(|of| {
        let c = c_name(of);
        quote!(#native::null_in_c(#place, #c).is_some())
    });
    let counts_nul = of.iter().filter_map(|of| signature.parameter(of)).find_map(|of| {
        let Kind::Text(encoding) = &of.kind else { return None };
        let (c, marker) = (c_name(&of.name), encoding.marker());
        let bytes = element_bytes(signature, of, length, krate);
        let bytes = bytes.map(|bytes| quote!(/ #bytes as ::core::primitive::i64));
        // SAFETY: the interface declares the text and its length.
        Some(quote!(unsafe { #native::counts_nul::<#native::#marker>(#c, #number #bytes) }))
    });
    let counts_nul = counts_nul.unwrap_or_else(|| quote!(false));
    Some(quote!(#native::c_length(#place, #number, #(#is_null)&&*, #counts_nul)))
}

/// The capacity of a buffer: what the program says in the length parameter, or else what the interface says.
pub(super) fn capacity(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> Option<TokenStream> {
    parameter.buffer()?;
    match length_of(signature, &parameter.name, krate) {
        Some(length) => {
            let capacity = capacity_name(&parameter.name);
            Some(quote!(let #capacity = #length;))
        }
        None => c_function::capacity(signature, parameter, krate),
    }
}

/// The call of a method, as an expression of type `Result`, with the arguments that were converted for the C function.
pub(super) fn call(method: &Method, function: &Method, krate: &TokenStream) -> TokenStream {
    let (signature, calls) = (&method.signature, local("calls"));
    let mut arguments = TokenStream::new();
    let mut contexts = TokenStream::new();
    for parameter in signature.visible() {
        let Parameter { name, kind, is_nullable, .. } = parameter;
        let value = match (kind, is_nullable) {
            (Kind::Callback(callback), _) => {
                let (prepare, closure) = closure(method, parameter, callback, krate);
                contexts.extend(prepare);
                arguments.extend(quote!(let mut #name = #closure;));
                continue;
            }
            (Kind::Pointer(_, Passing::In), false) => quote!(&#name),
            (Kind::Pointer(..), false) => quote!(&mut #name),
            (Kind::Array(_, Passing::In) | Kind::Text(_) | Kind::TextList(_), false) => quote!(&*#name),
            (Kind::Array(..), false) => quote!(&mut *#name),
            (Kind::Pointer(_, Passing::In), true) => quote!(#name.as_ref()),
            (Kind::Pointer(..), true) => quote!(#name.as_mut()),
            (Kind::Array(_, Passing::In) | Kind::Text(_), true) => quote!(#name.as_deref()),
            (Kind::Array(..), true) => quote!(#name.as_deref_mut()),
            (Kind::Value, _) if function.signature.parameter(name).is_some_and(is_array) => {
                quote!(#name.map(::std::borrow::Cow::into_owned))
            }
            _ => quote!(#name),
        };
        arguments.extend(quote!(let #name = #value;));
    }
    let call = match method.has_callbacks() {
        true => call_with_callbacks(method, &calls.to_token_stream(), krate),
        false => {
            let (call, names) = (names::call(&method.name), signature.visible().map(|parameter| &parameter.name));
            quote!(#call(&#calls #(, #names)*))
        }
    };
    quote!({ #contexts #arguments #call })
}

fn is_array(parameter: &Parameter) -> bool {
    matches!(parameter.kind, Kind::Array(..))
}

/// A closure that calls the C function that the program has passed.
fn closure(
    method: &Method,
    parameter: &Parameter,
    callback: &Callback,
    krate: &TokenStream,
) -> (TokenStream, TokenStream) {
    let private = quote!(#krate::__private);
    let (name, c) = (&parameter.name, c_name(&parameter.name));
    let (pointer, context) = (local_of("function", name), local_of("context", name));
    let own_context = match callback::context_of(method, name) {
        Some(own) => c_name(own).to_token_stream(),
        None => quote!(::core::ptr::null_mut()),
    };
    let prepare = quote! {
        let #pointer = #private::drop_in::OwnPointer::new(#c);
        let #context = #private::drop_in::OwnPointer::new(#own_context);
    };
    let called = callback.as_method(name);
    let Some(native) = called.native() else { return (prepare, TokenStream::new()) };
    let (items, body) =
        native_call::at_pointer(&called, native, (&quote!(#pointer.get()), &quote!(#context.get())), krate);
    let parameters = called.signature.visible().map(|Parameter { name, ty, .. }| quote!(#name: #ty));
    let slices = called.signature.visible().map(|Parameter { name, kind, is_nullable, .. }| {
        let (of, reference) = match kind {
            Kind::Array(_, Passing::In) => (quote!(#private::Slice::of), (quote!(&#name), quote!(#name.as_ref()))),
            Kind::Array(..) => (quote!(#private::SliceMut::of), (quote!(&mut #name), quote!(#name.as_mut()))),
            _ => return TokenStream::new(),
        };
        match is_nullable {
            true => {
                let reference = reference.1;
                quote!(let mut #name = #name.map(#of); let #name = #reference;)
            }
            false => {
                let reference = reference.0;
                quote!(let mut #name = #of(#name); let #name = #reference;)
            }
        }
    });
    let returned = called.signature.returned_type(krate).unwrap_or_else(|| quote!(()));
    let (result, fault) = (quote!(::core::result::Result), quote!(#private::Fault));
    let closure = quote! {
        move |#(#parameters),*| -> #returned {
            #items
            #(#slices)*
            let mut #name = || -> #result<#returned, #fault> { #body };
            #private::drop_in::of_c_function(#name())
        }
    };
    match callback.is_optional {
        true => (prepare, quote!((!#c.is_null()).then(|| #closure))),
        false => (prepare, closure),
    }
}
