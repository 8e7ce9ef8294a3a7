//! How a process ended, with the name of the signal or NTSTATUS.

use std::fmt::{self, Display, Formatter};

/// How a server process ended.
///
/// Wine passes only the lowest 8 bits of a Windows server's exit code on to a Linux program. The code of an unhandled exception
/// is known in full nevertheless, because the server reports it itself before it ends.
///
/// On Unix, a program that ignores `SIGCHLD`, or that waits for all of its child processes, takes the status of its servers away. Then
/// the status is [unknown](ExitStatus::is_unknown), and not a [success](ExitStatus::success) either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitStatus {
    /// `None` if the system did not say how the process ended.
    status: Option<std::process::ExitStatus>,
    /// `None` for a process of this system.
    wine: Option<WineExit>,
}

/// What is known of a process under Wine besides its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct WineExit {
    exception: Option<u32>,
}

impl ExitStatus {
    /// The status of a process under Wine, and the exception that it reported.
    pub(crate) fn of_wine(status: Option<std::process::ExitStatus>, exception: Option<u32>) -> Self {
        Self { status, wine: Some(WineExit { exception }) }
    }

    /// The status of a process of this system; `None` if it is unknown.
    pub(crate) fn of_native(status: Option<std::process::ExitStatus>) -> Self {
        Self { status, wine: None }
    }

    /// Whether the system did not say how the process ended, because this program ignores `SIGCHLD` or has itself waited for the
    /// process. For a server under Wine, the exception that ended it may be known all the same.
    pub fn is_unknown(&self) -> bool {
        self.status.is_none() && self.code().is_none()
    }

    /// Whether it ended by itself with exit code 0.
    pub fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// The exit code, unless a signal ended the process. For a server under Wine only its lowest 8 bits may be known; see
    /// [`ExitStatus::is_cut`].
    pub fn code(&self) -> Option<i32> {
        let code = self.status.map(|status| status.code());
        let exception = self.wine.and_then(|wine| wine.exception).filter(|_| code != Some(None));
        exception.map(u32::cast_signed).or(code.flatten())
    }

    /// Whether only the lowest 8 bits of the exit code are known: the server ran under Wine, and reported no exception.
    pub fn is_cut(&self) -> bool {
        self.wine == Some(WineExit { exception: None }) && self.code().is_some()
    }

    /// The number of the signal that ended it; `None` on Windows.
    pub fn signal(&self) -> Option<i32> {
        #[cfg(unix)]
        return self.status.and_then(|status| std::os::unix::process::ExitStatusExt::signal(&status));
        #[cfg(not(unix))]
        return None;
    }

    /// The name of the signal or exception that ended it, if it is one of the usual ones: such as `SIGSEGV`,
    /// `STATUS_ACCESS_VIOLATION` or `C++ exception`.
    pub fn name(&self) -> Option<&'static str> {
        match self.signal() {
            Some(signal) => signal_name(signal),
            None => exception_name(self.code()?.cast_unsigned()),
        }
    }

    /// What the code often means, if its name does not say it.
    fn meaning(&self) -> Option<&'static str> {
        match self.signal() {
            Some(_) => None,
            None => exception_meaning(self.code()?.cast_unsigned()),
        }
    }
}

impl From<std::process::ExitStatus> for ExitStatus {
    fn from(status: std::process::ExitStatus) -> Self {
        Self::of_native(Some(status))
    }
}

impl Display for ExitStatus {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let meaning = self.meaning().map(|meaning| format!("; {meaning}")).unwrap_or_default();
        let name = self.name().map(|name| format!(" ({name}{meaning})")).unwrap_or_default();
        match (self.signal(), self.code()) {
            (Some(signal), _) => write!(f, "it was ended by signal {signal}{name}"),
            // The upper bits of an exception's code say what went wrong; a decimal number would hide them.
            (None, Some(code)) if !(0..=0xFFFF).contains(&code) => write!(f, "it ended with code {code:#010X}{name}"),
            (None, Some(0)) => f.write_str("it ended with code 0"),
            (None, Some(code)) if self.is_cut() => {
                write!(f, "it ended with a code whose lowest 8 bits are {code:#04X}; Wine passes on no more")?;
                if code == DLL_NOT_FOUND { f.write_str(MISSING_DLL) } else { Ok(()) }
            }
            (None, Some(code)) => write!(f, "it ended with code {code}{name}"),
            (None, None) => f.write_str("it ended in a way that the system did not report to this program"),
        }
    }
}

