//! The C functions of closures without a context: one for each slot, which differ only in the slot's number.

/// How many closures a parameter without a context can have at a time.
pub(super) const SLOTS: u32 = (ROWS * COLUMNS) as u32;

// Compile time grows with the number of items that the macros below name: rows and columns rather than all slots.
const ROWS: usize = 8;
const COLUMNS: usize = 16;

/// The C functions, of type `F`, of all slots.
pub type Slots<F> = [SlotRow<F>; ROWS];

/// The C functions of the slots of a row.
pub type SlotRow<F> = [F; COLUMNS];

/// The number of a slot.
pub const fn slot(row: u32, column: u32) -> u32 {
    row * COLUMNS as u32 + column
}

/// [`Slots`], from the associated constants `FUNCTIONS` of the rows, which are types with a const parameter.
#[macro_export]
#[doc(hidden)]
macro_rules! __slots {
    ($row:ident $generics:tt) => {
        $crate::__slots!(@ $row $generics 0 1 2 3 4 5 6 7)
    };
    (@ $row:ident $generics:tt $($number:literal)*) => {
        [$($crate::__slots!(@@ $row $generics $number)),*]
    };
    (@@ $row:ident ($($generic:tt)*) $number:literal) => {
        $row::<$number, $($generic)*>::FUNCTIONS
    };
}

/// [`SlotRow`], from functions of `Self` with the column as a const parameter.
#[macro_export]
#[doc(hidden)]
macro_rules! __slot_row {
    ($function:ident) => {
        $crate::__slot_row!(@ $function 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@ $function:ident $($number:literal)*) => {
        [$(Self::$function::<$number>),*]
    };
}
