//! The slots of a call: local variables that hold the C value of each parameter, and what it points to.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::Expr;

use super::super::c_type::{conversion, element_bytes, native_item, slot_name, span_of};
use super::super::{callback, expression};
use super::take;
use crate::expressions::Operand;
use crate::model::{Kind, Length, Method, Native, Parameter, Passing, Signature, Symbol};
use crate::names::{self, local, local_of, runtime};
use crate::paths::{none, some};

/// The statements before the call.
pub(super) struct Slots<'m> {
    method: &'m Method,
    krate: &'m TokenStream,
    /// The variables that exist so far.
    made: Vec<Ident>,
    statements: TokenStream,
}

impl<'m> Slots<'m> {
    /// Evaluates the user's expressions, and makes the slots of all parameters. The expressions come first, because they
    /// use parameters that the slots borrow, and because an invalid length must fail before the call.
    pub(super) fn of(method: &'m Method, native: &Native, krate: &'m TokenStream) -> TokenStream {
        let mut slots = Self { method, krate, made: Vec::new(), statements: TokenStream::new() };
        let signature = &method.signature;
        for parameter in &signature.parameters {
            slots.fixed(parameter);
        }
        for parameter in signature.outs() {
            slots.capacity(parameter);
        }
        for parameter in &signature.parameters {
            slots.elements(parameter);
        }
        let stored =
            signature.parameters.iter().filter_map(|parameter| Some((&parameter.name, parameter.library_pointer()?)));
        for (of, pointer) in [(&method.name, &native.returned)].into_iter().chain(stored) {
            if let Some(length) = pointer.elements().filter(|length| !signature.is_evaluated_after(length)) {
                let (value, name, text) = (slots.value(length), take::pointer_length(of), names::text(of));
                slots.statements.extend(quote!(let #name = #krate::__private::native::to_length(#text, #value)?;));
            }
        }
        if let Symbol::Address(address) = &native.symbol {
            let (value, name) = (slots.value(address), local("address"));
            slots.statements.extend(quote!(let #name = #krate::__private::native::pointer(#value);));
        }
        // Callbacks need contexts, and lengths need arrays.
        let mut parameters: Vec<_> = signature.parameters.iter().collect();
        parameters.sort_by_key(|parameter| match parameter.kind {
            Kind::UserData(_) => 0,
            Kind::Length(_) => 2,
            _ => 1,
        });
        for parameter in parameters {
            slots.slot(parameter);
        }
        slots.statements
    }

    /// Whether a variable does not exist yet; from now on it does.
    fn is_new(&mut self, variable: Ident) -> bool {
        let is_new = !self.made.contains(&variable);
        self.made.push(variable);
        is_new
    }

    /// Evaluates a fixed argument, after those that it uses.
    fn fixed(&mut self, parameter: &Parameter) {
        let (Some(value), Parameter { name, ty, .. }) = (&parameter.fixed, parameter) else { return };
        if self.is_new(name.clone()) {
            let value = self.value(value);
            self.statements.extend(quote!(let #name: #ty = #value;));
        }
    }

    /// Evaluates the capacity of a buffer.
    fn capacity(&mut self, parameter: &Parameter) {
        let Some(capacity) = parameter.buffer().and_then(|buffer| buffer.capacity.as_ref()) else { return };
        let (name, text) = (capacity_name(&parameter.name), names::text(&parameter.name));
        if self.is_new(name.clone()) {
            let value = self.value(capacity);
            let (native, place) = (self.native(), self.method.signature.place(parameter));
            self.statements.extend(quote! {
                let #name = #native::wanted_capacity(#place, #native::to_length(#text, #value)?);
            });
        }
    }

    /// Checks the number of elements of an array.
    fn elements(&mut self, parameter: &Parameter) {
        let Some(elements) = &parameter.elements else { return };
        let (Parameter { name, .. }, text) = (parameter, names::text(&parameter.name));
        let (value, native) = (self.value(elements), self.native());
        let check = quote!(#native::check_elements(#text, #name.len(), #native::to_length(#text, #value)?)?;);
        let some = some();
        self.statements.extend(match parameter.is_nullable {
            true => quote!(if let #some(#name) = &#name { #check }),
            false => check,
        });
    }

    /// The value of an expression, after the variables that it uses.
    fn value(&mut self, expr: &Expr) -> TokenStream {
        for used in self.method.signature.uses(expr) {
            if let Operand::Parameter(parameter) = used.operand {
                self.fixed(parameter);
                self.length(parameter);
            }
        }
        expression::value(&self.method.signature, expr, |parameter| match &parameter.kind {
            Kind::Length(length) => {
                let value = length_name(&parameter.name);
                Some(if length.passing.is_some() { quote!(&#value) } else { quote!(#value) })
            }
            _ => None,
        })
    }

    /// The value of a length parameter that an expression uses.
    fn length(&mut self, parameter: &Parameter) {
        let Kind::Length(length) = &parameter.kind else { return };
        let value = length_name(&parameter.name);
        if !self.is_new(value.clone()) {
            return;
        }
        let signature = &self.method.signature;
        let of = length.of.iter().filter_map(|of| signature.parameter(of));
        let lengths: Vec<_> = of
            .map(|of| {
                let (name, text) = (&of.name, names::text(&of.name));
                let in_units = |count| in_units(signature, of, length, count, self.krate);
                let count = match of.kind {
                    Kind::ArrayBuffer(..) | Kind::TextBuffer(..) => {
                        self.capacity(of);
                        capacity_name(name).to_token_stream()
                    }
                    // The length is that of the encoded text.
                    Kind::Text(_) | Kind::CStr => {
                        self.slot(of);
                        let slot = slot_name(name);
                        quote!(#slot.len())
                    }
                    Kind::Array(..) if of.is_nullable => {
                        let count = in_units(quote!(#name.len()));
                        return quote!((#text, #name.as_ref().map(|#name| #count)));
                    }
                    _ => quote!(#name.len()),
                };
                let (some, count) = (some(), in_units(count));
                quote!((#text, #some(#count)))
            })
            .collect();
        let (ty, text, native) =
            (signature.checked(parameter, self.krate), names::text(&parameter.name), self.native());
        let common = length_for_c(
            signature,
            parameter,
            &quote!(#native::common_length::<#ty>(#text, &[#(#lengths),*])?),
            self.krate,
        );
        self.statements.extend(quote!(let #value = #common;));
    }

    fn slot(&mut self, parameter: &Parameter) {
        if self.is_new(slot_name(&parameter.name)) {
            let value = length_name(&parameter.name);
            let slot = match &parameter.kind {
                Kind::Length(Length { passing, .. })
                    if *passing != Some(Passing::InOut) && self.made.contains(&value) =>
                {
                    let (slot, native) = (slot_name(&parameter.name), self.native());
                    match passing {
                        None => quote!(let #slot = #value;),
                        Some(_) => quote!(let mut #slot = #native::OutLength::to(#value);),
                    }
                }
                _ => slot(self.method, parameter, self.krate),
            };
            self.statements.extend(slot);
        }
    }

    fn native(&self) -> TokenStream {
        let krate = self.krate;
        quote!(#krate::__private::native)
    }
}

/// The slot of a parameter.
pub(super) fn slot(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let Parameter { name, kind, .. } = parameter;
    let private = quote!(#krate::__private);
    let ty = method.signature.checked(parameter, krate);
    let span = span_of(&ty);
    let (slot, scope, text) = (slot_name(name), local("scope"), names::text(name));
    let is_in_out = parameter.is_in_out();
    let value = match kind {
        Kind::UserData(_) => quote!(#private::native::Context::new()),
        Kind::Callback(callback) => return callback::slot::slot(method, parameter, callback, krate),
        Kind::Value => {
            let to_c = native_item(ty, "to_c", krate);
            quote_spanned!(span=> #private::native::in_field(#text, #to_c(&#name, &mut #scope))?)
        }
        Kind::Pointer(_, Passing::Out) => {
            let from_c = conversion(&method.signature, parameter, "from_c", krate);
            let (place, numbers) =
                (method.signature.place(parameter), conversion(&method.signature, parameter, "IS_NUMBERS", krate));
            quote!(#private::native::Pointer::out(#place, #from_c, #numbers))
        }
        Kind::Pointer(..) => {
            let to_c = conversion(&method.signature, parameter, "to_c", krate);
            quote_spanned!(span=> #private::native::Pointer::to(#private::native::in_field(#text, #to_c(#name, &mut #scope))?))
        }
        Kind::Array(_, Passing::In) => {
            let to_c = native_item(ty, "to_c", krate);
            quote!(#private::native::in_field(#text, #private::native::ArrayIn::new(#name, #to_c, &mut #scope))?)
        }
        Kind::Array(..) => {
            let (to_c, from_c) = (native_item(ty.clone(), "to_c", krate), native_item(ty, "from_c", krate));
            quote!(#private::native::in_field(#text, #private::native::ArrayInOut::new(&mut *#name, #to_c, #from_c, &mut #scope))?)
        }
        Kind::ArrayBuffer(..) => {
            let (capacity, room, from_c) = (capacity_name(name), local("room"), native_item(ty, "from_c", krate));
            quote!(#private::native::ArrayBuffer::new(#text, #capacity, #from_c, #room)?)
        }
        Kind::CStr => quote!(#private::native::CText::new(#name)),
        Kind::Text(encoding) => {
            let encoding = encoding.marker();
            quote!(#private::native::Text::<#private::native::#encoding>::new(#text, #name)?)
        }
        Kind::LibraryPointer(_) => quote!(#private::native::Pointer::null()),
        Kind::TextList(format) => {
            let (encoding, new) = (format.encoding.marker(), runtime(if format.is_multi { "multi" } else { "list" }));
            quote!(#private::native::TextList::<#private::native::#encoding>::#new(#text, #name)?)
        }
        Kind::TextBuffer(format, _) => {
            let (capacity, encoding) = (capacity_name(name), format.encoding.marker());
            let place = method.signature.place(parameter);
            quote!(#private::native::TextBuffer::<#private::native::#encoding>::new(#text, #capacity, #place)?)
        }
        Kind::Length(length) => self::length(method, parameter, length, (&text, &ty), krate),
    };
    if !parameter.is_nullable_pointer() {
        return quote!(let mut #slot = #value;);
    }
    let (some, none) = (some(), none());
    let (rebound, given) = match is_in_out {
        true => (Some(quote!(let mut #name = #name;)), quote!(#name.as_deref_mut())),
        false => (None, quote!(#name)),
    };
    quote! {
        #rebound
        let mut #slot = match #given {
            #some(#name) => #some(#value),
            #none => #none,
        };
    }
}

/// The value of a length parameter, which the arrays' slots determine.
fn length(
    method: &Method,
    parameter: &Parameter,
    length: &Length,
    (text, ty): (&str, &TokenStream),
    krate: &TokenStream,
) -> TokenStream {
    let private = quote!(#krate::__private);
    let Length { of, passing, .. } = length;
    let some = some();
    let lengths = of.iter().filter_map(|of| method.signature.parameter(of)).map(|of| {
        let (slot, text) = (slot_name(&of.name), names::text(&of.name));
        let count = in_units(&method.signature, of, length, quote!(#slot.len()), krate);
        match of.is_nullable_pointer() {
            true => quote!((#text, #slot.as_ref().map(|#slot| #count))),
            false => quote!((#text, #some(#count))),
        }
    });
    let common = quote!(#private::native::common_length::<#ty>(#text, &[#(#lengths),*])?);
    let common = length_for_c(&method.signature, parameter, &common, krate);
    match (passing, of.as_slice()) {
        (Some(Passing::InOut), [of, ..]) => {
            let (slot, of_text) = (slot_name(of), names::text(of));
            let count = quote!(#slot.len());
            let capacity = match method.signature.parameter(of) {
                Some(of) => in_units(&method.signature, of, length, count, krate),
                None => count,
            };
            quote!(#private::native::OutLength::<#ty>::new(#text, #of_text, #capacity)?)
        }
        (None, _) => common,
        (Some(_), _) => quote!(#private::native::OutLength::to(#common)),
    }
}

/// A length that follows from the arrays, or is what a C program says.
fn length_for_c(
    signature: &Signature,
    parameter: &Parameter,
    computed: &TokenStream,
    krate: &TokenStream,
) -> TokenStream {
    let (native, place) = (quote!(#krate::__private::native), signature.place_of_all(parameter));
    let unit = match &parameter.kind {
        Kind::Length(length) => {
            let of = length.of.first().and_then(|of| signature.parameter(of));
            of.and_then(|of| element_bytes(signature, of, length, krate))
        }
        _ => None,
    };
    let unit = unit.unwrap_or_else(|| quote!(1));
    quote!(#native::length_for_c(#place, #computed, #unit))
}

/// A number of elements of the parameter `of`, in the units that `length` counts.
fn in_units(
    signature: &Signature,
    of: &Parameter,
    length: &Length,
    count: TokenStream,
    krate: &TokenStream,
) -> TokenStream {
    match element_bytes(signature, of, length, krate) {
        Some(bytes) => quote!((#count * #bytes)),
        None => count,
    }
}

/// The argument that the C function gets for a parameter.
pub(super) fn pass(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let slot = slot_name(&parameter.name);
    match &parameter.kind {
        _ if parameter.is_out() => {
            let place = signature.place(parameter);
            quote!(#krate::__private::native::wanted(#place, #slot.pass()))
        }
        Kind::Callback(callback) => callback::slot::pass(parameter, callback),
        Kind::Value => quote!(#slot),
        Kind::Length(Length { passing: None, .. }) => quote!(#krate::__private::native::length_to_c(#slot)),
        Kind::Pointer(..) | Kind::Array(..) if parameter.is_nullable => {
            let null = runtime(if matches!(parameter.kind, Kind::Array(_, Passing::In)) { "null" } else { "null_mut" });
            quote!(#slot.as_mut().map_or(::core::ptr::#null(), |#slot| #slot.pass()))
        }
        Kind::UserData(_) => quote!(#slot.pass()),
        _ => {
            // A C program may pass a null pointer for anything.
            let is_const =
                matches!(parameter.kind, Kind::Array(_, Passing::In) | Kind::Text(_) | Kind::CStr | Kind::TextList(_));
            let (null, place) =
                (runtime(if is_const { "null" } else { "null_mut" }), signature.place_of_all(parameter));
            quote! {
                if #krate::__private::native::is_null_in_c(#place) { ::core::ptr::#null() } else { #slot.pass() }
            }
        }
    }
}

/// The variable that holds the value of a length parameter for the user's expressions.
fn length_name(length: &Ident) -> Ident {
    local_of("length", length)
}

/// The variable that holds the capacity of a buffer.
fn capacity_name(buffer: &Ident) -> Ident {
    local_of("capacity", buffer)
}
