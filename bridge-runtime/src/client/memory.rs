//! Memory of the server.

use std::fmt;
use std::marker::PhantomData;

use super::{Client, Session};
use crate::error::Error;
use crate::native::{Address, InMemoryOf, Native};
use crate::wire::{Allocation, Block, MemoryCall};

/// Memory of the server, for interfaces that nothing else describes: elements that this program writes and reads, and
/// that the library finds at an [`Address`].
///
/// `T` is a scalar, or a type that the interface lists as in `#[bridge32(remote = [Point])]`; in memory it is what C makes
/// of it in the server. All elements are zero at first.
///
/// The memory is freed when this is dropped, or when its client is gone. It is a part of its client as a clone is: the
/// server lives on for it. After a restart it is no more, and each use is [`Error::StaleHandle`].
#[must_use = "the memory is freed when this is dropped"]
pub struct RemoteBuffer<T> {
    session: Session,
    /// The server that it is of.
    generation: u32,
    block: Block,
    address: Address,
    len: usize,
    is_freed: bool,
    element: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for RemoteBuffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteBuffer").field("address", &self.address).field("len", &self.len).finish_non_exhaustive()
    }
}

impl<T: Native> RemoteBuffer<T> {
    /// Allocates memory for `count` elements.
    ///
    /// # Errors
    /// [`Error::Argument`] where the server does not have so much; otherwise as any call.
    pub fn allocate<C: Client>(client: &C, count: usize) -> Result<Self, Error>
    where
        T: InMemoryOf<C::Interface>,
    {
        let session = client.session().clone();
        let allocation = Allocation { element: T::NUMBER, shape: crate::interface::value::<T>(), count: count as u64 };
        let (block, address) = session.call_with(
            MemoryCall::Allocate.number(),
            ((), &mut ()),
            |arguments, (), ()| arguments.value("count", &allocation),
            |outcome, ()| outcome.value::<(Block, Address)>(),
        )?;
        let generation = session.server_info().generation;
        Ok(Self { session, generation, block, address, len: count, is_freed: false, element: PhantomData })
    }

    /// Writes elements, the first of them to the place `offset`, counted in elements.
    ///
    /// # Errors
    /// [`Error::Argument`] where there is no room for them all; nothing was written then. Otherwise as any call.
    pub fn write(&self, offset: usize, values: &[T]) -> Result<(), Error> {
        self.session.call_with(
            MemoryCall::Write.number(),
            ((values,), &mut ()),
            |arguments, (values,), ()| {
                arguments.value("memory", &self.block)?;
                arguments.value("offset", &(offset as u64))?;
                arguments.borrowed_slice("values", values)
            },
            |outcome, ()| outcome.value(),
        )
    }

    /// Reads `count` elements from the place `offset` on, counted in elements.
    ///
    /// # Errors
    /// [`Error::Argument`] where there are not so many; otherwise as any call.
    pub fn read(&self, offset: usize, count: usize) -> Result<Vec<T>, Error> {
        self.session.call_with(
            MemoryCall::Read.number(),
            ((), &mut ()),
            |arguments, (), ()| {
                arguments.value("memory", &self.block)?;
                arguments.value("offset", &(offset as u64))?;
                arguments.value("count", &(count as u64))
            },
            |outcome, ()| outcome.vec::<T>(),
        )
    }
}

impl<T> RemoteBuffer<T> {
    /// Where the library finds it; aligned for any scalar of C's.
    pub fn address(&self) -> Address {
        self.address
    }

    /// How many elements there is room for.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is room for none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Frees it. Dropping does the same, and keeps an error to itself.
    ///
    /// # Errors
    /// As any call.
    pub fn free(mut self) -> Result<(), Error> {
        self.is_freed = true;
        self.release()
    }

    fn release(&self) -> Result<(), Error> {
        self.session.call_with(
            MemoryCall::Free.number(),
            ((), &mut ()),
            |arguments, (), ()| arguments.value("memory", &self.block),
            |outcome, ()| outcome.value(),
        )
    }
}

impl<T> Drop for RemoteBuffer<T> {
    fn drop(&mut self) {
        // What was a dead server's is gone with it; no other is started to be told.
        if !self.is_freed && self.session.is_alive(self.generation) {
            // There is nobody to tell, and the server frees it with the client.
            let _ = self.release();
        }
    }
}
