//! `#[bridge32(…)]`: the options of an interface.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{LitStr, Path, Token, Type, bracketed};

use crate::errors::Errors;
use crate::model::Abi;

/// The options, as written.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) lib: Option<LitStr>,
    /// The option's name, and the assembly of .NET.
    pub(crate) dotnet: Option<(Ident, LitStr)>,
    /// The option's name, and the class of all methods that name none.
    pub(crate) class: Option<(Ident, LitStr)>,
    /// The option's name, and what it says.
    pub(crate) abi: Option<(Ident, Abi)>,
    pub(crate) threads: Threads,
    /// The name of the option `threads`, where it was given.
    pub(crate) threads_name: Option<Ident>,
    /// The option's name, and what it says.
    pub(crate) apartment: Option<(Ident, Apartment)>,
    pub(crate) server: Option<LitStr>,
    pub(crate) args: Option<Type>,
    /// The types that memory of the server can hold beside scalars.
    pub(crate) remote: Vec<Type>,
    krate: Option<Path>,
    /// Some could not be read, and any may be missing because of that.
    pub(crate) failed: bool,
}

/// Which threads of the server run the methods.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Threads {
    /// The main thread, one call at a time.
    #[default]
    Single,
    /// One for each lane.
    Multi,
}

impl Threads {
    fn parse(text: &LitStr) -> syn::Result<Self> {
        match text.value().as_str() {
            "single" => Ok(Self::Single),
            "multi" => Ok(Self::Multi),
            other => {
                let message = format!("`{other}` says nothing of threads; write \"single\" or \"per_lane\"");
                Err(syn::Error::new(text.span(), message))
            }
        }
    }
}

/// The COM apartment of a Windows server's main thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Apartment {
    Sta,
    Mta,
}

impl Apartment {
    fn parse(text: &LitStr) -> syn::Result<Self> {
        match text.value().as_str() {
            "sta" => Ok(Self::Sta),
            "mta" => Ok(Self::Mta),
            other => {
                let message = format!("`{other}` is no apartment of COM; write \"sta\" or \"mta\"");
                Err(syn::Error::new(text.span(), message))
            }
        }
    }
}

const KNOWN: &str = "`lib`, `abi`, `threads`, `apartment`, `dotnet`, `class`, `server`, `args`, `remote`, `crate`";

impl Options {
    pub(crate) fn parse(tokens: TokenStream, errors: &Errors) -> Self {
        let mut options = Self::default();
        let mut seen = Vec::new();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let name = name(input)?;
                if seen.contains(&name) {
                    errors.at(&name, format_args!("the option `{name}` is given twice; keep one"));
                }
                options.option(&name, input, errors)?;
                seen.push(name);
                if !input.is_empty() {
                    let comma: syn::Result<Token![,]> = input.parse();
                    comma.map_err(|error| {
                        syn::Error::new(error.span(), "two options without a comma; write `,` between them")
                    })?;
                }
            }
            Ok(())
        };
        let before = errors.is_empty();
        errors.take(parser.parse2(tokens));
        options.failed = before && !errors.is_empty();
        options
    }

    fn option(&mut self, name: &Ident, input: ParseStream<'_>, errors: &Errors) -> syn::Result<()> {
        if !input.peek(Token![=]) {
            return Err(match KNOWN.contains(&format!("`{name}`")) {
                true => without_value(name),
                false => unknown(name),
            });
        }
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(without_value(name));
        }
        match name.to_string().as_str() {
            "lib" => self.lib = not_empty(text(name, input)?, "the name of the library, such as `\"my_lib\"`", errors),
            "dotnet" => {
                let assembly = not_empty(text(name, input)?, "the name of the assembly, such as `\"my_lib\"`", errors);
                self.dotnet = assembly.map(|assembly| (name.clone(), assembly));
            }
            "class" => {
                let class =
                    not_empty(text(name, input)?, "the class with its namespace, such as `\"Vendor.Meter\"`", errors);
                self.class = class.map(|class| (name.clone(), class));
            }
            "server" => self.server = not_empty(text(name, input)?, "the file name of the server's program", errors),
            "abi" => self.abi = errors.take(Abi::parse(&text(name, input)?)).map(|abi| (name.clone(), abi)),
            "threads" => {
                self.threads = errors.take(Threads::parse(&text(name, input)?)).unwrap_or_default();
                self.threads_name = Some(name.clone());
            }
            "apartment" => {
                let apartment = errors.take(Apartment::parse(&text(name, input)?));
                self.apartment = apartment.map(|apartment| (name.clone(), apartment));
            }
            "remote" => self.remote = types(input)?,
            "args" => self.args = Some(input.parse()?),
            "crate" => self.krate = Some(Path::parse_mod_style(input)?),
            _ => {
                errors.push(unknown(name));
                // Its value is not ours to understand.
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<proc_macro2::TokenTree>()?;
                }
            }
        }
        Ok(())
    }

    /// Whether there is a library whose functions the methods are.
    pub(crate) fn has_library(&self) -> bool {
        self.lib.is_some() || self.dotnet.is_some()
    }

    /// The path of the `bridge32` crate.
    pub(crate) fn krate(&self) -> TokenStream {
        self.krate.as_ref().map_or_else(|| quote!(::bridge32), |path| quote!(#path))
    }
}

/// The name that an option begins with.
fn name(input: ParseStream<'_>) -> syn::Result<Ident> {
    let wanted = |error: syn::Error| {
        syn::Error::new(error.span(), format_args!("an option has a name; write `name = …` with one of {KNOWN}"))
    };
    Ident::parse_any(input).map_err(wanted)
}

fn without_value(name: &Ident) -> syn::Error {
    let value = match name.to_string().as_str() {
        "args" => "Type",
        "crate" => "path",
        "remote" => "[Type]",
        _ => "\"…\"",
    };
    syn::Error::new(name.span(), format_args!("the option `{name}` has no value; write `{name} = {value}`"))
}

fn unknown(name: &Ident) -> syn::Error {
    syn::Error::new(name.span(), format_args!("there is no option `{name}`; the options are {KNOWN}"))
}

fn text(name: &Ident, input: ParseStream<'_>) -> syn::Result<LitStr> {
    input
        .parse()
        .map_err(|error| syn::Error::new(error.span(), format_args!("expected text in quotes; write `{name} = \"…\"`")))
}

/// The types in `[A, B]`.
fn types(input: ParseStream<'_>) -> syn::Result<Vec<Type>> {
    let wanted = |error: syn::Error| {
        syn::Error::new(error.span(), "expected the types that memory of the server can hold; write `remote = [Type]`")
    };
    let list: Types = input.parse().map_err(wanted)?;
    Ok(list.0)
}

struct Types(Vec<Type>);

impl Parse for Types {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        bracketed!(content in input);
        let types = Punctuated::<Type, Token![,]>::parse_terminated(&content)?;
        Ok(Self(types.into_iter().collect()))
    }
}

fn not_empty(text: LitStr, what: &str, errors: &Errors) -> Option<LitStr> {
    if text.value().trim().is_empty() {
        errors.at(&text, format_args!("this is empty; give {what}"));
    }
    Some(text)
}
