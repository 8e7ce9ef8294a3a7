//! Handles: opaque pointers of the library.
//!
//! No pointer is sent. The server keeps the pointers that the library gave out in a table, and a handle is a serial number in
//! it. A handle that was closed, or that this server never gave out, is refused before the library is called.

use std::any::{TypeId, type_name};
use std::collections::BTreeMap;
use std::ffi::{c_long, c_ulong, c_void};
use std::fmt;
use std::hash::{BuildHasher as _, Hash, Hasher, RandomState};
use std::marker::PhantomData;
use std::sync::{Mutex, MutexGuard, OnceLock};

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::c_caller::has_c_callers;
use super::owner::Owner;
use super::{
    Address, CReturn, IntPtr, Long, Native, NativeReturn, SSize, Scope, Size, Status, UIntPtr, ULong, Zeroable,
};
use crate::fault::Fault;
use crate::interface::HANDLE;
use crate::sync::LockExt as _;

/// An opaque pointer of the library, such as `sqlite3 *`, which can only be passed back to it.
///
/// `Tag` is any type, such as `enum Database {}`; it distinguishes handles that are all `void *` in C. `Raw` is the handle's type in
/// C: an integer such as `i16` or [`ULong`], or [`Address`] for a pointer, which is the default.
///
/// A handle is a number that the server gave out for the pointer. The server refuses it once it was passed to a function as
/// `#[closes]`, and so does another server, such as the next one after a restart
/// ([`Error::StaleHandle`](crate::Error::StaleHandle)). Null is `None` of an `Option<Handle<Tag>>`; for a handle that is an integer,
/// 0 is, and every negative number.
///
/// When a client is gone, the server closes its open handles with the function marked `#[closes]`, the last opened first.
pub struct Handle<Tag, Raw = Address> {
    id: Id,
    tag: PhantomData<fn() -> (Tag, Raw)>,
}

/// A handle on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Id {
    /// The server that gave it out; [`NO_SERVER`] if none did.
    server: u64,
    /// Its number in the server's table.
    serial: u64,
}

impl<Tag, Raw> Handle<Tag, Raw> {
    /// A handle of an implementation in Rust, such as a mock, which can read `number` back. It is refused before a library
    /// is called.
    pub const fn new(number: u64) -> Self {
        Self::of(Id { server: NO_SERVER, serial: number })
    }

    /// A handle that the library knows without having given it out, such as `HKEY_LOCAL_MACHINE`. It is passed as it is, by every
    /// server, and closing it leaves it valid. A pointer has 32 bits, which are sign-extended in a 64-bit process.
    pub const fn predefined(value: i64) -> Self {
        Self::of(Id { server: EVERY_SERVER, serial: value.cast_unsigned() })
    }

    /// The number that it was made with, or that the server gave it.
    pub const fn number(self) -> u64 {
        self.id.serial
    }

    const fn of(id: Id) -> Self {
        Self { id, tag: PhantomData }
    }
}

/// The server of handles that no library has given out.
const NO_SERVER: u64 = 0;

/// The server of handles with predefined values.
const EVERY_SERVER: u64 = u64::MAX;

impl<Tag, Raw> fmt::Debug for Handle<Tag, Raw> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id.server {
            EVERY_SERVER => write!(f, "Handle<{}>({:#x}, predefined)", short_name::<Tag>(), self.id.serial),
            _ => write!(f, "Handle<{}>({})", short_name::<Tag>(), self.id.serial),
        }
    }
}

impl<Tag, Raw> Clone for Handle<Tag, Raw> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Tag, Raw> Copy for Handle<Tag, Raw> {}

impl<Tag, Raw> PartialEq for Handle<Tag, Raw> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl<Tag, Raw> Eq for Handle<Tag, Raw> {}

impl<Tag, Raw> Hash for Handle<Tag, Raw> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl<Tag, Raw> Serialize for Handle<Tag, Raw> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(HANDLE, &self.id)
    }
}

impl<'de, Tag, Raw> Deserialize<'de> for Handle<Tag, Raw> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Its `Value` says to descriptions of interfaces what the tag is.
        struct ReadHandle<Tag, Raw>(PhantomData<fn() -> (Tag, Raw)>);

        impl<'de, Tag, Raw> Visitor<'de> for ReadHandle<Tag, Raw> {
            type Value = Handle<Tag, Raw>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a handle")
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
                Id::deserialize(deserializer).map(Handle::of)
            }
        }

        deserializer.deserialize_newtype_struct(HANDLE, ReadHandle(PhantomData))
    }
}

