//! The element types of buffers in the server's memory.

use std::alloc::Layout;

use super::array::{ArrayBuffer, ArrayIn, Room};
use super::{Address, Bool16, Bool32, IntPtr, Long, Native, SSize, Scope, Size, UIntPtr, ULong, in_field};
use crate::fault::Fault;
use crate::marshal::{Decoder, EncodeError, Encoder, OutputArray, Slice};

/// A type that a [`RemoteBuffer`](crate::RemoteBuffer) of this interface's server can hold.
///
/// Scalars implement it for all interfaces, and `#[bridge32(remote = […])]` for the types in the list. Its items are hidden
/// from this page and may change in any release.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be in memory of this interface's server; add `remote = [{Self}]` to the options of `#[bridge32]`",
    label = "not a scalar, and not in `remote = […]`",
    note = "types in `remote = […]` derive `Bridge`, and hold no pointers"
)]
pub trait InMemoryOf<Interface: ?Sized> {
    /// The type's number in messages.
    #[doc(hidden)]
    const NUMBER: u32;
}

/// Writes and reads the elements of a buffer in the server's memory.
#[derive(Debug)]
pub struct BufferElement {
    shape: fn() -> String,
    layout: Layout,
    write: fn(usize, &mut Decoder<'_>, &mut WriteBytes<'_>) -> Result<(), Fault>,
    read: ReadFunction,
}

/// Writes to the elements' place the bytes at a pointer, which is valid for reads of as many.
pub(crate) type WriteBytes<'f> = dyn FnMut(*const u8, usize) -> Result<(), Fault> + 'f;

/// Reads from the elements' place as many bytes to a pointer, which is valid for writes of as many.
pub(crate) type ReadBytes<'f> = dyn FnMut(*mut u8, usize) -> Result<(), Fault> + 'f;

type ReadFunction = fn(usize, &mut ReadBytes<'_>) -> Result<Box<dyn ReadElements>, Fault>;

/// Elements that were read, of any type.
pub(crate) trait ReadElements {
    /// Appends the elements to a message, which may refer to them.
    ///
    /// # Errors
    /// As [`Encoder::value`].
    fn put<'v>(&'v self, encoder: &mut Encoder<'_, 'v>) -> Result<(), EncodeError>;
}

impl<T: Native> ReadElements for OutputArray<T> {
    fn put<'v>(&'v self, encoder: &mut Encoder<'_, 'v>) -> Result<(), EncodeError> {
        encoder.output_array(self)
    }
}

impl BufferElement {
    /// The element `T`, whose type has this text.
    ///
    /// # Panics
    /// At compile time, for a type with pointers: their targets would be freed at the end of the call that writes them.
    pub const fn of<T: Native + Clone>(shape: fn() -> String) -> Self {
        assert!(
            !T::POINTS,
            "a type with text or pointers in it cannot be listed in `remote = […]`; what they point to needs memory of its own, and an `Address`"
        );
        Self { shape, layout: Layout::new::<T::C>(), write: write::<T>, read: read::<T> }
    }

