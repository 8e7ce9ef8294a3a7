//! A library with plug-ins that use its functions.

use bridge32::bridge32;

/// The library, whose plug-ins see its symbols.
#[bridge32(lib = "plugged", server = "plugged-server32", symbols = "global")]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Plugged {
    fn ask_plug_in(&self, path: &str, value: i32) -> i32;
}

/// The same library, as libraries are loaded otherwise.
#[bridge32(lib = "plugged", server = "locally-plugged-server32", symbols = "local")]
#[allow(missing_docs)]
pub trait LocallyPlugged {
    fn ask_plug_in(&self, path: &str, value: i32) -> i32;
}
