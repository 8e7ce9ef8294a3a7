//! The slots of NUL-terminated text.

use std::ffi::{CStr, c_char, c_void};

use super::array::{LONGEST_LIST, zeros};
use super::c_caller::{has_c_callers, initial_text, note_unwritten};
use super::length::length_within;
use super::{Encoding, Scope, Zeroable as _};
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

    /// The units, with the terminating zero.
    pub(super) fn into_units(self) -> Option<Vec<E::Unit>> {
        self.units
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
    // The library gets the null pointer of a C program itself.
    let text = text.or_else(|| has_c_callers().then_some(c""));
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
    /// The output parameter that it is for.
    place: u32,
    /// What a C program has in its buffer.
    initial: Vec<E::Unit>,
}

impl<E: Encoding> TextBuffer<E> {
    /// A slot for `capacity` units, including the terminating zero, of the output parameter `place`. It is empty at first, unless a C
    /// program has text there.
    ///
    /// # Errors
    /// [`Fault::Argument`] for `parameter` if there is no memory for them.
    pub fn new(parameter: &str, capacity: usize, place: u32) -> Result<Self, Fault> {
        let mut units = zeros(parameter, capacity)?;
        let initial = initial_text(place).and_then(|text| E::encode(&text).ok()).unwrap_or_default();
        let initial = if initial.len() <= capacity { initial } else { Vec::new() };
        units[..initial.len()].copy_from_slice(&initial);
        Ok(Self { units, place, initial })
    }

    /// Whether the library has not changed what a C program has in its buffer, which is then noted.
    fn is_unwritten(&self) -> bool {
        let rest = || self.units.iter().skip(self.initial.len());
        let is_unwritten = !self.initial.is_empty()
            && self.units.starts_with(&self.initial)
            && rest().all(|unit| *unit == E::Unit::zeroed());
        if is_unwritten {
            note_unwritten(self.place);
        }
        is_unwritten
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
        if self.is_unwritten() {
            return Ok(String::new());
        }
        let length = length_within(parameter, length, self.units.len())?;
        Self::decode(&self.units[..length])
    }

    /// The text in these units: up to its NUL, or all of them.
    pub(super) fn decode(units: &[E::Unit]) -> Result<String, Fault> {
        let end = units.iter().position(|unit| *unit == E::Unit::zeroed()).unwrap_or(units.len());
        E::decode(&units[..end])
    }
}

impl<E: Encoding> TextBuffer<E> {
    /// The texts that the library wrote, each with its NUL, up to an empty one, within the first `length` units.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    ///
    /// # Safety
    /// As [`take`](Self::take).
    pub unsafe fn take_all(self, parameter: &str, length: usize) -> Result<Vec<String>, Fault> {
        if self.is_unwritten() {
            return Ok(Vec::new());
        }
        let length = length_within(parameter, length, self.units.len())?;
        let texts = self.units[..length].split(|unit| *unit == E::Unit::zeroed());
        texts.take_while(|units| !units.is_empty()).map(E::decode).collect()
    }
}

/// The slot of several texts that are passed to the library.
#[derive(Debug)]
pub struct TextList<E: Encoding> {
    /// Of all texts, each with its terminating zero.
    units: Vec<E::Unit>,
    /// The beginnings of the texts, and a null pointer; `None` if the units themselves are passed.
    pointers: Option<Vec<*const E::Unit>>,
}

impl<E: Encoding> TextList<E> {
    /// The slot of an array of pointers, with a null pointer at the end.
    ///
    /// # Errors
    /// [`Fault::Argument`] for `parameter`, for text that C would cut short or that the encoding lacks a character for.
    pub fn list(parameter: &str, texts: &[&str]) -> Result<Self, Fault> {
        let (units, starts) = encode_all::<E>(parameter, texts)?;
        let pointers = starts.iter().map(|start| units[*start..].as_ptr()).chain([std::ptr::null()]).collect();
        Ok(Self { units, pointers: Some(pointers) })
    }

    /// The slot of one text after the other, with an empty one at the end.
    ///
    /// # Errors
    /// As [`list`](Self::list); also for an empty text, which would end the list.
    pub fn multi(parameter: &str, texts: &[&str]) -> Result<TextList<E>, Fault> {
        if texts.iter().any(|text| text.is_empty()) {
            let reason = "contains an empty text, which would end it early in C".to_owned();
            return Err(Fault::Argument { parameter: parameter.to_owned(), reason });
        }
        let (mut units, _) = encode_all::<E>(parameter, texts)?;
        // Also a list without texts has two of them: some functions look for that.
        let zeros = if texts.is_empty() { 2 } else { 1 };
        units.extend(std::iter::repeat_n(E::Unit::zeroed(), zeros));
        Ok(Self { units, pointers: None })
    }

    /// The units of all texts, each with its NUL.
    pub(super) fn into_units(self) -> Vec<E::Unit> {
        self.units
    }

