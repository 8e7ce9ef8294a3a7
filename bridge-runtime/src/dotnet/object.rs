//! Objects that stay in the server.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use bytemuck::TransparentWrapper;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::managed::{Managed, Nullable};
use super::owned_value::OwnedValue;
use super::value::{Kind, Value};
use crate::fault::Fault;
use crate::native::Scope;

/// A managed class, which stands for its objects in [`Object`].
///
/// ```
/// # mod bridge32 { pub use bridge32_runtime::*; }
/// use bridge32::dotnet::Class;
///
/// /// A bank account.
/// pub enum Account {}
///
/// impl Class for Account {
///     const NAME: &'static str = "Bank.Account";
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the tag of a managed class; implement `dotnet::Class` for it, with the name of the class",
    label = "not of a managed class"
)]
pub trait Class: 'static {
    /// Its name, with its namespace.
    const NAME: &'static str;
}

/// A managed object in the server. It stays there until it is passed to a method with `#[release]`, or the server ends. Its
/// number is unique, among the objects of all servers.
#[repr(transparent)]
pub struct Object<T: ?Sized> {
    pub(super) number: u64,
    class: PhantomData<fn() -> T>,
}

/// The number of what a C program passes as a null pointer. No object has it.
pub(super) const NULL: u64 = 0;

// SAFETY: the type is transparent over the number, and any number may stand in it: the server looks it up.
unsafe impl<T: ?Sized> TransparentWrapper<u64> for Object<T> {}

impl<T: Class> Object<T> {
    pub(super) fn of_number(number: u64) -> Self {
        Self { number, class: PhantomData }
    }

    /// Returns the object as one of another class that it is of: a base class, an interface, or a derived class.
    ///
    /// Whether it is, is not checked here. A call with an object of another class fails, because .NET throws an exception.
    ///
    /// ```
    /// # mod bridge32 { pub use bridge32_runtime::*; }
    /// use bridge32::dotnet::{Class, Object};
    ///
    /// # pub enum Animal {}
    /// # impl Class for Animal { const NAME: &'static str = "Animal"; }
    /// # pub enum Dog {}
    /// # impl Class for Dog { const NAME: &'static str = "Dog"; }
    /// fn sound(animal: &Object<Animal>) {
    ///     // …
    /// }
    ///
    /// fn bark(dog: &Object<Dog>) {
    ///     sound(dog.cast());
    /// }
    /// ```
    pub fn cast<U: Class>(&self) -> &Object<U> {
        Object::wrap_ref(&self.number)
    }
}

/// An [`Object`], for parameters that must be one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an object of a managed class; write `dotnet::Object<T>`, where `T` implements `dotnet::Class`",
    label = "not an object"
)]
pub trait Instance: Managed {
    /// The name of its class.
    const CLASS: &'static str;
}

impl<T: Class> Instance for Object<T> {
    const CLASS: &'static str = T::NAME;
}

impl<T: Class> Managed for Object<T> {
    type Value = Self;

    fn type_name() -> String {
        T::NAME.to_owned()
    }

    fn put(&self, _: &mut Scope) -> Value {
        match self.number {
            NULL => Value::NULL,
            number => Value::scalar(Kind::OBJECT, number),
        }
    }

    fn take(value: &OwnedValue) -> Result<Self, Fault> {
        Ok(Self::of_number(value.bits(Kind::OBJECT)?))
    }
}

impl<T: Class> Nullable for Object<T> {}

impl<T: ?Sized> fmt::Debug for Object<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Object").field(&format_args!("{:#x}", self.number)).finish()
    }
}

impl<T: ?Sized> PartialEq for Object<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T: ?Sized> Eq for Object<T> {}

impl<T: ?Sized> Hash for Object<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl<T: ?Sized> Serialize for Object<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct("Object", &self.number)
    }
}

impl<'de, T: ?Sized> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Object")]
        struct ObjectNumber(u64);
        ObjectNumber::deserialize(deserializer).map(|ObjectNumber(number)| Self { number, class: PhantomData })
    }
}
