//! Which types managed methods take and return, and how they go there and back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::value::{Kind, Taken, Value};
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

    /// Its name in .NET, as reflection has it.
    fn type_name() -> String;

    /// To managed code, until the call is over. What has to be made for that is kept in `scope`.
    fn put(&self, scope: &mut Scope) -> Value;

    /// From managed code.
    ///
    /// # Errors
    /// [`Fault::Value`] for what is no value of the type.
    fn take(taken: &Taken) -> Result<Self, Fault>;
}

/// The name of what a method returns that returns nothing.
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

    /// An array to managed code, as [`Managed::put`].
    fn put_all(values: &[Self], scope: &mut Scope) -> Value;

    /// An array from managed code.
    ///
    /// # Errors
    /// [`Fault::Value`] for what is no such array.
    fn take_all(taken: &Taken) -> Result<Vec<Self>, Fault>;
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

            fn take(taken: &Taken) -> Result<Self, Fault> {
                let from_bits: fn(u64) -> $rust = $from_bits;
                Ok(from_bits(taken.bits(Kind::$kind)?))
            }
        }

        impl Element for $rust {
            type Value = Self;

            fn put_all(values: &[Self], _: &mut Scope) -> Value {
                Value::memory(Kind::$kind, 1, values.as_ptr(), values.len(), 0)
            }

            fn take_all(taken: &Taken) -> Result<Vec<Self>, Fault> {
                elements!($rust, taken, Kind::$kind)
            }
        }
    )*};
}

/// The elements of an array. A truth value is a byte in managed memory, and may be any.
macro_rules! elements {
    (bool, $taken:expr, $kind:expr) => {
        Ok($taken.elements::<u8>($kind)?.into_iter().map(|byte| byte != 0).collect())
    };
    ($scalar:ident, $taken:expr, $kind:expr) => {
        $taken.elements::<$scalar>($kind)
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

/// Text to managed code.
pub(super) fn put_text(text: &str, scope: &mut Scope) -> Value {
    let units: Vec<u16> = text.encode_utf16().collect();
    let count = units.len();
    Value::memory(Kind::STRING, 0, scope.keep(units), count, 0)
}

/// Text from managed code. A string of .NET may hold half of a surrogate pair, and then is no text.
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

    fn take(taken: &Taken) -> Result<Self, Fault> {
        decode(&taken.characters()?)
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

    fn take_all(taken: &Taken) -> Result<Vec<Self>, Fault> {
        let null = || Fault::Value("an array of text with null in it".to_owned());
        taken.texts()?.into_iter().map(|units| decode(&units.ok_or_else(null)?)).collect()
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

    fn take(taken: &Taken) -> Result<Self, Fault> {
        T::take_all(taken)
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

    fn take(taken: &Taken) -> Result<Self, Fault> {
        if taken.is_null() { Ok(None) } else { T::take(taken).map(Some) }
    }
}

/// A type that may be null in .NET.
pub trait Nullable: Managed {}

impl Nullable for String {}
impl<T: Element> Nullable for Vec<T> {}
