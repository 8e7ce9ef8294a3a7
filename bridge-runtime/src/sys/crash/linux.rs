//! Crashes on Linux: signals, and the maps of the process.

use std::ffi::{c_int, c_void};
use std::fmt::Write as _;
use std::mem::zeroed;
use std::ptr::{null, null_mut};
use std::sync::{Mutex, MutexGuard, OnceLock};

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{pread, read, write};

use super::super::mappings;
use super::{Memory, Registers, ReportText, write_report};

/// The signals that end a process that has made a mistake, with their names.
const SIGNALS: [(c_int, &str); 7] = [
    (libc::SIGSEGV, "SIGSEGV"),
    (libc::SIGBUS, "SIGBUS"),
    (libc::SIGFPE, "SIGFPE"),
    (libc::SIGILL, "SIGILL"),
    (libc::SIGABRT, "SIGABRT"),
    (libc::SIGTRAP, "SIGTRAP"),
    (libc::SIGSYS, "SIGSYS"),
];

/// Those of [`SIGNALS`] whose instruction is executed again after the handler, which causes the signal again.
const FAULTS: [c_int; 4] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL];

/// What was done before at each of [`SIGNALS`]: Rust's handlers for stack overflows, or nothing.
static BEFORE: OnceLock<[libc::sigaction; SIGNALS.len()]> = OnceLock::new();

/// Makes crashes of this process be reported on its standard error. Call it before a library is loaded: what a library does at
/// these signals takes precedence, and a library that passes a signal on passes it to the report.
pub(crate) fn report_crashes() {
    // SAFETY: an action of zeros is valid: the default one, without flags.
    let mut before: [libc::sigaction; SIGNALS.len()] = unsafe { zeroed() };
    for ((signal, _), before) in SIGNALS.iter().zip(&mut before) {
        // SAFETY: the pointer is to an action; a null pointer changes nothing.
        unsafe { libc::sigaction(*signal, null(), before) };
    }
    if BEFORE.set(before).is_err() {
        return;
    }
    // SAFETY: as above.
    let mut action: libc::sigaction = unsafe { zeroed() };
    action.sa_sigaction = on_signal as extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) as usize;
    // On the stack for signals, if the thread has one: its own may have overflowed.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    enlarge_signal_stack();
    for (signal, _) in SIGNALS {
        // SAFETY: the handler does only what is allowed in one, and the pointer is to an action.
        unsafe { libc::sigaction(signal, &raw const action, null_mut()) };
    }
}

/// Gives this thread, which runs the library, a larger stack for signals than Rust gives its threads: with the registers of a
/// modern processor, a signal takes half of that.
fn enlarge_signal_stack() {
    const SIZE: usize = 64 << 10;
    let stack = Box::leak(vec![0u8; SIZE].into_boxed_slice());
    let stack = libc::stack_t { ss_sp: stack.as_mut_ptr().cast(), ss_flags: 0, ss_size: SIZE };
    // SAFETY: the memory is never freed and used by nothing else.
    unsafe { libc::sigaltstack(&raw const stack, null_mut()) };
}

/// Reports a crash, and leaves what happens next to the action before this one.
extern "C" fn on_signal(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let place = SIGNALS.iter().position(|(known, _)| *known == signal).unwrap_or_default();
    if let Some(before) = BEFORE.get() {
        // SAFETY: the pointer is to an action that the system returned.
        unsafe { libc::sigaction(signal, &raw const before[place], null_mut()) };
    }
    // SAFETY: the system passes a pointer to the signal's information, which is valid for the call.
    let info = unsafe { &*info };
    // SAFETY: with `SA_SIGINFO` the system passes a pointer to the context, which is valid for the call.
    let context = unsafe { &*context.cast::<libc::ucontext_t>() };
    // A process has sent it, or this one with `abort`. Source: sigaction(2).
    let is_fault = info.si_code > 0 && FAULTS.contains(&signal);
    if let Some(mut memory) = Maps::read() {
        let (name, registers) = (SIGNALS[place].1, registers(context));
        let out = |text: &[u8]| {
            // Nobody may read it.
            let _ = write(rustix::stdio::stderr(), text);
        };
        if is_fault {
            // SAFETY: of a fault, the information has the address.
            let address = unsafe { info.si_addr() } as usize;
            write_report(format_args!("{name} at {address:#x}"), registers, &mut memory, out);
        } else {
            write_report(format_args!("{name}"), registers, &mut memory, out);
        }
    }
    if !is_fault {
        // SAFETY: takes a number only. The signal is delivered when this handler has returned.
        unsafe { libc::raise(signal) };
    }
}

