//! The generated library type: loads the library and implements the trait by calling it.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};

use super::interface::{callback_type, own_library, signature};
use super::{dotnet, native_call};
use crate::model::{Interface, Kind, Method, Native, Parameter, Passing, Target, joined};
use crate::names::{self, local};
use crate::settings::Threads;

/// The type.
pub(super) fn declaration(interface: &Interface) -> TokenStream {
    let (vis, library, loaded) = (&interface.vis, interface.library(), loaded(interface));
    let doc = format!(
        "Implements [`{}`] by calling the library in this process. The 32-bit server does that with the 32-bit library; a \
         64-bit program can load a 64-bit build of it without a bridge.",
        interface.name
    );
    let (threads, marker) = match interface.options.threads {
        Threads::Single => {
            (quote!(/** Not `Sync`: the library need not be thread-safe. */), quote!(::core::cell::Cell<()>))
        }
        Threads::Multi => (quote!(/** The library is thread-safe. */), quote!(())),
    };
    quote! {
        #[doc = #doc]
        #[derive(::core::fmt::Debug)]
        #vis struct #library {
            library: #loaded,
            #threads
            _threads: ::core::marker::PhantomData<#marker>,
        }
    }
}

/// Loading, serving, and the trait's methods.
pub(super) fn implementation(interface: &Interface) -> TokenStream {
    let (inherent, traits, methods) = (inherent(interface), traits(interface), methods(interface));
    quote!(#inherent #traits #methods)
}

/// The runtime's type for a loaded library, native or managed.
fn loaded(interface: &Interface) -> TokenStream {
    let krate = interface.options.krate();
    match &interface.options.dotnet {
        Some(_) => quote!(#krate::__private::dotnet::ManagedLibrary),
        None => quote!(#krate::__private::native::NativeLibrary),
    }
}

/// `load` and `load_from`, unless the interface declares them, and the methods that take arrays in place.
fn inherent(interface: &Interface) -> TokenStream {
    let (krate, vis, library) = (interface.options.krate(), &interface.vis, interface.library());
    let (result, path) = (quote!(::core::result::Result<Self, #krate::LibraryError>), local("path"));
    let load = interface.unless_declared("load").map(|cfgs| {
        quote! {
            #(#cfgs)*
            /// Loads the library that the interface names, from the folder of this program or the system's search path.
            ///
            /// # Errors
            /// `LibraryError` if it cannot be loaded or lacks functions.
            ///
            /// # Safety
            /// Each method's signature and attributes must describe the library's function correctly, because safe
            /// methods call it. Loading also runs the library's initialization code.
            #vis unsafe fn load() -> #result {
                // SAFETY: guaranteed by the caller.
                unsafe { <Self as #krate::LoadLibrary>::load() }
            }
        }
    });
    let load_from = interface.unless_declared("load_from").map(|cfgs| {
        quote! {
            #(#cfgs)*
            /// Loads the library from a file.
            ///
            /// # Errors
            /// `LibraryError` if it cannot be loaded or lacks functions.
            ///
            /// # Safety
            /// Each method's signature and attributes must describe the library's function correctly, because safe
            /// methods call it. Loading also runs the library's initialization code.
            #vis unsafe fn load_from(#path: impl ::core::convert::AsRef<::std::path::Path>) -> #result {
                // SAFETY: guaranteed by the caller.
                unsafe { <Self as #krate::LoadLibrary>::load_from(#path) }
            }
        }
    });
    let in_place = interface.methods.iter().filter_map(|method| {
        let native = method.native().filter(|_| method.signature.passes_arrays())?;
        Some(in_place_method(method, native, &krate))
    });
    quote! {
        impl #library {
            #load
            #load_from
            #(#in_place)*
        }
    }
}

/// The runtime's traits: how the library is loaded, and how it is served.
fn traits(interface: &Interface) -> TokenStream {
    let (krate, library, trait_name) = (interface.options.krate(), interface.library(), &interface.name);
    let (result, loaded) = (quote!(::core::result::Result), loaded(interface));
    let description = quote!(<dyn #trait_name as #krate::Interface>::description());
    let args = quote!(<dyn #trait_name as #krate::Interface>::Args);
    let (path, dirs, context, opened) = (local("path"), local("dirs"), local("context"), local("opened"));
    let (server, option) = (local("server"), quote!(::core::option::Option));
    // Managed methods have no callbacks.
    let library_threads = interface.options.dotnet.is_none().then(|| {
        quote! {
            fn library_thread_targets(
                #server: &::std::sync::Arc<Self>,
            ) -> #option<#krate::__private::LibraryThreadTargets> {
                // SAFETY: the type consists of the library's functions. Its only reason not to be `Sync` is that the library may
                // not be thread-safe; but these threads are the library's own, from which it calls the program.
                #option::Some(unsafe { #krate::__private::library_thread_targets::<Self, dyn #trait_name>(#server) })
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #krate::LoadLibrary for #library {
            type Interface = dyn #trait_name;

            unsafe fn open(
                #path: ::core::option::Option<&::std::path::Path>,
                #dirs: &[::std::path::PathBuf],
            ) -> #result<Self, #krate::LibraryError> {
                let #opened = #loaded::load(#description, #path, #dirs)?;
                #result::Ok(Self { library: #opened, _threads: ::core::marker::PhantomData })
            }
        }

        #[automatically_derived]
        impl #krate::Serve for #library {
            type Interface = dyn #trait_name;

            fn start(
                #context: #krate::ServerContext<#args>,
            ) -> #result<
                Self,
                ::std::boxed::Box<dyn ::core::error::Error + ::core::marker::Send + ::core::marker::Sync>,
            > {
                #krate::__private::start_library(&#context)
            }

            fn library_path(&self) -> ::core::option::Option<&::std::path::Path> {
                ::core::option::Option::Some(::std::path::Path::new(self.library.path()))
            }

            #library_threads
        }
    }
}

/// The trait's methods without a body.
fn methods(interface: &Interface) -> TokenStream {
    let (krate, library, trait_name) = (interface.options.krate(), interface.library(), &interface.name);
    let methods =
        interface.methods.iter().filter_map(|method| Some(self::method(method, method.target.as_ref()?, &krate)));
    let own_library = own_library(interface, &quote!(::core::option::Option::Some(self)));
    let allow = quote!(#[allow(clippy::unused_unit)]);
    quote! {
        #[automatically_derived]
        #allow
        impl #trait_name for #library {
            #(#methods)*
            #own_library
        }
    }
}

fn method(method: &Method, target: &Target, krate: &TokenStream) -> TokenStream {
    let (cfgs, signature, name) = (method.cfgs(), signature(method, false, krate), names::text(&method.name));
    let (items, body) = match target {
        Target::Native(native) if native.is_variable => (TokenStream::new(), native_call::variable(method, krate)),
        Target::Native(_) if method.signature.passes_arrays() => (TokenStream::new(), with_slices(method, krate)),
        Target::Native(native) => {
            (native_call::items(method, native, krate), native_call::function(method, native, krate))
        }
        Target::Managed(managed) => (TokenStream::new(), dotnet::call(method, managed, krate)),
        Target::Callback => native_call::callback(method, krate),
    };
    quote! {
        #(#cfgs)*
        #[allow(non_snake_case, unused_mut, unused_variables, clippy::shadow_reuse, clippy::shadow_unrelated)]
        #signature {
            #items
            #krate::__private::run_native(#name, || { #body })
        }
    }
}

/// The variant of a method that takes arrays where the message, or the shared memory, has them.
fn in_place_method(method: &Method, native: &Native, krate: &TokenStream) -> TokenStream {
    let (cfgs, name, room) = (method.cfgs(), names::in_place(&method.name), local("room"));
    let parameters = method.signature.visible().map(|parameter| {
        let Parameter { name, ty, kind, .. } = parameter;
        let array = match kind {
            Kind::Array(element, Passing::In) => quote!(&#krate::__private::Slice<'_, #element>),
            Kind::Array(element, _) => quote!(&mut #krate::__private::SliceMut<'_, #element>),
            Kind::Callback(callback) => {
                let ty = callback_type(callback);
                return quote!(#name: #ty);
            }
            _ => return quote!(#name: #ty),
        };
        match parameter.is_nullable {
            true => quote!(#name: ::core::option::Option<#array>),
            false => quote!(#name: #array),
        }
    });
    let out = |parameter: &Parameter| match &parameter.kind {
        Kind::ArrayBuffer(element, _) => quote!(#krate::__private::OutputArray<#element>),
        _ => parameter.ty.to_token_stream(),
    };
    let returns = joined(&method.signature.returned_types(out, krate));
    let (items, body) = (native_call::items(method, native, krate), native_call::function(method, native, krate));
    quote! {
        #(#cfgs)*
        #[allow(
            non_snake_case, unused_mut, unused_variables, clippy::shadow_reuse, clippy::shadow_unrelated,
            clippy::too_many_arguments, clippy::type_complexity
        )]
        fn #name(
            &self,
            #room: #krate::__private::native::Room<'_>
            #(, #parameters)*
        ) -> ::core::result::Result<#returns, #krate::__private::Fault> {
            #items
            #body
        }
    }
}

/// Calls the in-place variant of a method with slices.
fn with_slices(method: &Method, krate: &TokenStream) -> TokenStream {
    let (signature, in_place) = (&method.signature, names::in_place(&method.name));
    let private = quote!(#krate::__private);
    let pass = signature.visible().map(|Parameter { name, kind, is_nullable, .. }| match (kind, is_nullable) {
        (Kind::Array(_, Passing::In), false) => quote!(&#private::Slice::of(#name)),
        (Kind::Array(_, Passing::In), true) => quote!(#name.map(#private::Slice::of).as_ref()),
        (Kind::Array(..), false) => quote!(&mut #private::SliceMut::of(#name)),
        (Kind::Array(..), true) => quote!(#name.map(#private::SliceMut::of).as_mut()),
        _ => quote!(#name),
    });
    let map = native_call::convert_out_vecs(signature, &quote!(#krate::__private::OutputArray::into_vec))
        .map(|(parts, values)| quote!(.map(|#parts| #values)));
    quote!(self.#in_place(::core::default::Default::default() #(, #pass)*) #map)
}
