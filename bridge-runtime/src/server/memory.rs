//! Memory of this process that clients have allocated as [`RemoteBuffer`](crate::RemoteBuffer)s, or refer to with one.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard};

use super::call::Call;
use crate::fault::Fault;
use crate::library::is_server;
use crate::marshal::Decoder;
use crate::native::{Address, BufferElement, Owner, this_server};
use crate::sync::LockExt as _;
use crate::sys;
use crate::wire::{Allocation, Block, MemoryCall};

/// Executes a call of [`MemoryCall`]. `listed` are the element types that the interface lists.
pub(super) fn execute(
    operation: MemoryCall,
    listed: &'static [BufferElement],
    mut arguments: Decoder<'_>,
    call: &Call<'_>,
) -> Result<(), Fault> {
    let owner = Owner::current();
    match operation {
        MemoryCall::Allocate => {
            let allocation = arguments.value::<Allocation>()?;
            arguments.finish()?;
            let block = table().allocate(MemoryBlock::new(&allocation, listed, owner)?);
            call.answer(|encoder| encoder.value(&block))
        }
        MemoryCall::Refer => {
            let (allocation, address) = (arguments.value::<Allocation>()?, arguments.value::<Address>()?);
            arguments.finish()?;
            let (block, _) = table().allocate(MemoryBlock::of_library(&allocation, address, listed, owner)?);
            call.answer(|encoder| encoder.value(&block))
        }
        MemoryCall::Free => {
            let block = arguments.value()?;
            arguments.finish()?;
            table().free(block, owner)?;
            call.answer(|encoder| encoder.value(&()))
        }
        MemoryCall::Write => {
            let (block, offset) = (arguments.value()?, arguments.value()?);
            let table = table();
            let memory = table.find(block, owner)?;
            let (place, room) = memory.at(offset)?;
            memory.element.write(room, &mut arguments, &mut |from, count| {
                // SAFETY: the place is in the block, with room for `room` elements and so for these. The block cannot be freed
                // while the table is locked.
                unsafe { memory.write(place, from, count) }
            })?;
            arguments.finish()?;
            call.answer(|encoder| encoder.value(&()))
        }
        MemoryCall::Read => {
            let (block, offset, count) = (arguments.value()?, arguments.value()?, arguments.value::<u64>()?);
            arguments.finish()?;
            let table = table();
            let memory = table.find(block, owner)?;
            let (place, room) = memory.at(offset)?;
            let count = usize::try_from(count).ok().filter(|count| *count <= room);
            let count = count.ok_or_else(|| refused("count", format!("is more than the {room} elements there are")))?;
            let elements = memory.element.read(count, &mut |to, bytes| {
                // SAFETY: the place is in the block, with `room` elements, and `count` is not greater. The block cannot be freed
                // while the table is locked. The elements were zeroed by `MemoryBlock::new` or written since, by C too.
                unsafe { memory.read(place, to, bytes) }
            })?;
            call.answer(|encoder| elements.put(encoder))
        }
    }
}

/// Frees the memory of a disconnected client.
pub(crate) fn free_memory_of(owner: Owner) {
    table().blocks.retain(|_, memory| memory.owner != owner);
}

/// Locks the table of this process.
fn table() -> MutexGuard<'static, BlockTable> {
    static TABLE: Mutex<BlockTable> = Mutex::new(BlockTable { last: 0, blocks: BTreeMap::new() });
    TABLE.lock_unpoisoned()
}

#[derive(Debug)]
struct BlockTable {
    last: u64,
    blocks: BTreeMap<u64, MemoryBlock>,
}

impl BlockTable {
    fn allocate(&mut self, memory: MemoryBlock) -> (Block, Address) {
        self.last += 1;
        let address = memory.address;
        self.blocks.insert(self.last, memory);
        (Block { server: this_server(), serial: self.last }, address)
    }

    fn find(&self, block: Block, owner: Owner) -> Result<&MemoryBlock, Fault> {
        if block.server != this_server() {
            return Err(Fault::StaleHandle { parameter: MEMORY.to_owned() });
        }
        match self.blocks.get(&block.serial) {
            Some(memory) if memory.owner == owner => Ok(memory),
            Some(_) => Err(refused(MEMORY, "is another client's".to_owned())),
            None => Err(refused(MEMORY, "was freed, or never given out".to_owned())),
        }
    }

