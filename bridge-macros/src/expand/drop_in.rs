//! The exports of a drop-in library: C functions that make the same calls as the client's methods. They are compiled only where the
//! tool builds the library, which says so with a `cfg`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote};
use syn::{LitByteStr, Type};

use super::c_function::{self, c_name, capacity_name, length_name, length_of};
use super::c_type::{c_type, conversion, element_bytes, native_item};
use super::callback;
use super::client::call_with_callbacks;
use super::native_call;
use crate::expressions::Operand;
use crate::model::{
    Callback, Interface, Kind, Length, LibraryPointer, Method, Native, Parameter, Passing, PointerLength, Returns,
    Signature, Symbol, joined,
};
use crate::names::{self, constant, local, local_of, runtime};
use crate::settings::Encoding;
use crate::types;

/// The kind of symbols that are exported by name. The tool gives them the names of the original's exports.
const EXPORT: &str = "export";

/// The kind of those that the original exports by number.
const ORDINAL: &str = "ordinal";

/// The kind of the symbol whose name says which library this one stands for.
const LIBRARY: &str = "library";

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
    let methods = interface.methods.iter().filter(|method| reason_not_to_export(interface, method).is_none());
    let methods = methods.filter_map(|method| Some(export(interface, method, method.native()?, &krate)));
    let not_exported = interface.methods.iter().filter_map(|method| {
        let reason = reason_not_to_export(interface, method)?;
        Some(left_out(interface, method, &reason))
    });
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
    let (marker, marker_name) = (symbol(interface, LIBRARY, &interface.options.library_name()), constant("STANDS_FOR"));
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
                #library.print_c_header()
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
    let Some(native) = method.native() else { return Some("it is not a function of the library".to_owned()) };
    if native.is_variable {
        return Some("it is a variable, whose changes no program would see".to_owned());
    }
    if native.library.is_some() {
        return Some("it is a function of another library".to_owned());
    }
    let Some(exported) = exported_name(native) else { return Some("the library does not export it".to_owned()) };
    let same_name = |other: &&Method| other.native().and_then(exported_name).is_some_and(|name| name == exported);
    let first = interface.methods.iter().find(same_name);
    if let Some(first) = first.filter(|first| first.name != method.name && method.cfgs().next().is_none()) {
        return Some(format!("`{}` declares the same function first", names::text(&first.name)));
    }
    let signature = &method.signature;
    let no_length = signature.parameters.iter().find(|parameter| {
        let is_array = matches!(parameter.kind, Kind::Array(..));
        is_array && parameter.elements.is_none() && !has_length(signature, parameter)
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

/// Whether a length parameter holds the number of elements.
fn has_length(signature: &Signature, array: &Parameter) -> bool {
    let is_of =
        |parameter: &Parameter| matches!(&parameter.kind, Kind::Length(length) if length.of.contains(&array.name));
    signature.parameters.iter().any(is_of)
}

/// The C function of a method.
fn export(interface: &Interface, method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let (signature, cfgs) = (&method.signature, method.private_attrs());
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
    let (function, export, name) = (local_of("export", &method.name), constant("EXPORT"), names::text(&method.name));
    let parameters = signature.parameters.iter().map(|parameter| {
        let (c, ty) = (c_name(&parameter.name), c_type_of(signature, parameter, krate));
        quote!(#c: #ty)
    });
    let pointers = signature.parameters.iter().filter(|parameter| is_pointer(parameter)).map(|parameter| {
        let c = c_name(&parameter.name);
        quote!(let #c = #c.cast();)
    });
    let take = take_all(signature, krate);
    let outputs = signature.outs().map(|parameter| output(signature, parameter, krate));
    let nulls = signature.parameters.iter().filter_map(|parameter| null(signature, parameter, krate));
    let given_lengths = signature.parameters.iter().filter_map(|parameter| given_length(signature, parameter, krate));
    let capacities = signature.outs().filter_map(|parameter| capacity(signature, parameter, krate));
    let call = call(method, krate);
    let give = signature.parameters.iter().map(|parameter| give(signature, parameter, krate));
    let lengths = signature.written_lengths().enumerate().map(|(place, parameter)| {
        let (c, ty) = (c_name(&parameter.name), signature.checked(parameter, krate));
        let to_c = native_item(ty.clone(), "to_c", krate);
        quote! {
            // SAFETY: the interface declares the type of the pointer's target.
            unsafe { #private::native::give(#c, &<#ty as #private::native::Length>::of_i64(#reply.length(#place)), #to_c, #scope) }?;
        }
    });
    let (c_returned, value) = returned(method, native, krate);
    let own = (!matches!(signature.returns, Returns::Nothing)).then(|| local("ret"));
    let registrations: Vec<_> =
        signature.registered_callbacks().map(|(parameter, _)| local_of("kept", &parameter.name)).collect();
    let results = own.iter().chain(signature.outs().map(|out| &out.name)).chain(&registrations);
    let results: Vec<_> = results.map(|name| quote!(#name)).collect();
    let pattern = if results.is_empty() { quote!(()) } else { joined(&results) };
    let failed = failed(method, native, krate);
    let given_back = given_back(method, native, &private);
    quote! {
        #(#cfgs)*
        #[allow(
            non_snake_case, unused_variables, unused_mut, unused_assignments, clippy::shadow_reuse, clippy::shadow_unrelated,
            clippy::too_many_arguments
        )]
        #[unsafe(export_name = #symbol)]
        unsafe extern "C" fn #function(#(#parameters),*) -> #c_returned {
            static #export: #private::drop_in::ExportedFunction = #private::drop_in::ExportedFunction::new(#name);
            #given_back
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

/// Converts the arguments: lengths first, then values, which the lengths of arrays may use.
fn take_all(signature: &Signature, krate: &TokenStream) -> TokenStream {
    let mut parameters: Vec<_> = signature.parameters.iter().filter(|parameter| parameter.fixed.is_none()).collect();
    parameters.sort_by_key(|parameter| match parameter.kind {
        Kind::Length(_) => 0,
        Kind::Value | Kind::Pointer(..) => 1,
        _ => 2,
    });
    let take = parameters.into_iter().map(|parameter| match &parameter.kind {
        Kind::Text(encoding) if has_length(signature, parameter) => text(signature, parameter, *encoding, krate),
        Kind::Length(length) => {
            let (value, c, taken) =
                (length_name(&parameter.name), c_name(&parameter.name), c_function::take(signature, parameter, krate));
            let ty = signature.checked(parameter, krate);
            let (native, scope) = (quote!(#krate::__private::native), local("scope"));
            let from_c = native_item(ty, "from_c", krate);
            let kept = match length.passing {
                // SAFETY: there are no pointers in an integer.
                None => quote!(let #value = unsafe { #native::from_c(#c, #from_c, #scope) }?;),
                // SAFETY: the interface declares the type of the pointer's target.
                Some(_) => quote!(let #value = unsafe { #native::passed_pointer(#c, #from_c, #scope) }?;),
            };
            quote!(#kept #taken)
        }
        _ => c_function::take(signature, parameter, krate),
    });
    take.collect()
}

/// Text whose length C passes.
fn text(signature: &Signature, parameter: &Parameter, encoding: Encoding, krate: &TokenStream) -> TokenStream {
    let (native, marker) = (quote!(#krate::__private::native), encoding.marker());
    let (Parameter { name, .. }, c) = (parameter, c_name(&parameter.name));
    let of = |candidate: &&Parameter| matches!(&candidate.kind, Kind::Length(length) if length.of.contains(name));
    let Some(Parameter { name: length_parameter, kind: Kind::Length(length), .. }) =
        signature.parameters.iter().find(of)
    else {
        return TokenStream::new();
    };
    let value = length_name(length_parameter);
    let bytes = element_bytes(signature, parameter, length, krate);
    let bytes = bytes.map(|bytes| quote!(/ #bytes as ::core::primitive::i64));
    let label = names::text(name);
    let taken = quote! {
        // SAFETY: the interface declares the text and its length.
        let #name = #native::passed(#label, unsafe {
            #native::passed_text::<#native::#marker>(#c, #native::Length::to_i64(#value) #bytes)
        })?;
    };
    match parameter.is_nullable {
        true => taken,
        false => quote!(#taken let #name = #name.unwrap_or_default();),
    }
}

/// What the program says about an output.
fn output(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let (c, native, capacity) =
        (c_name(&parameter.name), quote!(#krate::__private::native), capacity_name(&parameter.name));
    match &parameter.kind {
        Kind::ArrayBuffer(..) => quote!(#native::output_buffer(#c, #capacity)),
        Kind::TextBuffer(format, _) => {
            let marker = format.encoding.marker();
            // SAFETY: the program says that its buffer has this capacity.
            quote!(unsafe { #native::output_text::<#native::#marker>(#c, #capacity) })
        }
        Kind::Pointer(..) => {
            let numbers = conversion(signature, parameter, "IS_NUMBERS", krate);
            // SAFETY: the interface declares the type of the pointer's target.
            quote!(unsafe { #native::output_at(#c, #numbers) })
        }
        // SAFETY: as above.
        _ => quote!(unsafe { #native::output_at(#c, false) }),
    }
}

/// The place of a parameter, if the program passes null for it and the interface does not say that it may.
fn null(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> Option<TokenStream> {
    let may_be_null = match &parameter.kind {
        Kind::Length(length) => length.passing.is_none(),
        Kind::Pointer(..) | Kind::Array(..) | Kind::Text(_) | Kind::CStr | Kind::TextList(_) => parameter.is_nullable,
        _ => true,
    };
    if may_be_null || parameter.is_out() || parameter.fixed.is_some() {
        return None;
    }
    let (c, place) = (c_name(&parameter.name), signature.place_of_all(parameter));
    Some(quote!(#krate::__private::native::null_in_c(#place, #c)))
}

/// The length that the program passes, if it is not that of what is passed.
fn given_length(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> Option<TokenStream> {
    let Kind::Length(length @ Length { of, passing: None | Some(Passing::In), .. }) = &parameter.kind else {
        return None;
    };
    let native = quote!(#krate::__private::native);
    let (value, place) = (length_name(&parameter.name), signature.place_of_all(parameter));
    let number = quote!(#native::Length::to_i64(#value));
    let is_null = of.iter().map(|of| {
        let c = c_name(of);
        quote!(#native::null_in_c(#place, #c).is_some())
    });
    let counts_nul = of.iter().filter_map(|of| signature.parameter(of)).find_map(|of| {
        let Kind::Text(encoding) = &of.kind else { return None };
        let (c, marker) = (c_name(&of.name), encoding.marker());
        let bytes = element_bytes(signature, of, length, krate);
        let bytes = bytes.map(|bytes| quote!(/ #bytes as ::core::primitive::i64));
        // SAFETY: the interface declares the text and its length.
        Some(quote!(unsafe { #native::counts_nul::<#native::#marker>(#c, #number #bytes) }))
    });
    let counts_nul = counts_nul.unwrap_or_else(|| quote!(false));
    Some(quote!(#native::c_length(#place, #number, #(#is_null)&&*, #counts_nul)))
}

/// The capacity of a buffer: what the program says in the length parameter, or else what the interface says.
fn capacity(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> Option<TokenStream> {
    parameter.buffer()?;
    match length_of(signature, &parameter.name, krate) {
        Some(length) => {
            let capacity = capacity_name(&parameter.name);
            Some(quote!(let #capacity = #length;))
        }
        None => c_function::capacity(signature, parameter, krate),
    }
}

/// The call, as an expression of type `Result`.
fn call(method: &Method, krate: &TokenStream) -> TokenStream {
    let (signature, calls) = (&method.signature, local("calls"));
    let mut arguments = TokenStream::new();
    let mut contexts = TokenStream::new();
    for parameter in signature.visible() {
        let Parameter { name, kind, is_nullable, .. } = parameter;
        let value = match (kind, is_nullable) {
            (Kind::Callback(callback), _) => {
                let (prepare, closure) = closure(method, parameter, callback, krate);
                contexts.extend(prepare);
                arguments.extend(quote!(let mut #name = #closure;));
                continue;
            }
            (Kind::Pointer(_, Passing::In), false) => quote!(&#name),
            (Kind::Pointer(..), false) => quote!(&mut #name),
            (Kind::Array(_, Passing::In) | Kind::Text(_) | Kind::TextList(_), false) => quote!(&*#name),
            (Kind::Array(..), false) => quote!(&mut *#name),
            (Kind::Pointer(_, Passing::In), true) => quote!(#name.as_ref()),
            (Kind::Pointer(..), true) => quote!(#name.as_mut()),
            (Kind::Array(_, Passing::In) | Kind::Text(_), true) => quote!(#name.as_deref()),
            (Kind::Array(..), true) => quote!(#name.as_deref_mut()),
            _ => quote!(#name),
        };
        arguments.extend(quote!(let #name = #value;));
    }
    let call = match method.has_callbacks() {
        true => call_with_callbacks(method, &calls.to_token_stream(), krate),
        false => {
            let (call, names) = (names::call(&method.name), signature.visible().map(|parameter| &parameter.name));
            quote!(#call(&#calls #(, #names)*))
        }
    };
    quote!({ #contexts #arguments #call })
}

/// A closure that calls the C function that the program has passed.
fn closure(
    method: &Method,
    parameter: &Parameter,
    callback: &Callback,
    krate: &TokenStream,
) -> (TokenStream, TokenStream) {
    let private = quote!(#krate::__private);
    let (name, c) = (&parameter.name, c_name(&parameter.name));
    let (pointer, context) = (local_of("function", name), local_of("context", name));
    let own_context = match callback::context_of(method, name) {
        Some(own) => c_name(own).to_token_stream(),
        None => quote!(::core::ptr::null_mut()),
    };
    let prepare = quote! {
        let #pointer = #private::drop_in::OwnPointer::new(#c);
        let #context = #private::drop_in::OwnPointer::new(#own_context);
    };
    let called = callback.as_method(name);
    let Some(native) = called.native() else { return (prepare, TokenStream::new()) };
    let (items, body) =
        native_call::at_pointer(&called, native, (&quote!(#pointer.get()), &quote!(#context.get())), krate);
    let parameters = called.signature.visible().map(|Parameter { name, ty, .. }| quote!(#name: #ty));
    let slices = called.signature.visible().map(|Parameter { name, kind, is_nullable, .. }| {
        let (of, reference) = match kind {
            Kind::Array(_, Passing::In) => (quote!(#private::Slice::of), (quote!(&#name), quote!(#name.as_ref()))),
            Kind::Array(..) => (quote!(#private::SliceMut::of), (quote!(&mut #name), quote!(#name.as_mut()))),
            _ => return TokenStream::new(),
        };
        match is_nullable {
            true => {
                let reference = reference.1;
                quote!(let mut #name = #name.map(#of); let #name = #reference;)
            }
            false => {
                let reference = reference.0;
                quote!(let mut #name = #of(#name); let #name = #reference;)
            }
        }
    });
    let returned = called.signature.returned_type(krate).unwrap_or_else(|| quote!(()));
    let (result, fault) = (quote!(::core::result::Result), quote!(#private::Fault));
    let closure = quote! {
        move |#(#parameters),*| -> #returned {
            #items
            #(#slices)*
            let mut #name = || -> #result<#returned, #fault> { #body };
            #private::drop_in::of_c_function(#name())
        }
    };
    match callback.is_optional {
        true => (prepare, quote!((!#c.is_null()).then(|| #closure))),
        false => (prepare, closure),
    }
}

/// Writes an output through the program's pointer.
fn give(signature: &Signature, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let (native, scope) = (quote!(#krate::__private::native), local("scope"));
    let Parameter { name, kind, .. } = parameter;
    let (c, text) = (c_name(name), names::text(name));
    match kind {
        Kind::TextBuffer(format, _) => {
            let (marker, capacity) = (format.encoding.marker(), capacity_name(name));
            let (reply, place) = (local("reply"), signature.place(parameter));
            let give = runtime(if format.is_multi { "give_texts_to_c" } else { "give_text_to_c" });
            quote! {
                if !#reply.is_unwritten(#place) {
                    // SAFETY: the program says that its buffer has this capacity.
                    unsafe { #native::#give::<#native::#marker>(#c, #capacity, &#name) }?;
                }
            }
        }
        Kind::ArrayBuffer(..) => {
            let (to_c, capacity) = (conversion(signature, parameter, "to_c", krate), capacity_name(name));
            quote! {
                // SAFETY: as above.
                unsafe { #native::give_array(#text, #c, #capacity, &#name, #to_c, #scope) }?;
            }
        }
        Kind::LibraryPointer(pointer) => {
            let place = signature.place(parameter);
            let value = pointer_to_c(
                name.to_token_stream(),
                (pointer, &parameter.ty),
                &place.to_token_stream(),
                krate,
                signature.checked(parameter, krate),
            );
            quote! {
                // SAFETY: the program passes a place for the pointer, or null.
                unsafe { #native::give(#c, &#value, |pointer, _| ::core::result::Result::Ok(*pointer), #scope) }?;
            }
        }
        _ if types::stores_pointer(parameter) => {
            let (reply, place) = (local("reply"), signature.place(parameter));
            let give = c_function::give(signature, parameter, krate);
            quote! {
                if #reply.is_null(#place) {
                    // SAFETY: the program passes a place for the pointer, or null.
                    unsafe { #native::give(#c, &::core::ptr::null(), |null, _| ::core::result::Result::Ok(*null), #scope) }?;
                } else {
                    #give
                }
            }
        }
        Kind::Pointer(_, Passing::InOut) | Kind::Array(_, Passing::InOut) if !parameter.is_nullable => {
            let (reply, place) = (local("reply"), signature.place_of_all(parameter));
            let (from_c, give) =
                (conversion(signature, parameter, "from_c", krate), c_function::give(signature, parameter, krate));
            let count = if matches!(kind, Kind::Array(..)) { quote!(#name.len()) } else { quote!(1) };
            quote! {
                // SAFETY: the program has passed these values.
                unsafe { #native::restore_pointers(#c, #count, #from_c, #scope, (&#reply, #place)) };
                #give
                #native::restored_pointers(#scope);
            }
        }
        _ => c_function::give(signature, parameter, krate),
    }
}

/// A pointer to memory with the value, which lives as the original's would.
fn pointer_to_c(
    value: TokenStream,
    (pointer, ty): (&LibraryPointer, &Type),
    place: &TokenStream,
    krate: &TokenStream,
    target: TokenStream,
) -> TokenStream {
    let (native, scope, reply) = (quote!(#krate::__private::native), local("scope"), local("reply"));
    let marker = pointer.format.encoding.marker();
    let convert = match &pointer.length {
        _ if pointer.format.is_multi => quote!(#native::texts_to_c::<#native::#marker>(&#value, #scope)),
        Some(PointerLength::Elements(_)) => {
            let to_c = native_item(target, "to_c", krate);
            quote!(#native::array_to_c(&#value, #to_c, #scope))
        }
        Some(PointerLength::UntilNull(_)) => {
            let to_c = native_item(target, "to_c", krate);
            quote!(#native::list_to_c(&#value, #to_c, #scope))
        }
        None if types::is_boxed(ty) => {
            let to_c = native_item(target, "to_c", krate);
            quote!(#to_c(&#value, #scope))
        }
        None => quote!(<#native::TextAt<#native::#marker> as #native::FieldForm<#ty>>::to_c(&#value, #scope)),
    };
    let convert = match &pointer.free_with {
        Some(_) => quote!(#krate::__private::drop_in::freed_by_c(|#scope| #convert)?),
        None => quote!(#convert?),
    };
    quote!(if #reply.is_null(#place) { ::core::ptr::null() } else { #convert })
}

/// The C type that the function returns, and the value.
fn returned(method: &Method, native: &Native, krate: &TokenStream) -> (TokenStream, TokenStream) {
    let (signature, private) = (&method.signature, quote!(#krate::__private));
    let (ret, scope) = (local("ret"), local("scope"));
    let (_, target) = signature.checked_return(krate);
    let pointer = quote!(*const ::core::ffi::c_void);
    let is_pointer = |ty: &Type| types::is_named(ty, "String") || types::is_optional_string(ty) || types::is_boxed(ty);
    match &signature.returns {
        Returns::Nothing | Returns::Result { .. } => (quote!(()), quote!(())),
        Returns::Value(ty) if !is_pointer(ty) => {
            let to_c = native_item(target.clone(), "to_c", krate);
            (native_item(target, "C", krate), quote!(#to_c(&#ret, #scope)?))
        }
        Returns::Value(ty) | Returns::Vec { ty, .. } => {
            let place = quote!(#private::native::RETURNED);
            let value = pointer_to_c(ret.to_token_stream(), (&native.returned, ty), &place, krate, target);
            (pointer, quote!((#value).cast()))
        }
    }
}

/// What the function returns if the bridge fails.
fn failed(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let private = quote!(#krate::__private);
    let zero = quote!(#private::native::Zeroable::zeroed());
    let zero_pointer = quote!(::core::ptr::null());
    let value = local("value");
    let Returns::Value(ty) = &method.signature.returns else {
        return if matches!(method.signature.returns, Returns::Vec { .. }) { zero_pointer } else { zero };
    };
    if types::is_named(ty, "String") || types::is_optional_string(ty) || types::is_boxed(ty) {
        return zero_pointer;
    }
    let (_, target) = method.signature.checked_return(krate);
    let (to_c, from_c) = (native_item(target.clone(), "to_c", krate), native_item(target, "from_c", krate));
    if let Some(on_error) = &native.on_error {
        return quote! {{
            let #value: #ty = #on_error;
            #to_c(&#value, &mut #private::native::Scope::new()).unwrap_or_else(|_| #zero)
        }};
    }
    let Some(check) = &native.check else { return zero };
    let uses = method.signature.uses(check);
    if uses.iter().any(|used| !matches!(used.operand, Operand::Returned)) {
        return zero;
    }
    let Some(ret) = uses.first().map(|used| used.name.clone()) else { return zero };
    quote! {
        #private::native::failure_value(|#value| {
            // SAFETY: numbers have no pointers in them.
            match unsafe { #from_c(#value, &#private::native::Scope::new()) } {
                ::core::result::Result::Ok(#ret) => !(#check),
                ::core::result::Result::Err(_) => false,
            }
        })
    }
}
