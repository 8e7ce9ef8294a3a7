//! A value as the shim takes and returns it.

/// A value as the shim takes and returns it; `shim.cs` declares the same struct.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub struct Value {
    /// A scalar, the number of an object, or the address of characters, elements or packed strings.
    pub(super) bits: u64,
    /// The object that keeps the memory at `bits` in place. Only in values from managed code.
    pub(super) owner: u64,
    /// The number of characters, of elements, or of rows of a matrix.
    pub(super) rows: i32,
    pub(super) columns: i32,
    pub(super) kind: Kind,
    /// 0, 1 or 2 dimensions.
    pub(super) rank: i16,
    /// Whether the shim writes the value back after the call.
    pub(super) back: i32,
}

// Two 64-bit fields and four that fill 16 bytes: whatever a system aligns 64 bits to, there is no padding.
const _: () = assert!(size_of::<Value>() == 32);

/// The type of a value: a `TypeCode` of .NET. Managed code may send any number.
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

    /// Memory that stays valid and unchanged until the call is over.
    pub(super) fn memory<T>(kind: Kind, rank: i16, first: *const T, rows: usize, columns: usize) -> Self {
        // .NET counts with 31 bits, and refuses what is negative.
        let length = |length: usize| i32::try_from(length).unwrap_or(-1);
        let bits = first.expose_provenance() as u64;
        Self { bits, kind, rank, rows: length(rows), columns: length(columns), ..Self::NULL }
    }

    /// Its type, for messages.
    pub(super) fn describe(&self) -> String {
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
