//! The implementation over an assembly of .NET, and its description. The runtime converts and calls; what is generated
//! here names the types.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};

use super::library::start;
use crate::model::{Form, Interface, Kind, Managed, Method, Parameter, Passing, Returns, joined};
use crate::names::{self, local};

/// The description of the managed method behind a method.
pub(super) fn description(
    interface: &Interface,
    method: &Method,
    managed: &Managed,
    krate: &TokenStream,
) -> TokenStream {
    let dotnet = quote!(#krate::__private::interface);
    let Managed { name, optional, .. } = managed;
    let class = class(interface, method, managed, krate);
    let form = local(match &managed.form {
        Form::Plain if this(method).is_some() => "OnArgument",
        Form::Plain => "Plain",
        Form::Constructor(_) => "Constructor",
        Form::Release(_) => "Release",
    });
    let parameters = method.signature.parameters.iter().map(|parameter| {
        let (name, type_name) = (names::text(&parameter.name), parameter_type(method, parameter, krate));
        let passing = local(match parameter.kind {
            Kind::Pointer(_, Passing::InOut) => "Ref",
            Kind::Pointer(_, Passing::Out) => "Out",
            _ => "Value",
        });
        quote! {
            #dotnet::ManagedParameter { name: #name, type_name: #type_name, passing: #dotnet::ManagedPassing::#passing }
        }
    });
    let returns = returned_type(method, krate);
    quote! {
        #dotnet::ManagedMethod {
            class: #class,
            name: #name,
            form: #dotnet::Form::#form,
            optional: #optional,
            returns: #returns,
            parameters: &[#(#parameters),*],
        }
    }
}

/// The class of the method: as it is given, that of the object that it is called on or makes, or the interface's.
fn class(interface: &Interface, method: &Method, managed: &Managed, krate: &TokenStream) -> TokenStream {
    let of = |ty: TokenStream| {
        let span = start(&ty);
        quote_spanned!(span=> <#ty as #krate::__private::dotnet::Instance>::CLASS)
    };
    match (&managed.class, &managed.form, this(method), &method.signature.returns) {
        (Some(class), ..) => class.to_token_stream(),
        (None, Form::Plain, Some(this), _) => of(object(this)),
        (None, Form::Constructor(_), _, Returns::Value(ty)) => of(ty.to_token_stream()),
        (None, Form::Release(_), ..) => method.signature.parameters.first().map(object).map(of).unwrap_or_default(),
        _ => interface.options.class.as_ref().map(|(_, class)| class.to_token_stream()).unwrap_or_default(),
    }
}

/// The object that the method is called on.
fn this(method: &Method) -> Option<&Parameter> {
    method.signature.parameters.first().filter(|parameter| parameter.this.is_some())
}

/// The type of a parameter that is an object.
fn object(parameter: &Parameter) -> TokenStream {
    match &parameter.kind {
        Kind::Pointer(ty, _) => ty.to_token_stream(),
        _ => parameter.ty.to_token_stream(),
    }
}

/// What tells the name of a parameter's type.
fn parameter_type(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let ty = match &parameter.kind {
        Kind::Text { .. } => quote!(::std::string::String),
        Kind::Array(..) => {
            let element = method.signature.checked(parameter, krate);
            quote!(::std::vec::Vec<#element>)
        }
        _ => method.signature.checked(parameter, krate),
    };
    type_name(ty, krate)
}

/// What tells the name of the returned type.
fn returned_type(method: &Method, krate: &TokenStream) -> TokenStream {
    let (_, returned) = method.signature.checked_return(krate);
    match &method.signature.returns {
        Returns::Nothing => quote!(#krate::__private::dotnet::void),
        Returns::Vec { .. } => type_name(quote!(::std::vec::Vec<#returned>), krate),
        _ => type_name(returned, krate),
    }
}

fn type_name(ty: TokenStream, krate: &TokenStream) -> TokenStream {
    let span = start(&ty);
    quote_spanned!(span=> <#ty as #krate::__private::dotnet::Managed>::type_name)
}

/// The call: puts the arguments, makes it, and takes what comes back.
pub(super) fn body(method: &Method, managed: &Managed, krate: &TokenStream) -> TokenStream {
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
            Kind::Text { .. } => quote!(#call.text(#name);),
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
