//! The dispatcher: from a message to a method of any implementation, and back.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Interface, Kind, Method, Parameter};
use crate::names::{self, local};

/// `Dispatch` for every implementation of the trait.
pub(super) fn dispatcher(interface: &Interface) -> TokenStream {
    let (krate, trait_name) = (interface.options.krate(), &interface.name);
    let (server, method, arguments, reply) = (local("server"), local("method"), local("arguments"), local("reply"));
    let arms = interface.methods.iter().map(|method| arm(interface, method));
    let implementation = local("S");
    quote! {
        #[automatically_derived]
        impl<#implementation: #trait_name> #krate::__private::Dispatch<#implementation> for dyn #trait_name {
            #[allow(unused_mut, unused_variables)]
            fn dispatch(
                #server: &#implementation,
                #method: ::core::primitive::u32,
                mut #arguments: #krate::__private::Decoder<'_>,
                #reply: &mut #krate::__private::Reply<'_>,
            ) -> ::core::result::Result<(), #krate::__private::Fault> {
                match #method {
                    #(#arms)*
                    _ => #krate::__private::unknown_method(#method),
                }
            }
        }
    }
}

fn arm(interface: &Interface, method: &Method) -> TokenStream {
    let (krate, trait_name) = (interface.options.krate(), &interface.name);
    let (server, arguments, reply, result) = (local("server"), local("arguments"), local("reply"), local("result"));
    let (cfgs, name, number) = (method.cfgs(), &method.name, names::number(&method.name));
    let decode = method.visible().map(|parameter| {
        let Parameter { name, kind, .. } = parameter;
        let ty = method.checked(parameter, &krate);
        match kind {
            Kind::Value => quote!(let #name = #arguments.value::<#ty>()?;),
            Kind::Reference(_) => quote!(let #name = &#arguments.value::<#ty>()?;),
            Kind::Text => quote!(let #name = #arguments.text()?;),
            Kind::OptionalText => quote!(let #name = #arguments.optional_text()?;),
            Kind::Slice(_) => quote!(let #name = &*#arguments.slice::<#ty>()?;),
            Kind::Length(_) => TokenStream::new(),
        }
    });
    let names = method.visible().map(|parameter| &parameter.name);
    let (put, types) = match method.checked_return(&krate) {
        ("vec", element) => ("slice", element),
        other => other,
    };
    let put = local(put);
    quote! {
        #(#cfgs)* #number => {
            #(#decode)*
            #arguments.finish()?;
            let #result = #trait_name::#name(#server #(, #names)*);
            ::core::result::Result::Ok(#reply.begin()?.#put::<#types>(&#result)?)
        }
    }
}
