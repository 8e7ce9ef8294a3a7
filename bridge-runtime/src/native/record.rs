//! Serialization of structs and enums with `#[derive(Bridge)]`. On the wire they are what serde's own derive produces.

use std::fmt;
use std::marker::PhantomData;

use crate::fault::Fault;
use serde::de::{self, Deserialize, Deserializer, EnumAccess, SeqAccess, VariantAccess as _, Visitor};

/// The fields of a struct, as nested pairs: `(a, (b, ()))`.
pub trait Record: Sized {
    /// Reads the fields in order.
    ///
    /// # Errors
    /// Those of the sequence.
    fn read<'de, A: SeqAccess<'de>>(fields: &mut A) -> Result<Self, A::Error>;
}

impl Record for () {
    fn read<'de, A: SeqAccess<'de>>(_: &mut A) -> Result<Self, A::Error> {
        Ok(())
    }
}

impl<T: for<'de> Deserialize<'de>, R: Record> Record for (T, R) {
    fn read<'de, A: SeqAccess<'de>>(fields: &mut A) -> Result<Self, A::Error> {
        let missing = || de::Error::custom("a field is missing");
        let first = fields.next_element()?.ok_or_else(missing)?;
        Ok((first, R::read(fields)?))
    }
}

/// Reads a struct by its fields.
///
/// # Errors
/// Those of the deserializer.
pub fn deserialize_record<'de, D: Deserializer<'de>, R: Record>(
    deserializer: D,
    name: &'static str,
    fields: &'static [&'static str],
) -> Result<R, D::Error> {
    struct RecordFields<R>(PhantomData<R>);

    impl<'de, R: Record> Visitor<'de> for RecordFields<R> {
        type Value = R;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the fields of a struct")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<R, A::Error> {
            R::read(&mut fields)
        }
    }

    deserializer.deserialize_struct(name, fields, RecordFields(PhantomData))
}

/// Reads the variant of an enum by its number.
///
/// # Errors
/// Those of the deserializer.
pub fn deserialize_enumeration<'de, D: Deserializer<'de>, E: Copy>(
    deserializer: D,
    name: &'static str,
    variants: &'static [&'static str],
    values: &[E],
) -> Result<E, D::Error> {
    struct VariantNumber;

    impl<'de> Visitor<'de> for VariantNumber {
        type Value = u32;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a variant of an enum")
        }

        fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<u32, A::Error> {
            let (number, variant) = access.variant::<u32>()?;
            variant.unit_variant()?;
            Ok(number)
        }
    }

    let number = deserializer.deserialize_enum(name, variants, VariantNumber)?;
    let value = values.get(number as usize).copied();
    value.ok_or_else(|| de::Error::custom(format_args!("`{name}` has no variant with the number {number}")))
}

/// Adds a field's name to a fault about it.
///
/// # Errors
/// The fault.
pub fn in_field<T>(field: &str, result: Result<T, Fault>) -> Result<T, Fault> {
    result.map_err(|fault| match fault {
        Fault::Argument { parameter, reason } => Fault::Argument { parameter: within(field, parameter), reason },
        Fault::StaleHandle { parameter } => Fault::StaleHandle { parameter: within(field, parameter) },
        other => other,
    })
}

/// The path of a name inside a field, or the field's own name.
fn within(field: &str, name: String) -> String {
    if name.is_empty() { field.to_owned() } else { format!("{field}.{name}") }
}

/// The fault for a number that is not a variant of an enum.
pub fn not_in_enum(name: &str, value: i64) -> Fault {
    Fault::Value(format!("{value}, which is not a `{name}`"))
}
