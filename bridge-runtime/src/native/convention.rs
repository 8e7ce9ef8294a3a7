//! Checks that a native function has the calling convention that the interface declares.
//!
//! On 32-bit x86, caller and function must agree on who takes the arguments off the stack, and whether the result is left in the
//! registers of the x87 unit. If they do not, the program goes on with a wrong stack pointer, or floating-point results become
//! NaN later. So the first call of each function is made through a [`thunk`] that measures both and repairs them. Later calls go to
//! the function directly.
//!
//! What the compiler expects of a function with the declared types is measured in the same way, with a function that the
//! interface's own crate contains for that purpose. So no rule of any convention is repeated here.

use std::marker::PhantomData;

use crate::fault::Fault;
use crate::interface::{Abi, CType, Symbol};

/// How a function is declared: its type, `F`, and a function of that type to measure.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(target_arch = "x86"), expect(dead_code, reason = "only calls on x86 are checked"))]
pub struct Signature<F> {
    probe: *const (),
    returned_bytes: usize,
    function: PhantomData<F>,
}

impl<F> Signature<F> {
    /// The signature of functions like `probe`, which return an `R`.
    ///
    /// # Safety
    /// `probe` is a function with the convention of `F`, whose parameters and result have the sizes and the passing rules of
    /// those of `F`, and which may be called with any bytes as arguments.
    pub unsafe fn new<R>(probe: *const ()) -> Self {
        Self { probe, returned_bytes: size_of::<R>(), function: PhantomData }
    }
}

/// What error messages say about a function.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declaration {
    pub(crate) symbol: Symbol,
    pub(crate) abi: Abi,
    /// The size of its arguments on the stack.
    pub(crate) stack_bytes: usize,
    pub(crate) returns: Option<CType>,
}

/// What a call changes besides what the function itself does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Effect {
    /// How many bytes it takes off the stack, besides the return address.
    popped: i32,
    /// How many values it leaves in the registers of the x87 unit.
    floats: u32,
}

#[cfg(target_arch = "x86")]
pub(crate) use x86::FirstCall;

/// Elsewhere there is one calling convention, and calls are not checked.
#[cfg(not(target_arch = "x86"))]
#[derive(Debug)]
pub(crate) enum FirstCall {}

#[cfg(not(target_arch = "x86"))]
impl FirstCall {
    pub(crate) fn begin<F>(_: *const (), _: Signature<F>, _: usize) -> Option<Self> {
        None
    }

    pub(crate) fn thunk(&self) -> *const () {
        match *self {}
    }

    pub(crate) fn finish(self, _: &Declaration) -> Result<(), Fault> {
        match self {}
    }
}

#[cfg(target_arch = "x86")]
mod x86 {
    use std::arch::naked_asm;
    use std::cell::{Cell, UnsafeCell};
    use std::mem::offset_of;
    use std::ptr::null_mut;

    use super::{Declaration, Effect, Fault, Signature, difference};

    /// A directive that describes the stack frame to unwinders. With MSVC's tools, frame pointers do that.
    #[cfg(not(target_env = "msvc"))]
    macro_rules! cfi {
        ($directive:literal) => {
            $directive
        };
    }
    #[cfg(target_env = "msvc")]
    macro_rules! cfi {
        ($directive:literal) => {
            ""
        };
    }

    /// A call through the thunk: what the thunk has to know, and what it measures.
    #[repr(C)]
    #[derive(Debug)]
    struct CallRecord {
        target: *const (),
        /// How many bytes of arguments to pass on.
        argument_bytes: u32,
        /// What the thunk does to its own caller.
        expected: RecordedEffect,
        /// The change of the stack pointer.
        popped: i32,
        /// The status of the x87 unit before and after the call.
        x87_before: u32,
        x87_after: u32,
    }

    #[repr(C)]
    #[derive(Debug)]
    struct RecordedEffect {
        popped: i32,
        floats: u32,
    }

    /// The bits of the x87 unit's status that number the topmost register. It decreases when a value is pushed.
    const X87_TOP: u32 = 0x3800;
    const X87_TOP_SHIFT: u32 = 11;

    thread_local! {
        /// The record for the next call of the thunk.
        static PENDING: Cell<*mut CallRecord> = const { Cell::new(null_mut()) };
    }

    impl CallRecord {
        fn measured(&self) -> Effect {
            let top = |status: u32| (status & X87_TOP) >> X87_TOP_SHIFT;
            Effect { popped: self.popped, floats: top(self.x87_before).wrapping_sub(top(self.x87_after)) & 7 }
        }
    }

