//! The floating-point state of a thread: rounding, precision, masked exceptions and the treatment of denormal numbers.
//!
//! Libraries change it, when they are loaded or in a call, and expect to find it as they left it. Rust code must run with the
//! state that Rust assumes: with another one, arithmetic gives other results, or `0.0 / 0.0` ends the process. So each thread
//! has two states, and every transition between the library's code and Rust's exchanges them.
//!
//! Only 32-bit x86 does this, as servers are built for it. A library that is loaded into a 64-bit program shares that program's
//! state.

#[cfg(target_arch = "x86")]
pub(crate) use x86::{Inherited, in_library, in_rust};

#[cfg(target_arch = "x86")]
mod x86 {
    use std::arch::asm;
    use std::cell::Cell;

    /// The control words of the x87 unit and of SSE.
    #[repr(C)]
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct FloatState {
        x87: u16,
        _padding: u16,
        sse: u32,
    }

    /// The state for Rust code, which is also that of a new thread: all exceptions are masked, and results are rounded to nearest.
    /// The x87 unit, which Rust uses only to pass values, has the precision that the system's C library expects.
    const RUST: FloatState = FloatState { x87: if cfg!(windows) { 0x027f } else { 0x037f }, _padding: 0, sse: 0x1f80 };

    /// The exceptions that the x87 unit masks.
    const X87_MASKS: u16 = 0x3f;

    thread_local! {
        /// The state that the library's code left.
        static LIBRARY: Cell<FloatState> = const { Cell::new(RUST) };
    }

    /// Runs code of the library with the library's state. The closure must not unwind.
    #[inline]
    pub(crate) fn in_library<R>(call: impl FnOnce() -> R) -> R {
        // Found once, before the call: finding it again could change the system's last error.
        LIBRARY.with(|library| {
            let mut call = call;
            enter_library(library, (&raw mut call).cast());
            let mut returned = call();
            leave_library(library, (&raw mut returned).cast());
            returned
        })
    }

    /// Runs Rust code that the library called with Rust's state. The closure must not unwind.
    #[inline]
    pub(crate) fn in_rust<R>(run: impl FnOnce() -> R) -> R {
        LIBRARY.with(|library| {
            let mut run = run;
            leave_library(library, (&raw mut run).cast());
            let mut returned = run();
            enter_library(library, (&raw mut returned).cast());
            returned
        })
    }

    /// The library's state of a thread that makes another.
    #[derive(Debug)]
    pub(crate) struct Inherited(FloatState);

    impl Inherited {
        /// That of this thread.
        pub(crate) fn here() -> Self {
            Self(LIBRARY.get())
        }

        /// Begins a new thread, with the library's state that it would have in a C program.
        pub(crate) fn begin_thread(self) {
            LIBRARY.with(|library| match cfg!(windows) {
                // Windows has begun it with the default, and has then let libraries change that.
                true => leave_library(library, std::ptr::null_mut()),
                // Other systems copy the state of the thread that makes it, which was Rust's.
                false => library.set(self.0),
            });
        }
    }

    /// Switches to the library's state. `pending` are the values that are used next: the compiler must compute them before.
    #[inline]
    fn enter_library(library: &Cell<FloatState>, pending: *mut ()) {
        // Most libraries leave the state as it is. Comparing is cheaper than loading.
        if library.get() != RUST {
            load_library_state(library, pending);
        }
    }

    #[cold]
    #[inline(never)]
    fn load_library_state(library: &Cell<FloatState>, pending: *mut ()) {
        if library.get().x87 & X87_MASKS != X87_MASKS {
            // An exception that Rust's state masked would be raised once its mask is gone.
            // SAFETY: this clears the flags of past exceptions, which Rust does not use.
            unsafe { asm!("fnclex", options(nomem, nostack)) };
        }
        // SAFETY: the pointer is to the two words, and only code of the library runs until Rust's state is loaded again.
        unsafe {
            asm!(
                "fldcw word ptr [{state}]",
                "ldmxcsr dword ptr [{state} + 4]",
                "/* {pending} */",
                state = in(reg) library.as_ptr(),
                pending = in(reg) pending,
                options(nostack),
            );
        }
    }

    /// Keeps the library's state, and switches to Rust's. `pending` are the values that are used next, as above.
    #[inline]
    fn leave_library(library: &Cell<FloatState>, pending: *mut ()) {
        // Rust's state is loaded without looking whether it is there: reading what was just stored takes longer.
        // SAFETY: the pointers are to two words each, and this establishes the state that Rust assumes.
        unsafe {
            asm!(
                "fnstcw word ptr [{library}]",
                "stmxcsr dword ptr [{library} + 4]",
                "fldcw word ptr [{rust}]",
                "ldmxcsr dword ptr [{rust} + 4]",
                "/* {pending} */",
                library = in(reg) library.as_ptr(),
                rust = in(reg) &raw const RUST_STATE,
                pending = in(reg) pending,
                options(nostack),
            );
        }
    }

    static RUST_STATE: FloatState = RUST;
}

/// Runs code of the library.
#[cfg(not(target_arch = "x86"))]
#[inline]
pub(crate) fn in_library<R>(call: impl FnOnce() -> R) -> R {
    call()
}

/// Runs Rust code that the library called.
#[cfg(not(target_arch = "x86"))]
#[inline]
pub(crate) fn in_rust<R>(run: impl FnOnce() -> R) -> R {
    run()
}

/// The library's state of a thread that makes another.
#[cfg(not(target_arch = "x86"))]
#[derive(Debug)]
pub(crate) struct Inherited;

#[cfg(not(target_arch = "x86"))]
impl Inherited {
    pub(crate) fn here() -> Self {
        Self
    }

    pub(crate) fn begin_thread(self) {}
}
