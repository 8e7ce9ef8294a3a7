//! C types and calling conventions, as generated code names them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::model::{Kind, Length, Parameter, Signature};
use crate::names::local_of;
use crate::settings::{Abi, TextFormat};

/// The C type of a parameter.
pub(super) fn c_type(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    match &parameter.kind {
        Kind::Value | Kind::Length(Length { passing: None, .. }) => {
            native_item(signature.checked(parameter, krate), "C", krate)
        }
        // All pointers have the same size.
        _ => quote!(*const ()),
    }
}

/// The size in C of an element of the parameter `of`, if `length` counts bytes of it.
pub(super) fn element_bytes(
    signature: &Signature,
    of: &Parameter,
    length: &Length,
    krate: &TokenStream,
) -> Option<TokenStream> {
    let c = match &of.kind {
        _ if !length.in_bytes => return None,
        Kind::Text(encoding) | Kind::TextBuffer(TextFormat { encoding, .. }, _) => {
            let encoding = encoding.marker();
            quote!(<#krate::__private::native::#encoding as #krate::__private::native::Encoding>::Unit)
        }
        Kind::Array(..) | Kind::ArrayBuffer(..) => native_item(signature.checked(of, krate), "C", krate),
        _ => return None,
    };
    Some(quote!(::core::mem::size_of::<#c>()))
}

/// An item of a type's `Native` implementation, at the position of the type: the compiler merges an error there with the
/// type's own.
pub(super) fn native_item(ty: TokenStream, item: &str, krate: &TokenStream) -> TokenStream {
    let span = span_of(&ty);
    let item = Ident::new(item, span);
    quote_spanned!(span=> <#ty as #krate::__private::native::Native>::#item)
}

/// The conversion `item` of a parameter's value, or of the value that it points to.
pub(super) fn conversion(signature: &Signature, parameter: &Parameter, item: &str, krate: &TokenStream) -> TokenStream {
    let ty = signature.checked(parameter, krate);
    match parameter.array_form(krate) {
        Some(form) => form.conversion(&ty, item),
        None => native_item(ty, item, krate),
    }
}

/// The position of a [projected type](crate::model::projected_type).
pub(super) fn span_of(ty: &TokenStream) -> Span {
    ty.clone().into_iter().next().map_or_else(Span::mixed_site, |first| first.span())
}

/// Generates items for a calling convention. A convention that Rust supports on 32-bit x86 only is C's on other targets,
/// as it is for C compilers.
pub(super) fn by_abi(abi: Abi, items: impl Fn(&str) -> Vec<TokenStream>) -> Vec<TokenStream> {
    if !abi.is_x86_only() {
        return items(abi.name());
    }
    let (own, c) = (items(abi.name()).into_iter(), items("C").into_iter());
    let own = own.map(|item| quote!(#[cfg(target_arch = "x86")] #item));
    own.chain(c.map(|item| quote!(#[cfg(not(target_arch = "x86"))] #item))).collect()
}

/// Items or statements for the targets on which a member function returns a struct through a hidden pointer, and others for all
/// other targets.
pub(super) fn on_member_cfg(there: &[TokenStream], elsewhere: &[TokenStream]) -> TokenStream {
    quote! {
        #(#[cfg(all(windows, target_arch = "x86"))] #there)*
        #(#[cfg(not(all(windows, target_arch = "x86")))] #elsewhere)*
    }
}

/// The variable that holds a parameter's C value, and its target if it is a pointer.
pub(super) fn slot_name(parameter: &Ident) -> Ident {
    local_of("slot", parameter)
}
