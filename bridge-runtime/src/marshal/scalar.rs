//! Scalar slices as bytes and back. The functions are generic over any type, and find out by its `TypeId` whether it is a scalar.

use std::any::TypeId;

// Scalar arrays are sent as they are in memory. Every machine that runs 32-bit legacy libraries is little-endian.
const _: () = assert!(cfg!(target_endian = "little"), "bridge32 needs a little-endian machine");

macro_rules! for_scalars {
    ($macro:ident!($($rest:tt)*)) => {
        $macro!(($($rest)*) u8 i8 u16 i16 u32 i32 u64 i64 f32 f64)
    };
}

/// Whether `T` is a scalar, whose slices are sent as bytes. A constant after optimization.
pub(crate) fn is_scalar<T: 'static>() -> bool {
    macro_rules! any {
        (() $($scalar:ty)*) => { $(TypeId::of::<T>() == TypeId::of::<$scalar>())||* };
    }
    for_scalars!(any!())
}

/// The bytes of a slice of scalars; `None` for any other type.
pub(super) fn as_bytes<T: 'static>(values: &[T]) -> Option<&[u8]> {
    macro_rules! cast {
        (() $($scalar:ty)*) => {
            $(if let Ok(values) = castaway::cast!(values, &[$scalar]) {
                return Some(bytemuck::must_cast_slice(values));
            })*
        };
    }
    for_scalars!(cast!());
    None
}

/// As [`as_bytes`], mutable.
pub(crate) fn as_bytes_mut<T: 'static>(values: &mut [T]) -> Option<&mut [u8]> {
    macro_rules! cast {
        (() $($scalar:ty)*) => {
            $(if TypeId::of::<T>() == TypeId::of::<$scalar>() {
                return castaway::cast!(values, &mut [$scalar]).ok().map(bytemuck::must_cast_slice_mut);
            })*
        };
    }
    for_scalars!(cast!());
    None
}

/// Zero, for a scalar; `None` for any other type.
pub(crate) fn zero<T: 'static>() -> Option<T> {
    macro_rules! cast {
        (() $($scalar:ty)*) => {
            $(if let Ok(zero) = castaway::cast!(<$scalar>::default(), T) {
                return Some(zero);
            })*
        };
    }
    for_scalars!(cast!());
    None
}

/// Bytes as a slice of scalars; `None` for any other type, or if length or alignment do not fit.
pub(super) fn from_bytes<T: 'static>(bytes: &[u8]) -> Option<&[T]> {
    macro_rules! cast {
        (() $($scalar:ty)*) => {
            $(if TypeId::of::<T>() == TypeId::of::<$scalar>() {
                let values: &[$scalar] = bytemuck::try_cast_slice(bytes).ok()?;
                return castaway::cast!(values, &[T]).ok();
            })*
        };
    }
    for_scalars!(cast!());
    None
}

/// As [`from_bytes`], mutable.
pub(super) fn from_bytes_mut<T: 'static>(bytes: &mut [u8]) -> Option<&mut [T]> {
    macro_rules! cast {
        (() $($scalar:ty)*) => {
            $(if TypeId::of::<T>() == TypeId::of::<$scalar>() {
                let values: &mut [$scalar] = bytemuck::try_cast_slice_mut(bytes).ok()?;
                return castaway::cast!(values, &mut [T]).ok();
            })*
        };
    }
    for_scalars!(cast!());
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    type Sample = f64;

    #[test]
    fn aliases_of_scalars_are_scalars() {
        assert!(is_scalar::<Sample>());
        assert!(!is_scalar::<bool>());
        assert!(!is_scalar::<String>());
        assert_eq!(as_bytes(&[1.0 as Sample]), Some(&1.0f64.to_le_bytes()[..]));
        assert_eq!(as_bytes(&["text".to_owned()]), None);
    }

    #[test]
    fn bytes_that_do_not_fit_are_refused() {
        let mut words = [1u64, 2];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
        assert_eq!(from_bytes::<u64>(bytes), Some(&[1, 2][..]));
        assert_eq!(from_bytes_mut::<u64>(bytes), Some(&mut [1, 2][..]));
        assert_eq!(from_bytes_mut::<u64>(&mut bytes[..12]), None);
        assert_eq!(from_bytes_mut::<u64>(&mut bytes[1..9]), None);
        assert_eq!(from_bytes_mut::<bool>(bytes), None);
    }
}
