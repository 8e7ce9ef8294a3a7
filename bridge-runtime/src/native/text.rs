//! NUL-terminated text.

use std::ffi::{CStr, CString, c_char};

use super::NativeReturn;
use crate::fault::Fault;

/// Text for the time of one call, with the NUL that C needs.
#[derive(Debug)]
pub struct Text(Option<CString>);

/// What is wrong with text that C would cut short.
pub(crate) const INTERIOR_NUL: &str = "contains a NUL character, which would end it early in C";

impl Text {
    /// The argument `parameter` for C; `None` is null.
    ///
    /// # Errors
    /// [`Fault::Argument`] for an interior NUL.
    pub fn new<'a>(parameter: &str, text: impl Into<Option<&'a str>>) -> Result<Self, Fault> {
        match text.into().map(CString::new).transpose() {
            Ok(text) => Ok(Self(text)),
            Err(_) => Err(Fault::Argument { parameter: parameter.to_owned(), reason: INTERIOR_NUL.to_owned() }),
        }
    }

    /// A pointer that is valid as long as `self`.
    pub fn as_ptr(&self) -> *const c_char {
        self.0.as_ref().map_or(std::ptr::null(), |text| text.as_ptr())
    }
}

impl NativeReturn for Option<String> {
    type Value = Self;
    type C = *const c_char;
    const C_NAME: &'static str = "const char *";

    unsafe fn from_c(value: Self::C) -> Result<Self, Fault> {
        if value.is_null() {
            return Ok(None);
        }
        // SAFETY: the caller says that a pointer that is not null is valid; C text ends with a NUL.
        let text = unsafe { CStr::from_ptr(value) };
        let text = text.to_str().map_err(|error| Fault::Value(format!("text that is not UTF-8: {error}")))?;
        Ok(Some(text.to_owned()))
    }
}

impl NativeReturn for String {
    type Value = Self;
    type C = *const c_char;
    const C_NAME: &'static str = "const char *";

    unsafe fn from_c(value: Self::C) -> Result<Self, Fault> {
        // SAFETY: the caller's promise is passed on.
        unsafe { Option::from_c(value) }?
            .ok_or_else(|| Fault::Value("a null pointer for text; declare `Option<String>` if it may".to_owned()))
    }
}
