//! Objects in programs of other languages, which use a drop-in library: pointers that say which object it is, and that point to nothing.

use std::ffi::c_void;

use super::object::{Class, NULL, Object};
use crate::fault::Fault;
use crate::native::{Native, NativeReturn, Scope};

/// A pointer with the number of an object. A 64-bit pointer has room for it.
fn pointer(number: u64) -> *mut c_void {
    const { assert!(size_of::<usize>() == size_of::<u64>(), "an object has a number of 64 bits") };
    std::ptr::without_provenance_mut(number as usize)
}

impl<T: Class> Native for Object<T> {
    type Value = Self;
    type C = *mut c_void;
    const C_NAME: &'static str = "void *";
    const POINTS: bool = false;

    fn to_c(&self, _: &mut Scope) -> Result<*mut c_void, Fault> {
        Ok(pointer(self.number))
    }

    unsafe fn from_c(value: *mut c_void, _: &Scope) -> Result<Self, Fault> {
        Ok(Self::of_number(value.addr() as u64))
    }
}

/// `None` is a null pointer.
impl<T: Class> Native for Option<Object<T>> {
    type Value = Self;
    type C = *mut c_void;
    const C_NAME: &'static str = "void *";
    const POINTS: bool = false;

    fn to_c(&self, _: &mut Scope) -> Result<*mut c_void, Fault> {
        Ok(pointer(self.as_ref().map_or(NULL, |object| object.number)))
    }

    unsafe fn from_c(value: *mut c_void, _: &Scope) -> Result<Self, Fault> {
        Ok((!value.is_null()).then(|| Object::of_number(value.addr() as u64)))
    }
}

macro_rules! returned_as_taken {
    ($($ty:ty)*) => {$(
        impl<T: Class> NativeReturn for $ty {
            type Value = Self;
            type C = *mut c_void;
            const C_NAME: &'static str = <Self as Native>::C_NAME;

            unsafe fn from_c(value: *mut c_void, scope: &Scope) -> Result<Self, Fault> {
                // SAFETY: nothing is read from the pointer.
                unsafe { <Self as Native>::from_c(value, scope) }
            }
        }
    )*};
}

returned_as_taken!(Object<T> Option<Object<T>>);
