//! `#[bridge32(…)]`: the options of an interface.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{LitStr, Path, Token, Type, bracketed, token};

use crate::errors::Errors;
use crate::settings::{AbiNames, Apartment, SymbolScope, Threads};

/// The options. Where a later error message points at an option, its name is kept with its value.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) lib: Option<LitStr>,
    /// The .NET assembly.
    pub(crate) dotnet: Option<(Ident, LitStr)>,
    /// The class of all methods without `#[class]`.
    pub(crate) class: Option<(Ident, LitStr)>,
    pub(crate) abi: Option<(Ident, AbiNames)>,
    pub(crate) threads: Threads,
    /// The name of the option `threads`, if it is given.
    pub(crate) threads_name: Option<Ident>,
    pub(crate) apartment: Option<(Ident, Apartment)>,
    pub(crate) symbols: Option<(Ident, SymbolScope)>,
    pub(crate) server: Option<LitStr>,
    pub(crate) args: Option<Type>,
    /// The types, other than scalars, that a `RemoteBuffer` can hold.
    pub(crate) remote: Vec<Type>,
    krate: Option<Path>,
    /// Some option could not be parsed, so any option may be missing.
    pub(crate) failed: bool,
}

const KNOWN: &str =
    "`lib`, `abi`, `threads`, `apartment`, `symbols`, `dotnet`, `class`, `server`, `args`, `remote`, `crate`";

/// The types that memory of every server can hold.
const SCALARS: &[&str] = &[
    "u8", "i8", "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bool", "Bool32", "Bool16", "Address", "Size",
    "SSize", "Long", "ULong", "IntPtr", "UIntPtr",
];

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
                        syn::Error::new(error.span(), "two options need a comma between them; write `,`")
                    })?;
                }
            }
            Ok(())
        };
        let before = errors.is_empty();
        errors.take(parser.parse2(tokens));
        options.failed = before && !errors.is_empty();
        options.check_remote(errors);
        options
    }

    /// Reports, and removes, the types in `remote` that every server can hold, and those that are listed already.
    fn check_remote(&mut self, errors: &Errors) {
        let mut earlier = Vec::new();
        self.remote.retain(|ty| {
            let text = ty.to_token_stream().to_string().replace(' ', "");
            let is_scalar = text.rsplit("::").next().is_some_and(|name| SCALARS.contains(&name));
            let is_repeated = earlier.contains(&text);
            if is_scalar {
                errors.at(ty, format_args!("memory of the server can hold `{text}` without being listed; remove it"));
            } else if is_repeated {
                errors.at(ty, format_args!("`{text}` is listed twice; keep one"));
            }
            earlier.push(text);
            !is_scalar && !is_repeated
        });
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
            "abi" => self.abi = errors.take(AbiNames::parse(&texts(name, input)?)).map(|abi| (name.clone(), abi)),
            "threads" => {
                self.threads = errors.take(Threads::parse(&text(name, input)?)).unwrap_or_default();
                self.threads_name = Some(name.clone());
            }
            "apartment" => {
                let apartment = errors.take(Apartment::parse(&text(name, input)?));
                self.apartment = apartment.map(|apartment| (name.clone(), apartment));
            }
            "symbols" => {
                let symbols = errors.take(SymbolScope::parse(&text(name, input)?));
                self.symbols = symbols.map(|symbols| (name.clone(), symbols));
            }
            "remote" => self.remote = types(input)?,
            "args" => self.args = Some(input.parse()?),
            "crate" => self.krate = Some(Path::parse_mod_style(input)?),
            _ => {
                errors.push(unknown(name));
                // The value of an unknown option may be anything.
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<proc_macro2::TokenTree>()?;
                }
            }
        }
        Ok(())
    }

    /// What methods and callbacks without `#[abi]` have.
    pub(crate) fn abi(&self) -> AbiNames {
        self.abi.as_ref().map(|(_, abi)| *abi).unwrap_or_default()
    }

    /// The library or the assembly that the interface names.
    pub(crate) fn library_name(&self) -> String {
        let assembly = self.dotnet.as_ref().map(|(_, assembly)| assembly);
        assembly.or(self.lib.as_ref()).map(LitStr::value).unwrap_or_default()
    }

    /// Whether methods without a body call a library or an assembly.
    pub(crate) fn has_library(&self) -> bool {
        self.lib.is_some() || self.dotnet.is_some()
    }

    /// The path of the `bridge32` crate.
    pub(crate) fn krate(&self) -> TokenStream {
        self.krate.as_ref().map_or_else(|| quote!(::bridge32), |path| quote!(#path))
    }
}

/// The name at the start of an option.
fn name(input: ParseStream<'_>) -> syn::Result<Ident> {
    let wanted = |error: syn::Error| {
        syn::Error::new(
            error.span(),
            format_args!("expected the name of an option; write `name = …` with one of {KNOWN}"),
        )
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

/// A text, or the texts in `["a", "b"]`.
fn texts(name: &Ident, input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    if !input.peek(token::Bracket) {
        return Ok(vec![text(name, input)?]);
    }
    let content;
    bracketed!(content in input);
    let mut texts = vec![text(name, &content)?];
    while !content.is_empty() {
        content.parse::<Token![,]>()?;
        if !content.is_empty() {
            texts.push(text(name, &content)?);
        }
    }
    Ok(texts)
}

/// The types in `[A, B]`.
fn types(input: ParseStream<'_>) -> syn::Result<Vec<Type>> {
    let wanted = |error: syn::Error| {
        syn::Error::new(error.span(), "expected the types that a `RemoteBuffer` can hold; write `remote = [Type]`")
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