    fn free(&mut self, block: Block, owner: Owner) -> Result<(), Fault> {
        self.find(block, owner)?;
        self.blocks.remove(&block.serial);
        Ok(())
    }
}

/// The name of the parameter that is the block itself, for errors.
const MEMORY: &str = "memory";

fn refused(parameter: &str, reason: String) -> Fault {
    Fault::Argument { parameter: parameter.to_owned(), reason }
}

/// A block of elements, at an address that C can use: allocated, or memory of the library's.
#[derive(Debug)]
struct MemoryBlock {
    pointer: usize,
    address: Address,
    /// Of the allocation; `None` if the memory is the library's.
    layout: Option<Layout>,
    element: &'static BufferElement,
    count: usize,
    owner: Owner,
}

/// The type of a block's elements, if this server knows it as the client does.
fn element_of(allocation: &Allocation, listed: &'static [BufferElement]) -> Result<&'static BufferElement, Fault> {
    let element = BufferElement::find(allocation.element, listed);
    let element = element.filter(|element| element.shape() == allocation.shape);
    element.ok_or_else(|| Fault::Message(format!("the server does not know memory of `{}`", allocation.shape)))
}

impl MemoryBlock {
    fn new(allocation: &Allocation, listed: &'static [BufferElement], owner: Owner) -> Result<Self, Fault> {
        let element = element_of(allocation, listed)?;
        let too_much = || {
            let bytes = u128::from(allocation.count) * element.layout().size() as u128;
            refused("count", format!("needs {bytes} bytes, which the server does not have"))
        };
        let count = usize::try_from(allocation.count).map_err(|_| too_much())?;
        let size = count.checked_mul(element.layout().size()).ok_or_else(too_much)?;
        // At least the largest alignment of a C scalar. More would be slow: for larger alignments the allocator clears the memory
        // itself instead of using zeroed pages of the system. The size must not be zero for `alloc_zeroed`.
        let align = element.layout().align().max(8);
        let layout = Layout::from_size_align(size.max(1), align).map_err(|_| too_much())?;
        // SAFETY: the size of `layout` is at least 1.
        let pointer = unsafe { alloc_zeroed(layout) };
        if pointer.is_null() {
            return Err(too_much());
        }
        let pointer = pointer.expose_provenance();
        let mut memory = Self { pointer, address: Address::NULL, layout: Some(layout), element, count, owner };
        let too_high = |_| Fault::Result(format!("the memory is at {pointer:#x}, an address of more than 32 bits"));
        memory.address = Address::new(u32::try_from(pointer).map_err(too_high)?);
        Ok(memory)
    }

    /// Memory of the library's. Whether it is there, the system is asked at each access.
    fn of_library(
        allocation: &Allocation,
        address: Address,
        listed: &'static [BufferElement],
        owner: Owner,
    ) -> Result<Self, Fault> {
        // In a process of the user's, a wrong address would let safe code damage it.
        if !is_server() {
            return Err(refused("address", "is in this process, whose memory is not accessed by address".to_owned()));
        }
        let element = element_of(allocation, listed)?;
        let pointer = address.get() as usize;
        let end = usize::try_from(allocation.count).ok().and_then(|count| {
            let bytes = count.checked_mul(element.layout().size()).filter(|bytes| isize::try_from(*bytes).is_ok())?;
            pointer.checked_add(bytes).map(|_| count)
        });
        let count = end.ok_or_else(|| refused("count", "is more than there is memory from that address".to_owned()))?;
        Ok(Self { pointer, address, layout: None, element, count, owner })
    }

    /// Copies bytes to a place in the block.
    ///
    /// # Safety
    /// The bytes are there to be read, and the place has room for them.
    unsafe fn write(&self, place: usize, from: *const u8, count: usize) -> Result<(), Fault> {
        if self.layout.is_none() {
            // SAFETY: guaranteed by the caller. The interface of the library says what is there, which is nothing of Rust's.
            return unsafe { sys::write_own(place, from, count) }.map_err(|error| self.no_memory(&error));
        }
        // The bytes are copied rather than references made, because the library may access the memory at the same time.
        let place = std::ptr::with_exposed_provenance_mut::<u8>(place);
        // SAFETY: guaranteed by the caller: the place is in an allocated block. The bytes come from a message, so they do not
        // overlap it.
        unsafe { place.copy_from_nonoverlapping(from, count) };
        Ok(())
    }

    /// Copies bytes from a place in the block.
    ///
    /// # Safety
    /// There is room for the bytes, and the place has as many.
    unsafe fn read(&self, place: usize, to: *mut u8, count: usize) -> Result<(), Fault> {
        if self.layout.is_none() {
            // SAFETY: guaranteed by the caller.
            return unsafe { sys::read_own(place, to, count) }.map_err(|error| self.no_memory(&error));
        }
        // As above.
        let place = std::ptr::with_exposed_provenance::<u8>(place);
        // SAFETY: guaranteed by the caller: the place is in an allocated block, and what is read to is new.
        unsafe { to.copy_from_nonoverlapping(place, count) };
        Ok(())
    }

    fn no_memory(&self, error: &io::Error) -> Fault {
        refused(MEMORY, format!("at {} is not there, or is protected: {error}", self.address))
    }

    /// Returns the address of the element at the index `offset`, and the number of elements from there to the end of the block.
    fn at(&self, offset: u64) -> Result<(usize, usize), Fault> {
        let in_bounds = usize::try_from(offset).ok().filter(|offset| *offset <= self.count);
        let offset =
            in_bounds.ok_or_else(|| refused("offset", format!("is beyond the {} elements there are", self.count)))?;
        Ok((self.pointer + offset * self.element.layout().size(), self.count - offset))
    }
}

impl Drop for MemoryBlock {
    fn drop(&mut self) {
        let Some(layout) = self.layout else { return };
        let pointer = std::ptr::with_exposed_provenance_mut(self.pointer);
        // SAFETY: `alloc_zeroed` returned this pointer for this layout, and only this `drop` deallocates it.
        unsafe { dealloc(pointer, layout) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::{InMemoryOf, Native};

    fn allocation<T: InMemoryOf<()> + Native>(count: u64) -> Allocation {
        Allocation { element: T::NUMBER, shape: crate::interface::value::<T>(), count }
    }

    fn refusal<T>(result: Result<T, Fault>) -> String {
        result.err().map(|fault| fault.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_allocated_is_refused() {
        let refusal = |allocation: &Allocation| refusal(MemoryBlock::new(allocation, &[], Owner::PROCESS));
        let huge = refusal(&allocation::<u64>(u64::MAX));
        assert_eq!(huge, "the argument `count` needs 147573952589676412920 bytes, which the server does not have");
        assert!(refusal(&allocation::<u8>(1 << 62)).contains("which the server does not have"));
        let other = Allocation { shape: "Point".to_owned(), ..allocation::<u8>(1) };
        assert_eq!(refusal(&other), "the server does not know memory of `Point`");
        let unknown = Allocation { element: 64, ..allocation::<u8>(1) };
        assert_eq!(refusal(&unknown), "the server does not know memory of `u8`");
    }

    #[test]
    fn every_pointer_is_in_bounds() {
        let element = BufferElement::find(<u32 as InMemoryOf<()>>::NUMBER, &[]).unwrap();
        let layout = Layout::array::<u32>(3).unwrap();
        // SAFETY: the size is not zero.
        let pointer = unsafe { alloc_zeroed(layout) }.expose_provenance();
        let owner = Owner::new();
        let memory = MemoryBlock { pointer, address: Address::new(8), layout: Some(layout), element, count: 3, owner };
        assert_eq!(memory.at(0).unwrap().1, 3);
        assert_eq!(memory.at(3).unwrap(), (pointer + 12, 0));
        for beyond in [4, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(refusal(memory.at(beyond)), "the argument `offset` is beyond the 3 elements there are");
        }

        let mut table = BlockTable { last: 0, blocks: BTreeMap::new() };
        let (block, address) = table.allocate(memory);
        assert_eq!(address, Address::new(8));
        assert_eq!(refusal(table.find(block, Owner::new())), "the argument `memory` is another client's");
        let stale = Block { server: block.server ^ 1, ..block };
        assert!(matches!(table.free(stale, owner), Err(Fault::StaleHandle { .. })));
        table.free(block, owner).unwrap();
        assert_eq!(refusal(table.free(block, owner)), "the argument `memory` was freed, or never given out");
    }
}
