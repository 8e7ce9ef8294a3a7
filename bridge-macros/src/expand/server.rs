//! The dispatcher: from a message to a method of any implementation, and back.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Interface, Kind, Method, Parameter, Part, Passing, joined};
use crate::names::{self, local};

/// `Dispatch` for every implementation of the trait.
pub(super) fn dispatcher(interface: &Interface) -> TokenStream {
    let (krate, trait_name) = (interface.options.krate(), &interface.name);
    let (server, method, arguments, call) = (local("server"), local("method"), local("arguments"), local("call"));
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
                #call: &#krate::__private::Call,
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
    let (server, arguments, call, encoder) = (local("server"), local("arguments"), local("call"), local("encoder"));
    let (cfgs, name, number) = (method.cfgs(), &method.name, names::number(&method.name));
    let decode = method.visible().map(|parameter| {
        let Parameter { name, kind, .. } = parameter;
        let ty = method.checked(parameter, &krate);
        match kind {
            Kind::Pointer(_, Passing::In) => quote!(let #name = &#arguments.value::<#ty>()?;),
            Kind::Pointer(..) => quote!(let mut #name = #arguments.value::<#ty>()?;),
            Kind::Array(_, Passing::In) => quote!(let #name = &*#arguments.slice::<#ty>()?;),
            Kind::Array(..) => quote!(let mut #name = #arguments.slice_mut::<#ty>()?;),
            Kind::Text { is_optional: false, .. } => quote!(let #name = #arguments.text()?;),
            Kind::Text { is_optional: true, .. } => quote!(let #name = #arguments.optional_text()?;),
            _ => quote!(let #name = #arguments.value::<#ty>()?;),
        }
    });
    let pass = method.visible().map(|parameter| {
        let name = &parameter.name;
        if parameter.is_in_out() { quote!(&mut #name) } else { quote!(#name) }
    });
    let parts = method.parts(&krate);
    let results: Vec<_> = (0..parts.len()).map(|place| local(&format!("result_{place}"))).collect();
    let pattern = match results.as_slice() {
        [] => quote!(()),
        results => joined(&results.iter().map(|result| quote!(#result)).collect::<Vec<_>>()),
    };
    let put = parts.iter().zip(&results).map(|(Part { way, checked }, result)| {
        let put = local(if *way == "vec" { "slice" } else { way });
        quote!(#encoder.#put::<#checked>(&#result)?;)
    });
    let put_back = method.in_outs().map(|parameter| {
        let (name, ty) = (&parameter.name, method.checked(parameter, &krate));
        let put = local(if matches!(parameter.kind, Kind::Array(..)) { "slice" } else { "value" });
        quote!(#encoder.#put::<#ty>(&#name)?;)
    });
    quote! {
        #(#cfgs)* #number => {
            #(#decode)*
            #arguments.finish()?;
            let #pattern = #trait_name::#name(#server #(, #pass)*);
            #call.answer(|#encoder| {
                #(#put)*
                #(#put_back)*
                ::core::result::Result::Ok(())
            })
        }
    }
}
