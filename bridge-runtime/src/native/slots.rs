//! The functions that C calls where it has no context for a closure: they differ in nothing but their number.

/// How many closures can stand for one parameter at a time where C has no context for them.
pub(super) const SLOTS: u32 = (ROWS * COLUMNS) as u32;

// The compiler takes its time for each function that is named. These are named by the row, and by the column.
const ROWS: usize = 8;
const COLUMNS: usize = 16;

/// What C calls for each slot: functions of the type `F`.
pub type Slots<F> = [SlotRow<F>; ROWS];

/// What C calls for the slots of a row.
pub type SlotRow<F> = [F; COLUMNS];

/// The number of a slot.
pub const fn slot(row: u32, column: u32) -> u32 {
    row * COLUMNS as u32 + column
}

/// [`Slots`]: the `FUNCTIONS` of all rows, which are types with their number for a parameter.
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

/// [`SlotRow`]: the functions of all columns, which are functions of `Self` with their number for a parameter.
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
