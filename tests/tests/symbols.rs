//! Symbols that are something else than a plain function.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32::{Error, LibraryError};
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::plug_ins::{LocallyPluggedClient, PluggedClient};
use bridge32_tests::symbols::{SymbolsClient, WrongSymbolsClient};
use bridge32_tests::watchdog::Watchdog;

#[test]
fn a_variable_that_holds_the_function_that_frees_is_followed() {
    let _watchdog = Watchdog::new("a function in a variable");
    let client = SymbolsClient::launch().unwrap();
    assert_eq!(client.new_values().unwrap(), [10, 11, 12]);
    client.set_freer(2).unwrap();
    assert_eq!(client.new_values().unwrap(), [10, 11, 12]);
    assert_eq!((client.freed(0).unwrap(), client.freed(1).unwrap()), (1, 1), "the variable is read at each call");
    for nothing in [0, 3] {
        client.set_freer(nothing).unwrap();
        let error = client.new_values().unwrap_err().to_string();
        assert!(error.contains("`freer`, which frees the result, is a variable that holds no function"), "{error}");
    }
    client.set_freer(1).unwrap();
    client.new_values().unwrap();
    assert_eq!((client.freed(0).unwrap(), client.freed(1).unwrap()), (2, 1), "the server still runs");
}

#[test]
fn plug_ins_see_the_symbols_of_the_library_if_the_interface_says_so() {
    let _watchdog = Watchdog::new("plug-ins");
    let is_windows = Pair::current().is_windows_server();
    // A Windows server finds it by its name, next to the library.
    let plug_in = pair::library("plug-in");
    let path = if is_windows { "plug-in.dll" } else { plug_in.to_str().unwrap() };
    assert_eq!(PluggedClient::launch().unwrap().ask_plug_in(path, 20).unwrap(), 41);
    let local = LocallyPluggedClient::launch().unwrap();
    assert_eq!(local.ask_plug_in(path, 20).unwrap(), if is_windows { 41 } else { -1 });
}

#[test]
fn symbols_that_are_not_what_the_interface_declares_are_named_at_the_start() {
    let _watchdog = Watchdog::new("wrong symbols");
    let error = WrongSymbolsClient::launch().unwrap_err();
    let Error::Library(LibraryError::WrongSymbols { wrong, .. }) = &error else { panic!("{error:?}") };
    let found: Vec<_> = wrong.iter().map(|wrong| (&*wrong.method, &*wrong.symbol, wrong.is_variable)).collect();
    // A DLL says neither the size of a variable nor that a symbol is a function.
    let expected: &[_] = match Pair::current().is_windows_server() {
        true => &[("freer", "freer", true)],
        false => &[("freer", "freer", true), ("new_values", "no_freer", true), ("freed", "freed", false)],
    };
    assert_eq!(found, expected);
    let text = error.to_string();
    assert!(text.contains("`freer`: `freer` is a variable; declare it with `#[global]`"), "{text}");
}
