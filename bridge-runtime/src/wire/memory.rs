//! Calls that access memory of the server, for `RemoteBuffer`.

use serde::{Deserialize, Serialize};

/// A call that every server has besides the methods of its interface. The numbers of these calls are the largest ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryCall {
    /// Takes an [`Allocation`]; returns a [`Block`] and its address.
    Allocate,
    /// Takes an [`Allocation`] and the address of memory that is there already; returns a [`Block`].
    Refer,
    /// Takes a [`Block`]; returns nothing.
    Free,
    /// Takes a [`Block`], the index of the first element, and a slice of elements; returns nothing.
    Write,
    /// Takes a [`Block`], the index of the first element, and the number of elements; returns a slice of elements.
    Read,
}

/// A block to be allocated, or to be referred to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Allocation {
    /// The interface's number for the type of the elements.
    pub element: u32,
    /// The description of that type, which must be the same in client and server.
    pub shape: String,
    /// The number of elements.
    pub count: u64,
}

/// Identifies a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Identifies the server process.
    pub server: u64,
    /// The block's number in that process.
    pub serial: u64,
}

impl MemoryCall {
    const ALL: [Self; 5] = [Self::Allocate, Self::Refer, Self::Free, Self::Write, Self::Read];

    /// Returns the call with this number, if it is one of these.
    #[inline]
    pub fn of(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.number() == number)
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        u32::MAX - self as u32
    }

    /// Its name in error messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allocate => "RemoteBuffer::allocate",
            Self::Refer => "RemoteBuffer::at",
            Self::Free => "RemoteBuffer::free",
            Self::Write => "RemoteBuffer::write",
            Self::Read => "RemoteBuffer::read",
        }
    }
}
