//! Memory of this process that clients have allocated, as [`RemoteBuffer`](crate::RemoteBuffer)s.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use super::call::Call;
use crate::fault::Fault;
use crate::marshal::Decoder;
use crate::native::{Address, BufferElement, Owner, this_server};
use crate::sync::LockExt as _;
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
            // SAFETY: there is room for so many elements at this place of a block that is not freed, as the table is
            // locked.
            unsafe { memory.element.write(place, room, &mut arguments) }?;
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
            // SAFETY: there are so many elements at this place of a block that is not freed, as the table is locked.
            // They were zero at first, and are what was written since.
            let elements = unsafe { memory.element.read(place, count) }?;
            call.answer(|encoder| elements.put(encoder))
        }
    }
}

/// Frees the memory of a client that is gone.
pub(crate) fn free_memory_of(owner: Owner) {
    table().blocks.retain(|_, memory| memory.owner != owner);
}

/// The one table of this process.
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

/// What errors call the block itself.
const MEMORY: &str = "memory";

fn refused(parameter: &str, reason: String) -> Fault {
    Fault::Argument { parameter: parameter.to_owned(), reason }
}

/// BufferElements that C can reach at an address.
#[derive(Debug)]
struct MemoryBlock {
    pointer: usize,
    address: Address,
    layout: Layout,
    element: &'static BufferElement,
    count: usize,
    owner: Owner,
}

impl MemoryBlock {
    fn new(allocation: &Allocation, listed: &'static [BufferElement], owner: Owner) -> Result<Self, Fault> {
        let unlike = || Fault::Message(format!("the server does not know memory of `{}`", allocation.shape));
        let element = BufferElement::find(allocation.element, listed).ok_or_else(unlike)?;
        if element.shape() != allocation.shape {
            return Err(unlike());
        }
        let too_much = || {
            let bytes = u128::from(allocation.count) * element.layout().size() as u128;
            refused("count", format!("needs {bytes} bytes, which the server does not have"))
        };
        let count = usize::try_from(allocation.count).map_err(|_| too_much())?;
        let size = count.checked_mul(element.layout().size()).ok_or_else(too_much)?;
        // As much as a scalar of C's can ask for, and no more: beyond it the allocator would clear the memory itself,
        // where the system has clear pages. Nothing is allocated for no bytes at all.
        let align = element.layout().align().max(8);
        let layout = Layout::from_size_align(size.max(1), align).map_err(|_| too_much())?;
        // SAFETY: the size is not zero.
        let pointer = unsafe { alloc_zeroed(layout) };
        if pointer.is_null() {
            return Err(too_much());
        }
        let pointer = pointer.expose_provenance();
        let mut memory = Self { pointer, address: Address::NULL, layout, element, count, owner };
        let too_far = |_| Fault::Result(format!("the memory is at {pointer:#x}, an address of more than 32 bits"));
        memory.address = Address::new(u32::try_from(pointer).map_err(too_far)?);
        Ok(memory)
    }

    /// Where an element is, and how many there are from there on.
    fn at(&self, offset: u64) -> Result<(*mut u8, usize), Fault> {
        let inside = usize::try_from(offset).ok().filter(|offset| *offset <= self.count);
        let offset =
            inside.ok_or_else(|| refused("offset", format!("is beyond the {} elements there are", self.count)))?;
        let byte = self.pointer + offset * self.element.layout().size();
        Ok((std::ptr::with_exposed_provenance_mut(byte), self.count - offset))
    }
}

impl Drop for MemoryBlock {
    fn drop(&mut self) {
        let pointer = std::ptr::with_exposed_provenance_mut(self.pointer);
        // SAFETY: it was allocated with this layout, and the address has never been another's since.
        unsafe { dealloc(pointer, self.layout) };
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
    fn every_place_is_inside() {
        let element = BufferElement::find(<u32 as InMemoryOf<()>>::NUMBER, &[]).unwrap();
        let layout = Layout::array::<u32>(3).unwrap();
        // SAFETY: the size is not zero.
        let pointer = unsafe { alloc_zeroed(layout) }.expose_provenance();
        let owner = Owner::new();
        let memory = MemoryBlock { pointer, address: Address::new(8), layout, element, count: 3, owner };
        assert_eq!(memory.at(0).unwrap().1, 3);
        assert_eq!(memory.at(3).unwrap(), (std::ptr::without_provenance_mut(pointer + 12), 0));
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
