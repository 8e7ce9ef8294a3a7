//! The slots of pointers to one value.

use std::fmt;

use serde::Serialize;

use super::array::FromC;
use super::c_caller::{has_c_callers, initial};
use super::program_memory::ProgramMemory;
use super::{Native, NativeReturn, Scope, Zeroable};
use crate::fault::Fault;
use crate::interface::{CTypes, declare_pointer};

/// The slot of `const T *` and `T *`, where `C` is `T`'s C type.
#[derive(Debug)]
pub struct Pointer<C> {
    value: C,
}

impl<C: Copy> Pointer<C> {
    /// The slot of a value that is passed to the library.
    pub fn to(value: C) -> Self {
        Self { value }
    }

    /// The slot of a value that the library writes and `take` converts, of the output parameter `place`. It is zero at first, unless a
    /// C program has numbers there, which `are_numbers` says.
    pub fn out<T>(place: u32, take: FromC<T, C>, are_numbers: bool) -> Self
    where
        C: Zeroable + 'static,
    {
        let _ = take;
        Self { value: initial(place, are_numbers) }
    }

    /// The C value.
    pub fn pass(&mut self) -> *mut C {
        &raw mut self.value
    }

    /// The C value as the library left it.
    pub fn get(&self) -> C {
        self.value
    }
}

impl<T> Pointer<*const T> {
    /// The slot of a pointer that the library stores. It is null at first.
    pub fn null() -> Self {
        Self { value: std::ptr::null() }
    }
}

/// A pointer that a function returned or stored, and that the library must free, unless it is null. If the call fails, dropping this does it.
pub struct ReturnedPointer<C, F: FnOnce(*const C) -> Result<(), Fault>> {
    pointer: *const C,
    /// `None` once it was called.
    free: Option<F>,
}

impl<C, F: FnOnce(*const C) -> Result<(), Fault>> ReturnedPointer<C, F> {
    /// `free` passes the pointer to the library's function.
    pub fn new(pointer: *const C, free: F) -> Self {
        Self { pointer, free: Some(free) }
    }

    /// Frees the target.
    ///
    /// # Errors
    /// That of `free`.
    pub fn release(mut self) -> Result<(), Fault> {
        self.free()
    }

    fn free(&mut self) -> Result<(), Fault> {
        match self.free.take() {
            Some(free) if !self.pointer.is_null() => free(self.pointer),
            _ => Ok(()),
        }
    }
}

impl<C, F: FnOnce(*const C) -> Result<(), Fault>> Drop for ReturnedPointer<C, F> {
    fn drop(&mut self) {
        // The call fails already, with the error that came first.
        let _ = self.free();
    }
}

impl<C, F: FnOnce(*const C) -> Result<(), Fault>> fmt::Debug for ReturnedPointer<C, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReturnedPointer").field(&self.pointer).finish()
    }
}

/// The address in entry `number` of the table of functions that an object begins with a pointer to; null if there is no object, or
/// no table.
///
/// # Panics
/// At compile time, if `this` is not a pointer in C.
///
/// # Safety
/// `this` is null, or points to a pointer that is null, or points to a table with that entry.
pub unsafe fn vtable_entry<C: Copy>(this: C, number: usize) -> *const () {
    const { assert!(size_of::<C>() == size_of::<usize>(), "the first argument of a function in a table is a pointer") };
    // SAFETY: the sizes are equal, and any bytes are an address.
    let this = unsafe { std::mem::transmute_copy::<C, *const *const u32>(&this) };
    if this.is_null() {
        return std::ptr::null();
    }
    // SAFETY: guaranteed by the caller; the object may be packed.
    let table = unsafe { this.read_unaligned() }.cast::<*const ()>();
    if table.is_null() {
        return std::ptr::null();
    }
    // SAFETY: guaranteed by the caller.
    let entry = unsafe { table.add(number) };
    // SAFETY: as above.
    unsafe { entry.read_unaligned() }
}

/// A pointer to a value, in the program's own memory or in the scope's.
fn pointer_to<T: Native>(value: &T, own: Option<ProgramMemory>, scope: &mut Scope) -> Result<*const T::C, Fault> {
    let c = value.to_c(scope)?;
    Ok(match own {
        Some(own) => own.store(&[c], || content(value)),
        None => scope.keep(vec![c]),
    })
}

/// A value as a message has it.
fn content<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).unwrap_or_default()
}

/// A pointer in a struct. The value that it points to is sent with the struct.
impl<T: Native> Native for Option<Box<T>> {
    type Value = Self;
    type C = *const T::C;
    const C_NAME: &'static str = "const void *";

    fn declare(declarator: &str) -> String {
        declare_pointer(declarator, T::declare)
    }

    fn add_types(types: &mut CTypes) {
        T::add_types(types);
    }

    fn to_c(&self, scope: &mut Scope) -> Result<Self::C, Fault> {
        let own = scope.program_memory::<T::C>();
        match self {
            Some(value) => pointer_to(&**value, own, scope),
            None => Ok(std::ptr::null()),
        }
    }

    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault> {
        let met = scope.meet(value);
        if value.is_null() {
            return Ok(None);
        }
        if scope.room_at(value).is_some_and(|room| room < 1) {
            return Err(Fault::Value("a pointer past the end of the memory that was passed".to_owned()));
        }
        // SAFETY: guaranteed by the caller: a pointer that is not null is valid.
        let value = unsafe { value.read_unaligned() };
        // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
        let value = unsafe { T::from_c(value, scope) }?;
        scope.points_to(met, 1, || content(&value));
        Ok(Some(Box::new(value)))
    }
}

/// A pointer in a struct. The value that it points to is sent with the struct.
impl<T: Native> Native for Box<T> {
    type Value = Self;
    type C = *const T::C;
    const C_NAME: &'static str = "const void *";

    fn declare(declarator: &str) -> String {
        declare_pointer(declarator, T::declare)
    }

    fn add_types(types: &mut CTypes) {
        T::add_types(types);
    }

    fn to_c(&self, scope: &mut Scope) -> Result<Self::C, Fault> {
        let own = scope.program_memory::<T::C>();
        pointer_to(&**self, own, scope)
    }

    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault> {
        // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
        let boxed = unsafe { <Option<Self> as Native>::from_c(value, scope) }?;
        // A C program gets the null pointer itself.
        if boxed.is_none() && has_c_callers() {
            // SAFETY: there are no pointers in zeros.
            return unsafe { T::from_c(T::C::zeroed(), scope) }.map(Self::new);
        }
        boxed.ok_or_else(|| Fault::Value("a null pointer; declare `Option<Box<T>>` if it may be".to_owned()))
    }
}

impl<T: Native> NativeReturn for Box<T> {
    type Value = Self;
    type C = *const T::C;
    const C_NAME: &'static str = "const void *";

    fn add_types(types: &mut CTypes) {
        T::add_types(types);
    }

    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault> {
        // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
        unsafe { <Self as Native>::from_c(value, scope) }
    }
}

impl<T: Native> NativeReturn for Option<Box<T>> {
    type Value = Self;
    type C = *const T::C;
    const C_NAME: &'static str = "const void *";

    fn add_types(types: &mut CTypes) {
        T::add_types(types);
    }

    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault> {
        // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
        unsafe { <Self as Native>::from_c(value, scope) }
    }
}
