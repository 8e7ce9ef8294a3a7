//! How functions return structs on 32-bit Windows, where compilers differ.
//!
//! MSVC returns a struct of 1, 2, 4 or 8 bytes in integer registers, whatever its fields are, and a larger one through a hidden pointer.
//! GCC does the same, except for a struct whose only content is a `float` or `double`: it is returned like that number, in an x87
//! register. A member function (`thiscall`) built with MSVC returns every struct through a hidden pointer, which follows `this`.
//! Sources: <https://learn.microsoft.com/cpp/build/reference/gd-gr-gv-gz-calling-convention>,
//! <https://devblogs.microsoft.com/oldnewthing/20220113-00/?p=106152>, and the rules of Clang and rustc.
//!
//! Rust follows the compiler of its own target, `…-windows-msvc` or `…-windows-gnu`. For functions that the other one has built, the
//! types here have the same bytes as a struct and are returned as that compiler returns it.

use super::{Scope, Zeroable};
use crate::fault::Fault;

/// A C type that functions return.
pub trait CReturn: Copy + Zeroable {
    /// This type, as functions built with MSVC return it.
    type Msvc: ReturnedAs<Self>;
    /// This type, as functions built with GCC return it.
    type Gnu: ReturnedAs<Self>;
    /// The struct `S` that has only this content, as functions built with GCC return it.
    type InStruct<S: Copy + Zeroable>: ReturnedAs<S>;
    /// The hidden pointer to this type that member functions built with MSVC take, or `()`.
    type MemberPointer: Copy;
    /// What such member functions return.
    type Member: Copy + Zeroable;

    /// The hidden pointer, if there is one.
    fn member_pointer(place: *mut Self) -> Self::MemberPointer;

    /// The value that a member function returned, or wrote to `place`.
    fn from_member(returned: Self::Member, place: Self) -> Self;
}

/// A type with the bytes of `C`, which is returned in another way.
pub trait ReturnedAs<C>: Copy + Zeroable {
    /// The value itself.
    fn into_c(self) -> C;

    /// The value as it is returned.
    fn from_c(value: C) -> Self;
}

impl<C: Copy + Zeroable> ReturnedAs<C> for C {
    fn into_c(self) -> C {
        self
    }

    fn from_c(value: C) -> Self {
        value
    }
}

/// A struct that is returned in integer registers. A union is, if not all of its fields are floating-point numbers.
#[cfg(all(windows, target_arch = "x86", target_env = "gnu"))]
#[repr(C)]
#[derive(Clone, Copy)]
pub union InIntegers<S: Copy> {
    value: S,
    _byte: u8,
}

#[cfg(all(windows, target_arch = "x86", target_env = "gnu"))]
// SAFETY: guaranteed by `S`; the other field is plain bytes.
unsafe impl<S: Copy + Zeroable> Zeroable for InIntegers<S> {}

#[cfg(all(windows, target_arch = "x86", target_env = "gnu"))]
impl<S: Copy + Zeroable> ReturnedAs<S> for InIntegers<S> {
    fn into_c(self) -> S {
        // SAFETY: the value was returned as a whole `S`.
        unsafe { self.value }
    }

    fn from_c(value: S) -> Self {
        Self { value }
    }
}

/// A struct that is returned like the number `F`, which is its only content.
#[cfg(all(windows, target_arch = "x86", target_env = "msvc"))]
#[repr(transparent)]
#[derive(Debug, Clone, Copy)]
pub struct InFloat<F, S>(F, std::marker::PhantomData<S>);

// SAFETY: guaranteed by `F`, which is its only content.
#[cfg(all(windows, target_arch = "x86", target_env = "msvc"))]
unsafe impl<F: Zeroable, S> Zeroable for InFloat<F, S> {}

#[cfg(all(windows, target_arch = "x86", target_env = "msvc"))]
impl<F: Copy + Zeroable, S: Copy + Zeroable> ReturnedAs<S> for InFloat<F, S> {
    fn into_c(self) -> S {
        const { assert!(size_of::<F>() == size_of::<S>(), "the number is the struct's only content") };
        // SAFETY: the sizes are equal, and the struct consists of the number.
        unsafe { std::mem::transmute_copy(&self.0) }
    }

