//! Reports where this process crashed, on its standard error, before the crash ends it.
//!
//! All of this runs on the thread that crashed, perhaps with a damaged heap and little stack: it allocates nothing, takes no lock
//! of the system or of a library, and reads memory only through the system, which refuses an address that is not mapped.

mod executing;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(windows)]
mod windows;

use std::fmt::{self, Write as _};
use std::sync::Mutex;

pub(crate) use executing::{Executing, WINDOW_MESSAGE};
use executing::{current_thread, executed_by};
#[cfg(target_os = "linux")]
pub(crate) use linux::report_crashes;
#[cfg(windows)]
pub(super) use windows::report;

/// Does nothing: only Linux and Windows are supported.
#[cfg(not(any(target_os = "linux", windows)))]
pub(crate) fn report_crashes() {}

/// How a report begins.
const BEGINNING: &str = "the server crashed: ";

/// What a server executed when it crashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CrashedIn<'s> {
    /// A call of this method.
    Call(&'s str),
    /// A window message, between calls.
    WindowMessage,
}

/// Returns what the thread that crashed executed, by the report in the standard error of a server; `None` if there is no report, or it
/// does not say so.
pub(crate) fn crashed_in(stderr: &str) -> Option<CrashedIn<'_>> {
    let report = stderr.lines().rev().find(|line| line.starts_with(BEGINNING))?;
    if report.strip_suffix(WINDOW_MESSAGE).is_some_and(|before| before.ends_with(", in ")) {
        return Some(CrashedIn::WindowMessage);
    }
    let (_, method) = report.strip_suffix('`')?.rsplit_once(", in a call of `")?;
    Some(CrashedIn::Call(method))
}

/// The number of stack words that are searched for return addresses.
const SEARCHED: usize = 2048;

/// The most return addresses that are listed. Calls that have returned leave theirs in what later ones have not overwritten yet: before
/// the function that called `abort`, a dozen of them may stand.
const LISTED: usize = 32;

/// The processor's state at a crash.
#[derive(Debug, Clone, Copy)]
struct Registers {
    /// The address of the instruction.
    instruction: usize,
    /// The top of the stack.
    stack: usize,
}

/// What a report needs of the system.
trait Memory {
    /// Reads memory from an address; returns how much could be read.
    fn read(&mut self, address: usize, into: &mut [u8]) -> usize;

    /// Whether code of a file is mapped at an address.
    fn is_code(&mut self, address: usize) -> bool;

    /// Writes the file that is mapped at an address and the offset from where the file begins; `false` if there is none.
    fn describe(&mut self, address: usize, out: &mut ReportText) -> bool;
}

/// The memory for a report. It is not on the stack, of which little may be left.
struct Report {
    words: [u8; SEARCHED * size_of::<usize>()],
    text: ReportText,
}

/// The report of this process. It is locked for good by the first one.
static REPORT: Mutex<Report> =
    Mutex::new(Report { words: [0; SEARCHED * size_of::<usize>()], text: ReportText::EMPTY });

/// Writes the report of a crash, which `cause` names, to standard error. Only the first crash of a process is reported.
fn write_report(cause: fmt::Arguments<'_>, registers: Registers, memory: &mut impl Memory, write: impl FnOnce(&[u8])) {
    let Ok(mut report) = REPORT.try_lock() else { return };
    report.fill(cause, executed_by(current_thread()), registers, memory);
    write(report.text.bytes());
    // Other threads, and a failure while the process ends, are of no interest.
    std::mem::forget(report);
}

impl Report {
    fn fill(
        &mut self,
        cause: fmt::Arguments<'_>,
        executed: Option<&str>,
        registers: Registers,
        memory: &mut impl Memory,
    ) {
        let Self { words, text } = self;
        // A report that does not fit is cut.
        let _ = write!(text, "{BEGINNING}{cause}, in ");
        if !memory.describe(registers.instruction, text) {
            let _ = write!(text, "no library, at {:#x}", registers.instruction);
        }
        let _ = match executed {
            Some(name) if name == WINDOW_MESSAGE => write!(text, ", in {name}"),
            Some(name) => write!(text, ", in a call of `{name}`"),
            None => Ok(()),
        };
        let length = memory.read(registers.stack, words);
        let (mut listed, mut previous) = (0, 0);
        for word in words[..length].chunks_exact(size_of::<usize>()) {
            let Ok(word) = word.try_into() else { continue };
            let address = usize::from_ne_bytes(word);
            // A recursion would fill the list.
            if address != previous && listed < LISTED && memory.is_code(address) && follows_call(address, memory) {
                let _ = text.write_str(if listed == 0 { "\nits stack has the return addresses\n  " } else { "\n  " });
                memory.describe(address, text);
                (listed, previous) = (listed + 1, address);
            }
        }
        let _ = text.write_str("\n");
    }
}

/// Whether the instruction before an address is a call, as before a return address. Libraries are built without frame pointers, so
/// there is no better way to find the callers without debug information.
///
/// Source: the opcodes E8 and FF /2 in volume 2 of Intel's manual.
fn follows_call(address: usize, memory: &mut impl Memory) -> bool {
    let mut code = [0; 7];
    let Some(begin) = address.checked_sub(code.len()) else { return false };
    if memory.read(begin, &mut code) < code.len() {
        return false;
    }
    // Its second byte, and the bytes that follow that.
    let indirect = |from_end: usize| {
        let (opcode, operand) = (code[code.len() - from_end], code[code.len() - from_end + 1]);
        opcode == 0xFF && operand & 0x38 == 0x10
    };
    code[2] == 0xE8 || (2..=7).any(indirect)
}

