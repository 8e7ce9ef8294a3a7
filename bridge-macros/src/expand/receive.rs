//! The called side of a call: decodes the parameters, calls, and encodes the results. The dispatcher does it for methods,
//! and the client for its closures.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::send;
use crate::model::{Callback, Kind, Parameter, Passing, Signature, joined};
use crate::names::{self, local, local_of, runtime};
use crate::paths::some;

/// Decodes the arguments from `arguments`, calls, and encodes the results with `answer`.
pub(super) fn receive(
    signature: &Signature,
    (arguments, answer): (&Ident, &Ident),
    call: impl FnOnce(&[TokenStream]) -> TokenStream,
    krate: &TokenStream,
) -> TokenStream {
    let (encoder, some) = (local("encoder"), some());
    let decode = signature.visible().map(|parameter| take(signature, parameter, (arguments, answer), krate));
    let pass: Vec<_> = signature.visible().map(pass).collect();
    let parts = signature.parts(krate);
    let results: Vec<_> = (0..parts.len()).map(|place| local(&format!("result_{place}"))).collect();
    let kept: Vec<_> = signature.registered_callbacks().map(|(parameter, _)| registration(&parameter.name)).collect();
    let keep = signature.registered_callbacks().map(|(parameter, _)| {
        let (number, registration) = (number(&parameter.name), registration(&parameter.name));
        quote!(#answer.keep(#number, #registration);)
    });
    let pattern: Vec<_> = results.iter().chain(&kept).map(|result| quote!(#result)).collect();
    let pattern = if pattern.is_empty() { quote!(()) } else { joined(&pattern) };
    let put = parts.iter().zip(&results).map(|(part, result)| {
        let encode = part.encode(&encoder, result);
        quote!(#encode?;)
    });
    let put_back = signature.in_outs().map(|parameter| {
        let (name, ty) = (&parameter.name, signature.checked(parameter, krate));
        let put = runtime(if matches!(parameter.kind, Kind::Array(..)) { "slice_mut" } else { "value" });
        let put = |value| match parameter.array_form(krate) {
            Some(form) => {
                let sent = form.sent(&ty);
                quote!(#encoder.value(&#sent(#value))?;)
            }
            None => quote!(#encoder.#put::<#ty>(#value)?;),
        };
        match parameter.is_nullable {
            true => {
                let put = put(quote!(#name));
                quote!(if let #some(#name) = &#name { #put })
            }
            false => put(quote!(&#name)),
        }
    });
    let call = call(&pass);
    let call = if signature.makes_callback { quote!(#krate::Callback::into_parts(#call)) } else { call };
    let answering = quote! {
        #answer.answer(|#encoder| {
            #(#put)*
            #(#put_back)*
            ::core::result::Result::Ok(())
        })
    };
    let arrays: Vec<_> =
        parts.iter().zip(&results).filter(|(part, _)| part.is_vec()).map(|(_, result)| result).collect();
    let answering = if arrays.is_empty() {
        answering
    } else {
        let answered = local("answered");
        quote! {
            let #answered = #answering;
            #(#krate::__private::native::recycle(#arrays);)*
            #answered
        }
    };
    quote! {
        #(#decode)*
        #arguments.finish()?;
        let #pattern = #call;
        #(#keep)*
        #answering
    }
}

fn take(
    signature: &Signature,
    parameter: &Parameter,
    (arguments, answer): (&Ident, &Ident),
    krate: &TokenStream,
) -> TokenStream {
    let Parameter { name, kind, .. } = parameter;
    let ty = signature.checked(parameter, krate);
    if let (Kind::Pointer(_, passing), Some(form)) = (kind, parameter.array_form(krate)) {
        let received = form.received(&ty);
        return match (parameter.is_nullable, passing) {
            (true, _) => quote! {
                let mut #name =
                    #arguments.value::<::core::option::Option<#received>>()?.map(|#name| #name.into_value());
            },
            (false, Passing::In) => quote!(let #name = &#arguments.value::<#received>()?.into_value();),
            (false, _) => quote!(let mut #name = #arguments.value::<#received>()?.into_value();),
        };
    }
    match kind {
        Kind::Callback(callback) => proxy(signature, name, callback, (arguments, answer), krate),
        Kind::Pointer(..) if parameter.is_nullable => {
            quote!(let mut #name = #arguments.value::<::core::option::Option<#ty>>()?;)
        }
        Kind::Array(_, passing) if parameter.is_nullable => {
            let slice = runtime(if *passing == Passing::In { "optional_slice" } else { "optional_slice_mut" });
            quote!(let mut #name = #arguments.#slice::<#ty>()?;)
        }
        Kind::Pointer(_, Passing::In) => quote!(let #name = &#arguments.value::<#ty>()?;),
        Kind::Pointer(..) => quote!(let mut #name = #arguments.value::<#ty>()?;),
        Kind::Array(_, Passing::In) => quote!(let #name = &#arguments.slice::<#ty>()?;),
        Kind::Array(..) => quote!(let mut #name = #arguments.slice_mut::<#ty>()?;),
        Kind::TextList(_) => quote! {
            let #name = #arguments.value::<::std::vec::Vec<::std::string::String>>()?;
            let #name: ::std::vec::Vec<&::core::primitive::str> = #name.iter().map(::std::string::String::as_str).collect();
            let #name = &*#name;
        },
        Kind::Text(_) | Kind::CStr => {
            let text = runtime(match (kind, parameter.is_nullable) {
                (Kind::CStr, false) => "c_str",
                (Kind::CStr, true) => "optional_c_str",
                (_, false) => "text",
                (_, true) => "optional_text",
            });
            quote!(let #name = #arguments.#text()?;)
        }
        _ => quote!(let #name = #arguments.value::<#ty>()?;),
    }
}

/// The argument for a parameter of the trait's method.
pub(super) fn pass(parameter: &Parameter) -> TokenStream {
    let name = &parameter.name;
    match &parameter.kind {
        Kind::Array(_, Passing::In) if parameter.is_nullable => quote!(#name.as_deref()),
        Kind::Array(..) if parameter.is_nullable => quote!(#name.as_deref_mut()),
        _ => pass_in_place(parameter),
    }
}

/// The argument for a parameter of the method that takes arrays where the message has them.
pub(super) fn pass_in_place(parameter: &Parameter) -> TokenStream {
    let name = &parameter.name;
    match &parameter.kind {
        Kind::Pointer(_, Passing::In) | Kind::Array(_, Passing::In) if parameter.is_nullable => quote!(#name.as_ref()),
        Kind::Pointer(..) | Kind::Array(..) if parameter.is_nullable => quote!(#name.as_mut()),
        Kind::Callback(callback) if !callback.is_registered => match callback.is_optional {
            true => {
                let is_some = is_some(name);
                quote! {
                    if #is_some {
                        ::core::option::Option::Some(&mut #name)
                    } else {
                        ::core::option::Option::None
                    }
                }
            }
            false => quote!(&mut #name),
        },
        _ if parameter.is_in_out() => quote!(&mut #name),
        _ => quote!(#name),
    }
}

/// A closure that calls the client's.
fn proxy(
    method: &Signature,
    name: &Ident,
    callback: &Callback,
    (arguments, call): (&Ident, &Ident),
    krate: &TokenStream,
) -> TokenStream {
    let Callback { signature, is_optional, is_registered, .. } = callback;
    let (remote, encoder, decoder, value) = (remote(name), local("encoder"), local("decoder"), local("value"));
    let text = names::text(name);
    let (names, types): (Vec<_>, Vec<_>) =
        signature.visible().map(|parameter| (&parameter.name, &parameter.ty)).unzip();
    let returns = signature.returned_type(krate).unwrap_or_else(|| quote!(()));
    let (slices, places) = send::borrowed(signature);
    let put = signature.visible().map(|parameter| send::put(signature, parameter, &encoder, None, krate));
    let put: TokenStream = put.collect();
    let (taken, changed) = send::take(signature, &decoder, krate);
    let run = |moving: Option<TokenStream>| {
        quote! {
            #moving |#(#names: #types),*| -> #returns {
                #remote.run(
                    (#slices, &mut #places),
                    |#encoder, #slices, #places| { #put ::core::result::Result::Ok(()) },
                    |#decoder, #places| {
                        let #value = #taken;
                        #changed
                        ::core::result::Result::Ok(#value)
                    },
                )
            }
        }
    };
    if *is_registered {
        let (number, run) = (number(name), run(Some(quote!(move))));
        let closure = callback.closure();
        let boxed = quote! {
            {
                let #remote = #call.registered(#number, #text);
                let #name: ::std::boxed::Box<dyn #closure + ::core::marker::Send> = ::std::boxed::Box::new(#run);
                #name
            }
        };
        let take = quote!(let #number = #arguments.value::<::core::option::Option<::core::primitive::u32>>()?;);
        return match is_optional {
            true => quote!(#take let #name = #number.map(|#number| #boxed);),
            false => quote! {
                #take
                let #name = { let #number = #krate::__private::required(#text, #number)?; #boxed };
            },
        };
    }
    let place = method.scoped_callbacks().position(|(parameter, _)| parameter.name == *name).unwrap_or_default() as u32;
    let is_some = is_optional.then(|| {
        let is_some = is_some(name);
        quote!(let #is_some = #arguments.value::<::core::primitive::bool>()?;)
    });
    let run = run(None);
    quote! {
        #is_some
        let #remote = #call.closure(#place, #text);
        let mut #name = #run;
    }
}

/// The variable that holds the runtime's proxy of a closure.
fn remote(name: &Ident) -> Ident {
    local_of("remote", name)
}

/// The variable that holds the number of a registered closure.
fn number(name: &Ident) -> Ident {
    local_of("number", name)
}

/// The variable that holds the `Registration` of a closure.
pub(super) fn registration(name: &Ident) -> Ident {
    local_of("registration", name)
}

/// The variable that says whether an optional closure was passed.
pub(super) fn is_some(name: &Ident) -> Ident {
    local_of("is_some", name)
}
