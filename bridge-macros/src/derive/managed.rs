//! Expands how managed methods take and return an enum or a newtype: as its integer.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::model::Shape;
use crate::names::local;

/// The types of `repr` that .NET has.
const INTEGERS: [&str; 8] = ["i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64"];

/// Implements `Managed` for a type that is an integer in .NET. `to_integer` is an expression over `self`, and `from_integer` the
/// end of a function's body that makes the type of the variable `value`. Nothing if .NET has no such integer.
pub(super) fn expand(
    shape: &Shape,
    integer: &Ident,
    to_integer: &TokenStream,
    from_integer: &TokenStream,
) -> Option<TokenStream> {
    if INTEGERS.iter().all(|known| integer != known) {
        return None;
    }
    let Shape { name, krate, .. } = shape;
    let private = quote!(#krate::__private);
    let (value, scope) = (local("value"), local("scope"));
    let integer = quote!(<::core::primitive::#integer as #private::dotnet::Managed>);
    Some(quote! {
        #private::if_dotnet! {
            #[automatically_derived]
            impl #private::dotnet::Managed for #name {
                type Value = Self;

                fn type_name() -> ::std::string::String {
                    #integer::type_name()
                }

                fn put(&self, #scope: &mut #private::native::Scope) -> #private::dotnet::Value {
                    #integer::put(&#to_integer, #scope)
                }

                fn take(#value: &#private::dotnet::OwnedValue) -> ::core::result::Result<Self, #private::Fault> {
                    let #value = #integer::take(#value)?;
                    #from_integer
                }
            }
        }
    })
}
