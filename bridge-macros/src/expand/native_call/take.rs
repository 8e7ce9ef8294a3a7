//! Takes what a native function returned, and what it wrote through pointers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Expr, Type};

use super::super::c_type::{conversion, element_bytes, native_item, on_member_cfg, slot_name, span_of};
use super::super::expression;
use crate::expressions::Operand;
use crate::model::{
    Kind, Length, LibraryPointer, Method, Native, Parameter, Passing, PointerLength, Returns, Signature, at,
};
use crate::names::{self, local, local_of, runtime};
use crate::paths::{none, some};
use crate::settings::{Compiler, Encoding, TextFormat};
use crate::types;

/// The statements after the call.
pub(super) struct Taking<'m> {
    method: &'m Method,
    native: &'m Native,
    krate: &'m TokenStream,
    /// What was taken so far: parameters, and the returned value.
    taken: Vec<Ident>,
    statements: TokenStream,
}

impl<'m> Taking<'m> {
    /// Converts what the function returned and wrote: what the user's condition needs, the condition itself, and then the
    /// rest. If the condition is false, the rest need not be valid.
    pub(super) fn of(method: &'m Method, native: &'m Native, krate: &'m TokenStream) -> TokenStream {
        let mut taking = Self { method, native, krate, taken: Vec::new(), statements: note(method, krate) };
        taking.closes();
        if let Some(condition) = &native.check {
            let reported = reported(&method.signature, condition);
            if reported.is_none() {
                taking.returned();
            }
            let condition = (condition.span(), &taking.value(condition));
            let text = native.check_text.as_ref().map(|text| (text.span(), taking.value(text)));
            let reported = reported.unwrap_or_else(|| returned_name(method, native).to_token_stream());
            taking.statements.extend(check(method, native, condition, (&reported, text), krate));
        }
        taking.returned();
        // Single values first, because they may hold the lengths of buffers.
        let (buffers, singles): (Vec<_>, Vec<_>) = method
            .signature
            .parameters
            .iter()
            .partition(|parameter| parameter.buffer().is_some() || parameter.library_pointer().is_some());
        for parameter in singles.into_iter().chain(buffers) {
            taking.parameter(parameter);
        }
        taking.statements
    }

