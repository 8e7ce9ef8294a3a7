//! Memory of a C program that its structs point to.

use std::any::TypeId;
use std::collections::VecDeque;

/// What conversions do with the pointers in structs that they meet.
#[derive(Debug)]
pub(super) enum Pointers {
    /// They note whether each points where it did before the call.
    Noted(Vec<bool>),
    /// They note where each of the program's points to.
    Collected(Vec<ProgramMemory>),
    /// They take the program's pointers back; `None` for one that the library has changed.
    Restored(VecDeque<Option<ProgramMemory>>),
}

/// Memory of the program.
#[derive(Debug)]
pub(super) struct ProgramMemory {
    address: usize,
    /// The C type of its elements.
    element: TypeId,
    /// How many elements there are.
    room: usize,
    /// The elements as a message has them.
    content: Vec<u8>,
}

/// A pointer that a conversion has met, whose target is not known yet.
#[derive(Debug)]
#[must_use]
pub(super) struct MetPointer(pub(super) Option<usize>);

impl ProgramMemory {
    /// The memory at a pointer, whose elements are not known yet.
    pub(super) fn at<C: 'static>(pointer: *const C) -> Self {
        let address = pointer.expose_provenance();
        Self { address, element: TypeId::of::<C>(), room: 0, content: Vec::new() }
    }

    /// Whether it is there, with elements of this type.
    pub(super) fn has<C: 'static>(&self) -> bool {
        self.address != 0 && self.element == TypeId::of::<C>()
    }

    /// Notes the elements.
    pub(super) fn holds(&mut self, room: usize, content: Vec<u8>) {
        (self.room, self.content) = (room, content);
    }

    /// Stores elements, unless they are there already: the memory may be constant. Returns the pointer.
    pub(super) fn store<C: Copy>(self, values: &[C], content: impl FnOnce() -> Vec<u8>) -> *mut C {
        let start = std::ptr::with_exposed_provenance_mut::<C>(self.address);
        if self.content != content() {
            for (place, value) in values.iter().enumerate().take(self.room) {
                // SAFETY: the program has passed a pointer to as many elements, of this type, for the time of the call.
                let place = unsafe { start.add(place) };
                // SAFETY: as above; a packed program may not align it.
                unsafe { place.write_unaligned(*value) };
            }
        }
        start
    }
}
