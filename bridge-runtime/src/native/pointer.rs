//! Pointers to one value.

use super::{Native, Scope, Zeroable};
use crate::fault::Fault;

/// The slot of `const T *` and `T *`, where `C` is `T`'s C type.
#[derive(Debug)]
pub struct Pointer<C> {
    value: C,
}

impl<C: Copy> Pointer<C> {
    /// A pointer to a value that goes in.
    pub fn to(value: C) -> Self {
        Self { value }
    }

    /// A pointer to where a value comes out, which `take` takes; the library finds zeros there.
    pub fn out<T>(take: unsafe fn(C) -> Result<T, Fault>) -> Self
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

    /// What the library left.
    pub fn get(&self) -> C {
        self.value
    }
}

/// A pointer in a struct, to a value that goes with it.
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

    unsafe fn from_c(value: Self::C) -> Result<Self, Fault> {
        if value.is_null() {
            return Ok(None);
        }
        // SAFETY: the caller says that a pointer that is not null is valid.
        let value = unsafe { value.read_unaligned() };
        // SAFETY: the caller's promise is passed on.
        Ok(Some(Box::new(unsafe { T::from_c(value) }?)))
    }
}

/// A pointer in a struct, to a value that goes with it.
impl<T: Native> Native for Box<T> {
    type Value = Self;
    type C = *const T::C;
    const C_NAME: &'static str = "const void *";

    fn to_c(&self, scope: &mut Scope) -> Result<Self::C, Fault> {
        let value = T::to_c(self, scope)?;
        Ok(scope.keep(vec![value]))
    }

    unsafe fn from_c(value: Self::C) -> Result<Self, Fault> {
        // SAFETY: the caller's promise is passed on.
        let value = unsafe { <Option<Self> as Native>::from_c(value) }?;
        value.ok_or_else(|| Fault::Value("a null pointer; declare `Option<Box<T>>` if it may".to_owned()))
    }
}
