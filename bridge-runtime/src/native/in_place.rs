//! Memory of a C program that its structs point to, and that the library changes in place.
//!
//! A struct crosses together with what it points to. The server notes for each pointer, in the order in which the conversions meet them,
//! whether the library has left it where it was. The drop-in library meets the program's pointers in the same order, and converts what
//! comes back into the program's own memory where the pointer is the same.

use super::Scope;
use super::array::FromC;
use super::c_caller::{CReply, has_c_callers, note_kept_pointers};
use super::program_memory::Pointers;

/// From now on, the server notes which pointers the library has left where they were.
pub fn note_pointers(scope: &Scope, are_there: bool) {
    if are_there && has_c_callers() {
        scope.pointers.replace(Some(Pointers::Noted(Vec::new())));
    }
}

/// Ends [`note_pointers`] for the parameter `place`, of all.
pub fn pointers_noted(scope: &Scope, place: u32) {
    if let Some(Pointers::Noted(kept)) = scope.pointers.take() {
        note_kept_pointers(place, kept);
    }
}

/// Prepares converting `count` structs back to `pointer`, of the parameter `place`: what they point to is to be where the program has it.
/// Until [`restored_pointers`].
///
/// # Safety
/// The pointer is null, or to as many structs, whose pointers are null or valid.
pub unsafe fn restore_pointers<T, C: Copy>(
    pointer: *const C,
    count: usize,
    from_c: FromC<T, C>,
    scope: &Scope,
    (reply, place): (&CReply, u32),
) {
    let kept = reply.kept_pointers(place);
    if kept.is_empty() || pointer.is_null() {
        return;
    }
    scope.pointers.replace(Some(Pointers::Collected(Vec::new())));
    for place in 0..count {
        // SAFETY: guaranteed by the caller.
        let place = unsafe { pointer.add(place) };
        // SAFETY: as above.
        let value = unsafe { place.read_unaligned() };
        // SAFETY: as above. One that cannot be converted leaves fewer pointers, and then none is restored.
        drop(unsafe { from_c(value, scope) });
    }
    if let Some(Pointers::Collected(own)) = scope.pointers.take()
        && own.len() == kept.len()
    {
        let restored = own.into_iter().zip(kept).map(|(own, kept)| kept.then_some(own)).collect();
        scope.pointers.replace(Some(Pointers::Restored(restored)));
    }
}

/// Ends [`restore_pointers`].
pub fn restored_pointers(scope: &Scope) {
    scope.pointers.take();
}