/// ReportText of a limited length.
struct ReportText {
    bytes: [u8; 4096],
    length: usize,
}

impl ReportText {
    const EMPTY: Self = Self { bytes: [0; 4096], length: 0 };

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Appends as many bytes as there is room for.
    fn append(&mut self, bytes: &[u8]) {
        let free = &mut self.bytes[self.length..];
        let count = bytes.len().min(free.len());
        free[..count].copy_from_slice(&bytes[..count]);
        self.length += count;
    }
}

impl fmt::Write for ReportText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.append(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Memory with a stack at 0x1000, and code at 0x400000.
    struct Example {
        stack: Vec<usize>,
        code: Vec<u8>,
    }

    const STACK: usize = 0x1000;
    const CODE: usize = 0x40_0000;

    impl Memory for Example {
        fn read(&mut self, address: usize, into: &mut [u8]) -> usize {
            let stack: Vec<u8> = self.stack.iter().flat_map(|word| word.to_ne_bytes()).collect();
            let (begin, bytes) = if address >= CODE { (CODE, &self.code) } else { (STACK, &stack) };
            let Some(bytes) = address.checked_sub(begin).and_then(|at| bytes.get(at..)) else { return 0 };
            let count = bytes.len().min(into.len());
            into[..count].copy_from_slice(&bytes[..count]);
            count
        }

        fn is_code(&mut self, address: usize) -> bool {
            (CODE..CODE + self.code.len()).contains(&address)
        }

        fn describe(&mut self, address: usize, out: &mut ReportText) -> bool {
            let is_code = self.is_code(address);
            if is_code {
                let _ = write!(out, "x.dll + {:#x}", address - CODE);
            }
            is_code
        }
    }

    fn report(instruction: usize, memory: Example) -> String {
        report_in(None, instruction, memory)
    }

    fn report_in(executed: Option<&str>, instruction: usize, mut memory: Example) -> String {
        let mut report = Report { words: [0; SEARCHED * size_of::<usize>()], text: ReportText::EMPTY };
        let registers = Registers { instruction, stack: STACK };
        report.fill(format_args!("SIGSEGV at 0x10"), executed, registers, &mut memory);
        String::from_utf8(report.text.bytes().to_vec()).unwrap()
    }

    #[test]
    fn the_method_is_found_in_a_report() {
        let printed = |executed| {
            let code = vec![0x90; 64];
            let report = report_in(executed, CODE + 3, Example { stack: vec![CODE + 15], code });
            format!("the library's own line\nthe server crashed: long ago, in x, in a call of `other`\n{report}")
        };
        assert_eq!(crashed_in(&printed(Some("divide"))), Some(CrashedIn::Call("divide")));
        assert_eq!(crashed_in(&printed(Some(WINDOW_MESSAGE))), Some(CrashedIn::WindowMessage));
        assert_eq!(crashed_in(&printed(None)), None);
        assert!(printed(Some(WINDOW_MESSAGE)).contains("x.dll + 0x3, in a window message\n"));
        assert_eq!(crashed_in("no report, in a call of `divide`"), None);
    }

    #[test]
    fn a_thread_s_own_call_is_known_and_no_other_one() {
        // Other tests of this program may execute something at the same time.
        static OUTER: &str = "outer";
        static INNER: &str = "inner";
        let this_thread = current_thread();
        let known = || executed_by(this_thread);
        for _ in 0..1000 {
            assert_eq!(known(), None);
            let outer = Executing::begin(&OUTER);
            let inner = Executing::begin(&INNER);
            assert!([Some("inner"), None].contains(&known()));
            drop(inner);
            assert!([Some("outer"), None].contains(&known()));
            drop(outer);
        }
        let _outer = Executing::begin(&OUTER);
        std::thread::spawn(|| assert_ne!(executed_by(current_thread()), Some("outer"))).join().unwrap();
    }

    #[test]
    fn return_addresses_are_those_after_calls() {
        let mut code = vec![0x90; 64];
        code[10] = 0xE8; // call rel32; returns to 15
        code[20..22].copy_from_slice(&[0xFF, 0xD0]); // call eax; returns to 22
        code[30..32].copy_from_slice(&[0xFF, 0x25]); // jmp [mem], which returns nowhere
        let stack = vec![7, CODE + 15, CODE + 16, CODE + 36, CODE + 22, CODE, usize::MAX];
        let expected = "the server crashed: SIGSEGV at 0x10, in x.dll + 0x3\nits stack has the return addresses\n  \
                        x.dll + 0xf\n  x.dll + 0x16\n";
        assert_eq!(report(CODE + 3, Example { stack, code }), expected);
    }

    #[test]
    fn a_jump_to_nowhere_is_reported_as_that() {
        let expected = "the server crashed: SIGSEGV at 0x10, in no library, at 0x10\n";
        assert_eq!(report(0x10, Example { stack: Vec::new(), code: Vec::new() }), expected);
    }

    #[test]
    fn a_long_report_is_cut() {
        let mut text = ReportText::EMPTY;
        for _ in 0..1000 {
            let _ = write!(text, "{:#x} and so on", usize::MAX);
        }
        assert_eq!(text.bytes().len(), text.bytes.len());
    }
}
