//! The guide: how to declare a library's functions, and what to do with the client.
//!
//! | to | read |
//! |---|---|
//! | write a C declaration as a method | [`declarations`]: typical functions, each with a call; [`parameters`]: every type |
//! | know what a method is, and what the server checks | [`methods`]: bodies, calling conventions, returned structs |
//! | pass structs, enums, unions | [`structs`] |
//! | pass text | [`text`] |
//! | pass objects that the library opens and closes | [`handles`] |
//! | let the library call your program | [`callbacks`] |
//! | share memory that the library keeps | [`memory`] |
//! | configure a client | [`clients`]: methods, settings, transports |
//! | handle failures | [`errors`]: kinds of errors, time limits, restarts |
//! | make many calls at once | [`batches`] |
//! | test without the library | [`testing`] |
//! | ship the program | [`deployment`]: Linux, Windows, Wine, sandboxes |
//! | use drivers with windows, timers or COM | [`windows`] |
//! | call a .NET assembly | [`dotnet`] |
//!
//! The attributes are listed on the pages of [`#[bridge32]`](macro@crate::bridge32) and [`#[derive(Bridge)]`](derive@crate::Bridge). In
//! the repository, `docs/header.md` goes through a whole header, `docs/errors.md` lists what errors say and what to do, and
//! `docs/vocabulary.md` has every attribute and type with the test that calls it.

#![allow(unused_imports, reason = "links of the pages below resolve here")]

use crate::*;

macro_rules! pages {
    ($($name:ident)*) => {$(
        #[doc = include_str!(concat!("guide/", stringify!($name), ".md"))]
        pub mod $name {}
    )*};
}

pages! {
    declarations methods parameters structs text handles callbacks memory clients errors batches testing deployment windows
}

#[cfg_attr(feature = "dotnet", doc = include_str!("guide/dotnet.md"))]
#[cfg_attr(
    not(feature = "dotnet"),
    doc = "Interfaces of .NET assemblies: this page is for builds with the feature `dotnet`."
)]
pub mod dotnet {}
