//! The exports of a drop-in library: C functions that make the same calls as the client's methods. They are compiled only where the
//! tool builds the library, which says so with a `cfg`.

mod arguments;
mod documentation;
mod managed;
mod results;

use std::borrow::Cow;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{LitByteStr, Type};

use self::arguments::{call, capacity, given_length, null, output, take_all};
use self::documentation::documentation;
use self::results::{failed, give, give_length, no_elements, returned};
use super::c_function::c_name;
use super::c_type::c_type;
use super::description;
use crate::model::{
    Callee, Interface, Kind, Length, Method, Native, Parameter, Returns, Signature, Symbol, Target, joined,
};
use crate::names::{self, constant, local, local_of};
use crate::types;

/// The kind of symbols that are exported by name. The tool gives them the names of the original's exports.
const EXPORT: &str = "export";

/// The kind of those that the original exports by number.
const ORDINAL: &str = "ordinal";

/// The kind of the symbol whose name says which library this one stands for.
const LIBRARY: &str = "library";

/// The kind of that symbol if the library is an assembly of .NET.
const ASSEMBLY: &str = "assembly";

/// The kind of the symbols of methods that are not exported. There the tool finds the name of the function, if it is one that the library
/// exports, and why, each with a NUL.
const LEFT_OUT: &str = "left_out";

/// The kind of the symbol of the `main` function of a program that prints the header. The tool links it of the same static library.
const HEADER: &str = "header";

/// A symbol, which names the server, because a crate may have several interfaces. The tool's `drop_in/exports` knows this form.
fn symbol(interface: &Interface, kind: &str, name: &str) -> String {
    let server = interface.server().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    format!("__bridge32_{kind}_{}_{server}_{name}", server.len())
}

/// All exports.
pub(super) fn exports(interface: &Interface) -> TokenStream {
    let (krate, client, server) = (interface.options.krate(), interface.client(), interface.server());
    let (drop_in, library) = (quote!(#krate::__private::drop_in), constant("DROP_IN"));
    let functions: Vec<_> = interface.methods.iter().map(|method| (method, c_function(interface, method))).collect();
    let exported = functions.iter().filter_map(|(method, function)| {
        let function = function.as_deref().ok()?;
        Some((*method, function, function.native()?))
    });
    let methods =
        exported.clone().map(|(method, function, native)| export(interface, (method, function, native), &krate));
    let declared = exported.map(|(method, function, native)| {
        let (cfgs, name) = (method.cfgs(), names::text(&method.name));
        let documentation = documentation(function, native, method.signature.callee);
        let native = description::native(function, native, &krate);
        quote! {
            #(#cfgs)*
            #drop_in::DeclaredFunction { method: #name, function: #native, documentation: #documentation }
        }
    });
    let not_exported =
        functions.iter().filter_map(|(method, function)| Some(left_out(interface, method, function.as_ref().err()?)));
    let releases = releases(interface).into_iter().map(|name| {
        let (function, symbol) = (local(&format!("give_back_{name}")), symbol(interface, EXPORT, &name));
        let pointer = local("pointer");
        quote! {
            #[unsafe(export_name = #symbol)]
            extern "C" fn #function(#pointer: *mut ::core::ffi::c_void) {
                #drop_in::give_back(#pointer);
            }
        }
    });
    let (last_error, end) =
        (symbol(interface, EXPORT, "bridge32_last_error"), symbol(interface, EXPORT, "bridge32_end"));
    let (last_error_function, end_function) = (local("last_error"), local("end"));
    let (buffer, size, settings) = (local("buffer"), local("size"), constant("SETTINGS"));
    let (print_header, print_header_function) = (symbol(interface, HEADER, "main"), local("print_header"));
    let declared_functions = constant("DECLARED_FUNCTIONS");
    let marker = if interface.options.dotnet.is_some() { ASSEMBLY } else { LIBRARY };
    let (marker, marker_name) = (symbol(interface, marker, &interface.options.library_name()), constant("STANDS_FOR"));
    quote! {
        #[allow(unexpected_cfgs)]
        const _: () = {
            #[cfg(bridge32_drop_in = #server)]
            const _: () = {
            // The tool links it in.
            unsafe extern "C" {
                #[link_name = "__bridge32_settings"]
                static #settings: ::core::ffi::c_char;
            }

            static #library: #drop_in::DropIn<#client> =
                // SAFETY: the symbol is a text that ends with a NUL.
                #drop_in::DropIn::new(unsafe { #drop_in::Settings::at(&raw const #settings) });

            #[unsafe(export_name = #last_error)]
            unsafe extern "C" fn #last_error_function(
                #buffer: *mut ::core::ffi::c_char,
                #size: ::core::primitive::usize,
            ) -> ::core::primitive::usize {
                // SAFETY: guaranteed by the C program: the buffer is null or has this size.
                unsafe { #drop_in::last_error(#buffer, #size) }
            }

            /// Says which library it stands for.
            #[unsafe(export_name = #marker)]
            static #marker_name: ::core::primitive::u8 = 0;

            #[unsafe(export_name = #print_header)]
            extern "C" fn #print_header_function() -> ::core::ffi::c_int {
                static #declared_functions: &[#drop_in::DeclaredFunction] = &[#(#declared),*];
                #library.print_c_header(#declared_functions)
            }

            #[unsafe(export_name = #end)]
            extern "C" fn #end_function() {
                #library.end();
            }

            #(#methods)*
            #(#not_exported)*
            #(#releases)*
        };
        };
    }
}