/// The lowest 8 bits of 0xC0000135, `STATUS_DLL_NOT_FOUND`.
const DLL_NOT_FOUND: i32 = 0x35;

const MISSING_DLL: &str = ". So do those of STATUS_DLL_NOT_FOUND: a DLL that the server needs is missing. Wine before 8.13 lacks \
                           bcryptprimitives.dll, which `cargo bridge32 build` puts next to the server";

/// Source: signal(7) of Linux; the numbers are those of x86 and ARM.
fn signal_name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        _ => return None,
    })
}

/// The codes of exceptions. Source: for NTSTATUS
/// <https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/596a1078-e883-4972-9bbc-49e60bebca55>; for those of languages
/// <https://devblogs.microsoft.com/oldnewthing/20100730-00/?p=13273> (C++), Delphi's `System.pas`, and `corexcep.h` of .NET.
fn exception_name(code: u32) -> Option<&'static str> {
    Some(match code {
        // The exceptions of languages.
        0x0EED_FADE => "Delphi exception",
        0x0EEF_FACE => "C++Builder exception",
        0x2047_4343 => "GCC exception",
        0x406D_1388 => "MS_VC_EXCEPTION",
        0x8013_1623 => "COR_E_FAILFAST",
        0xC06D_007E => "delay-loaded library not found",
        0xC06D_007F => "delay-loaded function not found",
        0xE043_4352 | 0xE043_4F4D => ".NET exception",
        0xE06D_7363 => "C++ exception",
        // NTSTATUS.
        0x8000_0001 => "STATUS_GUARD_PAGE_VIOLATION",
        0x8000_0002 => "STATUS_DATATYPE_MISALIGNMENT",
        0x8000_0003 => "STATUS_BREAKPOINT",
        0x8000_0004 => "STATUS_SINGLE_STEP",
        0xC000_0005 => "STATUS_ACCESS_VIOLATION",
        0xC000_0006 => "STATUS_IN_PAGE_ERROR",
        0xC000_0008 => "STATUS_INVALID_HANDLE",
        0xC000_0017 => "STATUS_NO_MEMORY",
        0xC000_001D => "STATUS_ILLEGAL_INSTRUCTION",
        0xC000_0025 => "STATUS_NONCONTINUABLE_EXCEPTION",
        0xC000_0026 => "STATUS_INVALID_DISPOSITION",
        0xC000_007B => "STATUS_INVALID_IMAGE_FORMAT",
        0xC000_008C => "STATUS_ARRAY_BOUNDS_EXCEEDED",
        0xC000_008D => "STATUS_FLOAT_DENORMAL_OPERAND",
        0xC000_008E => "STATUS_FLOAT_DIVIDE_BY_ZERO",
        0xC000_008F => "STATUS_FLOAT_INEXACT_RESULT",
        0xC000_0090 => "STATUS_FLOAT_INVALID_OPERATION",
        0xC000_0091 => "STATUS_FLOAT_OVERFLOW",
        0xC000_0092 => "STATUS_FLOAT_STACK_CHECK",
        0xC000_0093 => "STATUS_FLOAT_UNDERFLOW",
        0xC000_0094 => "STATUS_INTEGER_DIVIDE_BY_ZERO",
        0xC000_0095 => "STATUS_INTEGER_OVERFLOW",
        0xC000_0096 => "STATUS_PRIVILEGED_INSTRUCTION",
        0xC000_00FD => "STATUS_STACK_OVERFLOW",
        0xC000_0135 => "STATUS_DLL_NOT_FOUND",
        0xC000_0138 => "STATUS_ORDINAL_NOT_FOUND",
        0xC000_0139 => "STATUS_ENTRYPOINT_NOT_FOUND",
        0xC000_013A => "STATUS_CONTROL_C_EXIT",
        0xC000_0142 => "STATUS_DLL_INIT_FAILED",
        0xC000_0194 => "STATUS_POSSIBLE_DEADLOCK",
        0xC000_02B4 => "STATUS_FLOAT_MULTIPLE_FAULTS",
        0xC000_02B5 => "STATUS_FLOAT_MULTIPLE_TRAPS",
        0xC000_0374 => "STATUS_HEAP_CORRUPTION",
        0xC000_0409 => "STATUS_STACK_BUFFER_OVERRUN",
        0xC000_0417 => "STATUS_INVALID_CRUNTIME_PARAMETER",
        0xC000_041D => "STATUS_FATAL_USER_CALLBACK_EXCEPTION",
        0xC000_0420 => "STATUS_ASSERTION_FAILURE",
        0xC000_0602 => "STATUS_FAIL_FAST_EXCEPTION",
        _ => return None,
    })
}