/// The C type of a handle.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the C type of a handle; write an integer such as `i16` or `ULong`, or leave it out if the handle is a pointer",
    label = "not an integer"
)]
pub trait RawHandle: 'static {
    /// The C type itself.
    type C: Copy + Zeroable + CReturn + 'static;
    /// Its name.
    const C_NAME: &'static str;
    /// Whether 0 is never a handle.
    const IS_POINTER: bool;

    /// The number of a C value.
    fn to_number(value: Self::C) -> i64;

    /// The C value of a number, if it has one.
    fn from_number(number: i64) -> Option<Self::C>;

    /// Whether a number means that there is no handle.
    fn is_none(number: i64) -> bool;
}

impl RawHandle for Address {
    type C = *mut c_void;
    const C_NAME: &'static str = "void *";
    const IS_POINTER: bool = true;

    fn to_number(value: *mut c_void) -> i64 {
        // No pointer has more than 64 bits; those of a 32-bit process are sign-extended, as Windows does it for its handles.
        value.expose_provenance().cast_signed() as i64
    }

    fn from_number(number: i64) -> Option<*mut c_void> {
        // All 32 bits may be used, whether the number is meant with a sign or without.
        let number = u32::try_from(number).map_or(number, |number| number.cast_signed().into());
        let address = isize::try_from(number).ok()?.cast_unsigned();
        Some(std::ptr::with_exposed_provenance_mut(address))
    }

    fn is_none(number: i64) -> bool {
        number == 0
    }
}

macro_rules! raw_handles {
    ($($integer:ty: $c:ty;)*) => {$(
        impl RawHandle for $integer {
            type C = $c;
            const C_NAME: &'static str = <$integer as Native>::C_NAME;
            const IS_POINTER: bool = false;

            fn to_number(value: $c) -> i64 {
                // A `u64` beyond `i64::MAX` keeps its bits.
                value as i64
            }

            fn from_number(number: i64) -> Option<$c> {
                let value = number as $c;
                (Self::to_number(value) == number).then_some(value)
            }

            fn is_none(number: i64) -> bool {
                number == 0 || (number < 0 && <$c>::MIN != 0)
            }
        }
    )*};
}

raw_handles! {
    i8: i8;
    i16: i16;
    i32: i32;
    i64: i64;
    u8: u8;
    u16: u16;
    u32: u32;
    u64: u64;
    Size: usize;
    SSize: isize;
    Long: c_long;
    ULong: c_ulong;
    IntPtr: isize;
    UIntPtr: usize;
}

impl<Tag: 'static, Raw: RawHandle> Native for Handle<Tag, Raw> {
    type Value = Self;
    type C = Raw::C;
    const C_NAME: &'static str = Raw::C_NAME;
    const POINTS: bool = false;

    fn to_c(&self, _: &mut Scope) -> Result<Raw::C, Fault> {
        let number = match self.id.server {
            EVERY_SERVER => self.id.serial.cast_signed(),
            _ => table().find(self.id, Tagged::of::<Tag, Raw>(), Owner::current())?,
        };
        Raw::from_number(number).ok_or_else(|| Fault::Argument {
            parameter: String::new(),
            reason: format!("is predefined as {number}, which is not a `{}`", Raw::C_NAME),
        })
    }

    unsafe fn from_c(value: Raw::C, _: &Scope) -> Result<Self, Fault> {
        match Raw::to_number(value) {
            0 if Raw::IS_POINTER && !has_c_callers() => {
                Err(Fault::Value("a null pointer for a handle; declare `Option<Handle<…>>` if it may be".to_owned()))
            }
            number => Ok(Self::give(number)),
        }
    }
}

impl<Tag: 'static> Handle<Tag> {
    /// The pointer, as an address.
    ///
    /// # Errors
    /// As [`Native::to_c`]; [`Fault::Value`] if the address has more than 32 bits.
    pub(crate) fn to_address(self) -> Result<Address, Fault> {
        let pointer = self.to_c(&mut Scope::new())?;
        // SAFETY: nothing is read from the pointer.
        unsafe { <Address as Native>::from_c(pointer, &Scope::new()) }
    }
}

