//! The slots of NUL-terminated text.

use std::ffi::{CStr, c_char};

use super::array::zeros;
use super::length::check_length;
use super::{Encoding, Native, Scope, Utf8, Zeroable as _};
use crate::__returned_as_taken;
use crate::fault::Fault;

/// The reason to refuse text that C would cut short.
pub(crate) const INTERIOR_NUL: &str = "contains a NUL character, which would end it early in C";

/// The slot of text that is passed to the library.
#[derive(Debug)]
pub struct Text<E: Encoding> {
    /// With the terminating zero; `None` is a null pointer.
    units: Option<Vec<E::Unit>>,
}

impl<E: Encoding> Text<E> {
    /// The slot of the argument `parameter`; `None` is a null pointer.
    ///
    /// # Errors
    /// [`Fault::Argument`] for an interior NUL, or for a character that the encoding lacks.
    pub fn new<'a>(parameter: &str, text: impl Into<Option<&'a str>>) -> Result<Self, Fault> {
        let Some(text) = text.into() else { return Ok(Self { units: None }) };
        let refused = |reason| Fault::Argument { parameter: parameter.to_owned(), reason };
        let mut units = E::encode(text).map_err(refused)?;
        if units.contains(&E::Unit::zeroed()) {
            return Err(refused(INTERIOR_NUL.to_owned()));
        }
        units.push(E::Unit::zeroed());
        Ok(Self { units: Some(units) })
    }

    /// The number of units, without the terminating zero.
    #[allow(clippy::len_without_is_empty, reason = "a slot is made to be passed")]
    pub fn len(&self) -> usize {
        self.units.as_ref().map_or(0, |units| units.len() - 1)
    }

    /// The C value.
    pub fn pass(&mut self) -> *const E::Unit {
        self.units.as_ref().map_or(std::ptr::null(), Vec::as_ptr)
    }
}

/// The slot of NUL-terminated bytes, which are passed in place.
#[derive(Debug)]
pub struct CText<'a>(Option<&'a CStr>);

impl<'a> CText<'a> {
    /// The slot of `text`; `None` is a null pointer.
    pub fn new(text: impl Into<Option<&'a CStr>>) -> Self {
        Self(text.into())
    }

    /// The number of bytes, without the terminating zero.
    #[allow(clippy::len_without_is_empty, reason = "a slot is made to be passed")]
    pub fn len(&self) -> usize {
        self.0.map_or(0, CStr::count_bytes)
    }

    /// The C value.
    pub fn pass(&mut self) -> *const c_char {
        self.0.map_or(std::ptr::null(), CStr::as_ptr)
    }
}

/// Bytes that C passed, up to their NUL.
///
/// # Errors
/// [`Fault::Value`] for a null pointer.
///
/// # Safety
/// The pointer is null, or valid up to the zero that ends the text, for as long as the closure runs.
pub unsafe fn passed_c_str<'a>(text: *const c_char) -> Result<&'a CStr, Fault> {
    // SAFETY: guaranteed by the caller: the pointer is null or valid up to its terminating zero.
    let text = unsafe { passed_optional_c_str(text) }?;
    text.ok_or_else(|| Fault::Value("a null pointer for text; declare `Option<&CStr>` if it may be".to_owned()))
}

/// Bytes that C passed, up to their NUL; `None` for a null pointer.
///
/// # Errors
/// None.
///
/// # Safety
/// As [`passed_c_str`].
pub unsafe fn passed_optional_c_str<'a>(text: *const c_char) -> Result<Option<&'a CStr>, Fault> {
    // SAFETY: guaranteed by the caller: a pointer that is not null is valid up to the zero.
    Ok((!text.is_null()).then(|| unsafe { CStr::from_ptr(text) }))
}

/// The slot of text that the library writes.
#[derive(Debug)]
pub struct TextBuffer<E: Encoding> {
    units: Vec<E::Unit>,
}

impl<E: Encoding> TextBuffer<E> {
    /// A slot for `capacity` units, including the terminating zero.
    ///
    /// # Errors
    /// [`Fault::Argument`] for `parameter` if there is no memory for them.
    pub fn new(parameter: &str, capacity: usize) -> Result<Self, Fault> {
        Ok(Self { units: zeros(parameter, capacity)? })
    }

    /// Its capacity, in units.
    #[allow(clippy::len_without_is_empty, reason = "a slot is made to be passed")]
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// The C value.
    pub fn pass(&mut self) -> *mut E::Unit {
        self.units.as_mut_ptr()
    }

    /// The text that the library wrote: up to its NUL, within the first `length` units.
    ///
    /// # Errors
    /// [`Fault::Value`] if the length exceeds the capacity, or the units are not valid text.
    ///
    /// # Safety
    /// There is nothing to guarantee; the function is unsafe like `take` of the other slots.
    pub unsafe fn take(self, parameter: &str, length: usize) -> Result<String, Fault> {
        check_length(parameter, length, self.units.len())?;
        let units = &self.units[..length];
        let end = units.iter().position(|unit| *unit == E::Unit::zeroed()).unwrap_or(length);
        E::decode(&units[..end])
    }
}

