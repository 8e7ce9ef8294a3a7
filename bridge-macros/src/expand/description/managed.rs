//! The description of a managed method.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};

use super::super::c_type::span_of;
use crate::model::{Form, Interface, Kind, Managed, Method, Parameter, Passing, Returns};
use crate::names::{self, runtime};

/// The description of a managed method.
pub(super) fn managed(interface: &Interface, method: &Method, managed: &Managed, krate: &TokenStream) -> TokenStream {
    let described = quote!(#krate::__private::interface);
    let Managed { name, optional, .. } = managed;
    let class = class(interface, method, managed, krate);
    let form = runtime(match &managed.form {
        Form::Constructor(_) => "Constructor",
        Form::Release(_) => "Release",
        Form::Plain | Form::Get(_) | Form::Set(_) if this(method).is_some() => "OnArgument",
        Form::Plain | Form::Get(_) | Form::Set(_) => "Plain",
    });
    let access = runtime(match &managed.form {
        Form::Get(_) => "Get",
        Form::Set(_) => "Set",
        Form::Plain | Form::Constructor(_) | Form::Release(_) => "Call",
    });
    let parameters = method.signature.parameters.iter().map(|parameter| {
        let (name, type_name) = (names::text(&parameter.name), parameter_type(method, parameter, krate));
        let passing = runtime(match parameter.kind {
            Kind::Pointer(_, Passing::InOut) => "Ref",
            Kind::Pointer(_, Passing::Out) => "Out",
            _ => "Value",
        });
        quote! {
            #described::ManagedParameter { name: #name, type_name: #type_name, passing: #described::ManagedPassing::#passing }
        }
    });
    let returns = returned_type(method, krate);
    quote! {
        #described::ManagedMethod {
            class: #class,
            name: #name,
            form: #described::Form::#form,
            access: #described::Access::#access,
            optional: #optional,
            returns: #returns,
            parameters: &[#(#parameters),*],
        }
    }
}

/// The class of the method: its own `#[class]`, else that of the object that it is called on or creates, else the
/// interface's.
fn class(interface: &Interface, method: &Method, managed: &Managed, krate: &TokenStream) -> TokenStream {
    let of = |ty: TokenStream| {
        let span = span_of(&ty);
        quote_spanned!(span=> <#ty as #krate::__private::dotnet::Instance>::CLASS)
    };
    match (&managed.class, &managed.form, this(method), &method.signature.returns) {
        (Some(class), ..) => class.to_token_stream(),
        (None, Form::Plain | Form::Get(_) | Form::Set(_), Some(this), _) => of(object(this)),
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

/// The function that returns the .NET name of a parameter's type.
fn parameter_type(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let ty = match &parameter.kind {
        Kind::Text(_) => quote!(::std::string::String),
        Kind::Array(..) => {
            let element = method.signature.checked(parameter, krate);
            quote!(::std::vec::Vec<#element>)
        }
        _ => method.signature.checked(parameter, krate),
    };
    type_name(ty, krate)
}

/// The function that returns the .NET name of the returned type.
fn returned_type(method: &Method, krate: &TokenStream) -> TokenStream {
    let (_, returned) = method.signature.checked_return(krate);
    match &method.signature.returns {
        Returns::Nothing => quote!(#krate::__private::dotnet::void),
        Returns::Vec { .. } => type_name(quote!(::std::vec::Vec<#returned>), krate),
        _ => type_name(returned, krate),
    }
}

fn type_name(ty: TokenStream, krate: &TokenStream) -> TokenStream {
    let span = span_of(&ty);
    quote_spanned!(span=> <#ty as #krate::__private::dotnet::Managed>::type_name)
}