    /// The first call of a function.
    #[derive(Debug)]
    pub(crate) struct FirstCall {
        /// The thunk writes to it through a pointer.
        record: Box<UnsafeCell<CallRecord>>,
        expected: Effect,
    }

    impl FirstCall {
        /// Prepares the call of `target`; the next native call of this thread must be that of the thunk.
        pub(crate) fn begin<F>(target: *const (), signature: Signature<F>, stack_bytes: usize) -> Option<Self> {
            // A hidden pointer to the result counts as well.
            let argument_bytes = u32::try_from(stack_bytes).ok()?.next_multiple_of(4).checked_add(4)?;
            let expected = measure(signature.probe, argument_bytes, signature.returned_bytes);
            let first = Self { record: record(target, argument_bytes, expected), expected };
            PENDING.set(first.record.get());
            Some(first)
        }

        /// The function to call in place of the target.
        pub(crate) fn thunk(&self) -> *const () {
            thunk as *const ()
        }

        /// Compares the effect of the call with that which the compiler expected.
        ///
        /// # Errors
        /// [`Fault::CallingConvention`].
        pub(crate) fn finish(self, declaration: &Declaration) -> Result<(), Fault> {
            let measured = self.record.into_inner().measured();
            if measured == self.expected { Ok(()) } else { Err(difference(declaration, self.expected, measured)) }
        }
    }

    fn record(target: *const (), argument_bytes: u32, expected: Effect) -> Box<UnsafeCell<CallRecord>> {
        let Effect { popped, floats } = expected;
        let expected = RecordedEffect { popped, floats };
        Box::new(UnsafeCell::new(CallRecord {
            target,
            argument_bytes,
            expected,
            popped: 0,
            x87_before: 0,
            x87_after: 0,
        }))
    }

    /// Measures the effect that the compiler expects of functions like `probe`.
    fn measure(probe: *const (), argument_bytes: u32, returned_bytes: usize) -> Effect {
        /// The probe as the thunk calls it: with the first arguments of any convention. The thunk takes the third one off the
        /// stack, as this convention demands.
        type Probe = unsafe extern "fastcall" fn(*mut u64, *mut u64, *mut u64);

        // The probe writes its result there if it takes a hidden pointer, which is its first argument.
        let mut result = vec![0_u64; returned_bytes.div_ceil(8) + 1];
        let result = result.as_mut_ptr();
        let record = record(probe, argument_bytes, Effect { popped: 4, floats: 0 });
        // SAFETY: the thunk, called in this way, passes the three pointers on and takes the last one off the stack.
        let probe = unsafe { std::mem::transmute::<*const (), Probe>(thunk as *const ()) };
        PENDING.set(record.get());
        // SAFETY: the probe takes any bytes, and writes at most its result, for which there is room.
        unsafe { probe(result, result, result) };
        record.into_inner().measured()
    }

    /// Takes the record of a call that has reached the thunk.
    extern "C" fn take_record() -> *mut CallRecord {
        PENDING.replace(null_mut())
    }

