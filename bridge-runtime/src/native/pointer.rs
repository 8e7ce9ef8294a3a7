//! The slots of pointers to one value.

use std::fmt;

use super::array::FromC;
use super::{Native, Scope, Zeroable};
use crate::fault::Fault;

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

    /// The slot of a value that the library writes and `take` converts. It is zero at first.
    pub fn out<T>(take: FromC<T, C>) -> Self
    where
        C: Zeroable,
    {
        let _ = take;
        Self { value: C::zeroed() }
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

/// A pointer that a function returned and that the library must free, unless it is null. If the call fails, dropping this does it.
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

/// A pointer in a struct. The value that it points to is sent with the struct.
impl<T: Native> Native for Option<Box<T>> {
    type Value = Self;
    type C = *const T::C;
    const C_NAME: &'static str = "const void *";

    fn to_c(&self, scope: &mut Scope) -> Result<Self::C, Fault> {
        match self {
            Some(value) => {
                let value = T::to_c(value, scope)?;
                Ok(scope.keep(vec![value]))
            }
            None => Ok(std::ptr::null()),
        }
    }

    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault> {
        if value.is_null() {
            return Ok(None);
        }
        if scope.room_at(value).is_some_and(|room| room < 1) {
            return Err(Fault::Value("a pointer past the end of the memory that was passed".to_owned()));
        }
        // SAFETY: guaranteed by the caller: a pointer that is not null is valid.
        let value = unsafe { value.read_unaligned() };
        // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
        Ok(Some(Box::new(unsafe { T::from_c(value, scope) }?)))
    }
}

/// A pointer in a struct. The value that it points to is sent with the struct.
impl<T: Native> Native for Box<T> {
    type Value = Self;
    type C = *const T::C;
    const C_NAME: &'static str = "const void *";

    fn to_c(&self, scope: &mut Scope) -> Result<Self::C, Fault> {
        let value = T::to_c(self, scope)?;
        Ok(scope.keep(vec![value]))
    }

    unsafe fn from_c(value: Self::C, scope: &Scope) -> Result<Self, Fault> {
        // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
        let value = unsafe { <Option<Self> as Native>::from_c(value, scope) }?;
        value.ok_or_else(|| Fault::Value("a null pointer; declare `Option<Box<T>>` if it may be".to_owned()))
    }
}
