//! How a field of a struct is in C and in messages.
//!
//! Each field has a form, a type without values that `#[derive(Bridge)]` makes from the field's type and attributes. Forms nest:
//! `#[text(cap = 16)] names: [[String; 3]; 2]` is `EachAs<EachAs<TextIn<Utf8, 16>>>`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq as _, SerializeTuple as _, Serializer};

use super::array::{all_to_c, fits_memory, read_elements};
use super::c_caller::has_c_callers;
use super::length::{length_within, reported_length};
use super::text::{ReturnedText, Text, TextBuffer, ends_in_its_memory, null_text};
use super::{Encoding, Native, Scope, Utf8, Zeroable};
use crate::__returned_as_taken;
use crate::fault::Fault;
use crate::interface::{CTypes, declare, declare_array, declare_pointer};

/// How a `T` is in messages.
pub trait WireForm<T> {
    /// Writes the value.
    ///
    /// # Errors
    /// Those of the serializer.
    fn serialize<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads a value.
    ///
    /// # Errors
    /// Those of the deserializer.
    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;
}

/// How a `T` is in C.
pub trait FieldForm<T>: WireForm<T> {
    /// The C type.
    type C: Copy + Zeroable + 'static;
    /// As [`Native::POINTS`].
    const POINTS: bool;
    /// As [`Native::IS_NUMBERS`].
    const IS_NUMBERS: bool = false;

    /// As [`Native::declare`].
    fn declare(declarator: &str) -> String;

    /// As [`Native::add_types`].
    fn add_types(types: &mut CTypes) {
        let _ = types;
    }

    /// Converts a value to C.
    ///
    /// # Errors
    /// As [`Native::to_c`].
    fn to_c(value: &T, scope: &mut Scope) -> Result<Self::C, Fault>;

    /// Converts a value from C.
    ///
    /// # Errors
    /// As [`Native::from_c`].
    ///
    /// # Safety
    /// As [`Native::from_c`].
    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<T, Fault>;
}

/// As the type itself says.
#[derive(Debug)]
pub enum AsItself {}

/// An array whose elements have the form `A`.
#[derive(Debug)]
pub struct EachAs<A>(PhantomData<A>);

/// A pointer to elements that have the form `A`. Their number is in another field, so it has no conversions by itself.
#[derive(Debug)]
pub struct PointerTo<A>(PhantomData<A>);

/// A pointer to NUL-terminated text.
#[derive(Debug)]
pub struct TextAt<E>(PhantomData<E>);

/// Text in an array of `CAPACITY` units, which its NUL is one of.
#[derive(Debug)]
pub struct TextIn<E, const CAPACITY: usize>(PhantomData<E>);

/// A reference to a value of the form `A`, for serde.
#[derive(Debug)]
pub struct FormRef<'v, A, T>(&'v T, PhantomData<A>);

/// A value of the form `A`, for serde.
#[derive(Debug)]
pub struct FormOf<A, T>(pub T, PhantomData<A>);

impl<A, T> FormOf<A, T> {
    /// The value.
    pub fn into_value(self) -> T {
        self.0
    }

    /// Puts the value into a place.
    pub fn store(self, place: &mut T) {
        *place = self.0;
    }
}

impl<'v, A: WireForm<T>, T> FormRef<'v, A, T> {
    /// The reference.
    pub fn new(value: &'v T) -> Self {
        Self(value, PhantomData)
    }
}

impl<A: WireForm<T>, T> Serialize for FormRef<'_, A, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        A::serialize(self.0, serializer)
    }
}

impl<'de, A: WireForm<T>, T> Deserialize<'de> for FormOf<A, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        A::deserialize(deserializer).map(|value| Self(value, PhantomData))
    }
}