impl<Tag: 'static, Raw: RawHandle> Handle<Tag, Raw> {
    /// The handle of what the library gives out. A C program gets what the library has, which it may compare and look at.
    fn give(number: i64) -> Self {
        if has_c_callers() {
            return Self::predefined(number);
        }
        let serial = table().give(number, Tagged::of::<Tag, Raw>(), Owner::current());
        Self::of(Id { server: this_server(), serial })
    }
}

impl<Tag: 'static, Raw: RawHandle> Native for Option<Handle<Tag, Raw>> {
    type Value = Self;
    type C = Raw::C;
    const C_NAME: &'static str = Raw::C_NAME;
    const POINTS: bool = false;

    fn to_c(&self, scope: &mut Scope) -> Result<Raw::C, Fault> {
        self.map_or_else(|| Ok(Raw::C::zeroed()), |handle| handle.to_c(scope))
    }

    unsafe fn from_c(value: Raw::C, _: &Scope) -> Result<Self, Fault> {
        let number = Raw::to_number(value);
        // In C, a number that is not a handle may say why there is none.
        let is_none = if has_c_callers() { number == 0 } else { Raw::is_none(number) };
        Ok((!is_none).then(|| Handle::give(number)))
    }
}

macro_rules! returned_as_taken {
    ($($ty:ty)*) => {$(
        impl<Tag: 'static, Raw: RawHandle> NativeReturn for $ty {
            type Value = Self;
            type C = Raw::C;
            const C_NAME: &'static str = <Self as Native>::C_NAME;

            unsafe fn from_c(value: Raw::C, scope: &Scope) -> Result<Self, Fault> {
                // SAFETY: guaranteed by the caller: pointers in the value are null or valid.
                unsafe { <Self as Native>::from_c(value, scope) }
            }
        }
    )*};
}

returned_as_taken!(Handle<Tag, Raw> Option<Handle<Tag, Raw>>);

/// A null pointer means failure.
impl<Tag, Raw> Status for Option<Handle<Tag, Raw>> {
    fn number(&self) -> i64 {
        self.is_some().into()
    }
}

/// A parameter that `#[closes]` can mark.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handle that a function could close; put `#[closes]` before a `Handle<Tag>` or an `Option<Handle<Tag>>`",
    label = "not a handle"
)]
pub trait Closes: Native + From<Handle<Self::Tag, Self::Raw>> {
    /// The type itself; `marshal/cross.rs` says why generated code names it so.
    type Value;
    /// The handle's tag.
    type Tag: 'static;
    /// The handle's type in C.
    type Raw: RawHandle;

    /// The handle, if there is one.
    fn handle(&self) -> Option<Handle<Self::Tag, Self::Raw>>;
}

impl<Tag: 'static, Raw: RawHandle> Closes for Handle<Tag, Raw> {
    type Value = Self;
    type Tag = Tag;
    type Raw = Raw;

    fn handle(&self) -> Option<Self> {
        Some(*self)
    }
}

impl<Tag: 'static, Raw: RawHandle> Closes for Option<Handle<Tag, Raw>> {
    type Value = Self;
    type Tag = Tag;
    type Raw = Raw;

    fn handle(&self) -> Self {
        *self
    }
}

/// A handle that a function has just closed.
#[derive(Debug)]
pub struct ClosedHandle(Option<(u64, OpenHandle)>);

/// Removes a handle that a function closes from the table: the library may reuse the pointer from now on.
pub fn close<T, Tag, Raw>(value: &T, handle: fn(&T) -> Option<Handle<Tag, Raw>>) -> ClosedHandle {
    let open = handle(value).filter(|handle| handle.id.server != EVERY_SERVER);
    ClosedHandle(open.and_then(|handle| table().remove(handle.id.serial)))
}

impl ClosedHandle {
    /// Restores the handle, because the function has failed and it is still open.
    pub fn undo(self) {
        if let Some((serial, open)) = self.0 {
            table().restore(serial, open);
        }
    }
}

/// A handle of any tag that its client has left open.
#[derive(Debug, Clone, Copy)]
pub struct AnyHandle {
    id: Id,
    tag: Tagged,
}

impl AnyHandle {
    /// The handle as the parameter of the function that closes it.
    pub fn of<T: Closes>(self) -> T {
        Handle::of(self.id).into()
    }

    /// Whether it is a handle that a parameter of this type can be.
    pub(crate) fn is(self, handle: TypeId) -> bool {
        self.tag.id == handle
    }