/// What a code often means besides its name. Source for `__fastfail`:
/// <https://learn.microsoft.com/cpp/intrinsics/fastfail>; for Visual Basic: its run-time library raises this code for every error.
fn exception_meaning(code: u32) -> Option<&'static str> {
    Some(match code {
        0x8013_1623 => "managed code called `Environment.FailFast`",
        0xC000_008F => "Visual Basic raises it for its own errors",
        0xC000_0409 => "also `abort` of Visual C++, and other uses of `__fastfail`",
        0xE06D_7363 | 0x0EED_FADE | 0x0EEF_FACE | 0xE043_4352 | 0xE043_4F4D => "the library did not catch it",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn signals_have_names() {
        use std::os::unix::process::ExitStatusExt as _;
        let status = |raw| ExitStatus::from(std::process::ExitStatus::from_raw(raw));
        assert_eq!(status(11).to_string(), "it was ended by signal 11 (SIGSEGV)");
        assert_eq!(status(3 << 8).to_string(), "it ended with code 3");
    }

    #[test]
    fn exceptions_of_languages_have_names() {
        #[cfg(unix)]
        let status = |code: u32| ExitStatus::of_wine(Some(std::process::ExitStatus::default()), Some(code));
        #[cfg(windows)]
        let status = |code: u32| {
            use std::os::windows::process::ExitStatusExt as _;
            ExitStatus::from(std::process::ExitStatus::from_raw(code))
        };
        for (code, expected) in [
            (0xE06D_7363, "it ended with code 0xE06D7363 (C++ exception; the library did not catch it)"),
            (0x0EED_FADE, "it ended with code 0x0EEDFADE (Delphi exception; the library did not catch it)"),
            (
                0xC000_008F,
                "it ended with code 0xC000008F (STATUS_FLOAT_INEXACT_RESULT; Visual Basic raises it for its own errors)",
            ),
            (0xC000_02B5, "it ended with code 0xC00002B5 (STATUS_FLOAT_MULTIPLE_TRAPS)"),
            (0x1234_5678, "it ended with code 0x12345678"),
            (65535, "it ended with code 65535"),
        ] {
            assert_eq!(status(code).to_string(), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_wine_does_not_say_is_not_said() {
        use std::os::unix::process::ExitStatusExt as _;
        let status = |raw, exception| ExitStatus::of_wine(Some(std::process::ExitStatus::from_raw(raw)), exception);
        let known = status(5 << 8, Some(0xC000_0005));
        assert_eq!(known.to_string(), "it ended with code 0xC0000005 (STATUS_ACCESS_VIOLATION)");
        assert_eq!((known.name(), known.is_cut()), (Some("STATUS_ACCESS_VIOLATION"), false));
        let cut = status(7 << 8, None);
        assert_eq!(cut.to_string(), "it ended with a code whose lowest 8 bits are 0x07; Wine passes on no more");
        assert_eq!((cut.code(), cut.is_cut()), (Some(7), true));
        assert!(status(DLL_NOT_FOUND << 8, None).to_string().contains("lacks bcryptprimitives.dll"));
        assert_eq!(status(9, None).to_string(), "it was ended by signal 9 (SIGKILL)");
        assert_eq!(status(0, None).to_string(), "it ended with code 0");
    }

    #[test]
    fn an_unknown_status_says_so() {
        let unknown = ExitStatus::of_native(None);
        assert_eq!((unknown.is_unknown(), unknown.success(), unknown.is_cut()), (true, false, false));
        assert_eq!((unknown.code(), unknown.signal(), unknown.name()), (None, None, None));
        assert_eq!(unknown.to_string(), "it ended in a way that the system did not report to this program");
        let exception = ExitStatus::of_wine(None, Some(0xC000_0005));
        assert_eq!((exception.is_unknown(), exception.name()), (false, Some("STATUS_ACCESS_VIOLATION")));
    }

    #[cfg(windows)]
    #[test]
    fn exceptions_have_names() {
        use std::os::windows::process::ExitStatusExt as _;
        let status = ExitStatus::from(std::process::ExitStatus::from_raw(0xC000_0005));
        assert_eq!(status.to_string(), "it ended with code 0xC0000005 (STATUS_ACCESS_VIOLATION)");
    }
}
