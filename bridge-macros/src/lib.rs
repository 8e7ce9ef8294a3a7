//! The procedural macros of bridge32; use them through the `bridge32` crate.
//!
//! `#[bridge32]` is a pipeline: it parses the options and the trait into a model, checks the model as a whole, and expands
//! it. Parsing and checking report all errors that they find; expanding cannot fail.

mod attributes;
mod check;
mod derive;
mod errors;
mod expand;
mod expressions;
mod model;
mod names;
mod options;
mod parse;
mod paths;
mod settings;
mod syntax;
mod types;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::options::Options;

#[doc = include_str!("../docs/bridge32.md")]
#[proc_macro_attribute]
pub fn bridge32(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(options.into(), item.into()).into()
}

#[doc = include_str!("../docs/derive.md")]
#[proc_macro_derive(Bridge, attributes(bridge, len_of, len, text, wide, encoding, fixed))]
pub fn bridge(item: TokenStream) -> TokenStream {
    derive::expand(item.into()).into()
}

fn expand(options: proc_macro2::TokenStream, item: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    let errors = Errors::default();
    let Some(parsed) = parse::item(item.clone(), &errors) else {
        // Other code may use the item, so keep it.
        let errors = errors.into_tokens();
        return quote!(#errors #item);
    };
    let options = Options::parse(options, &errors);
    let stub = expand::Stub::of(&parsed, &options);
    let interface = parse::interface(parsed, options, &errors);
    check::interface(&interface, &errors);
    match errors.is_empty() {
        true => expand::interface(&interface),
        false => stub.with(errors.into_tokens()),
    }
}