    /// The name of its tag.
    pub(crate) fn tag_name(self) -> &'static str {
        (self.tag.name)()
    }

    /// Removes a handle that could not be closed: no client is left to use it.
    pub(crate) fn forget(self) {
        drop(table().remove(self.id.serial));
    }
}

/// The handles that no client but `owner` has received or used, the last opened first.
pub(crate) fn abandoned_by(owner: Owner) -> Vec<AnyHandle> {
    let any = |(serial, tag)| AnyHandle { id: Id { server: this_server(), serial }, tag };
    table().abandon(owner).into_iter().map(any).collect()
}

/// The number of this process among all servers, past ones included. It is random, because process ids are reused.
pub(crate) fn this_server() -> u64 {
    static SERVER: OnceLock<u64> = OnceLock::new();
    *SERVER.get_or_init(|| RandomState::new().hash_one(std::process::id()).clamp(NO_SERVER + 1, EVERY_SERVER - 1))
}

/// The table of this process. Pointers are valid in the whole process, so there is one table for all clients.
fn table() -> MutexGuard<'static, HandleTable> {
    static TABLE: Mutex<HandleTable> = Mutex::new(HandleTable::new());
    TABLE.lock_unpoisoned()
}

/// The pointers that the library gave out and that have not been closed since.
#[derive(Debug)]
struct HandleTable {
    last: u64,
    /// By serial number, which is the order of opening.
    open: BTreeMap<u64, OpenHandle>,
    /// The serial number of each open pointer, by its tag. A pointer that is given out again after it was closed gets a new
    /// one.
    serials: BTreeMap<(i64, TypeId), u64>,
}

/// A pointer in the table.
#[derive(Debug)]
struct OpenHandle {
    pointer: i64,
    tag: Tagged,
    /// The clients that have received or used it.
    owners: Vec<Owner>,
}

/// The type of a handle, and the name of its tag.
#[derive(Clone, Copy)]
struct Tagged {
    id: TypeId,
    name: fn() -> &'static str,
}

impl Tagged {
    fn of<Tag: 'static, Raw: 'static>() -> Self {
        Self { id: TypeId::of::<Handle<Tag, Raw>>(), name: short_name::<Tag> }
    }
}

impl fmt::Debug for Tagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str((self.name)())
    }
}

/// The last part of a type's path.
fn short_name<T>() -> &'static str {
    let name = type_name::<T>();
    let path = name.split('<').next().unwrap_or(name);
    name.get(path.rfind(':').map_or(0, |colon| colon + 1)..).unwrap_or(name)
}

impl HandleTable {
    const fn new() -> Self {
        Self { last: 0, open: BTreeMap::new(), serials: BTreeMap::new() }
    }

    /// The serial number of a pointer that the library gives out.
    fn give(&mut self, pointer: i64, tag: Tagged, owner: Owner) -> u64 {
        let known = self.serials.get(&(pointer, tag.id)).copied();
        if let Some((serial, open)) = known.and_then(|serial| Some((serial, self.open.get_mut(&serial)?))) {
            open.belongs_to(owner);
            return serial;
        }
        self.last += 1;
        self.serials.insert((pointer, tag.id), self.last);
        self.open.insert(self.last, OpenHandle { pointer, tag, owners: vec![owner] });
        self.last
    }

    /// The pointer of a handle. The caller adds the parameter's name to the fault.
    fn find(&mut self, id: Id, tag: Tagged, owner: Owner) -> Result<i64, Fault> {
        let refused = |reason: String| Fault::Argument { parameter: String::new(), reason };
        if id.server == NO_SERVER {
            return Err(refused("is a handle of `Handle::new`, which no library knows".to_owned()));
        }
        if id.server != this_server() {
            return Err(Fault::StaleHandle { parameter: String::new() });
        }
        match self.open.get_mut(&id.serial) {
            Some(open) if open.tag.id == tag.id => {
                open.belongs_to(owner);
                Ok(open.pointer)
            }
            Some(open) => Err(refused(format!("is a handle of `{:?}`, and not of `{tag:?}`", open.tag))),
            None if id.serial <= self.last => Err(refused("is a handle that was closed".to_owned())),
            None => Err(refused("is a handle that the server never gave out".to_owned())),
        }
    }

    fn remove(&mut self, serial: u64) -> Option<(u64, OpenHandle)> {
        let open = self.open.remove(&serial)?;
        self.serials.remove(&(open.pointer, open.tag.id));
        Some((serial, open))
    }