/// The conversions of a type with those of serde.
macro_rules! by_serde {
    ($([$($generics:tt)*] $form:ty: $ty:ty;)*) => {$(
        impl<$($generics)*> WireForm<$ty> for $form {
            fn serialize<S: Serializer>(value: &$ty, serializer: S) -> Result<S::Ok, S::Error> {
                value.serialize(serializer)
            }

            fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$ty, D::Error> {
                Deserialize::deserialize(deserializer)
            }
        }
    )*};
}

by_serde! {
    [T: Serialize + DeserializeOwned] AsItself: T;
    [E: Encoding] TextAt<E>: String;
    [E: Encoding] TextAt<E>: Option<String>;
    [E: Encoding, const CAPACITY: usize] TextIn<E, CAPACITY>: String;
}

impl<T: Native> FieldForm<T> for AsItself {
    type C = T::C;
    const POINTS: bool = T::POINTS;
    const IS_NUMBERS: bool = T::IS_NUMBERS;

    fn declare(declarator: &str) -> String {
        T::declare(declarator)
    }

    fn add_types(types: &mut CTypes) {
        T::add_types(types);
    }

    fn to_c(value: &T, scope: &mut Scope) -> Result<T::C, Fault> {
        value.to_c(scope)
    }

    unsafe fn from_c(value: T::C, scope: &Scope) -> Result<T, Fault> {
        // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
        unsafe { T::from_c(value, scope) }
    }
}

/// serde itself supports arrays of up to 32 elements.
impl<A: WireForm<T>, T, const N: usize> WireForm<[T; N]> for EachAs<A> {
    fn serialize<S: Serializer>(values: &[T; N], serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(N)?;
        for value in values {
            tuple.serialize_element(&FormRef::<A, T>::new(value))?;
        }
        tuple.end()
    }

    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[T; N], D::Error> {
        struct ReadArray<A, T, const N: usize>(PhantomData<(A, T)>);

        impl<'de, A: WireForm<T>, T, const N: usize> Visitor<'de> for ReadArray<A, T, N> {
            type Value = [T; N];

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "an array of {N} elements")
            }

            fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<[T; N], S::Error> {
                let mut values = Vec::new();
                while values.len() < N {
                    match elements.next_element::<FormOf<A, T>>()? {
                        Some(value) => values.push(value.0),
                        None => return Err(de::Error::invalid_length(values.len(), &self)),
                    }
                }
                values.try_into().map_err(|_| de::Error::custom("an array of another length"))
            }
        }

        deserializer.deserialize_tuple(N, ReadArray::<A, T, N>(PhantomData))
    }
}

impl<A: FieldForm<T>, T, const N: usize> FieldForm<[T; N]> for EachAs<A> {
    type C = [A::C; N];
    const POINTS: bool = A::POINTS;
    const IS_NUMBERS: bool = A::IS_NUMBERS;

    fn declare(declarator: &str) -> String {
        declare_array(declarator, N, A::declare)
    }

    fn add_types(types: &mut CTypes) {
        A::add_types(types);
    }

    fn to_c(values: &[T; N], scope: &mut Scope) -> Result<[A::C; N], Fault> {
        let mut array = [A::C::zeroed(); N];
        for (c, value) in array.iter_mut().zip(values) {
            *c = A::to_c(value, scope)?;
        }
        Ok(array)
    }

    unsafe fn from_c(value: [A::C; N], scope: &Scope) -> Result<[T; N], Fault> {
        // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
        let values = value.into_iter().map(|c| unsafe { A::from_c(c, scope) }).collect::<Result<Vec<T>, Fault>>()?;
        values.try_into().map_err(|_| Fault::Value(format!("an array of another length than {N}")))
    }
}

impl<A: WireForm<T>, T> WireForm<Vec<T>> for PointerTo<A> {
    fn serialize<S: Serializer>(values: &Vec<T>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(values.len()))?;
        for value in values {
            sequence.serialize_element(&FormRef::<A, T>::new(value))?;
        }
        sequence.end()
    }

    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        let values = Vec::<FormOf<A, T>>::deserialize(deserializer)?;
        Ok(values.into_iter().map(|value| value.0).collect())
    }
}

