//! The shim: a small assembly that binds and calls managed methods by reflection, and its one entry point.

use super::super::value::Value;

/// The assembly; `shim.cs` is its source.
pub(super) const SHIM: &[u8] = include_bytes!("../shim.dll");

/// The namespace and name of its class.
pub(super) const CLASS: (&str, &str) = ("Bridge32", "Shim");

/// The static method of the class that returns the address of the [`ShimEntry`].
pub(super) const START: &str = "Start";

/// The entry point of the shim.
pub(super) type ShimEntry = unsafe extern "C" fn(
    operation: Operation,
    subject: i32,
    arguments: *mut Value,
    count: i32,
    result: *mut Value,
) -> i32;

/// The operations of the shim; `shim.cs` has the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub(in super::super) enum Operation {
    Load = 0,
    Bind = 1,
    Invoke = 2,
    Release = 3,
    Free = 4,
    Classes = 5,
}

/// The entry point at the address that the shim's start returned.
pub(super) fn entry(address: i64) -> Result<ShimEntry, String> {
    // .NET sign-extends a 32-bit address.
    let pointer = isize::try_from(address).ok().filter(|address| *address != 0).map(isize::cast_unsigned);
    let pointer = pointer.ok_or_else(|| format!("its entry is at {address:#x}"))?;
    let pointer = std::ptr::with_exposed_provenance::<()>(pointer);
    // SAFETY: the shim's start returns the address of a function with this signature.
    Ok(unsafe { std::mem::transmute::<*const (), ShimEntry>(pointer) })
}
