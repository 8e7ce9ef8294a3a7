//! The native implementation: the trait's methods over the library's functions.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use crate::model::{Interface, Kind, Length, Method, Native, Parameter};
use crate::names::{self, local};

/// The native implementation's type.
pub(super) fn declaration(interface: &Interface) -> TokenStream {
    let (krate, vis, library) = (interface.options.krate(), &interface.vis, interface.library());
    let doc = format!(
        "Implements [`{}`] by calling the native library in this process. In the 32-bit server that is the 32-bit \
         library; a 64-bit program can load a 64-bit build of it without a bridge.",
        interface.name
    );
    quote! {
        #[doc = #doc]
        #[derive(::core::fmt::Debug)]
        #vis struct #library {
            library: #krate::__private::NativeLibrary,
            /// The library need not bear calls from several threads at once.
            _one_thread: ::core::marker::PhantomData<::core::cell::Cell<()>>,
        }
    }
}

/// Loading, serving, and the trait's methods.
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let (krate, vis, library, trait_name) =
        (interface.options.krate(), &interface.vis, interface.library(), &interface.name);
    let result = quote!(::core::result::Result);
    let description = quote!(<dyn #trait_name as #krate::__private::Interface>::description());
    let args = quote!(<dyn #trait_name as #krate::__private::Interface>::Args);
    let methods = interface.methods.iter().filter_map(|method| {
        let native = method.native.as_ref()?;
        Some(self::method(method, native, &krate))
    });
    let allow = quote!(#[allow(clippy::unused_unit)]);
    quote! {
        impl #library {
            /// Loads the library that the interface names: from beside this program, or from where the system looks.
            ///
            /// # Errors
            /// Why it could not be loaded, or which functions it lacks.
            #vis fn load() -> #result<Self, #krate::LibraryError> {
                #krate::__private::NativeLibrary::load(#description, ::core::option::Option::None, &[]).map(Self::new)
            }

            /// Loads a library from a file.
            ///
            /// # Errors
            /// Why it could not be loaded, or which functions it lacks.
            #vis fn load_from(
                path: impl ::core::convert::AsRef<::std::path::Path>,
            ) -> #result<Self, #krate::LibraryError> {
                let path = ::core::option::Option::Some(::core::convert::AsRef::as_ref(&path));
                #krate::__private::NativeLibrary::load(#description, path, &[]).map(Self::new)
            }

            fn new(library: #krate::__private::NativeLibrary) -> Self {
                Self { library, _one_thread: ::core::marker::PhantomData }
            }
        }

        #[automatically_derived]
        impl #krate::Serve for #library {
            type Interface = dyn #trait_name;

            fn start(
                context: #krate::ServerContext<#args>,
            ) -> #result<
                Self,
                ::std::boxed::Box<dyn ::core::error::Error + ::core::marker::Send + ::core::marker::Sync>,
            > {
                let (path, dirs) = (context.library_path(), context.library_dirs());
                #result::Ok(Self::new(#krate::__private::NativeLibrary::load(#description, path, dirs)?))
            }

            fn library_path(&self) -> ::core::option::Option<&::core::primitive::str> {
                ::core::option::Option::Some(self.library.path())
            }
        }

        #[automatically_derived]
        #allow
        impl #trait_name for #library {
            #(#methods)*
        }
    }
}

fn method(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let (cfgs, signature, number) =
        (method.cfgs(), super::interface::signature(method, false), names::number(&method.name));
    let (name, (_, returns)) = (names::text(&method.name), method.checked_return(krate));
    let (function_type, function) = (local("__Function"), local("function"));
    let declare = function_declaration(method, native);
    let inferred = method.parameters.iter().map(|_| quote!(_));
    let convert = method.parameters.iter().map(|parameter| convert(method, parameter, krate));
    let pass = method.parameters.iter().map(pass);
    let span = start(&returns);
    let from_c = quote_spanned!(span=> <#returns as #krate::__private::NativeReturn>::from_c);
    quote! {
        #(#cfgs)*
        #signature {
            #declare
            #krate::__private::native(#name, || {
                // SAFETY: that the function has this signature is what the interface says.
                let #function: #function_type<#(#inferred,)* _> = unsafe { self.library.function(#number) }?;
                #(#convert)*
                // SAFETY: as above; what the pointers point to lives until the end of the call.
                unsafe { #krate::__private::from_c(#function(#(#pass),*), #from_c) }
            })
        }
    }
}

