//! A value from managed code, and reading it.

use bytemuck::Pod;

use super::host::{Host, Operation};
use super::value::{Kind, Value};
use crate::fault::Fault;

/// A value that came from managed code. Dropping it lets the shim release the memory that it points to.
#[derive(Debug)]
pub struct OwnedValue {
    value: Value,
    host: &'static Host,
}

impl OwnedValue {
    pub(super) fn new(value: Value, host: &'static Host) -> Self {
        Self { value, host }
    }

    pub(super) fn is_null(&self) -> bool {
        self.value.kind == Kind::NULL
    }

    /// The bits of a scalar, or the number of an object.
    pub(super) fn bits(&self, kind: Kind) -> Result<u64, Fault> {
        self.check(kind, 0)?;
        Ok(self.value.bits)
    }

    /// The characters of text.
    pub(super) fn characters(&self) -> Result<Vec<u16>, Fault> {
        self.check(Kind::STRING, 0)?;
        // SAFETY: the shim keeps that many characters at the address until the value is dropped.
        Ok(unsafe { self.copy(self.count(self.value.rows)?) })
    }

    /// The elements of an array.
    pub(super) fn elements<T: Pod>(&self, kind: Kind) -> Result<Vec<T>, Fault> {
        self.check(kind, 1)?;
        // SAFETY: the shim keeps that many elements at the address until the value is dropped.
        Ok(unsafe { self.copy(self.count(self.value.rows)?) })
    }

    /// Rows, columns and elements of a matrix.
    pub(super) fn matrix<T: Pod>(&self, kind: Kind) -> Result<(usize, usize, Vec<T>), Fault> {
        self.check(kind, 2)?;
        let (rows, columns) = (self.count(self.value.rows)?, self.count(self.value.columns)?);
        let count = rows.checked_mul(columns).ok_or_else(|| self.unlike("a matrix"))?;
        // SAFETY: the shim keeps that many elements at the address until the value is dropped.
        Ok((rows, columns, unsafe { self.copy(count) }))
    }

    /// The texts of an array: each as long as the shim says, or null.
    pub(super) fn texts(&self) -> Result<Vec<Option<Vec<u16>>>, Fault> {
        self.check(Kind::STRING, 1)?;
        let mut next = std::ptr::with_exposed_provenance::<u8>(self.value.bits as usize);
        let mut texts = Vec::new();
        for _ in 0..self.count(self.value.rows)? {
            // SAFETY: the shim has packed `rows` strings here, each after its length.
            let length = unsafe { next.cast::<i32>().read_unaligned() };
            // SAFETY: as above.
            next = unsafe { next.add(size_of::<i32>()) };
            let Ok(length) = usize::try_from(length) else {
                texts.push(None);
                continue;
            };
            let mut units = vec![0u16; length];
            // SAFETY: as above; `units` has room for as many.
            unsafe { next.copy_to_nonoverlapping(units.as_mut_ptr().cast(), length * size_of::<u16>()) };
            // SAFETY: as above.
            next = unsafe { next.add(length * size_of::<u16>()) };
            texts.push(Some(units));
        }
        Ok(texts)
    }

    /// The fault of a value that is not of the type that the interface declares.
    pub(super) fn unlike(&self, wanted: &str) -> Fault {
        Fault::Value(format!("{} for {wanted}", self.value.describe()))
    }

    fn check(&self, kind: Kind, rank: i16) -> Result<(), Fault> {
        match (self.value.kind, self.value.rank) == (kind, rank) {
            true => Ok(()),
            false => Err(self.unlike(&Value { kind, rank, ..Value::NULL }.describe())),
        }
    }

    fn count(&self, count: i32) -> Result<usize, Fault> {
        usize::try_from(count).map_err(|_| self.unlike("a length"))
    }

    /// Copies elements. Managed memory need not be aligned as Rust wants it: a `double[]` of the 32-bit CLR is not.
    ///
    /// # Safety
    /// `count` elements are at the value's address until it is dropped.
    unsafe fn copy<T: Pod>(&self, count: usize) -> Vec<T> {
        let first = std::ptr::with_exposed_provenance::<u8>(self.value.bits as usize);
        let mut values = vec![T::zeroed(); count];
        if count > 0 {
            // SAFETY: guaranteed by the caller: `count` elements are there; `values` has room for as many.
            unsafe { first.copy_to_nonoverlapping(values.as_mut_ptr().cast(), size_of_val(values.as_slice())) };
        }
        values
    }
}

impl Drop for OwnedValue {
    fn drop(&mut self) {
        if self.value.owner != 0 {
            // SAFETY: the owner came from the shim, and is given back once.
            let (_, result) = unsafe { self.host.call_shim(Operation::Free, 0, &mut [self.value]) };
            // A failure needs no action: nothing is left to release. Its message has memory of its own, though.
            drop(Self::new(result, self.host));
        }
    }
}
