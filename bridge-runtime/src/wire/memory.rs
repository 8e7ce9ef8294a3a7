//! Memory of the server that a client reads and writes.

use serde::{Deserialize, Serialize};

/// What every server does beside the methods of its interface: calls like any other, whose numbers are the last ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryCall {
    /// Takes an [`Allocation`], returns a [`Block`] and its address.
    Allocate,
    /// Takes a [`Block`], returns nothing.
    Free,
    /// Takes a [`Block`], the place of the first element and a slice of elements, returns nothing.
    Write,
    /// Takes a [`Block`], the place of the first element and how many are wanted, returns a slice of elements.
    Read,
}

/// What is to be allocated.
#[derive(Debug, Serialize, Deserialize)]
pub struct Allocation {
    /// The number that the interface has for the type of the elements.
    pub element: u32,
    /// The text of that type, which must be the same on both sides.
    pub shape: String,
    /// How many there are to be.
    pub count: u64,
}

/// Memory that a server has given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The number of the server's process.
    pub server: u64,
    /// What it is in the server's table.
    pub serial: u64,
}

impl MemoryCall {
    const ALL: [Self; 4] = [Self::Allocate, Self::Free, Self::Write, Self::Read];

    /// The call with this number, if it is one of these.
    #[inline]
    pub fn of(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.number() == number)
    }

    /// Its number.
    pub const fn number(self) -> u32 {
        u32::MAX - self as u32
    }

    /// What errors call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allocate => "RemoteBuffer::allocate",
            Self::Free => "RemoteBuffer::free",
            Self::Write => "RemoteBuffer::write",
            Self::Read => "RemoteBuffer::read",
        }
    }
}