/// The type of the function's pointer, for the types that are passed and taken. Calling conventions that Rust knows on
/// 32-bit x86 only are C's elsewhere, as they are for C compilers.
fn function_declaration(method: &Method, native: &Native) -> TokenStream {
    let (function_type, returns) = (local("__Function"), local("__Returns"));
    let parameters: Vec<_> =
        (0..method.parameters.len()).map(|place| format_ident!("__P{place}", span = Span::mixed_site())).collect();
    let declare = |abi: &str| {
        quote! {
            type #function_type<#(#parameters,)* #returns> = unsafe extern #abi fn(#(#parameters),*) -> #returns;
        }
    };
    let declared = declare(native.abi.name());
    if !native.abi.is_x86_only() {
        return declared;
    }
    let elsewhere = declare("C");
    quote! {
        #[cfg(target_arch = "x86")]
        #declared
        #[cfg(not(target_arch = "x86"))]
        #elsewhere
    }
}

/// What the runtime says of a type in C, standing where the type does: an error in it is one with the type's own.
pub(super) fn native(ty: TokenStream, item: &str, krate: &TokenStream) -> TokenStream {
    let span = start(&ty);
    let item = Ident::new(item, span);
    quote_spanned!(span=> <#ty as #krate::__private::Native>::#item)
}

/// Where a type that came [by way of](crate::model::by_way_of) a trait stands.
pub(super) fn start(ty: &TokenStream) -> Span {
    ty.clone().into_iter().next().map_or_else(Span::mixed_site, |first| first.span())
}

/// A parameter's type in C.
pub(super) fn c_type(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let ty = method.checked(parameter, krate);
    let c = native(ty, "C", krate);
    match &parameter.kind {
        Kind::Text | Kind::OptionalText => quote!(*const ::core::ffi::c_char),
        Kind::Reference(_) | Kind::Slice(_) | Kind::Length(Length { by_reference: true, .. }) => quote!(*const #c),
        Kind::Value | Kind::Length(_) => c,
    }
}

/// The variable that holds the C value of a parameter.
fn in_c(parameter: &Parameter) -> Ident {
    local(&format!("c_{}", names::text(&parameter.name)))
}

/// Makes the C value of a parameter.
fn convert(method: &Method, parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let Parameter { name, kind, .. } = parameter;
    let ty = method.checked(parameter, krate);
    let (text, c) = (names::text(name), in_c(parameter));
    match kind {
        Kind::Value => {
            let (span, into_c) = (start(&ty), native(ty, "into_c", krate));
            let value = quote_spanned!(span=> #into_c(#name));
            quote!(let #c = #value;)
        }
        Kind::Reference(_) => {
            let (span, into_c) = (start(&ty), native(ty, "into_c", krate));
            let value = quote_spanned!(span=> #into_c(::core::clone::Clone::clone(#name)));
            quote!(let #c = #value;)
        }
        Kind::Text | Kind::OptionalText => quote!(let #c = #krate::__private::Text::new(#text, #name)?;),
        Kind::Slice(_) => TokenStream::new(),
        Kind::Length(length) => {
            let lengths = lengths(length);
            quote!(let #c = #krate::__private::common_length::<#ty>(#text, #lengths)?;)
        }
    }
}

/// The C value of a parameter in the call.
fn pass(parameter: &Parameter) -> TokenStream {
    let (name, c) = (&parameter.name, in_c(parameter));
    match &parameter.kind {
        Kind::Value => quote!(#c),
        Kind::Reference(_) => quote!(&raw const #c),
        Kind::Text | Kind::OptionalText => quote!(#c.as_ptr()),
        Kind::Slice(_) => quote!(<[_]>::as_ptr(#name)),
        Kind::Length(length) if length.by_reference => quote!(&raw const #c),
        Kind::Length(_) => quote!(#c),
    }
}

/// The arrays of a length, each with its name.
pub(super) fn lengths(length: &Length) -> TokenStream {
    let lengths = length.of.iter().map(|name| {
        let text = names::text(name);
        quote!((#text, <[_]>::len(#name)))
    });
    quote!(&[#(#lengths),*])
}
