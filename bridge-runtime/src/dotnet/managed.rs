//! The types that managed methods take and return, and their conversion.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::owned_value::OwnedValue;
use super::value::{Kind, Value};
use crate::fault::Fault;
use crate::native::Scope;

/// A type that managed methods take and return.
#[diagnostic::on_unimplemented(
    message = "a managed method cannot take or return `{Self}`; use integers of fixed width, `f32`, `f64`, `bool`, text as `&str` and `String`, arrays as `&[T]` and `Vec<T>`, `dotnet::Matrix<T>`, and objects as `dotnet::Object<T>`",
    label = "not a type with a counterpart in .NET"
)]
pub trait Managed: Serialize + DeserializeOwned + 'static {
    /// The type itself; `marshal/cross.rs` says why generated code names it so.
    type Value;

    /// Its name in .NET, as reflection spells it.
    fn type_name() -> String;

    /// Converts the value for managed code. What the result points to is kept in `scope` until the call is over.
    fn put(&self, scope: &mut Scope) -> Value;

    /// Converts a value from managed code.
    ///
    /// # Errors
    /// [`Fault::Value`] for a value of another type.
    fn take(value: &OwnedValue) -> Result<Self, Fault>;
}

/// The name of `void`, as reflection spells it.
pub fn void() -> String {
    "System.Void".to_owned()
}

/// A type whose arrays managed methods take and return.
#[diagnostic::on_unimplemented(
    message = "a managed method cannot take or return arrays of `{Self}`; use integers of fixed width, `f32`, `f64`, `bool` or `String`",
    label = "not a type whose arrays have a counterpart in .NET"
)]
pub trait Element: Managed + Clone {
    /// The type itself.
    type Value;

    /// Converts an array for managed code, as [`Managed::put`] does.
    fn put_all(values: &[Self], scope: &mut Scope) -> Value;

    /// Converts an array from managed code.
    ///
    /// # Errors
    /// [`Fault::Value`] for a value of another type.
    fn take_all(value: &OwnedValue) -> Result<Vec<Self>, Fault>;
}

macro_rules! scalars {
    ($($rust:ident, $name:literal, $kind:ident, $bits:expr, $from_bits:expr;)*) => {$(
        impl Managed for $rust {
            type Value = Self;

            fn type_name() -> String {
                $name.to_owned()
            }

            fn put(&self, _: &mut Scope) -> Value {
                let bits: fn($rust) -> u64 = $bits;
                Value::scalar(Kind::$kind, bits(*self))
            }

            fn take(value: &OwnedValue) -> Result<Self, Fault> {
                let from_bits: fn(u64) -> $rust = $from_bits;
                Ok(from_bits(value.bits(Kind::$kind)?))
            }
        }

        impl Element for $rust {
            type Value = Self;

            fn put_all(values: &[Self], _: &mut Scope) -> Value {
                Value::memory(Kind::$kind, 1, values.as_ptr(), values.len(), 0)
            }

            fn take_all(value: &OwnedValue) -> Result<Vec<Self>, Fault> {
                elements!($rust, value, Kind::$kind)
            }
        }
    )*};
}

/// The elements of an array. A `bool` is a byte in managed memory, which may have any value.
macro_rules! elements {
    (bool, $value:expr, $kind:expr) => {
        Ok($value.elements::<u8>($kind)?.into_iter().map(|byte| byte != 0).collect())
    };
    ($scalar:ident, $value:expr, $kind:expr) => {
        $value.elements::<$scalar>($kind)
    };
}

scalars! {
    bool, "System.Boolean", BOOLEAN, |value| value.into(), |bits| bits != 0;
    i8, "System.SByte", SBYTE, |value| value as u64, |bits| bits as i8;
    u8, "System.Byte", BYTE, |value| value.into(), |bits| bits as u8;
    i16, "System.Int16", INT16, |value| value as u64, |bits| bits as i16;
    u16, "System.UInt16", UINT16, |value| value.into(), |bits| bits as u16;
    i32, "System.Int32", INT32, |value| value as u64, |bits| bits as i32;
    u32, "System.UInt32", UINT32, |value| value.into(), |bits| bits as u32;
    i64, "System.Int64", INT64, |value| value as u64, |bits| bits as i64;
    u64, "System.UInt64", UINT64, |value| value, |bits| bits;
    f32, "System.Single", SINGLE, |value| value.to_bits().into(), |bits| f32::from_bits(bits as u32);
    f64, "System.Double", DOUBLE, f64::to_bits, f64::from_bits;
}

/// Converts text for managed code.
pub(super) fn put_text(text: &str, scope: &mut Scope) -> Value {
    let units: Vec<u16> = text.encode_utf16().collect();
    let count = units.len();
    Value::memory(Kind::STRING, 0, scope.keep(units), count, 0)
}

/// Converts text from managed code. A .NET string may hold half of a surrogate pair, which is not valid text.
fn decode(units: &[u16]) -> Result<String, Fault> {
    String::from_utf16(units).map_err(|_| Fault::Value("text that is not UTF-16".to_owned()))
}

impl Managed for String {
    type Value = Self;

    fn type_name() -> String {
        "System.String".to_owned()
    }

    fn put(&self, scope: &mut Scope) -> Value {
        put_text(self, scope)
    }

    fn take(value: &OwnedValue) -> Result<Self, Fault> {
        decode(&value.characters()?)
    }
}

impl Element for String {
    type Value = Self;

    fn put_all(values: &[Self], scope: &mut Scope) -> Value {
        let mut packed = Vec::new();
        for text in values {
            let start = packed.len();
            packed.extend([0; size_of::<i32>()]);
            packed.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
            let units = (packed.len() - start - size_of::<i32>()) / size_of::<u16>();
            // A text of 2 GiB does not fit into a message.
            let units = i32::try_from(units).unwrap_or_default().to_le_bytes();
            packed[start..start + units.len()].copy_from_slice(&units);
        }
        Value::memory(Kind::STRING, 1, scope.keep(packed), values.len(), 0)
    }

    fn take_all(value: &OwnedValue) -> Result<Vec<Self>, Fault> {
        let null = || Fault::Value("an array of text with null in it".to_owned());
        value.texts()?.into_iter().map(|units| decode(&units.ok_or_else(null)?)).collect()
    }
}

impl<T: Element> Managed for Vec<T> {
    type Value = Self;

    fn type_name() -> String {
        format!("{}[]", T::type_name())
    }

    fn put(&self, scope: &mut Scope) -> Value {
        T::put_all(self, scope)
    }

    fn take(value: &OwnedValue) -> Result<Self, Fault> {
        T::take_all(value)
    }
}

/// Null is `None`.
impl<T: Nullable> Managed for Option<T> {
    type Value = Self;

    fn type_name() -> String {
        T::type_name()
    }

    fn put(&self, scope: &mut Scope) -> Value {
        self.as_ref().map_or(Value::NULL, |value| value.put(scope))
    }

    fn take(value: &OwnedValue) -> Result<Self, Fault> {
        if value.is_null() { Ok(None) } else { T::take(value).map(Some) }
    }
}

/// A type that may be null in .NET.
pub trait Nullable: Managed {}

impl Nullable for String {}
impl<T: Element> Nullable for Vec<T> {}