    /// Restores the handles that the function has not closed, as the user's conditions say.
    fn closes(&mut self) {
        for parameter in self.method.signature.closed() {
            let Some(condition) = parameter.closes.as_ref().and_then(|closes| closes.condition.as_ref()) else {
                continue;
            };
            let (span, value, closed) = (condition.span(), self.value(condition), closed_name(&parameter.name));
            self.statements.extend(unless((span, &value), &quote!(#closed.undo();)));
        }
    }

    /// Whether something is not taken yet; from now on it is.
    fn is_new(&mut self, output: &Ident) -> bool {
        let is_new = !self.taken.contains(output);
        self.taken.push(output.clone());
        is_new
    }

    /// The value of an expression, after the outputs that it uses.
    fn value(&mut self, expr: &Expr) -> TokenStream {
        let signature = &self.method.signature;
        for used in signature.uses(expr) {
            match used.operand {
                Operand::Returned => self.returned(),
                Operand::Parameter(parameter) => self.parameter(parameter),
            }
        }
        expression::value(signature, expr, |parameter| {
            let (name, slot) = (&parameter.name, slot_name(&parameter.name));
            match &parameter.kind {
                Kind::Length(Length { passing: None, .. }) => Some(slot.to_token_stream()),
                Kind::Length(_) => Some(quote!(&#slot.get())),
                Kind::ArrayBuffer(..) => Some(quote!(&#name.elements())),
                Kind::TextBuffer(..) => Some(quote!(&#name)),
                _ => None,
            }
        })
    }

    /// Converts the returned value.
    fn returned(&mut self) {
        let Self { method, native, krate, .. } = *self;
        let name = returned_name(method, native);
        if !self.is_new(&local("returned")) {
            return;
        }
        let (returned, scope) = (local("returned"), local("scope"));
        let (_, returns) = method.signature.checked_return(krate);
        let span = span_of(&returns);
        let from_c = quote_spanned!(span=> <#returns as #krate::__private::native::NativeReturn>::from_c);
        let take = match &method.signature.returns {
            Returns::Vec { .. } => self.array(&native.returned, &method.name, returned.to_token_stream(), returns),
            Returns::Value(ty) if native.returned.format.encoding != Encoding::Utf8 => {
                text(ty, native.returned.format, &returned.to_token_stream(), krate)
            }
            _ => {
                let by_compiler = match native.compiler {
                    Compiler::Msvc => runtime("from_msvc"),
                    Compiler::Gnu => runtime("from_gnu"),
                };
                quote!(#krate::__private::native::#by_compiler(#returned, #from_c, &#scope))
            }
        };
        if native.is_member(&method.signature) {
            let place = local("place");
            self.statements.extend(on_member_cfg(
                &[quote! {
                    // SAFETY: the interface declares the function's return type.
                    let #name = unsafe { #place.take(#returned, #from_c, &#scope) }?;
                }],
                &[quote! {
                    // SAFETY: as above.
                    let #name = unsafe { #take }?;
                }],
            ));
            return;
        }
        self.statements.extend(match &method.signature.returns {
            Returns::Nothing => quote! {
                // SAFETY: the function returns nothing.
                unsafe { #take }?;
            },
            _ => quote! {
                // SAFETY: the interface declares the function's return type.
                let #name = unsafe { #take }?;
            },
        });
    }

    /// The elements at a pointer of the library's, which `of` gives.
    fn array(&mut self, from: &LibraryPointer, of: &Ident, pointer: TokenStream, element: TokenStream) -> TokenStream {
        let Self { method, krate, .. } = *self;
        let (scope, native) = (local("scope"), quote!(#krate::__private::native));
        if from.format.is_multi {
            let encoding = from.format.encoding.marker();
            return quote!(#native::returned_texts::<#native::#encoding>(#pointer));
        }
        let from_c = native_item(element, "from_c", krate);
        let length = match &from.length {
            Some(PointerLength::Elements(length)) => length,
            _ => return quote!(#native::returned_list(#pointer, #from_c, &#scope)),
        };
        let name = pointer_length(of);
        if method.signature.is_evaluated_after(length) {
            let (value, text) = (self.value(length), names::text(of));
            self.statements.extend(quote!(let #name = #native::reported_length(#text, #value)?;));
        }
        quote!(#native::returned_array(#pointer, #name, #from_c, &#scope))
    }

    /// Converts what is at a pointer that the function has stored.
    fn library_pointer(&mut self, parameter: &Parameter, from: &LibraryPointer) {
        let Self { method, krate, .. } = *self;
        let (name, ty, slot, scope) = (&parameter.name, &parameter.ty, slot_name(&parameter.name), local("scope"));
        let (pointer, target) = (quote!(#slot.get()), method.signature.checked(parameter, krate));
        let take = if from.element.is_some() {
            self.array(from, name, pointer, target)
        } else if types::is_boxed(ty) {
            let from_c = native_item(target, "from_c", krate);
            quote!(#krate::__private::native::from_c(#pointer, #from_c, &#scope))
        } else {
            text(ty, from.format, &pointer, krate)
        };
        self.statements.extend(quote! {
            // SAFETY: the interface declares what the pointer that the library stores points to.
            let #name = unsafe { #take }?;
        });
    }

    /// Converts a parameter that the function wrote.
    fn parameter(&mut self, parameter: &Parameter) {
        let Self { method, krate, .. } = *self;
        if !self.is_new(&parameter.name) {
            return;
        }
        if let Some(pointer) = parameter.library_pointer() {
            return self.library_pointer(parameter, pointer);
        }
        let Some(buffer) = parameter.buffer() else {
            self.statements.extend(single(method, parameter, krate));
            return;
        };
        let (name, slot, text) = (&parameter.name, slot_name(&parameter.name), names::text(&parameter.name));
        let length = match method.signature.written_length(buffer) {
            Some(length) => {
                let value = self.value(length);
                quote!(#krate::__private::native::reported_length(#text, #value)?)
            }
            None => length_of_buffer(method, parameter, krate),
        };
        let (written, scope) = (local("written"), local("scope"));
        let scope = matches!(parameter.kind, Kind::ArrayBuffer(..)).then(|| quote!(, &#scope));
        let is_multi = matches!(&parameter.kind, Kind::TextBuffer(format, _) if format.is_multi);
        let take = runtime(if is_multi { "take_all" } else { "take" });
        self.statements.extend(quote! {
            let #written = #length;
            // SAFETY: the interface declares the type of the elements, and the buffer was zeroed before the call.
            let #name = unsafe { #slot.#take(#text, #written #scope) }?;
        });
    }
}

/// Notes what only C programs see: lengths as they are, and null pointers.
fn note(method: &Method, krate: &TokenStream) -> TokenStream {
    let (native, signature) = (quote!(#krate::__private::native), &method.signature);
    let lengths = signature.written_lengths().map(|parameter| {
        let slot = slot_name(&parameter.name);
        quote!(#native::note_length(&#slot);)
    });
    let pointers = signature.outs().enumerate().filter(|(_, parameter)| types::stores_pointer(parameter));
    let pointers = pointers.map(|(place, parameter)| {
        let (place, slot) = (place as u32, slot_name(&parameter.name));
        quote!(#native::note_pointer(#place, #slot.get());)
    });
    let returns_pointer = match &signature.returns {
        Returns::Vec { .. } => true,
        Returns::Value(ty) => types::is_named(ty, "String") || types::is_boxed(ty),
        Returns::Nothing | Returns::Result { .. } => false,
    };
    let returned = returns_pointer.then(|| {
        let returned = local("returned");
        quote!(#native::note_pointer(#native::RETURNED, #returned);)
    });
    quote!(#(#lengths)* #(#pointers)* #returned)
}

/// Returns an error with the value `reported` if the user's condition is false: the output is dropped, and the handles count
/// as open again.
fn check(
    method: &Method,
    native: &Native,
    condition: (Span, &TokenStream),
    (reported, text): (&TokenStream, Option<(Span, TokenStream)>),
    krate: &TokenStream,
) -> TokenStream {
    let os_error = match native.os_error {
        Some(_) => {
            let name = local("os_error");
            quote!(::core::option::Option::Some(#name))
        }
        None => quote!(::core::option::Option::None),
    };
    let text = text.map_or_else(none, |(span, text)| {
        let krate = at(krate, span);
        quote_spanned!(span=> #krate::__private::native::status_text(|| #text))
    });
    // A handle with a condition of its own is closed or not whether the check holds or not.
    let unconditional =
        |parameter: &&Parameter| parameter.closes.as_ref().is_some_and(|closes| closes.condition.is_none());
    let closed = method.signature.closed().filter(unconditional).map(|parameter| closed_name(&parameter.name));
    let fail = quote! {
        #(#closed.undo();)*
        // A C program gets what the function has returned and written.
        if !#krate::__private::native::noted_failure() {
            return ::core::result::Result::Err(#krate::__private::Fault::Status {
                value: #krate::__private::native::Status::number(&#reported),
                os_error: #os_error,
                text: #text,
            });
        }
    };
    unless(condition, &fail)
}

/// Executes statements if the user's condition is false. The compiler reports a condition that is no `bool` where the user wrote it.
fn unless((span, condition): (Span, &TokenStream), statements: &TokenStream) -> TokenStream {
    let (holds, bool) = (local("holds"), quote_spanned!(span=> ::core::primitive::bool));
    quote! {
        let #holds: #bool = #condition;
        if !#holds {
            #statements
        }
    }
}

/// The variable that marks a handle as closed.
pub(super) fn closed_name(parameter: &Ident) -> Ident {
    local_of("closed", parameter)
}

/// The value that a failed check reports: `None` for the returned one, which it is unless the condition uses only other outputs.
fn reported(signature: &Signature, condition: &Expr) -> Option<TokenStream> {
    let uses = signature.uses(condition);
    if uses.iter().any(|used| matches!(used.operand, Operand::Returned)) {
        return None;
    }
    uses.iter().find_map(|used| {
        let Operand::Parameter(parameter) = used.operand else { return None };
        let Parameter { name, kind, .. } = parameter;
        match kind {
            Kind::Pointer(_, Passing::Out) => Some(quote!(#name)),
            Kind::Pointer(_, Passing::InOut) if !parameter.is_nullable => Some(quote!(*#name)),
            Kind::Length(Length { passing: Some(Passing::InOut), .. }) => {
                let slot = slot_name(name);
                Some(quote!(#slot.get()))
            }
            _ => None,
        }
    })
}

/// The variable that holds the returned value: the user's `ret` if one of the user's expressions uses it.
pub(super) fn returned_name(method: &Method, native: &Native) -> Ident {
    let signature = &method.signature;
    let lengths = signature.parameters.iter().filter_map(|parameter| match parameter.library_pointer() {
        Some(pointer) => pointer.elements(),
        None => parameter.buffer()?.length.as_ref(),
    });
    let closes = signature.closed().filter_map(|parameter| parameter.closes.as_ref()?.condition.as_ref());
    let mut uses =
        lengths.chain(closes).chain(&native.check).chain(&native.check_text).flat_map(|expr| signature.uses(expr));
    let own = uses.find(|used| matches!(used.operand, Operand::Returned));
    own.map_or_else(|| local("ret"), |used| used.name)
}

/// The variable that holds the number of elements at a pointer, which the method returns or the parameter stores.
pub(super) fn pointer_length(of: &Ident) -> Ident {
    local_of("pointer_length", of)
}

/// Text at a pointer of the library's.
fn text(ty: &Type, format: TextFormat, pointer: &TokenStream, krate: &TokenStream) -> TokenStream {
    let (encoding, native) = (format.encoding.marker(), quote!(#krate::__private::native));
    quote!(<#ty as #native::ReturnedText>::from_c::<#native::#encoding>(#pointer))
}

/// The statements that give back what the function returned and stored: those that see to it that this happens also if a
/// conversion fails, and those for when none has.
pub(super) fn release(method: &Method, native: &Native, krate: &TokenStream) -> (TokenStream, TokenStream) {
    let (mut prepare, mut release) = (TokenStream::new(), TokenStream::new());
    for (place, (_, stored_by)) in native.releases(&method.signature).enumerate() {
        let (number, declared) = (names::number(&method.name), names::release(place, "signature"));
        let (function, pointer) = (names::release(place, "function"), names::release(place, "pointer"));
        let (place, given) = (
            place as u32,
            match stored_by {
                None => local("returned").to_token_stream(),
                Some(Parameter { name, .. }) => {
                    let slot = slot_name(name);
                    quote!(#slot.get())
                }
            },
        );
        prepare.extend(quote! {
            let #function = self.library.release(#number, #place, #declared())?;
            let #pointer = #krate::__private::native::ReturnedPointer::new(#given, |#pointer| {
                // SAFETY: the interface declares that the function frees the pointer, whose target was copied.
                unsafe { #function.call(|#function| #function(#pointer)) }
            });
        });
        release.extend(quote!(#pointer.release()?;));
    }
    (prepare, release)
}

/// Converts a parameter that is not a buffer with a length of its own.
fn single(method: &Method, parameter: &Parameter, krate: &TokenStream) -> Option<TokenStream> {
    let (name, slot, scope) = (&parameter.name, slot_name(&parameter.name), local("scope"));
    let from_c = conversion(&method.signature, parameter, "from_c", krate);
    let take = quote! {
        // SAFETY: the interface declares the type of the pointer's target.
        unsafe { #krate::__private::native::from_c(#slot.get(), #from_c, &#scope) }?
    };
    let some = some();
    let single = match parameter.kind {
        Kind::Pointer(_, Passing::Out) => quote!(let #name = #take;),
        Kind::Pointer(_, Passing::InOut) if parameter.is_nullable => quote! {
            if let (#some(#name), #some(#slot)) = (#name.as_deref_mut(), &#slot) {
                *#name = #take;
            }
        },
        Kind::Pointer(_, Passing::InOut) => quote!(*#name = #take;),
        Kind::Array(_, Passing::InOut) => {
            let take = quote! {
                // SAFETY: the interface declares the type of the elements.
                unsafe { #slot.take(&#scope) }?;
            };
            match parameter.is_nullable {
                true => quote!(if let #some(#slot) = #slot { #take }),
                false => take,
            }
        }
        _ => return None,
    };
    if !parameter.is_in_out() || parameter.is_nullable {
        return Some(single);
    }
    let (native, place) = (quote!(#krate::__private::native), method.signature.place_of_all(parameter));
    let points = conversion(&method.signature, parameter, "POINTS", krate);
    Some(quote! {
        #native::note_pointers(&#scope, #points);
        #single
        #native::pointers_noted(&#scope, #place);
    })
}

/// The number of elements in a buffer without an expression for it: what its length parameter says, or its capacity.
fn length_of_buffer(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let (slot, text) = (slot_name(&parameter.name), names::text(&parameter.name));
    let is_of = |candidate: &&Parameter| matches!(&candidate.kind, Kind::Length(Length { of, passing: Some(Passing::InOut), .. }) if of.contains(&parameter.name));
    match method.signature.parameters.iter().find(is_of) {
        Some(Parameter { name, kind: Kind::Length(length), .. }) => {
            let slot = slot_name(name);
            match element_bytes(&method.signature, parameter, length, krate) {
                Some(bytes) => quote!(#slot.take(#text)? / #bytes),
                None => quote!(#slot.take(#text)?),
            }
        }
        _ => quote!(#slot.len()),
    }
}