    /// Calls the target of the pending record with the arguments that it is called with, in whatever convention, and records the
    /// effect of that. Its own effect is the expected one.
    ///
    /// The target's arguments are a copy, followed by zeros: a target with more parameters than declared reads those, and may
    /// write there.
    #[unsafe(naked)]
    unsafe extern "C" fn thunk() {
        naked_asm!(
            cfi!(".cfi_startproc"),
            "push ebp",
            cfi!(".cfi_def_cfa_offset 8"),
            cfi!(".cfi_offset ebp, -8"),
            "mov ebp, esp",
            cfi!(".cfi_def_cfa_register ebp"),
            "push ebx",
            "push esi",
            "push edi",
            cfi!(".cfi_offset ebx, -12"),
            cfi!(".cfi_offset esi, -16"),
            cfi!(".cfi_offset edi, -20"),
            // Some conventions pass arguments in these.
            "push ecx",
            "push edx",
            "and esp, -16",
            "call {take_record}",
            "mov esi, eax",
            // The arguments of the target begin at a multiple of 16 and end at EDX, where at least 64 zero bytes follow.
            "mov ecx, [esi + {argument_bytes}]",
            "lea edx, [esp - 64]",
            "sub edx, ecx",
            "and edx, -16",
            "add edx, ecx",
            // Pushing, not copying, touches the stack from its end on, where the system extends it.
            "2:",
            "push 0",
            "cmp esp, edx",
            "ja 2b",
            "3:",
            "push dword ptr [ebp + ecx + 4]",
            "sub ecx, 4",
            "jnz 3b",
            "mov edi, esp",
            "fnstsw word ptr [esi + {x87_before}]",
            "mov ecx, [ebp - 16]",
            "mov edx, [ebp - 20]",
            "call dword ptr [esi + {target}]",
            // The result is in EAX, EDX and the topmost x87 register. ECX is free.
            "fnstsw word ptr [esi + {x87_after}]",
            "mov ecx, esp",
            "sub ecx, edi",
            "mov [esi + {popped}], ecx",
            // Is the topmost register the expected one?
            "mov ebx, [esi + {x87_before}]",
            "and ebx, {top}",
            "mov ecx, [esi + {x87_after}]",
            "and ecx, {top}",
            "sub ecx, ebx",
            "mov edi, [esi + {expected_floats}]",
            "shl edi, {top_shift}",
            "add ecx, edi",
            "test ecx, {top}",
            "jz 4f",
            // If not: empty all registers, and push what the caller will take.
            "sub esp, 28",
            "fnstenv [esp]",
            "mov [esp + 4], ebx",
            "mov dword ptr [esp + 8], 0xffff",
            "fldenv [esp]",
            "cmp dword ptr [esi + {expected_floats}], 0",
            "je 4f",
            "fldz",
            "4:",
            // Move the return address to the end of the arguments that the caller expects to be gone.
            "mov ecx, [esi + {expected_popped}]",
            "mov ebx, [ebp + 4]",
            "mov [ebp + ecx + 4], ebx",
            "lea esp, [ebp - 12]",
            "pop edi",
            "pop esi",
            "pop ebx",
            "pop ebp",
            cfi!(".cfi_def_cfa esp, 4"),
            "add esp, ecx",
            "ret",
            cfi!(".cfi_endproc"),
            take_record = sym take_record,
            target = const offset_of!(CallRecord, target),
            argument_bytes = const offset_of!(CallRecord, argument_bytes),
            expected_popped = const offset_of!(CallRecord, expected) + offset_of!(RecordedEffect, popped),
            expected_floats = const offset_of!(CallRecord, expected) + offset_of!(RecordedEffect, floats),
            popped = const offset_of!(CallRecord, popped),
            x87_before = const offset_of!(CallRecord, x87_before),
            x87_after = const offset_of!(CallRecord, x87_after),
            top = const X87_TOP,
            top_shift = const X87_TOP_SHIFT,
        )
    }
}

/// The fault for a function whose effect is not the declared one.
#[cfg_attr(not(any(target_arch = "x86", test)), expect(dead_code, reason = "only calls on x86 are checked"))]
#[cold]
fn difference(declaration: &Declaration, expected: Effect, measured: Effect) -> Fault {
    let finding = if expected.popped == measured.popped {
        float_finding(declaration, measured.floats)
    } else {
        format!(
            "took {} off the stack instead of {}; {}",
            bytes(measured.popped),
            expected.popped,
            stack_remedy(declaration, expected.popped, measured.popped)
        )
    };
    Fault::CallingConvention {
        function: declaration.symbol.to_string(),
        declared: declaration.abi.name().to_owned(),
        popped: u32::try_from(measured.popped).unwrap_or_default(),
        finding,
    }
}

/// What a difference on the stack may come from.
fn stack_remedy(declaration: &Declaration, expected: i32, popped: i32) -> String {
    /// The conventions by name, with the number of arguments that they pass in registers; `None` if the caller takes the
    /// arguments off the stack.
    const CONVENTIONS: [(&str, Option<i32>); 4] =
        [("cdecl", None), ("stdcall", Some(0)), ("thiscall", Some(1)), ("fastcall", Some(2))];
    const WORD: i32 = 4;

    let parameters = i32::try_from(declaration.stack_bytes).unwrap_or(i32::MAX);
    let takes = |registers: Option<i32>| registers.map_or(0, |registers| (parameters - registers * WORD).max(0));
    let declared = declaration.abi.registers();
    let mut causes: Vec<_> = CONVENTIONS
        .iter()
        .filter(|(_, registers)| *registers != declared && takes(*registers) == popped)
        .map(|(name, _)| format!("is {name} (`#[abi(\"{name}\")]`)"))
        .collect();
    match declared {
        None if popped > 0 && causes.is_empty() => {
            causes.push(format!("is stdcall (`#[abi(\"stdcall\")]`) with {} of parameters", bytes(popped)));
        }
        None if popped < expected => causes.push("returns its struct without a hidden pointer".to_owned()),
        Some(0) if popped == 0 => causes.push("has no parameters".to_owned()),
        Some(registers) if popped >= 0 && popped % WORD == 0 => {
            let count = popped / WORD + registers;
            let plural = if count == 1 { "" } else { "s" };
            causes.push(format!("has {count} parameter{plural} of {WORD} bytes each"));
        }
        _ => {}
    }
    match causes.as_slice() {
        [] => "compare the parameters with the library's header".to_owned(),
        causes => format!("it {}", causes.join(", or ")),
    }
}