/// Tells the tool that a method is not exported, and why.
fn left_out(interface: &Interface, method: &Method, reason: &str) -> TokenStream {
    let (cfgs, name) = (method.cfgs(), names::text(&method.name));
    let exported = method.native().filter(|native| native.library.is_none()).and_then(exported_name);
    let function = exported.filter(|(kind, _)| *kind == EXPORT).map(|(_, name)| name).unwrap_or_default();
    let text = format!("{function}\0{reason}\0");
    let (symbol, length) = (symbol(interface, LEFT_OUT, &name), text.len());
    let (constant, bytes) = (constant("LEFT_OUT"), LitByteStr::new(text.as_bytes(), Span::call_site()));
    quote! {
        #(#cfgs)*
        const _: () = {
            #[unsafe(export_name = #symbol)]
            static #constant: [::core::primitive::u8; #length] = *#bytes;
        };
    }
}

/// Why a drop-in library does not export a method; `None` if it does.
pub(super) fn reason_not_to_export(interface: &Interface, method: &Method) -> Option<String> {
    c_function(interface, method).err()
}

/// The C function that a drop-in library exports for a method.
///
/// # Errors
/// Why it exports none.
fn c_function<'m>(interface: &Interface, method: &'m Method) -> Result<Cow<'m, Method>, String> {
    let function = match &method.target {
        Some(Target::Native(_)) => Cow::Borrowed(method),
        Some(Target::Managed(managed)) => Cow::Owned(managed::c_function(interface, method, managed)?),
        Some(Target::Callback) | None => return Err("it is not a function of the library".to_owned()),
    };
    let reason = function.native().and_then(|native| reason_against(interface, &function, native));
    reason.map_or(Ok(function), Err)
}