#[cfg(target_arch = "x86")]
fn registers(context: &libc::ucontext_t) -> Registers {
    let register = |index: c_int| context.uc_mcontext.gregs[index as usize].cast_unsigned() as usize;
    Registers { instruction: register(libc::REG_EIP), stack: register(libc::REG_ESP) }
}

#[cfg(target_arch = "x86_64")]
fn registers(context: &libc::ucontext_t) -> Registers {
    let register = |index: c_int| context.uc_mcontext.gregs[index as usize].cast_unsigned() as usize;
    Registers { instruction: register(libc::REG_RIP), stack: register(libc::REG_RSP) }
}

/// Servers are for x86.
#[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
fn registers(_: &libc::ucontext_t) -> Registers {
    Registers { instruction: 0, stack: 0 }
}

/// The memory of this process, by its mappings and `/proc/self/mem`.
struct Maps(MutexGuard<'static, MapsText>);

/// What is known of them. It is not on the stack, of which little may be left.
struct MapsText {
    text: [u8; 128 << 10],
    length: usize,
    /// The beginnings and ends of the first mappings with code; most processes have fewer.
    code: [(usize, usize); 128],
}

static MAPS: Mutex<MapsText> = Mutex::new(MapsText { text: [0; 128 << 10], length: 0, code: [(0, 0); 128] });

impl Maps {
    /// Reads the maps; `None` if another thread does.
    fn read() -> Option<Self> {
        let mut maps = MAPS.try_lock().ok()?;
        maps.length = 0;
        if let Ok(file) = open(mappings::PATH, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()) {
            let MapsText { text, length, .. } = &mut *maps;
            while let Ok(count @ 1..) = read(&file, &mut text[*length..]) {
                *length += count;
            }
        }
        let MapsText { text, length, code } = &mut *maps;
        let found = mappings::parse(&text[..*length]).filter(|map| map.is_executable && !map.file.is_empty());
        code.iter_mut().zip(found).for_each(|(range, map)| *range = (map.addresses.start, map.addresses.end));
        Some(Self(maps))
    }
}

impl Memory for Maps {
    fn read(&mut self, address: usize, into: &mut [u8]) -> usize {
        let Ok(memory) = open(c"/proc/self/mem", OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()) else { return 0 };
        pread(&memory, into, address as u64).unwrap_or(0)
    }

    fn is_code(&mut self, address: usize) -> bool {
        self.0.code.iter().any(|(begin, end)| (*begin..*end).contains(&address))
    }

    fn describe(&mut self, address: usize, out: &mut ReportText) -> bool {
        // The mappings of a file follow each other, and its first one has the beginning of the file.
        let (mut begin, mut file) = (0, &b""[..]);
        for map in mappings::parse(&self.0.text[..self.0.length]).filter(|map| !map.file.is_empty()) {
            if map.file != file {
                (begin, file) = (map.addresses.start, map.file);
            }
            if map.addresses.contains(&address) {
                out.append(file);
                let _ = write!(out, " + {:#x}", address - begin);
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_test_is_in_this_program() {
        let mut memory = Maps::read().unwrap();
        let here = this_test_is_in_this_program as fn() as usize;
        assert!(memory.is_code(here));
        let on_stack = 0u32;
        assert!(!memory.is_code((&raw const on_stack).addr()));
        let mut text = ReportText::EMPTY;
        assert!(memory.describe(here, &mut text));
        let text = String::from_utf8_lossy(text.bytes()).into_owned();
        let program = std::env::current_exe().unwrap();
        assert!(text.starts_with(&format!("{} + 0x", program.display())), "{text}");
        let mut code = [0; 4];
        assert_eq!(memory.read(here, &mut code), 4);
        assert_eq!(memory.read(8, &mut code), 0, "nothing is mapped there");
    }
}