    fn from_c(value: S) -> Self {
        const { assert!(size_of::<F>() == size_of::<S>(), "the number is the struct's only content") };
        // SAFETY: the sizes are equal, and the struct consists of the number.
        Self(unsafe { std::mem::transmute_copy(&value) }, std::marker::PhantomData)
    }
}

/// The struct `S`, as functions built with MSVC return it. Where Rust's own compiler does the same, that is `S`.
#[cfg(all(windows, target_arch = "x86", target_env = "gnu"))]
pub type StructByMsvc<S> = InIntegers<S>;
/// The struct `S`, as functions built with MSVC return it. Where Rust's own compiler does the same, that is `S`.
#[cfg(not(all(windows, target_arch = "x86", target_env = "gnu")))]
pub type StructByMsvc<S> = S;

macro_rules! returned_as_it_is {
    ($([$($generics:tt)*] $ty:ty: $in_struct:ty;)*) => {$(
        impl<$($generics)*> CReturn for $ty {
            type Msvc = Self;
            type Gnu = Self;
            type InStruct<S: Copy + Zeroable> = $in_struct;
            type MemberPointer = ();
            type Member = Self;

            fn member_pointer(_: *mut Self) {}

            fn from_member(returned: Self, _: Self) -> Self {
                returned
            }
        }
    )*};
}

returned_as_it_is! {
    [] (): S;
    [] i8: S;
    [] i16: S;
    [] i32: S;
    [] i64: S;
    [] u8: S;
    [] u16: S;
    [] u32: S;
    [] u64: S;
    [] isize: S;
    [] usize: S;
    [T] *const T: S;
    [T] *mut T: S;
}
#[cfg(all(windows, target_arch = "x86", target_env = "msvc"))]
returned_as_it_is! {
    [] f32: InFloat<Self, S>;
    [] f64: InFloat<Self, S>;
}
#[cfg(not(all(windows, target_arch = "x86", target_env = "msvc")))]
returned_as_it_is! {
    [] f32: S;
    [] f64: S;
}

/// Converts what a function built with MSVC returned.
///
/// # Errors
/// As `take`.
///
/// # Safety
/// As `take`.
pub unsafe fn from_msvc<C: CReturn, T>(
    returned: C::Msvc,
    take: unsafe fn(C, &Scope) -> Result<T, Fault>,
    scope: &Scope,
) -> Result<T, Fault> {
    // SAFETY: guaranteed by the caller.
    unsafe { take(returned.into_c(), scope) }
}

/// Converts what a function built with GCC returned.
///
/// # Errors
/// As `take`.
///
/// # Safety
/// As `take`.
pub unsafe fn from_gnu<C: CReturn, T>(
    returned: C::Gnu,
    take: unsafe fn(C, &Scope) -> Result<T, Fault>,
    scope: &Scope,
) -> Result<T, Fault> {
    // SAFETY: guaranteed by the caller.
    unsafe { take(returned.into_c(), scope) }
}

/// The place for the result of a member function built with MSVC.
#[derive(Debug)]
pub struct MemberResult<C>(C);

impl<C: CReturn> MemberResult<C> {
    /// A place full of zeros.
    #[expect(clippy::new_without_default, reason = "it is a slot of a call, like others")]
    pub fn new() -> Self {
        Self(C::zeroed())
    }

    /// The hidden pointer, or `()`.
    pub fn pass(&mut self) -> C::MemberPointer {
        C::member_pointer(&raw mut self.0)
    }

    /// Converts what the function returned, or wrote to the place.
    ///
    /// # Errors
    /// As `take`.
    ///
    /// # Safety
    /// As `take`.
    pub unsafe fn take<T>(
        self,
        returned: C::Member,
        take: unsafe fn(C, &Scope) -> Result<T, Fault>,
        scope: &Scope,
    ) -> Result<T, Fault> {
        // SAFETY: guaranteed by the caller.
        unsafe { take(C::from_member(returned, self.0), scope) }
    }
}
