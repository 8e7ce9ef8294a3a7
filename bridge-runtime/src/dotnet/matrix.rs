//! Arrays of two dimensions.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use bytemuck::Pod;
use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeTupleStruct as _, Serializer};

use super::managed::{Element, Managed, Nullable};
use super::owned_value::OwnedValue;
use super::value::{Kind, Value};
use crate::fault::Fault;
use crate::native::Scope;

/// An array of two dimensions, `T[,]` in C#, stored row after row.
///
/// ```
/// # use bridge32_runtime::dotnet::Matrix;
/// let matrix = Matrix::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
/// assert_eq!(matrix[(1, 0)], 4.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix<T> {
    rows: u32,
    columns: u32,
    values: Vec<T>,
}

/// A type whose matrices managed methods take and return.
#[diagnostic::on_unimplemented(
    message = "there are no matrices of `{Self}`; use integers of fixed width, `f32` or `f64`",
    label = "not a type whose matrices have a counterpart in .NET"
)]
pub trait Scalar: Element + Pod {
    #[doc(hidden)]
    const KIND: Kind;
    /// The name of its matrix.
    #[doc(hidden)]
    const MATRIX: &'static str;
}

macro_rules! scalars {
    ($($rust:ident $kind:ident)*) => {$(
        impl Scalar for $rust {
            const KIND: Kind = Kind::$kind;
            const MATRIX: &'static str = concat!("Matrix<", stringify!($rust), ">");
        }
    )*};
}

scalars! { i8 SBYTE u8 BYTE i16 INT16 u16 UINT16 i32 INT32 u32 UINT32 i64 INT64 u64 UINT64 f32 SINGLE f64 DOUBLE }

impl<T: Scalar> Matrix<T> {
    /// A matrix of the elements in `values`, row after row; `None` if there are more of them or fewer, or more
    /// rows or columns than .NET counts.
    pub fn new(rows: usize, columns: usize, values: Vec<T>) -> Option<Self> {
        let fits = rows.checked_mul(columns) == Some(values.len());
        let size = |size: usize| i32::try_from(size).ok().map(i32::cast_unsigned);
        Some(Self { rows: size(rows)?, columns: size(columns)?, values }).filter(|_| fits)
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows as usize
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns as usize
    }

    /// The elements, row after row.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The elements, row after row.
    pub fn into_values(self) -> Vec<T> {
        self.values
    }

    #[allow(clippy::panic, reason = "as every index does")]
    fn place(&self, row: usize, column: usize) -> usize {
        let (rows, columns) = (self.rows(), self.columns());
        if row >= rows || column >= columns {
            panic!("a matrix of {rows}×{columns} has no element ({row}, {column})");
        }
        row * columns + column
    }
}

/// By row and column.
impl<T: Scalar> Index<(usize, usize)> for Matrix<T> {
    type Output = T;

    fn index(&self, (row, column): (usize, usize)) -> &T {
        &self.values[self.place(row, column)]
    }
}

impl<T: Scalar> IndexMut<(usize, usize)> for Matrix<T> {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut T {
        let place = self.place(row, column);
        &mut self.values[place]
    }
}

impl<T: Scalar> Managed for Matrix<T> {
    type Value = Self;

    fn type_name() -> String {
        format!("{}[,]", T::type_name())
    }

    fn put(&self, _: &mut Scope) -> Value {
        Value::memory(T::KIND, 2, self.values.as_ptr(), self.rows(), self.columns())
    }

    fn take(value: &OwnedValue) -> Result<Self, Fault> {
        let (rows, columns, values) = value.matrix::<T>(T::KIND)?;
        Self::new(rows, columns, values).ok_or_else(|| value.unlike("a matrix"))
    }
}

impl<T: Scalar> Nullable for Matrix<T> {}

/// As bytes, and not element by element: rows and columns, then the elements as they lie in memory.
impl<T: Scalar> Serialize for Matrix<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_tuple_struct(T::MATRIX, 2)?;
        fields.serialize_field(&RawBytes(bytemuck::bytes_of(&[self.rows, self.columns])))?;
        fields.serialize_field(&RawBytes(bytemuck::cast_slice(&self.values)))?;
        fields.end()
    }
}

struct RawBytes<'a>(&'a [u8]);

impl Serialize for RawBytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// ScalarBytes read from bytes of any alignment.
struct ScalarBytes<T>(Vec<T>);

impl<'de, T: Pod> Deserialize<'de> for ScalarBytes<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor<T>(PhantomData<T>);

        impl<T: Pod> Visitor<'_> for ScalarVisitor<T> {
            type Value = ScalarBytes<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("scalars as bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<ScalarBytes<T>, E> {
                if !bytes.len().is_multiple_of(size_of::<T>()) {
                    return Err(E::invalid_length(bytes.len(), &self));
                }
                let mut values = vec![T::zeroed(); bytes.len() / size_of::<T>()];
                bytemuck::cast_slice_mut(&mut values).copy_from_slice(bytes);
                Ok(ScalarBytes(values))
            }
        }

        deserializer.deserialize_bytes(ScalarVisitor(PhantomData))
    }
}

impl<'de, T: Scalar> Deserialize<'de> for Matrix<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MatrixVisitor<T>(PhantomData<T>);

        impl<'de, T: Scalar> Visitor<'de> for MatrixVisitor<T> {
            type Value = Matrix<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a matrix: its rows and columns, and as many elements")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<Matrix<T>, A::Error> {
                let wrong = || de::Error::custom("not a matrix");
                let ScalarBytes::<u32>(size) = fields.next_element()?.ok_or_else(wrong)?;
                let ScalarBytes(values) = fields.next_element()?.ok_or_else(wrong)?;
                // An empty size comes from the probe that describes types; see `interface/shape.rs`.
                let (rows, columns) = match size.as_slice() {
                    [] => (0, 0),
                    [rows, columns] => (*rows as usize, *columns as usize),
                    _ => return Err(wrong()),
                };
                Matrix::new(rows, columns, values).ok_or_else(wrong)
            }
        }

        deserializer.deserialize_tuple_struct(T::MATRIX, 2, MatrixVisitor(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_crosses_and_nothing_else_is_taken_for_one() {
        let matrix = Matrix::new(2, 3, vec![1.5, -2.0, 3.0, 4.0, 5.0, f64::MAX]).unwrap();
        let bytes = postcard::to_stdvec(&matrix).unwrap();
        assert_eq!(bytes.len(), 1 + 8 + 1 + 6 * 8);
        assert_eq!(postcard::from_bytes::<Matrix<f64>>(&bytes).unwrap(), matrix);
        for place in 0..10 {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            assert!(postcard::from_bytes::<Matrix<f64>>(&damaged).is_err(), "byte {place}");
        }
        assert!(Matrix::new(2, 2, vec![1i8; 3]).is_none());
        assert!(Matrix::new(usize::MAX, 2, vec![1i8; 3]).is_none());
        assert!(Matrix::<u8>::new(1 << 31, 0, Vec::new()).is_none());
    }

    #[test]
    fn its_description_tells_the_element() {
        assert_eq!(crate::interface::value::<Matrix<f32>>(), "Matrix<f32> where Matrix<f32> = (&[u8], &[u8])");
    }
}