impl<A: WireForm<T>, T> WireForm<Option<Vec<T>>> for PointerTo<A> {
    fn serialize<S: Serializer>(values: &Option<Vec<T>>, serializer: S) -> Result<S::Ok, S::Error> {
        values.as_ref().map(FormRef::<Self, Vec<T>>::new).serialize(serializer)
    }

    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
        let values = Option::<FormOf<Self, Vec<T>>>::deserialize(deserializer)?;
        Ok(values.map(|values| values.0))
    }
}

impl<E: Encoding> FieldForm<Option<String>> for TextAt<E> {
    type C = *const E::Unit;
    const POINTS: bool = true;

    fn declare(declarator: &str) -> String {
        declare_pointer(declarator, |target| declare(E::C_NAME, target))
    }

    fn to_c(value: &Option<String>, scope: &mut Scope) -> Result<Self::C, Fault> {
        let own = scope.program_memory::<E::Unit>();
        let units = Text::<E>::new("", value.as_deref())?.into_units();
        Ok(units.map_or(std::ptr::null(), |units| match own {
            Some(own) => own.store(&units, || value.clone().unwrap_or_default().into_bytes()),
            None => scope.keep(units),
        }))
    }

    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Option<String>, Fault> {
        let met = scope.meet(value);
        ends_in_its_memory::<E>(value, scope)?;
        // SAFETY: guaranteed by the caller: the pointer is null or valid up to its terminating zero.
        let text = unsafe { <Option<String> as ReturnedText>::from_c::<E>(value) }?;
        if let Some(text) = &text {
            let units = E::encode(text).map_or(0, |units| units.len() + 1);
            scope.points_to(met, units, || text.clone().into_bytes());
        }
        Ok(text)
    }
}

impl<E: Encoding> FieldForm<String> for TextAt<E> {
    type C = *const E::Unit;
    const POINTS: bool = true;

    fn declare(declarator: &str) -> String {
        declare_pointer(declarator, |target| declare(E::C_NAME, target))
    }

    fn to_c(value: &String, scope: &mut Scope) -> Result<Self::C, Fault> {
        let own = scope.program_memory::<E::Unit>();
        let units = Text::<E>::new("", value.as_str())?.into_units().unwrap_or_default();
        Ok(match own {
            Some(own) => own.store(&units, || value.clone().into_bytes()),
            None => scope.keep(units),
        })
    }

    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<String, Fault> {
        // SAFETY: guaranteed by the caller.
        let text = unsafe { <Self as FieldForm<Option<String>>>::from_c(value, scope) }?;
        // A C program gets the null pointer itself.
        let text = text.or_else(|| has_c_callers().then(String::new));
        text.ok_or_else(null_text)
    }
}

impl<E: Encoding, const CAPACITY: usize> FieldForm<String> for TextIn<E, CAPACITY> {
    type C = [E::Unit; CAPACITY];
    const POINTS: bool = false;

    fn declare(declarator: &str) -> String {
        declare_array(declarator, CAPACITY, |element| declare(E::C_NAME, element))
    }

    fn to_c(value: &String, _: &mut Scope) -> Result<Self::C, Fault> {
        let mut units = Text::<E>::new("", value.as_str())?.into_units().unwrap_or_default();
        // Libraries may fill the array without a NUL, and C programs see it so.
        if has_c_callers() && units.len() == CAPACITY + 1 {
            units.pop();
        }
        let mut array = [E::Unit::zeroed(); CAPACITY];
        let Some(start) = array.get_mut(..units.len()) else {
            let reason = format!("needs {} code units with its NUL, and there is room for {CAPACITY}", units.len());
            return Err(Fault::Argument { parameter: String::new(), reason });
        };
        start.copy_from_slice(&units);
        Ok(array)
    }