/// Text that a native function returns: `String`, or `Option<String>` if it may be null.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not text; return `String` or `Option<String>`, or leave the encoding out",
    label = "not text"
)]
pub trait ReturnedText: Sized {
    /// Reads it from C.
    ///
    /// # Errors
    /// [`Fault::Value`] for a null pointer or invalid text.
    ///
    /// # Safety
    /// The pointer is null, or valid up to its terminating zero.
    unsafe fn from_c<E: Encoding>(value: *const E::Unit) -> Result<Self, Fault>;
}

impl ReturnedText for Option<String> {
    unsafe fn from_c<E: Encoding>(value: *const E::Unit) -> Result<Self, Fault> {
        if value.is_null() {
            return Ok(None);
        }
        let mut units = Vec::new();
        let mut place = value;
        loop {
            // SAFETY: guaranteed by the caller: a pointer that is not null is valid up to its terminating zero.
            let unit = unsafe { place.read_unaligned() };
            if unit == E::Unit::zeroed() {
                return Ok(Some(E::decode(&units)?));
            }
            units.push(unit);
            // SAFETY: this unit did not end the text.
            place = unsafe { place.add(1) };
        }
    }
}

impl ReturnedText for String {
    unsafe fn from_c<E: Encoding>(value: *const E::Unit) -> Result<Self, Fault> {
        // SAFETY: guaranteed by the caller: the pointer is null or valid up to its terminating zero.
        let text = unsafe { <Option<Self> as ReturnedText>::from_c::<E>(value) }?;
        text.ok_or_else(|| Fault::Value("a null pointer for text; declare `Option<String>` if it may be".to_owned()))
    }
}

__returned_as_taken!(String Option<String>);

/// Checks that text in memory of `scope`, which the library may have changed, has a terminating zero there.
fn ends_in_its_memory(text: *const u8, scope: &Scope) -> Result<(), Fault> {
    let Some(room) = scope.room_at(text) else { return Ok(()) };
    // SAFETY: the scope keeps this memory, which is initialized and has this many bytes after the pointer.
    let mut units = (0..room).map(|place| unsafe { text.wrapping_add(place).read() });
    match units.any(|unit| unit == 0) {
        true => Ok(()),
        false => Err(Fault::Value(format!("text without a NUL in the {room} bytes that were passed"))),
    }
}

/// UTF-8, in a struct or returned. As an argument text is a `&str`.
impl Native for Option<String> {
    type Value = Self;
    type C = *const u8;
    const C_NAME: &'static str = "const char *";

    fn to_c(&self, scope: &mut Scope) -> Result<Self::C, Fault> {
        let text = Text::<Utf8>::new("", self.as_deref())?;
        Ok(text.units.map_or(std::ptr::null(), |units| scope.keep(units)))
    }

    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault> {
        ends_in_its_memory(value, scope)?;
        // SAFETY: guaranteed by the caller: the pointer is null or valid up to its terminating zero.
        unsafe { <Self as ReturnedText>::from_c::<Utf8>(value) }
    }
}

/// UTF-8, in a struct or returned. As an argument text is a `&str`.
impl Native for String {
    type Value = Self;
    type C = *const u8;
    const C_NAME: &'static str = "const char *";

    fn to_c(&self, scope: &mut Scope) -> Result<Self::C, Fault> {
        Ok(scope.keep(Text::<Utf8>::new("", self.as_str())?.units.unwrap_or_default()))
    }

    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault> {
        ends_in_its_memory(value, scope)?;
        // SAFETY: guaranteed by the caller: the pointer is null or valid up to its terminating zero.
        unsafe { <Self as ReturnedText>::from_c::<Utf8>(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Latin1, Wide};
    use super::*;

    #[test]
    fn text_in() {
        let mut text = Text::<Utf8>::new("t", "ab").unwrap();
        // SAFETY: two letters and the zero.
        assert_eq!(unsafe { std::slice::from_raw_parts(text.pass(), 3) }, b"ab\0");
        assert_eq!((text.len(), Text::<Utf8>::new("t", "ü").unwrap().len()), (2, 2));
        assert_eq!((Text::<Wide>::new("t", "ü").unwrap().len(), Text::<Wide>::new("t", None).unwrap().len()), (1, 0));
        assert_eq!((CText::new(c"ab").len(), CText::new(None).len()), (2, 0));
        assert!(Text::<Utf8>::new("t", None).unwrap().pass().is_null());
        assert!(Text::<Wide>::new("t", "a\0b").is_err());
    }

    #[test]
    fn text_out() {
        let mut buffer = TextBuffer::<Latin1>::new("t", 4).unwrap();
        // SAFETY: the slot has four units.
        unsafe { buffer.pass().copy_from(b"caf\xe9".as_ptr(), 4) };
        // SAFETY: it needs none.
        assert_eq!(unsafe { buffer.take("t", 4) }.unwrap(), "café", "without a zero it ends with the buffer");
    }

    #[test]
    fn text_returned() {
        // SAFETY: the text ends with a zero.
        assert_eq!(unsafe { <String as Native>::from_c(c"text".as_ptr().cast(), &Scope::new()) }.unwrap(), "text");
        // SAFETY: a null pointer is allowed.
        assert_eq!(unsafe { <Option<String> as Native>::from_c(std::ptr::null(), &Scope::new()) }.unwrap(), None);
        // SAFETY: a null pointer is allowed.
        assert!(unsafe { <String as Native>::from_c(std::ptr::null(), &Scope::new()) }.is_err());
    }
}
