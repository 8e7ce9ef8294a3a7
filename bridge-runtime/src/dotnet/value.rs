//! A value on its way to or from managed code.

use bytemuck::Pod;

use super::host::Host;
use crate::fault::Fault;

/// A value as the shim sees it; `shim.cs` has its twin.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct Value {
    /// A scalar, the number of an object, or the address of characters, elements or packed strings.
    pub(super) bits: u64,
    /// What keeps in place what `bits` is the address of; from managed code only.
    pub(super) owner: u64,
    /// The characters, the elements, or the rows of a matrix.
    pub(super) rows: i32,
    pub(super) columns: i32,
    pub(super) kind: Kind,
    /// 0, 1 or 2 dimensions.
    pub(super) rank: i16,
    /// Whether the value is wanted back after the call.
    pub(super) back: i32,
}

// Two 64-bit fields and four that fill 16 bytes: whatever a system aligns 64 bits to, there is no padding.
const _: () = assert!(size_of::<Value>() == 32);

/// What a value is: a `TypeCode` of .NET. Managed code may send any number.
/// Source: <https://learn.microsoft.com/dotnet/api/system.typecode>.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Kind(pub(super) i16);

impl Kind {
    pub(super) const NULL: Self = Self(0);
    pub(super) const OBJECT: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(3);
    pub(super) const SBYTE: Self = Self(5);
    pub(super) const BYTE: Self = Self(6);
    pub(super) const INT16: Self = Self(7);
    pub(super) const UINT16: Self = Self(8);
    pub(super) const INT32: Self = Self(9);
    pub(super) const UINT32: Self = Self(10);
    pub(super) const INT64: Self = Self(11);
    pub(super) const UINT64: Self = Self(12);
    pub(super) const SINGLE: Self = Self(13);
    pub(super) const DOUBLE: Self = Self(14);
    pub(super) const STRING: Self = Self(18);
}

impl Value {
    pub(super) const NULL: Self = Self { bits: 0, owner: 0, rows: 0, columns: 0, kind: Kind::NULL, rank: 0, back: 0 };

    pub(super) fn scalar(kind: Kind, bits: u64) -> Self {
        Self { bits, kind, ..Self::NULL }
    }

    /// Memory that stays as it is until the call is over.
    pub(super) fn memory<T>(kind: Kind, rank: i16, first: *const T, rows: usize, columns: usize) -> Self {
        // .NET counts with 31 bits, and refuses what is negative.
        let length = |length: usize| i32::try_from(length).unwrap_or(-1);
        let bits = first.expose_provenance() as u64;
        Self { bits, kind, rank, rows: length(rows), columns: length(columns), ..Self::NULL }
    }

    /// What it is, for whom it is not what was wanted.
    fn describe(&self) -> String {
        let dimensions = match self.rank {
            0 => "",
            1 => "[]",
            _ => "[,]",
        };
        let kind = match self.kind {
            Kind::NULL => return "null".to_owned(),
            Kind::OBJECT => "an object",
            Kind::STRING => "string",
            Kind(4) => "char",
            Kind::BOOLEAN => "bool",
            Kind::SBYTE => "sbyte",
            Kind::BYTE => "byte",
            Kind::INT16 => "short",
            Kind::UINT16 => "ushort",
            Kind::INT32 => "int",
            Kind::UINT32 => "uint",
            Kind::INT64 => "long",
            Kind::UINT64 => "ulong",
            Kind::SINGLE => "float",
            Kind::DOUBLE => "double",
            Kind(other) => return format!("something of type code {other}"),
        };
        format!("{kind}{dimensions}")
    }
}

/// A value that came from managed code, with what it keeps in place there.
#[derive(Debug)]
pub struct Taken {
    value: Value,
    host: &'static Host,
}

impl Taken {
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
        // SAFETY: the shim says that so many characters are there, and keeps them there.
        Ok(unsafe { self.copy(self.count(self.value.rows)?) })
    }

    /// The elements of an array.
    pub(super) fn elements<T: Pod>(&self, kind: Kind) -> Result<Vec<T>, Fault> {
        self.check(kind, 1)?;
        // SAFETY: the shim says that so many elements are there, and keeps them there.
        Ok(unsafe { self.copy(self.count(self.value.rows)?) })
    }

    /// Rows, columns and elements of a matrix.
    pub(super) fn matrix<T: Pod>(&self, kind: Kind) -> Result<(usize, usize, Vec<T>), Fault> {
        self.check(kind, 2)?;
        let (rows, columns) = (self.count(self.value.rows)?, self.count(self.value.columns)?);
        let count = rows.checked_mul(columns).ok_or_else(|| self.unlike("a matrix"))?;
        // SAFETY: the shim says that so many elements are there, and keeps them there.
        Ok((rows, columns, unsafe { self.copy(count) }))
    }

    /// The texts of an array: each as long as the shim says, or null.
    pub(super) fn texts(&self) -> Result<Vec<Option<Vec<u16>>>, Fault> {
        self.check(Kind::STRING, 1)?;
        let mut next = std::ptr::with_exposed_provenance::<u8>(self.value.bits as usize);
        let mut texts = Vec::new();
        for _ in 0..self.count(self.value.rows)? {
            // SAFETY: the shim has packed so many strings here, each after its length.
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

    /// That the value is not what the interface says.
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
    /// So many elements are where the value says, for as long as it is there.
    unsafe fn copy<T: Pod>(&self, count: usize) -> Vec<T> {
        let first = std::ptr::with_exposed_provenance::<u8>(self.value.bits as usize);
        let mut values = vec![T::zeroed(); count];
        if count > 0 {
            // SAFETY: the caller's promise; there is room for as many.
            unsafe { first.copy_to_nonoverlapping(values.as_mut_ptr().cast(), size_of_val(values.as_slice())) };
        }
        values
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if self.value.owner != 0 {
            self.host.free(self.value);
        }
    }
}