/// Why a C function cannot be exported; `None` if it can.
fn reason_against(interface: &Interface, method: &Method, native: &Native) -> Option<String> {
    if native.is_variable {
        return Some("it is a variable, whose changes no program would see".to_owned());
    }
    if native.library.is_some() {
        return Some("it is a function of another library".to_owned());
    }
    let Some(exported) = exported_name(native) else { return Some("the library does not export it".to_owned()) };
    let same_name = |other: &&Method| name_of_export(interface, other).is_some_and(|name| name == exported);
    let first = interface.methods.iter().find(same_name);
    if let Some(first) = first.filter(|first| first.name != method.name && method.cfgs().next().is_none()) {
        return Some(format!("`{}` declares the same function first", names::text(&first.name)));
    }
    let signature = &method.signature;
    let no_length = signature.parameters.iter().find(|parameter| {
        let is_array = matches!(parameter.kind, Kind::Array(..));
        is_array && parameter.elements.is_none() && signature.length_of(&parameter.name).is_none()
    });
    if let Some(Parameter { name, .. }) = no_length {
        return Some(format!("nothing says how many elements `{}` has; add `#[len(…)]`", names::text(name)));
    }
    let is_long_double = |ty: &Type| types::is_named(ty, "LongDouble");
    let by_parameter = signature.parameters.iter().any(|parameter| match &parameter.kind {
        Kind::Pointer(ty, _) | Kind::Array(ty, _) | Kind::ArrayBuffer(ty, _) => is_long_double(ty),
        _ => is_long_double(&parameter.ty),
    });
    if by_parameter || matches!(&signature.returns, Returns::Value(ty) if is_long_double(ty)) {
        return Some("only a 32-bit server can exchange a `long double` with C".to_owned());
    }
    let with_list = signature.callbacks().find(|(_, callback)| {
        let is_list = |parameter: &Parameter| parameter.ends_with_null() && matches!(parameter.kind, Kind::Array(..));
        callback.signature.parameters.iter().any(is_list)
    });
    if let Some((parameter, _)) = with_list {
        return Some(format!("the callback `{}` takes a list without a length", names::text(&parameter.name)));
    }
    let with_buffer = signature
        .callbacks()
        .find(|(_, callback)| callback.signature.parameters.iter().any(|parameter| parameter.buffer().is_some()));
    with_buffer.map(|(parameter, _)| format!("the callback `{}` fills a buffer", names::text(&parameter.name)))
}

/// How a drop-in library exports a method, as [`exported_name`]; `None` if it cannot.
fn name_of_export(interface: &Interface, method: &Method) -> Option<(&'static str, String)> {
    match &method.target {
        Some(Target::Native(native)) => exported_name(native),
        Some(Target::Managed(_)) => Some((EXPORT, managed::c_name(interface, method))),
        Some(Target::Callback) | None => None,
    }
}

/// How the library exports the function, by its name or by its number as text; `None` if it does not export it.
fn exported_name(native: &Native) -> Option<(&'static str, String)> {
    match &native.symbol {
        Symbol::Name(name) => Some((EXPORT, name.value())),
        Symbol::Ordinal(ordinal) => Some((ORDINAL, ordinal.base10_digits().to_owned())),
        Symbol::Address(_) | Symbol::Entry(_) => None,
    }
}

/// The functions that free results and that no method declares.
fn releases(interface: &Interface) -> Vec<String> {
    let mut functions: Vec<String> = Vec::new();
    let exported = interface.methods.iter().filter(|method| reason_not_to_export(interface, method).is_none());
    for method in exported {
        let Some(native) = method.native() else { continue };
        for (release, _) in native.releases(&method.signature).filter(|(release, _)| release.library.is_none()) {
            let name = release.function.value();
            let is_declared = interface
                .methods
                .iter()
                .filter_map(Method::native)
                .any(|native| matches!(&native.symbol, Symbol::Name(symbol) if symbol.value() == name));
            if !is_declared && !functions.contains(&name) {
                functions.push(name);
            }
        }
    }
    functions
}