    /// The number of texts; of one text after the other, the number of units with all zeros.
    #[allow(clippy::len_without_is_empty, reason = "a slot is made to be passed")]
    pub fn len(&self) -> usize {
        self.pointers.as_ref().map_or(self.units.len(), |pointers| pointers.len() - 1)
    }

    /// The C value.
    pub fn pass(&mut self) -> *const c_void {
        self.pointers.as_ref().map_or(self.units.as_ptr().cast(), |pointers| pointers.as_ptr().cast())
    }
}

/// The units of all texts, each with its zero, and where each begins.
fn encode_all<E: Encoding>(parameter: &str, texts: &[&str]) -> Result<(Vec<E::Unit>, Vec<usize>), Fault> {
    let (mut units, mut starts) = (Vec::new(), Vec::new());
    for text in texts {
        starts.push(units.len());
        units.extend(Text::<E>::new(parameter, *text)?.units.unwrap_or_default());
    }
    Ok((units, starts))
}

/// Reads one text after the other, up to an empty one.
///
/// # Errors
/// [`Fault::Value`] for a null pointer, for invalid text, and for texts without an end.
///
/// # Safety
/// The pointer is null, or valid up to the zero after the last text's.
pub unsafe fn returned_texts<E: Encoding>(pointer: *const E::Unit) -> Result<Vec<String>, Fault> {
    let (mut texts, mut place) = (Vec::new(), pointer);
    while texts.len() < LONGEST_LIST {
        // SAFETY: guaranteed by the caller: the pointer is null, or none of the texts before this one was empty.
        let units = unsafe { units_at::<E>(place) };
        let units = units.or_else(|| has_c_callers().then(Vec::new));
        let units = units.ok_or_else(|| Fault::Value("a null pointer for texts".to_owned()))?;
        if units.is_empty() {
            return Ok(texts);
        }
        texts.push(E::decode(&units)?);
        // SAFETY: the text and its zero are there.
        place = unsafe { place.add(units.len() + 1) };
    }
    Err(Fault::Value(format!("more than {LONGEST_LIST} texts, without an empty one that ends them")))
}

/// The units before the terminating zero; `None` for a null pointer.
///
/// # Safety
/// The pointer is null, or valid up to the zero.
unsafe fn units_at<E: Encoding>(pointer: *const E::Unit) -> Option<Vec<E::Unit>> {
    if pointer.is_null() {
        return None;
    }
    let (mut units, mut place) = (Vec::new(), pointer);
    loop {
        // SAFETY: guaranteed by the caller: a pointer that is not null is valid up to the terminating zero.
        let unit = unsafe { place.read_unaligned() };
        if unit == E::Unit::zeroed() {
            return Some(units);
        }
        units.push(unit);
        // SAFETY: this unit did not end the text.
        place = unsafe { place.add(1) };
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
        // SAFETY: guaranteed by the caller: the pointer is null or valid up to its terminating zero.
        unsafe { units_at::<E>(value) }.map(|units| E::decode(&units)).transpose()
    }
}

impl ReturnedText for String {
    unsafe fn from_c<E: Encoding>(value: *const E::Unit) -> Result<Self, Fault> {
        // SAFETY: guaranteed by the caller: the pointer is null or valid up to its terminating zero.
        let text = unsafe { <Option<Self> as ReturnedText>::from_c::<E>(value) }?;
        // A C program gets the null pointer itself.
        let text = text.or_else(|| has_c_callers().then(Self::new));
        text.ok_or_else(null_text)
    }
}

/// The fault for text that may not be null.
pub(super) fn null_text() -> Fault {
    Fault::Value("a null pointer for text; declare `Option<String>` if it may be".to_owned())
}

/// Checks that text in memory of `scope`, which the library may have changed, has a terminating zero there.
pub(super) fn ends_in_its_memory<E: Encoding>(text: *const E::Unit, scope: &Scope) -> Result<(), Fault> {
    let Some(room) = scope.room_at(text) else { return Ok(()) };
    // SAFETY: the scope keeps this memory, which is initialized and has this many units after the pointer.
    let mut units = (0..room).map(|place| unsafe { text.wrapping_add(place).read_unaligned() });
    match units.any(|unit| unit == E::Unit::zeroed()) {
        true => Ok(()),
        false => Err(Fault::Value(format!(
            "text without a NUL in the {} bytes that were passed",
            room * size_of::<E::Unit>()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Latin1, Utf8, Wide};
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
        let mut buffer = TextBuffer::<Latin1>::new("t", 4, 0).unwrap();
        // SAFETY: the slot has four units.
        unsafe { buffer.pass().copy_from(b"caf\xe9".as_ptr(), 4) };
        // SAFETY: it needs none.
        assert_eq!(unsafe { buffer.take("t", 4) }.unwrap(), "café", "without a zero it ends with the buffer");
    }
}
