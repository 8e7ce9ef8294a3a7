//! Buffers in the server's memory that the client writes and reads, and in most cases allocates.

use std::fmt;
use std::marker::PhantomData;

use super::{Client, Session};
use crate::error::Error;
use crate::native::{Address, InMemoryOf, Native};
use crate::wire::{Allocation, Block, MemoryCall};

/// A buffer in the server's memory, which this program writes and reads explicitly and the library accesses by its
/// [`Address`]. Use it where the library keeps a pointer for longer than one call.
///
/// `T` is a scalar, or a type that the interface lists as in `#[bridge32(remote = [Point])]`. The elements have the layout of the
/// C type in the server, and are zero at first.
///
/// [`RemoteBuffer::allocate`] makes memory, and [`RemoteBuffer::at`] refers to memory of the library's own.
///
/// Dropping the buffer frees the memory that was allocated. Like a clone of the client, the buffer keeps the server alive. The memory does not
/// survive a restart of the server: after that, each use fails with [`Error::StaleHandle`].
#[must_use = "the memory is freed when this is dropped"]
pub struct RemoteBuffer<T> {
    session: Session,
    /// The generation number of the server that has the memory.
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

impl<T: Native + Clone> RemoteBuffer<T> {
    /// Allocates zeroed memory for `count` elements.
    ///
    /// # Errors
    /// [`Error::Argument`] if the server cannot allocate that much memory, or any error of a call.
    pub fn allocate<C: Client>(client: &C, count: usize) -> Result<Self, Error>
    where
        T: InMemoryOf<C::Interface>,
    {
        let session = client.session().clone();
        let allocation = Allocation::of::<T, C>(count);
        let (block, address) = session.call_with(
            MemoryCall::Allocate.number(),
            ((), &mut ()),
            |arguments, (), ()| arguments.value("count", &allocation),
            |outcome, ()| outcome.value::<(Block, Address)>(),
        )?;
        let generation = session.server_info().generation;
        Ok(Self { session, generation, block, address, len: count, is_freed: false, element: PhantomData })
    }

    /// Memory of the library's with `count` elements, which is at `address` already. It is not freed when this is dropped.
    ///
    /// Whether the memory is there is found out when it is written or read: the server asks its system.
    ///
    /// # Errors
    /// [`Error::Argument`] for a client made by [`in_process`](Client::in_process), whose memory is this program's own; or any
    /// error of a call.
    pub fn at<C: Client>(client: &C, address: Address, count: usize) -> Result<Self, Error>
    where
        T: InMemoryOf<C::Interface>,
    {
        let session = client.session().clone();
        let allocation = Allocation::of::<T, C>(count);
        let block = session.call_with(
            MemoryCall::Refer.number(),
            ((), &mut ()),
            |arguments, (), ()| {
                arguments.value("count", &allocation)?;
                arguments.value("address", &address)
            },
            |outcome, ()| outcome.value::<Block>(),
        )?;
        let generation = session.server_info().generation;
        Ok(Self { session, generation, block, address, len: count, is_freed: false, element: PhantomData })
    }

    /// Writes elements, starting at the index `offset`.
    ///
    /// # Errors
    /// [`Error::Argument`] if they do not fit, in which case nothing is written, or if the memory is not there or cannot be
    /// written; or any error of a call.
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

    /// Reads `count` elements, starting at the index `offset`.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are fewer, or if the memory is not there; or any error of a call.
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

impl Allocation {
    /// `count` elements of type `T`, in a server of the interface of `C`.
    fn of<T: Native + Clone + InMemoryOf<C::Interface>, C: Client>(count: usize) -> Self {
        Self { element: T::NUMBER, shape: crate::interface::value::<T>(), count: count as u64 }
    }
}

impl<T> RemoteBuffer<T> {
    /// Returns the address of the first element in the server. That of allocated memory is aligned for any C scalar.
    #[must_use]
    pub fn address(&self) -> Address {
        self.address
    }

    /// Returns the number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns whether the buffer has no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Frees the memory. Dropping the buffer does the same but ignores errors.
    ///
    /// # Errors
    /// Any error of a call.
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
        // A server that has exited, or was replaced, does not have the memory any more. None is started for this.
        if !self.is_freed && self.session.is_alive(self.generation) {
            // `drop` cannot return an error, and the server frees the memory when the client disconnects.
            let _ = self.release();
        }
    }
}