    unsafe fn from_c(value: Self::C, _: &Scope) -> Result<String, Fault> {
        TextBuffer::<E>::decode(&value)
    }
}

macro_rules! text {
    ($($ty:ty)*) => {$(
        /// UTF-8, in a struct or returned. As an argument text is a `&str`.
        impl Native for $ty {
            type Value = Self;
            type C = *const u8;
            const C_NAME: &'static str = "const char *";

            fn to_c(&self, scope: &mut Scope) -> Result<Self::C, Fault> {
                TextAt::<Utf8>::to_c(self, scope)
            }

            unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault> {
                // SAFETY: guaranteed by the caller: the pointer is null or valid up to its terminating zero.
                unsafe { TextAt::<Utf8>::from_c(value, scope) }
            }
        }
    )*};
}

text!(String Option<String>);

__returned_as_taken!(String Option<String>);

/// Converts the elements of a [`PointerTo`] field to C. They are kept in `scope`. An empty array is a null pointer.
///
/// # Errors
/// As [`Native::to_c`].
pub fn elements_to_c<A: FieldForm<T>, T>(values: &[T], scope: &mut Scope) -> Result<*const A::C, Fault> {
    let own = scope.program_memory::<A::C>();
    let elements = all_to_c(values, A::to_c, scope)?;
    Ok(match own {
        Some(own) => own.store(&elements, || content::<A, T>(values)),
        None if values.is_empty() => std::ptr::null(),
        None => scope.keep(elements),
    })
}

/// As [`elements_to_c`], without an array.
pub fn no_elements_to_c<A: FieldForm<T>, T>(scope: &mut Scope) -> *const A::C {
    let own = scope.program_memory::<A::C>();
    own.map_or(std::ptr::null(), |own| own.store(&[], Vec::new))
}

/// Elements as a message has them.
fn content<A: FieldForm<T>, T>(values: &[T]) -> Vec<u8> {
    let values: Vec<_> = values.iter().map(FormRef::<A, T>::new).collect();
    postcard::to_allocvec(&values).unwrap_or_default()
}

/// Converts the elements of a [`PointerTo`] field, of which there are `length`, from C.
///
/// # Errors
/// [`Fault::Value`] for a negative length, for one that exceeds the memory that was passed in the field, and for a null pointer if
/// it is not zero; otherwise as [`Native::from_c`].
///
/// # Safety
/// The pointer is null, points into memory of `scope`, or is valid for `length` elements; otherwise as [`Native::from_c`].
pub unsafe fn elements_from_c<A: FieldForm<T>, T, N: Copy + fmt::Display + TryInto<usize>>(
    field: &str,
    pointer: *const A::C,
    length: N,
    scope: &Scope,
) -> Result<Vec<T>, Fault> {
    let met = scope.meet(pointer);
    let mut length = reported_length(field, length)?;
    // A C program's struct may have a null pointer with a length.
    if length == 0 || (pointer.is_null() && has_c_callers()) {
        return Ok(Vec::new());
    }
    if pointer.is_null() {
        return Err(Fault::Value(format!("a null pointer for an array of {length} elements in `{field}`")));
    }
    if let Some(room) = scope.room_at(pointer) {
        length = length_within(field, length, room)?;
    }
    if !fits_memory::<A::C>(length) {
        return Err(Fault::Value(format!("an array of {length} elements, more than there can be")));
    }
    // SAFETY: guaranteed by the caller; the length was checked for memory of `scope`.
    let values = unsafe { read_elements(pointer, length, A::from_c, scope) }?;
    scope.points_to(met, length, || content::<A, T>(&values));
    Ok(values)
}