/// What a difference in the registers of the x87 unit means.
fn float_finding(declaration: &Declaration, floats: u32) -> String {
    let returns = match declaration.returns {
        Some(returns) => format!("`{}`", returns.declaration("").trim_end()),
        None => "nothing".to_owned(),
    };
    let is_struct = declaration.returns.is_some_and(CType::is_struct) && cfg!(windows);
    match floats {
        0 if is_struct => {
            "left no floating-point value in the processor's registers; remove `#[abi(\"gnu\")]` if MSVC has built it"
                .to_owned()
        }
        1 if is_struct => {
            "left a floating-point value in the processor's registers; add `#[abi(\"gnu\")]` if GCC has built it"
                .to_owned()
        }
        0 => format!("left no floating-point value in the processor's registers; it does not return {returns}"),
        1 => format!(
            "left a floating-point value in the processor's registers; it returns `float` or `double`, not {returns}"
        ),
        _ => "left the processor's floating-point registers in another state than any convention allows".to_owned(),
    }
}

fn bytes(count: i32) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(abi: Abi, stack_bytes: usize, expected: i32, popped: i32) -> String {
        stack_remedy(&Declaration { symbol: Symbol::Name("f"), abi, stack_bytes, returns: None }, expected, popped)
    }

    #[test]
    fn a_difference_on_the_stack_has_a_remedy() {
        assert_eq!(remedy(Abi::Cdecl, 8, 0, 8), "it is stdcall (`#[abi(\"stdcall\")]`)");
        assert_eq!(remedy(Abi::Cdecl, 8, 0, 12), "it is stdcall (`#[abi(\"stdcall\")]`) with 12 bytes of parameters");
        assert_eq!(remedy(Abi::Cdecl, 12, 0, 8), "it is thiscall (`#[abi(\"thiscall\")]`)");
        assert_eq!(remedy(Abi::Stdcall, 12, 12, 0), "it is cdecl (`#[abi(\"cdecl\")]`), or has no parameters");
        assert_eq!(
            remedy(Abi::Stdcall, 12, 12, 8),
            "it is thiscall (`#[abi(\"thiscall\")]`), or has 2 parameters of 4 bytes each"
        );
        assert_eq!(
            remedy(Abi::Fastcall, 12, 4, 12),
            "it is stdcall (`#[abi(\"stdcall\")]`), or has 5 parameters of 4 bytes each"
        );
        assert_eq!(
            remedy(Abi::Thiscall, 8, 4, 0),
            "it is cdecl (`#[abi(\"cdecl\")]`), or is fastcall (`#[abi(\"fastcall\")]`), or has 1 parameter of 4 bytes each"
        );
    }

    #[test]
    fn a_difference_names_the_function_and_what_it_did() {
        let declaration = Declaration { symbol: Symbol::Ordinal(7), abi: Abi::Cdecl, stack_bytes: 8, returns: None };
        let fault = difference(&declaration, Effect { popped: 0, floats: 0 }, Effect { popped: 8, floats: 0 });
        assert_eq!(
            fault.to_string(),
            "`#7`, which is declared as cdecl, took 8 bytes off the stack instead of 0; it is stdcall (`#[abi(\"stdcall\")]`)"
        );
    }

    #[test]
    fn a_difference_in_the_float_registers_has_a_remedy() {
        let declaration = Declaration {
            symbol: Symbol::Name("f"),
            abi: Abi::C,
            stack_bytes: 0,
            returns: Some(CType::Value("double")),
        };
        assert!(float_finding(&declaration, 0).ends_with("it does not return `double`"));
        assert!(float_finding(&Declaration { returns: None, ..declaration }, 1).ends_with("not nothing"));
    }
}
