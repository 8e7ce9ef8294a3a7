//! The call of a managed method. The runtime converts the values; the generated code names their types.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use crate::model::{Form, Kind, Managed, Method, Parameter, Passing, Returns, joined};
use crate::names::{self, local};

/// The body of a method: encodes the arguments, makes the call, and decodes the results.
pub(super) fn call(method: &Method, managed: &Managed, krate: &TokenStream) -> TokenStream {
    if let (Form::Release(_), Some(Parameter { name, .. })) = (&managed.form, method.signature.parameters.first()) {
        let text = names::text(name);
        return quote!(self.library.release(#text, &#name));
    }
    let (call, outcome, returned) = (local("call"), local("outcome"), local("returned"));
    let number = names::number(&method.name);
    let put = method.signature.parameters.iter().map(|parameter| {
        let (name, ty) = (&parameter.name, method.signature.checked(parameter, krate));
        match parameter.kind {
            Kind::Pointer(_, Passing::In) => quote!(#call.value::<#ty>(#name);),
            Kind::Pointer(_, Passing::InOut) => quote!(#call.reference::<#ty>(#name);),
            Kind::Pointer(_, Passing::Out) => quote!(#call.out();),
            Kind::Array(_, Passing::InOut) => quote!(#call.slice_mut::<#ty>(#name);),
            Kind::Array(..) => quote!(#call.slice::<#ty>(#name);),
            Kind::Text(_) => quote!(#call.text(#name);),
            _ => quote!(#call.value::<#ty>(&#name);),
        }
    });
    let take_returned = match &method.signature.returns {
        Returns::Nothing => None,
        Returns::Vec { .. } => {
            let (_, element) = method.signature.checked_return(krate);
            Some(quote!(let #returned = #outcome.returned::<::std::vec::Vec<#element>>()?;))
        }
        _ => {
            let (_, ty) = method.signature.checked_return(krate);
            Some(quote!(let #returned = #outcome.returned::<#ty>()?;))
        }
    };
    let take = method.signature.parameters.iter().enumerate().filter_map(|(place, parameter)| {
        let (name, ty) = (&parameter.name, method.signature.checked(parameter, krate));
        match parameter.kind {
            Kind::Pointer(_, Passing::Out) => Some(quote!(let #name = #outcome.argument::<#ty>(#place)?;)),
            Kind::Pointer(_, Passing::InOut) => Some(quote!(*#name = #outcome.argument::<#ty>(#place)?;)),
            Kind::Array(_, Passing::InOut) => Some(quote!(#outcome.argument_into::<#ty>(#place, #name)?;)),
            _ => None,
        }
    });
    let own = take_returned.is_some().then(|| returned.to_token_stream());
    let parts: Vec<_> = own.into_iter().chain(method.signature.outs().map(|out| out.name.to_token_stream())).collect();
    let value = joined(&parts);
    quote! {
        let mut #call = self.library.call(#number)?;
        #(#put)*
        let #outcome = #call.invoke()?;
        #take_returned
        #(#take)*
        ::core::result::Result::Ok(#value)
    }
}
