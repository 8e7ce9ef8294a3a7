//! The encodings of text in C.

use std::fmt::Debug;

use super::Zeroable;
use crate::fault::Fault;

/// The encoding of text in memory.
pub trait Encoding: Debug + 'static {
    /// The code unit. A zero terminates the text.
    type Unit: Copy + Zeroable + PartialEq + Debug + 'static;
    /// The unit's name in C.
    const C_NAME: &'static str;

    /// Checks in the client that the text can be encoded, as far as that does not depend on the server's system.
    ///
    /// # Errors
    /// Why the text cannot be encoded.
    fn check(text: &str) -> Result<(), String> {
        let _ = text;
        Ok(())
    }

    /// The units of the text, without the terminating zero.
    ///
    /// # Errors
    /// Why the text cannot be encoded.
    fn encode(text: &str) -> Result<Vec<Self::Unit>, String>;

    /// The text that the units encode.
    ///
    /// # Errors
    /// [`Fault::Value`] for units that are not valid text.
    fn decode(units: &[Self::Unit]) -> Result<String, Fault>;
}

/// UTF-8.
#[derive(Debug)]
pub struct Utf8;

impl Encoding for Utf8 {
    type Unit = u8;
    const C_NAME: &'static str = "char";

    fn encode(text: &str) -> Result<Vec<u8>, String> {
        Ok(text.as_bytes().to_vec())
    }

    fn decode(units: &[u8]) -> Result<String, Fault> {
        let text =
            std::str::from_utf8(units).map_err(|error| Fault::Value(format!("text that is not UTF-8: {error}")))?;
        Ok(text.to_owned())
    }
}

/// `wchar_t`: UTF-16 on Windows, UTF-32 elsewhere.
#[derive(Debug)]
pub struct Wide;

impl Encoding for Wide {
    #[cfg(windows)]
    type Unit = u16;
    #[cfg(not(windows))]
    type Unit = u32;
    const C_NAME: &'static str = "wchar_t";

    #[cfg(windows)]
    fn encode(text: &str) -> Result<Vec<u16>, String> {
        Utf16::encode(text)
    }

    #[cfg(not(windows))]
    fn encode(text: &str) -> Result<Vec<u32>, String> {
        Ok(text.chars().map(u32::from).collect())
    }

    #[cfg(windows)]
    fn decode(units: &[u16]) -> Result<String, Fault> {
        Utf16::decode(units)
    }

    #[cfg(not(windows))]
    fn decode(units: &[u32]) -> Result<String, Fault> {
        let chars = units.iter().map(|unit| char::from_u32(*unit).ok_or(*unit));
        chars
            .collect::<Result<_, _>>()
            .map_err(|unit| Fault::Value(format!("text with {unit:#x}, which is not a character")))
    }
}

/// UTF-16 on every system.
#[derive(Debug)]
pub struct Utf16;

impl Encoding for Utf16 {
    type Unit = u16;
    const C_NAME: &'static str = "char16_t";

    fn encode(text: &str) -> Result<Vec<u16>, String> {
        Ok(text.encode_utf16().collect())
    }

    fn decode(units: &[u16]) -> Result<String, Fault> {
        String::from_utf16(units).map_err(|_| Fault::Value("text that is not UTF-16".to_owned()))
    }
}

/// ISO 8859-1: the first 256 characters, one byte each.
#[derive(Debug)]
pub struct Latin1;

impl Encoding for Latin1 {
    type Unit = u8;
    const C_NAME: &'static str = "char";

    fn check(text: &str) -> Result<(), String> {
        match text.chars().find(|c| u8::try_from(*c).is_err()) {
            Some(c) => Err(format!("contains {c:?}, which Latin-1 does not have")),
            None => Ok(()),
        }
    }

    fn encode(text: &str) -> Result<Vec<u8>, String> {
        Self::check(text)?;
        Ok(text.chars().filter_map(|c| u8::try_from(c).ok()).collect())
    }

    fn decode(units: &[u8]) -> Result<String, Fault> {
        Ok(units.iter().copied().map(char::from).collect())
    }
}

/// On Windows the server's ANSI code page (`CP_ACP`); elsewhere UTF-8, which is what the locales of other systems use.
#[derive(Debug)]
pub struct Ansi;

impl Encoding for Ansi {
    type Unit = u8;
    const C_NAME: &'static str = "char";

    #[cfg(windows)]
    fn encode(text: &str) -> Result<Vec<u8>, String> {
        crate::sys::to_ansi(text)
            .ok_or_else(|| "has characters that the code page of the server does not have".to_owned())
    }

    #[cfg(not(windows))]
    fn encode(text: &str) -> Result<Vec<u8>, String> {
        Utf8::encode(text)
    }

    #[cfg(windows)]
    fn decode(units: &[u8]) -> Result<String, Fault> {
        crate::sys::from_ansi(units)
            .ok_or_else(|| Fault::Value("text that the code page of the server does not have".to_owned()))
    }

    #[cfg(not(windows))]
    fn decode(units: &[u8]) -> Result<String, Fault> {
        Utf8::decode(units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_there_and_back() {
        fn there_and_back<E: Encoding>(text: &str) {
            assert_eq!(E::decode(&E::encode(text).unwrap()).unwrap(), text);
        }
        there_and_back::<Utf8>("naïve 🦀");
        there_and_back::<Wide>("naïve 🦀");
        there_and_back::<Utf16>("naïve 🦀");
        there_and_back::<Latin1>("naïve ÿ");
        there_and_back::<Ansi>("plain");
    }

    #[test]
    fn what_an_encoding_lacks_is_named() {
        assert_eq!(Latin1::encode("5 €").unwrap_err(), "contains '€', which Latin-1 does not have");
        assert!(Utf8::decode(&[0xff]).is_err());
        assert!(Wide::decode(&[0xd800]).is_err());
        assert!(Utf16::decode(&[0xd800]).is_err());
    }
}