    /// The type with this number. Scalars come first, then those that the interface lists.
    pub(crate) fn find(number: u32, listed: &'static [Self]) -> Option<&'static Self> {
        match SCALARS.get(number as usize) {
            Some(scalar) => Some(scalar),
            None => listed.get(number.checked_sub(FIRST_LISTED)? as usize),
        }
    }

    /// The text of its type.
    pub(crate) fn shape(&self) -> String {
        (self.shape)()
    }

    /// Its layout in C.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// Passes the elements of the next slice of a message to `write`, as they are in C. There is room for `room` elements.
    pub(crate) fn write(
        &self,
        room: usize,
        arguments: &mut Decoder<'_>,
        write: &mut WriteBytes<'_>,
    ) -> Result<(), Fault> {
        (self.write)(room, arguments, write)
    }

    /// Reads `count` elements with `read`.
    pub(crate) fn read(&self, count: usize, read: &mut ReadBytes<'_>) -> Result<Box<dyn ReadElements>, Fault> {
        (self.read)(count, read)
    }
}

fn write<T: Native + Clone>(room: usize, arguments: &mut Decoder<'_>, write: &mut WriteBytes<'_>) -> Result<(), Fault> {
    let values = arguments.slice::<T>()?;
    if values.len() > room {
        let reason = format!("has {} elements, and there is room for {room}", values.len());
        return Err(Fault::Argument { parameter: VALUES.to_owned(), reason });
    }
    // A type without pointers leaves nothing in it.
    let mut scope = Scope::new();
    let values = Slice::of(&values);
    let mut values = in_field(VALUES, ArrayIn::new(&values, T::to_c, &mut scope))?;
    write(values.pass().cast(), values.len() * size_of::<T::C>())
}

fn read<T: Native>(count: usize, read: &mut ReadBytes<'_>) -> Result<Box<dyn ReadElements>, Fault> {
    let mut copy = ArrayBuffer::new("count", count, T::from_c, Room::default())?;
    read(copy.pass().cast::<u8>(), count * size_of::<T::C>())?;
    // SAFETY: there are no pointers in the type.
    let values = unsafe { copy.take(VALUES, count, &Scope::new()) }?;
    Ok(Box::new(values))
}

const VALUES: &str = "values";

/// The number of the first type that an interface lists; every scalar there may ever be has one below it.
pub const FIRST_LISTED: u32 = 64;

macro_rules! scalars {
    ($($number:literal $scalar:ty)*) => {
        static SCALARS: &[BufferElement] = &[$(BufferElement::of::<$scalar>(crate::interface::value::<$scalar>)),*];

        $(
            impl<Interface: ?Sized> InMemoryOf<Interface> for $scalar {
                const NUMBER: u32 = $number;
            }
        )*
    };
}

scalars! {
    0 u8 1 i8 2 u16 3 i16 4 u32 5 i32 6 u64 7 i64 8 f32 9 f64 10 bool 11 Bool32 12 Address
    13 Bool16 14 Size 15 SSize 16 Long 17 ULong 18 IntPtr 19 UIntPtr
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marshal::Buffer;

    fn number<T: InMemoryOf<()>>() -> u32 {
        T::NUMBER
    }

    #[test]
    fn every_scalar_is_found_by_its_number() {
        let shape = |number| BufferElement::find(number, &[]).unwrap().shape();
        assert_eq!(shape(number::<u8>()), "u8");
        assert_eq!(shape(number::<f64>()), "f64");
        assert!(shape(number::<Address>()).starts_with("Address"));
        for none in [20, FIRST_LISTED - 1, FIRST_LISTED, u32::MAX] {
            assert!(BufferElement::find(none, &[]).is_none(), "{none}");
        }
    }

    #[test]
    fn elements_go_in_and_come_out() {
        static LISTED: &[BufferElement] = &[BufferElement::of::<bool>(crate::interface::value::<bool>)];
        let element = BufferElement::find(FIRST_LISTED, LISTED).unwrap();
        let mut memory = [7u8; 3];
        let mut message = Buffer::default();
        Encoder::new(&mut message).slice(&[false, true]).unwrap();
        let mut write = |room| {
            let mut arguments = Decoder::new(message.bytes_mut(), 0);
            element.write(room, &mut arguments, &mut |from, count| {
                // SAFETY: the pointer is to as many bytes.
                memory[1..][..count].copy_from_slice(unsafe { std::slice::from_raw_parts(from, count) });
                Ok(())
            })
        };
        let refused = write(1).unwrap_err().to_string();
        assert_eq!(refused, "the argument `values` has 2 elements, and there is room for 1");
        write(2).unwrap();
        let elements = element.read(3, &mut |to, count| {
            // SAFETY: the pointer has room for as many bytes, which are elsewhere.
            unsafe { to.copy_from_nonoverlapping(memory.as_ptr(), count) };
            Ok(())
        });
        let elements = elements.unwrap();
        let mut message = Buffer::default();
        elements.put(&mut Encoder::new(&mut message)).unwrap();
        assert_eq!(Decoder::new(message.bytes_mut(), 0).vec::<bool>().unwrap(), [true, false, true]);
    }
}
