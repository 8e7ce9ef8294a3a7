//! The names of what is generated for a callback, and its parameters in C.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::super::c_function::c_name;
use crate::model::{Kind, Method, Parameter, Signature};
use crate::names::{constant_of, local_of, type_of};

/// The names of the items and variables for a callback, each of which includes the parameter's name.
pub(super) struct CallbackNames {
    /// The type of the closure that the trampoline runs.
    pub(super) closure: Ident,
    /// The static table of the closures that C can call at the moment.
    pub(super) closures: Ident,
    /// The type of the C function pointer.
    pub(super) trampoline: Ident,
    /// The C functions.
    pub(super) function: Ident,
    /// The part that all C functions of the callback share.
    pub(super) entry: Ident,
    /// The type that has the C functions as associated functions.
    pub(super) table: Ident,
    pub(super) table_row: Ident,
    /// The user's closure.
    pub(super) own: Ident,
    /// The converting closure, which borrows the user's.
    pub(super) converting: Ident,
    /// The converting closure, as the callback table stores it.
    pub(super) run: Ident,
    /// The function that extends the lifetime of the converting closure.
    pub(super) lend: Ident,
    /// The function that returns what C gets if the closure fails.
    pub(super) on_error: Ident,
    /// The function that returns the C function for a closure.
    pub(super) pointer: Ident,
}

impl CallbackNames {
    pub(super) fn of(parameter: &Ident) -> Self {
        Self {
            closure: type_of("Closure", parameter),
            closures: constant_of("CLOSURES", parameter),
            trampoline: type_of("Trampoline", parameter),
            function: local_of("trampoline", parameter),
            entry: local_of("entry", parameter),
            table: type_of("Table", parameter),
            table_row: type_of("TableRow", parameter),
            own: local_of("closure", parameter),
            converting: local_of("converting", parameter),
            run: local_of("run", parameter),
            lend: local_of("lend", parameter),
            on_error: local_of("on_error", parameter),
            pointer: local_of("pointer", parameter),
        }
    }
}

/// A parameter of the C function.
pub(super) struct CParameter {
    pub(super) name: Ident,
    /// A type parameter, which is inferred; a context is a `void *`.
    pub(super) ty: TokenStream,
    is_context: bool,
}

impl CParameter {
    pub(super) fn of(parameter: &Parameter) -> Self {
        let is_context = matches!(parameter.kind, Kind::UserData(_));
        let generic = type_of("C", &parameter.name);
        let ty = if is_context { quote!(*mut ::core::ffi::c_void) } else { quote!(#generic) };
        Self { name: c_name(&parameter.name), ty, is_context }
    }
}

/// The C arguments that the converting closure gets: all but the context.
pub(super) fn passed(signature: &Signature) -> impl Iterator<Item = CParameter> {
    signature.parameters.iter().map(CParameter::of).filter(|parameter| !parameter.is_context)
}

/// The context parameter of a callback.
pub(in super::super) fn context<'m>(method: &'m Method, callback: &Ident) -> Option<&'m Ident> {
    let is_of = |parameter: &&Parameter| match &parameter.kind {
        Kind::UserData(of) => of.is_empty() || of.contains(callback),
        _ => false,
    };
    method.signature.parameters.iter().find(is_of).map(|parameter| &parameter.name)
}
