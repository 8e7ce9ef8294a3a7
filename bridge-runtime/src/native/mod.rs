//! Conversion of values between Rust and C.
//!
//! For the time of a call each parameter of a native function has a *slot*: it is made from the Rust value, passes the C value
//! (`pass`), and afterwards returns what the library wrote (`take`).

mod array;
mod c_caller;
mod c_closure;
mod c_result;
mod callback;
mod callback_addresses;
mod callback_entry;
mod callback_table;
mod context;
mod convention;
mod element;
mod encoding;
mod field;
mod handle;
mod in_place;
mod length;
mod native_frame;
mod owner;
mod platform;
mod pointer;
mod program_memory;
mod record;
mod returned;
mod scalar;
mod scope;
mod slots;
mod sorted_map;
mod spare_memory;
mod text;
mod union;
mod value;

pub use array::{ArrayBuffer, ArrayIn, ArrayInOut, Room, returned_array, returned_list};
pub use c_caller::{
    CLength, COutput, CReply, CRequest, RETURNED, c_length, counts_nul, is_null_in_c, note_pointer, noted_failure,
    null_in_c, output_at, output_buffer, output_text, wanted, wanted_capacity,
};
pub(crate) use c_caller::{c_reply, has_c_callers, have_c_callers, in_c_call, noting_errors};
pub use c_closure::CClosure;
pub use c_result::{
    array_to_c, element_count, failure_value, give_text_to_c, give_texts_to_c, list_to_c, no_elements, passed_text,
    text_to_c, texts_to_c,
};
pub use callback::{
    give, give_array, give_text, given, given_length, passed, passed_array, passed_array_mut, passed_nullable,
    passed_nullable_mut, passed_pointer, passed_pointer_mut, returned_to_gnu, returned_to_msvc,
};
pub use callback_addresses::{Callback, CallbackAddresses};
pub use callback_table::{CallbackTable, LentClosure};
pub use context::{Context, IsUserData, UserData, context_key};
pub use convention::Signature;
pub(crate) use convention::{Declaration, FirstCall};
pub use element::{BufferElement, FIRST_LISTED, InMemoryOf};
pub use encoding::{Ansi, Encoding, Latin1, Utf8, Utf16, Wide};
pub use field::{
    AsItself, EachAs, FieldForm, FormOf, FormRef, PointerTo, TextAt, TextIn, elements_from_c, elements_to_c,
    no_elements_to_c, optional_elements_from_c,
};
pub use handle::{AnyHandle, Closes, Handle, RawHandle, close};
pub(crate) use handle::{abandoned_by, this_server};
pub use in_place::{note_pointers, pointers_noted, restore_pointers, restored_pointers};
pub use length::{
    IsLength, Length, LengthError, OutLength, c_size, check_elements, check_elements_in_struct, common_length,
    length_for_c, length_in_struct, length_to_c, note_length, reported_length, to_length,
};
pub(crate) use native_frame::NativeFrame;
pub(crate) use owner::Owner;
pub use platform::{IntPtr, Long, LongDouble, SSize, Size, UIntPtr, ULong};
pub use pointer::{Pointer, ReturnedPointer, vtable_entry};
pub use record::{deserialize_enumeration, deserialize_record, in_field, not_in_enum};
pub use returned::{CReturn, MemberResult, ReturnedAs, StructByMsvc, from_gnu, from_msvc};
pub use scalar::{Address, Bool16, Bool32, Status, pointer, status_text};
pub use scope::Scope;
pub use slots::{SlotRow, Slots, slot};
pub use spare_memory::recycle;
pub(crate) use text::INTERIOR_NUL;
pub use text::{CText, ReturnedText, Text, TextBuffer, TextList, passed_c_str, passed_optional_c_str, returned_texts};
pub use union::{UnionField, bytes_of_union, debug_union, deserialize_union, largest, serialize_union, union_of_bytes};
pub use value::{Native, NativeReturn, Zeroable};
