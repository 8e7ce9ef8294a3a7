//! The slots of a call: local variables that hold the C value of each parameter, and what it points to.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;

use super::super::c_type::{native_item, slot_name, span_of};
use super::super::callback;
use super::take;
use crate::model::{Kind, Length, Method, Native, Parameter, Passing};
use crate::names::{self, local, local_of};

/// Evaluates the user's expressions for lengths and capacities. That comes first, because they use parameters that the
/// slots borrow, and because an invalid length must fail before the call.
pub(super) fn capacities(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let capacity = |name: &Ident, capacity: Ident, length: &Expr| {
        let text = names::text(name);
        quote!(let #capacity = #krate::__private::native::to_length(#text, #length)?;)
    };
    let buffers = method.signature.parameters.iter().filter_map(|parameter| match &parameter.kind {
        Kind::ArrayBuffer(_, buffer) | Kind::TextBuffer(_, buffer) => {
            Some(capacity(&parameter.name, capacity_name(&parameter.name), buffer.capacity.as_ref()?))
        }
        _ => None,
    });
    let returned = native.returned_length.iter().map(|length| capacity(&method.name, take::returned_length(), length));
    buffers.chain(returned).collect()
}

/// The slots of all parameters: contexts first, which callbacks need, and lengths last, which need the arrays.
pub(super) fn slots(method: &Method, krate: &TokenStream) -> TokenStream {
    let mut parameters: Vec<_> = method.signature.parameters.iter().collect();
    parameters.sort_by_key(|parameter| match parameter.kind {
        Kind::UserData(_) => 0,
        Kind::Length(_) => 2,
        _ => 1,
    });
    parameters.into_iter().map(|parameter| slot(method, parameter, krate)).collect()
}

/// The slot of a parameter.
pub(super) fn slot(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let Parameter { name, kind, .. } = parameter;
    let private = quote!(#krate::__private);
    let ty = method.signature.checked(parameter, krate);
    let span = span_of(&ty);
    let (slot, scope, text) = (slot_name(name), local("scope"), names::text(name));
    let value = match kind {
        Kind::UserData(_) => quote!(#private::native::Context::new()),
        Kind::Callback(callback) => return callback::slot::slot(method, parameter, callback, krate),
        Kind::Value => {
            let to_c = native_item(ty, "to_c", krate);
            quote_spanned!(span=> #private::native::in_field(#text, #to_c(&#name, &mut #scope))?)
        }
        Kind::Pointer(_, Passing::Out) => {
            let from_c = native_item(ty, "from_c", krate);
            quote!(#private::native::Pointer::out(#from_c))
        }
        Kind::Pointer(..) => {
            let to_c = native_item(ty, "to_c", krate);
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
        Kind::CStr { .. } => quote!(#private::native::CText::new(#name)),
        Kind::Text { encoding, .. } => {
            let encoding = encoding.marker();
            quote!(#private::native::Text::<#private::native::#encoding>::new(#text, #name)?)
        }
        Kind::TextBuffer(encoding, _) => {
            let (capacity, encoding) = (capacity_name(name), encoding.marker());
            quote!(#private::native::TextBuffer::<#private::native::#encoding>::new(#text, #capacity)?)
        }
        Kind::Length(length) => self::length(length, &text, &ty, krate),
    };
    quote!(let mut #slot = #value;)
}

/// The value of a length parameter, which the arrays' slots determine.
fn length(length: &Length, text: &str, ty: &TokenStream, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let Length { of, passing, .. } = length;
    let (slots, texts) = (of.iter().map(slot_name), of.iter().map(names::text));
    match (passing, of.as_slice()) {
        (Some(Passing::InOut), [of, ..]) => {
            let (of_slot, of_text) = (slot_name(of), names::text(of));
            quote!(#private::native::OutLength::<#ty>::new(#text, #of_text, #of_slot.len())?)
        }
        (None, _) => quote!(#private::native::common_length::<#ty>(#text, &[#((#texts, #slots.len())),*])?),
        (Some(_), _) => quote! {
            #private::native::Pointer::to(#private::native::common_length::<#ty>(#text, &[#((#texts, #slots.len())),*])?)
        },
    }
}

/// The argument that the C function gets for a parameter.
pub(super) fn pass(parameter: &Parameter) -> TokenStream {
    let slot = slot_name(&parameter.name);
    match &parameter.kind {
        Kind::Callback(callback) => callback::slot::pass(parameter, callback),
        Kind::Value | Kind::Length(Length { passing: None, .. }) => quote!(#slot),
        _ => quote!(#slot.pass()),
    }
}

/// The variable that holds the capacity of a buffer.
fn capacity_name(buffer: &Ident) -> Ident {
    local_of("capacity", buffer)
}
