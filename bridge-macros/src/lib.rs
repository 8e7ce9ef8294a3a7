//! The procedural macros of bridge32; use them through the `bridge32` crate.
//!
//! `#[bridge32]` is a pipeline: options and trait are parsed into a model, the model is checked as a whole, and
//! expanded. Each stage reports all it finds; past the checks nothing can fail.

mod attributes;
mod check;
mod derive;
mod errors;
mod expand;
mod model;
mod names;
mod options;
mod parse;
mod settings;
mod types;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;
use quote::quote;

use crate::errors::Errors;
use crate::options::Options;

/// Describes a library, or a server, as a trait, and generates both halves of a bridge to it.
///
/// See the documentation of the `bridge32` crate.
#[proc_macro_attribute]
pub fn bridge32(options: TokenStream, item: TokenStream) -> TokenStream {
    expand(options.into(), item.into()).into()
}

/// Lets a struct or an enum cross the bridge, and be handed to C.
///
/// See the documentation of the `bridge32` crate.
#[proc_macro_derive(Bridge, attributes(bridge, len_of))]
pub fn bridge(item: TokenStream) -> TokenStream {
    derive::expand(item.into()).into()
}

fn expand(options: proc_macro2::TokenStream, item: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    let errors = Errors::default();
    let Some(parsed) = parse::item(item.clone(), &errors) else {
        // What it is instead of a trait is used elsewhere.
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
