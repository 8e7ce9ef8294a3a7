//! Memory of arrays that were sent, kept for later arrays of the same type.
//!
//! The C library returns large blocks to the system when they are freed, and the system provides new ones page by page, at the
//! first access to each. For an array of megabytes that takes longer than everything else that is done with it.

use std::any::Any;
use std::cell::RefCell;

use crate::marshal::OutputArray;
use crate::marshal::scalar::is_scalar;

thread_local! {
    /// At most one vector per type.
    static SPARE: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// The largest memory that is kept, in bytes: the address space of a 32-bit process is small.
const LARGEST_KEPT: usize = 64 << 20;

/// Keeps the memory of an array of scalars that is no longer needed, if it is larger than what is kept already.
pub fn recycle<T: 'static>(values: impl Into<OutputArray<T>>) {
    let OutputArray::Owned(mut values) = values.into() else { return };
    if !is_scalar::<T>() || values.capacity().saturating_mul(size_of::<T>()) > LARGEST_KEPT {
        return;
    }
    values.clear();
    SPARE.with_borrow_mut(|spare| match spare.iter_mut().find_map(|spare| spare.downcast_mut::<Vec<T>>()) {
        Some(spare) if spare.capacity() < values.capacity() => *spare = values,
        Some(_) => {}
        None => spare.push(Box::new(values)),
    });
}

/// An empty vector, with the memory that was kept for its type if there is any.
pub(super) fn spare<T: 'static>() -> Vec<T> {
    SPARE.with_borrow_mut(|spare| {
        spare.iter_mut().find_map(|spare| spare.downcast_mut::<Vec<T>>()).map(std::mem::take).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_used_again_for_the_same_type_alone() {
        let mut values = vec![1.5f64; 1000];
        let memory = values.as_mut_ptr();
        recycle(values);
        recycle(vec![1.5f64; 10]);
        recycle(vec!["text".to_owned(); 10]);
        assert_eq!((spare::<u64>().capacity(), spare::<String>().capacity()), (0, 0));
        let mut kept = spare::<f64>();
        assert_eq!((kept.as_mut_ptr(), kept.len()), (memory, 0));
        assert_eq!(spare::<f64>().capacity(), 0);
    }

    #[test]
    fn too_much_is_not_kept() {
        recycle(vec![0u8; LARGEST_KEPT + 1]);
        assert_eq!(spare::<u8>().capacity(), 0);
    }
}