/// The exported function of a method. `function` is what C sees; `method` itself says how the call is sent, and what the server's
/// library can be passed.
fn export(
    interface: &Interface,
    (method, function, native): (&Method, &Method, &Native),
    krate: &TokenStream,
) -> TokenStream {
    let (signature, cfgs) = (&function.signature, method.private_attrs());
    let is_native = method.signature.callee == Callee::Function;
    let (private, library, scope, session, calls, reply) = (
        quote!(#krate::__private),
        constant("DROP_IN"),
        local("scope"),
        local("session"),
        local("calls"),
        local("reply"),
    );
    let (kind, exported) = exported_name(native).unwrap_or_default();
    let (symbol, result) = (symbol(interface, kind, &exported), local("result"));
    let (exported_function, export, name) =
        (local_of("export", &method.name), constant("EXPORT"), names::text(&method.name));
    let parameters = signature.parameters.iter().map(|parameter| {
        let (c, ty) = (c_name(&parameter.name), c_type_of(signature, parameter, krate));
        quote!(#c: #ty)
    });
    let pointers = signature.parameters.iter().filter(|parameter| is_pointer(parameter)).map(|parameter| {
        let c = c_name(&parameter.name);
        quote!(let #c = #c.cast();)
    });
    let take = take_all(signature, krate);
    // Managed code writes each output, and sees the lengths of arrays.
    let outputs = signature.outs().filter(|_| is_native).map(|parameter| output(signature, parameter, krate));
    let nulls = method
        .signature
        .parameters
        .iter()
        .enumerate()
        .filter_map(|(place, parameter)| null(signature.parameter(&parameter.name)?, place as u32, krate));
    let given_lengths = signature.parameters.iter().filter(|_| is_native);
    let given_lengths = given_lengths.filter_map(|parameter| given_length(signature, parameter, krate));
    let capacities = signature.outs().filter_map(|parameter| capacity(signature, parameter, krate));
    let call = call(method, function, krate);
    let no_elements = signature.parameters.iter().filter_map(|parameter| no_elements(signature, parameter, krate));
    let give = signature.parameters.iter().map(|parameter| give(signature, parameter, krate));
    let lengths = signature
        .written_lengths()
        .enumerate()
        .map(|(place, parameter)| give_length(signature, parameter, &quote!(#reply.length(#place)), krate));
    let (c_returned, value) = returned(function, native, krate);
    let own = (!matches!(signature.returns, Returns::Nothing)).then(|| local("ret"));
    let registrations: Vec<_> =
        signature.registered_callbacks().map(|(parameter, _)| local_of("kept", &parameter.name)).collect();
    let results = own.iter().chain(signature.outs().map(|out| &out.name)).chain(&registrations);
    let results: Vec<_> = results.map(|name| quote!(#name)).collect();
    let pattern = if results.is_empty() { quote!(()) } else { joined(&results) };
    let failed = failed(function, native, krate);
    let given_back = given_back(function, native, &private);
    quote! {
        #(#cfgs)*
        #[allow(
            non_snake_case, unused_variables, unused_mut, unused_assignments, clippy::shadow_reuse, clippy::shadow_unrelated,
            clippy::too_many_arguments
        )]
        #[unsafe(export_name = #symbol)]
        unsafe extern "C" fn #exported_function(#(#parameters),*) -> #c_returned {
            static #export: #private::drop_in::ExportedFunction = #private::drop_in::ExportedFunction::new(#name);
            #given_back
            #(#no_elements)*
            #library.call(&#export, || #failed, |#session, #scope| {
                #(#pointers)*
                #take
                #(#capacities)*
                let #calls = #private::drop_in::CCaller::new(
                    #session,
                    [#(#outputs),*],
                    [#(#nulls),*],
                    [#(#given_lengths),*],
                );
                let #result: ::core::result::Result<_, #krate::Error> = #call;
                let #pattern = #result?;
                #library.keep([#(#registrations),*]);
                let #reply = #calls.into_reply();
                #(#give)*
                #(#lengths)*
                ::core::result::Result::Ok((#value, #reply))
            })
        }
    }
}

/// Frees memory that this library has given out, if the function is the one for that.
fn given_back(method: &Method, native: &Native, private: &TokenStream) -> Option<TokenStream> {
    let [parameter @ Parameter { kind: Kind::Value, .. }] = method.signature.parameters.as_slice() else { return None };
    if !matches!(native.symbol, Symbol::Name(_)) || !types::is_named(&parameter.ty, "Address") {
        return None;
    }
    let c = c_name(&parameter.name);
    Some(quote! {
        if #private::drop_in::give_back(#c.cast_const().cast()) {
            return #private::native::Zeroable::zeroed();
        }
    })
}

/// Whether it is a pointer in C, other than a value that is one.
fn is_pointer(parameter: &Parameter) -> bool {
    parameter.fixed.is_none()
        && !matches!(
            parameter.kind,
            Kind::Value | Kind::UserData(_) | Kind::Callback(_) | Kind::Length(Length { passing: None, .. })
        )
}

/// The C type of a parameter, with all pointers alike.
fn c_type_of(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    match &parameter.kind {
        Kind::Value | Kind::Length(Length { passing: None, .. }) => c_type(signature, parameter, krate),
        _ => quote!(*mut ::core::ffi::c_void),
    }
}