/// As [`elements_from_c`]; `None` if the pointer is null, or if the length says that there is nothing.
///
/// # Errors
/// As [`elements_from_c`].
///
/// # Safety
/// As [`elements_from_c`].
pub unsafe fn optional_elements_from_c<A: FieldForm<T>, T, N: Copy + fmt::Display + TryInto<usize>>(
    field: &str,
    pointer: *const A::C,
    length: N,
    is_absent: bool,
    scope: &Scope,
) -> Result<Option<Vec<T>>, Fault> {
    if pointer.is_null() || is_absent {
        scope.points_to(scope.meet(pointer), 0, Vec::new);
        return Ok(None);
    }
    // SAFETY: guaranteed by the caller.
    unsafe { elements_from_c::<A, T, N>(field, pointer, length, scope) }.map(Some)
}

#[cfg(test)]
mod tests {
    use super::super::{Latin1, Wide};
    use super::*;

    type Names = [[String; 2]; 2];
    type NamesForm = EachAs<EachAs<TextIn<Latin1, 4>>>;

    fn names() -> Names {
        [["a", "bc"], ["", "äöü"]].map(|row| row.map(str::to_owned))
    }

    #[test]
    fn arrays_of_any_depth_and_size_go_through_messages() {
        let message = postcard::to_allocvec(&FormRef::<NamesForm, Names>::new(&names())).unwrap();
        let back: FormOf<NamesForm, Names> = postcard::from_bytes(&message).unwrap();
        assert_eq!(back.0, names());
        assert_eq!(message, postcard::to_allocvec(&names()).unwrap(), "as serde's own arrays");
        let long = [[7u16; 40]; 50];
        type LongForm = EachAs<EachAs<AsItself>>;
        let message = postcard::to_allocvec(&FormRef::<LongForm, _>::new(&long)).unwrap();
        assert_eq!(postcard::from_bytes::<FormOf<LongForm, [[u16; 40]; 50]>>(&message).unwrap().0, long);
        assert!(postcard::from_bytes::<FormOf<LongForm, [[u16; 40]; 50]>>(&message[1..]).is_err());
    }

    #[test]
    fn text_in_place_has_room_for_its_nul_or_is_refused() {
        let mut scope = Scope::new();
        let c = NamesForm::to_c(&names(), &mut scope).unwrap();
        assert_eq!(c[1], [[0; 4], [0xe4, 0xf6, 0xfc, 0]]);
        // SAFETY: there are no pointers in text.
        assert_eq!(unsafe { NamesForm::from_c(c, &scope) }.unwrap(), names());
        let refused = TextIn::<Utf8, 4>::to_c(&"four".to_owned(), &mut scope).unwrap_err().to_string();
        assert!(refused.ends_with("needs 5 code units with its NUL, and there is room for 4"), "{refused}");
        assert!(TextIn::<Wide, 4>::to_c(&"a\0".to_owned(), &mut scope).is_err());
        // SAFETY: as above.
        assert_eq!(unsafe { TextIn::<Utf8, 4>::from_c(*b"four", &scope) }.unwrap(), "four");
        assert!(scope.is_empty());
    }

    #[test]
    fn lengths_of_elements_are_not_believed() {
        let mut scope = Scope::new();
        let pointer = elements_to_c::<AsItself, u16>(&[1, 2, 3], &mut scope).unwrap();
        // SAFETY: the pointer is into memory of the scope.
        let take = |length| unsafe { elements_from_c::<AsItself, u16, i64>("S.x", pointer, length, &scope) };
        assert_eq!(take(2).unwrap(), [1, 2]);
        for wrong in [-1, 4, i64::MAX] {
            assert!(take(wrong).unwrap_err().to_string().contains(&format!("{wrong} as the length of `S.x`")));
        }
        // SAFETY: a null pointer is allowed.
        let null = |length| unsafe { elements_from_c::<AsItself, u16, _>("S.x", std::ptr::null(), length, &scope) };
        assert_eq!(null(0).unwrap(), []);
        assert!(null(1).unwrap_err().to_string().contains("a null pointer for an array of 1 elements in `S.x`"));
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