    fn restore(&mut self, serial: u64, open: OpenHandle) {
        self.serials.insert((open.pointer, open.tag.id), serial);
        self.open.insert(serial, open);
    }

    /// Removes `owner` from all handles; returns those that have no owner any more, the last opened first.
    fn abandon(&mut self, owner: Owner) -> Vec<(u64, Tagged)> {
        let mut abandoned = Vec::new();
        for (serial, open) in self.open.iter_mut().rev() {
            let before = open.owners.len();
            open.owners.retain(|other| *other != owner);
            if open.owners.is_empty() && before > 0 {
                abandoned.push((*serial, open.tag));
            }
        }
        abandoned
    }
}

impl OpenHandle {
    fn belongs_to(&mut self, owner: Owner) {
        if !self.owners.contains(&owner) {
            self.owners.push(owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    enum Database {}
    struct Statement<T>(T);

    fn id(serial: u64) -> Id {
        Id { server: this_server(), serial }
    }

    fn reason(result: Result<i64, Fault>) -> String {
        match result.unwrap_err() {
            Fault::Argument { reason, .. } => reason,
            other => other.to_string(),
        }
    }

    #[test]
    fn a_pointer_has_one_serial_while_it_is_open_and_another_one_later() {
        let (mut table, tag, owner) = (HandleTable::new(), Tagged::of::<Database, Address>(), Owner::new());
        let first = table.give(0x1000, tag, owner);
        assert_eq!(table.give(0x1000, tag, owner), first);
        assert_ne!(table.give(0x1000, Tagged::of::<Statement<u8>, Address>(), owner), first, "each tag has its own");
        assert_eq!(table.find(id(first), tag, owner), Ok(0x1000));

        let closed = table.remove(first).unwrap();
        assert_eq!(reason(table.find(id(first), tag, owner)), "is a handle that was closed");
        table.restore(closed.0, closed.1);
        assert_eq!(table.give(0x1000, tag, owner), first, "what failed to close is still open");
        table.remove(first).unwrap();
        let second = table.give(0x1000, tag, owner);
        assert!(second > first);
        assert!(table.find(id(first), tag, owner).is_err());
        assert!(table.remove(first).is_none());
        assert_eq!(table.find(id(second), tag, owner), Ok(0x1000));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (mut table, owner) = (HandleTable::new(), Owner::new());
        let serial = table.give(1, Tagged::of::<Database, Address>(), owner);
        let other = table.find(id(serial), Tagged::of::<Statement<String>, Address>(), owner);
        assert_eq!(reason(other), "is a handle of `Database`, and not of `Statement<alloc::string::String>`");
        let never = table.find(id(serial + 1), Tagged::of::<Database, Address>(), owner);
        assert_eq!(reason(never), "is a handle that the server never gave out");
        let stale = Id { server: this_server().wrapping_add(1).max(1), serial };
        let stale = table.find(stale, Tagged::of::<Database, Address>(), owner);
        assert_eq!(stale, Err(Fault::StaleHandle { parameter: String::new() }));
        let made = table.find(Handle::<Database>::new(serial).id, Tagged::of::<Database, Address>(), owner);
        assert_eq!(reason(made), "is a handle of `Handle::new`, which no library knows");
    }

    #[test]
    fn what_is_abandoned_comes_in_reverse_order_and_without_what_others_have() {
        let (mut table, tag) = (HandleTable::new(), Tagged::of::<Database, Address>());
        let (first, second) = (Owner::new(), Owner::new());
        let serials: Vec<_> = (1..=4).map(|pointer| table.give(pointer, tag, first)).collect();
        table.give(5, tag, second);
        table.give(2, tag, second);
        table.find(id(serials[2]), tag, second).unwrap();
        let abandoned: Vec<_> = table.abandon(first).into_iter().map(|(serial, _)| serial).collect();
        assert_eq!(abandoned, [serials[3], serials[0]]);
        assert!(table.abandon(first).is_empty());
        assert_eq!(table.abandon(second).len(), 3);
    }

    #[test]
    fn null_is_none_or_a_fault() {
        // SAFETY: nothing is read from the pointer.
        let none = unsafe { <Option<Handle<Database>> as Native>::from_c(std::ptr::null_mut(), &Scope::new()) };
        assert_eq!(none, Ok(None));
        // SAFETY: as above.
        let fault = unsafe { <Handle<Database> as Native>::from_c(std::ptr::null_mut(), &Scope::new()) }.unwrap_err();
        assert!(fault.to_string().contains("a null pointer for a handle"), "{fault}");
        assert_eq!(None::<Handle<Database>>.to_c(&mut Scope::new()), Ok(std::ptr::null_mut()));
    }

    #[test]
    fn there_and_back_through_a_message() {
        // SAFETY: nothing is read from the pointer.
        let handle =
            unsafe { <Handle<Database> as Native>::from_c(std::ptr::without_provenance_mut(16), &Scope::new()) }
                .unwrap();
        let bytes = postcard::to_allocvec(&handle).unwrap();
        let back: Handle<Database> = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(back, handle);
        assert_eq!(back.to_c(&mut Scope::new()).unwrap().addr(), 16);
        close(&back, Closes::handle).undo();
        assert!(back.to_c(&mut Scope::new()).is_ok());
        drop(close(&Some(back), Closes::handle));
        assert!(handle.to_c(&mut Scope::new()).is_err());
        assert!(format!("{handle:?}").starts_with("Handle<Database>("), "{handle:?}");
    }

    #[test]
    fn a_handle_is_a_number_on_the_wire_for_every_tag() {
        fn check<T: Copy + fmt::Debug + Eq + Hash + Send + Sync>() {}
        struct Neither(#[allow(dead_code, reason = "it is what the type cannot do that counts")] *mut String);
        check::<Handle<Neither>>();
        assert_eq!(Handle::<Neither>::new(7).number(), 7);
    }

    #[test]
    fn a_handle_may_be_an_integer() {
        fn take<Raw: RawHandle>(value: Raw::C) -> Option<Handle<Database, Raw>> {
            // SAFETY: nothing is read from the value.
            unsafe { <Option<Handle<Database, Raw>> as Native>::from_c(value, &Scope::new()) }.unwrap()
        }
        let scope = &mut Scope::new();
        for none in [0, -1, i16::MIN] {
            assert_eq!(take::<i16>(none), None);
        }
        assert_eq!(take::<u32>(0), None);
        assert_eq!(take::<i16>(7).unwrap().to_c(scope), Ok(7));
        assert_eq!(take::<u32>(u32::MAX).unwrap().to_c(scope), Ok(u32::MAX));
        assert_eq!(take::<u64>(u64::MAX).unwrap().to_c(scope), Ok(u64::MAX));
        assert_eq!(None::<Handle<Database, i16>>.to_c(scope), Ok(0));
        // SAFETY: nothing is read from the value.
        let zero = unsafe { <Handle<Database, i16> as Native>::from_c(0, &Scope::new()) }.unwrap();
        assert_eq!(zero.to_c(scope), Ok(0), "without an `Option` every integer is a handle");
        let other = Handle::<Database, i32>::of(zero.id).to_c(scope);
        assert!(other.is_err(), "another integer is another type");

        assert_eq!(take::<ULong>(c_ulong::MAX).unwrap().to_c(scope), Ok(c_ulong::MAX));
        assert_eq!(take::<UIntPtr>(0), None);
        assert_eq!((take::<Long>(-1), take::<IntPtr>(-1), take::<SSize>(0)), (None, None, None));
        assert_eq!(take::<Size>(7).unwrap().to_c(scope), Ok(7));
        assert_eq!(<Handle<Database, ULong> as Native>::C_NAME, "unsigned long");
    }

    #[test]
    fn a_predefined_handle_is_passed_as_it_is_and_never_closed() {
        const ROOT: Handle<Database> = Handle::predefined(0x8000_0002);
        let scope = &mut Scope::new();
        let pointer = ROOT.to_c(scope).unwrap().addr();
        assert_eq!(pointer as u32, 0x8000_0002);
        assert_eq!(Handle::<Database>::predefined(-1).to_c(scope).unwrap().addr(), usize::MAX);
        drop(close(&ROOT, Closes::handle));
        assert_eq!(ROOT.to_c(scope).unwrap().addr(), pointer);
        assert_eq!(Handle::<Database, i16>::predefined(-3).to_c(scope), Ok(-3));
        let large = Handle::<Database, i16>::predefined(40_000).to_c(scope).unwrap_err().to_string();
        assert!(large.contains("is predefined as 40000, which is not a `int16_t`"), "{large}");
        assert_eq!(format!("{ROOT:?}"), "Handle<Database>(0x80000002, predefined)");
    }
}
