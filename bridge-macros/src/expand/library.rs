//! The native implementation: the trait's methods over the library's functions.

use proc_macro2::TokenStream;
use quote::quote;

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
    let (name, returns) = (names::text(&method.name), method.returns.ty());
    let (function_type, function) = (local("__Function"), local("function"));
    let declare = function_declaration(method, native, krate);
    let convert = method.parameters.iter().map(|parameter| convert(parameter, krate));
    let pass = method.parameters.iter().map(|parameter| pass(parameter, krate));
    quote! {
        #(#cfgs)*
        #signature {
            #declare
            #krate::__private::native(#name, || {
                // SAFETY: that the function has this signature is what the interface says.
                let #function = unsafe { self.library.function::<#function_type>(#number) }?;
                #(#convert)*
                // SAFETY: as above; what the pointers point to lives until the end of the call.
                unsafe { <#returns as #krate::__private::NativeReturn>::from_c(#function(#(#pass),*)) }
            })
        }
    }
}

/// The type of the function's pointer. Calling conventions that Rust knows on 32-bit x86 only are C's elsewhere, as
/// they are for C compilers.
fn function_declaration(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let function_type = local("__Function");
    let parameters: Vec<_> = method.parameters.iter().map(|parameter| c_type(parameter, krate)).collect();
    let returns = method.returns.ty();
    let declare = |abi: &str| {
        quote! {
            type #function_type = unsafe extern #abi fn(#(#parameters),*) -> <#returns as #krate::__private::NativeReturn>::C;
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

/// A parameter's type in C.
pub(super) fn c_type(parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let c = |ty: &syn::Type| quote!(<#ty as #krate::__private::Native>::C);
    let pointer = |c: TokenStream| quote!(*const #c);
    match &parameter.kind {
        Kind::Value => c(&parameter.ty),
        Kind::Reference(ty) => pointer(c(ty)),
        Kind::Text | Kind::OptionalText => pointer(quote!(::core::ffi::c_char)),
        Kind::Slice(element) => quote!(*const #element),
        Kind::Length(length) if length.by_reference => pointer(c(&length.ty)),
        Kind::Length(length) => c(&length.ty),
    }
}

/// Makes the C value of a parameter, under its own name.
fn convert(parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let Parameter { name, ty, kind, .. } = parameter;
    let text = names::text(name);
    match kind {
        Kind::Value => quote!(let #name = <#ty as #krate::__private::Native>::into_c(#name);),
        Kind::Reference(ty) => quote! {
            let #name = <#ty as #krate::__private::Native>::into_c(::core::clone::Clone::clone(#name));
        },
        Kind::Text | Kind::OptionalText => quote!(let #name = #krate::__private::Text::new(#text, #name)?;),
        Kind::Slice(_) => TokenStream::new(),
        Kind::Length(length) => {
            let (ty, lengths) = (&length.ty, lengths(length));
            quote!(let #name = #krate::__private::common_length::<#ty>(#text, #lengths)?;)
        }
    }
}

/// The C value of a parameter in the call.
fn pass(parameter: &Parameter, krate: &TokenStream) -> TokenStream {
    let Parameter { name, kind, .. } = parameter;
    match kind {
        Kind::Value => quote!(#name),
        Kind::Reference(_) => quote!(&raw const #name),
        Kind::Text | Kind::OptionalText => quote!(#name.as_ptr()),
        Kind::Slice(_) => quote!(#krate::__private::array_pointer(#name)),
        Kind::Length(length) if length.by_reference => quote!(&raw const #name),
        Kind::Length(_) => quote!(#name),
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
