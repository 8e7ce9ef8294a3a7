//! The environment variables that choose how a client launches its server.

use std::ffi::{OsStr, OsString};

use crate::error::Error;
use crate::sys;

/// Whether a client obeys the variables `BRIDGE32_…`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Environment {
    pub(crate) is_ignored: bool,
}

impl Environment {
    /// Returns the value of a variable, if it is set and obeyed. A program with more rights than the user who started it obeys none:
    /// that user could make it run any program.
    pub(crate) fn variable(self, name: &str) -> Option<OsString> {
        let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
        self.refusal().is_none().then_some(value)
    }

    /// Returns why variables are not obeyed, if they are not.
    pub(crate) fn refusal(self) -> Option<&'static str> {
        if self.is_ignored {
            Some("this client ignores the environment")
        } else if sys::is_privileged() {
            Some("this program has more rights than the user who started it")
        } else {
            None
        }
    }

    /// Returns the words of a variable's value. They are separated by spaces; a word with spaces is in double or single quotes.
    ///
    /// # Errors
    /// [`Error::Environment`] if a quotation mark has no counterpart.
    pub(crate) fn words(self, name: &str) -> Result<Vec<OsString>, Error> {
        let Some(value) = self.variable(name) else { return Ok(Vec::new()) };
        words(&value).ok_or_else(|| Error::Environment {
            variable: name.to_owned(),
            reason: format!("has a quotation mark without its counterpart: {}", value.display()),
        })
    }
}

/// Splits text into words; `None` if a quotation mark has no counterpart.
fn words(text: &OsStr) -> Option<Vec<OsString>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<Vec<sys::OsUnit>>, None);
    for unit in sys::os_units(text) {
        // Characters beyond ASCII are part of a word.
        #[allow(clippy::useless_conversion, reason = "a unit is a `u16` on Windows")]
        let character = u8::try_from(unit).map_or('\0', char::from);
        match (quote, character) {
            (Some(open), mark) if mark == open => quote = None,
            (None, mark @ ('"' | '\'')) => {
                quote = Some(mark);
                // A pair of marks without content is an empty word.
                word.get_or_insert_default();
            }
            (None, space) if space.is_ascii_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(unit),
        }
    }
    words.extend(word);
    quote.is_none().then(|| words.into_iter().map(sys::os_string).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_may_contain_spaces_in_quotes() {
        let split = |text: &str| {
            let words = words(OsStr::new(text))?;
            Some(words.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>())
        };
        for (text, expected) in [
            ("", &[][..]),
            ("wine", &["wine"]),
            ("  setpriv  --reuid=1 ", &["setpriv", "--reuid=1"]),
            (r#""C:\Program Files\run.exe" -x"#, &[r"C:\Program Files\run.exe", "-x"]),
            ("'/opt/my wine/bin/wine' \"it's\"", &["/opt/my wine/bin/wine", "it's"]),
            ("--name=\"a b\" ''", &["--name=a b", ""]),
            ("/opt/Prüfstand/wine x", &["/opt/Prüfstand/wine", "x"]),
        ] {
            assert_eq!(split(text).unwrap(), expected, "{text}");
        }
        assert_eq!(split("\"wine"), None);
        assert_eq!(split("it's"), None);
    }
}
