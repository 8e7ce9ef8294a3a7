//! Memory that C values point to during a call.

use std::any::Any;
use std::cell::RefCell;

use super::program_memory::{MetPointer, Pointers, ProgramMemory};

/// Keeps the memory that C values point to until the end of one call.
#[derive(Debug, Default)]
pub struct Scope {
    /// `None` for nearly all calls.
    kept: Option<Vec<KeptMemory>>,
    /// What happens to the pointers in structs; `None` for nearly all calls.
    pub(super) pointers: RefCell<Option<Pointers>>,
}

#[derive(Debug)]
struct KeptMemory {
    start: usize,
    end: usize,
    _memory: Box<dyn Any>,
}

impl Scope {
    /// An empty scope.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps values until the end of the call; returns a pointer to the first.
    pub fn keep<T: 'static>(&mut self, mut values: Vec<T>) -> *mut T {
        // The elements of a vector stay where they are when the vector is moved.
        let pointer = values.as_mut_ptr();
        let start = pointer.addr();
        let end = start + size_of_val(values.as_slice());
        self.kept.get_or_insert_default().push(KeptMemory { start, end, _memory: Box::new(values) });
        pointer
    }

    /// Whether nothing is kept.
    pub(crate) fn is_empty(&self) -> bool {
        self.kept.is_none()
    }

    /// Notes that a conversion from C has met a pointer in a struct.
    pub(super) fn meet<C: 'static>(&self, pointer: *const C) -> MetPointer {
        match &mut *self.pointers.borrow_mut() {
            Some(Pointers::Noted(kept)) => {
                kept.push(pointer.is_null() || self.begins_at(pointer));
                MetPointer(None)
            }
            Some(Pointers::Collected(programs)) => {
                programs.push(ProgramMemory::at(pointer));
                MetPointer(Some(programs.len() - 1))
            }
            _ => MetPointer(None),
        }
    }

    /// Notes what a pointer points to: `room` elements, and how a message has them.
    pub(super) fn points_to(&self, MetPointer(met): MetPointer, room: usize, content: impl FnOnce() -> Vec<u8>) {
        if let (Some(place), Some(Pointers::Collected(programs))) = (met, &mut *self.pointers.borrow_mut())
            && let Some(memory) = programs.get_mut(place)
        {
            memory.holds(room, content());
        }
    }

    /// The program's memory that the next pointer to C is to point to again, if the library has not changed it.
    pub(super) fn program_memory<C: 'static>(&self) -> Option<ProgramMemory> {
        match &mut *self.pointers.borrow_mut() {
            Some(Pointers::Restored(programs)) => programs.pop_front()?.filter(ProgramMemory::has::<C>),
            _ => None,
        }
    }

    /// Whether memory that it keeps begins at a pointer.
    fn begins_at<T>(&self, pointer: *const T) -> bool {
        self.kept.iter().flatten().any(|kept| kept.start == pointer.addr())
    }

    /// How many bytes it keeps.
    pub(crate) fn bytes(&self) -> usize {
        self.kept.iter().flatten().map(|kept| kept.end - kept.start).sum()
    }

    /// Keeps what another scope keeps.
    pub(super) fn append(&mut self, other: Self) {
        match (&mut self.kept, other.kept) {
            (Some(kept), Some(other)) => kept.extend(other),
            (kept @ None, other) => *kept = other,
            (Some(_), None) => {}
        }
    }

    /// How many elements there are from the pointer to the end of the kept memory that it points into. `None` for other
    /// memory. A pointer to the end counts as one into the memory: it was moved there, over all elements.
    pub(super) fn room_at<T>(&self, pointer: *const T) -> Option<usize> {
        let place = pointer.addr();
        let mut around = self.kept.iter().flatten().filter(|kept| (kept.start..=kept.end).contains(&place));
        let bytes = around.by_ref().map(|kept| kept.end - place).max()?;
        Some(bytes.checked_div(size_of::<T>()).unwrap_or(usize::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_memory_is_recognized_with_its_size() {
        let mut scope = Scope::new();
        assert!(scope.is_empty());
        let pointer = scope.keep(vec![1u32, 2, 3]);
        assert_eq!(scope.room_at(pointer), Some(3));
        assert_eq!(scope.room_at(pointer.wrapping_add(2)), Some(1));
        assert_eq!(scope.room_at(pointer.wrapping_add(3)), Some(0));
        assert_eq!(scope.room_at(pointer.wrapping_byte_add(1)), Some(2));
        assert_eq!(scope.room_at(pointer.wrapping_sub(1)), None);
        assert_eq!(scope.room_at(pointer.wrapping_add(4)), None);
        assert_eq!(scope.room_at(std::ptr::null::<u8>()), None);
        let mut outer = Scope::new();
        let other = outer.keep(vec![0u8; 2]);
        outer.append(scope);
        outer.append(Scope::new());
        assert_eq!((outer.room_at(pointer), outer.room_at(other)), (Some(3), Some(2)));
    }
}
