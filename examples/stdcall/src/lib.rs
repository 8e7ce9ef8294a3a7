//! Some functions of kernel32.dll.

use std::fmt;

use bridge32::{Address, Bool32, Bridge, bridge32};

/// Functions of kernel32.dll, which are all `__stdcall`.
#[bridge32(lib = "kernel32.dll", abi = "stdcall", server = "kernel32-server32")]
pub trait Kernel32 {
    /// Returns the date and time in the machine's time zone.
    #[symbol("GetLocalTime")]
    fn local_time(&self, #[out] time: SystemTime);

    /// Returns the date and time in UTC.
    #[symbol("GetSystemTime")]
    fn utc(&self, #[out] time: SystemTime);

    /// Returns the milliseconds since the system's start; wraps to 0 after 49.7 days.
    #[symbol("GetTickCount")]
    fn tick_count(&self) -> u32;

    /// Returns the machine's name. `length` is the buffer's size on input, and the name's length on output.
    #[symbol("GetComputerNameW")]
    #[check(ret != 0)]
    #[last_error]
    fn computer_name(
        &self,
        #[wide]
        #[out(cap = 16)]
        name: String,
        #[len_of(name)] length: &mut u32,
    ) -> i32;

    /// Returns the length and the path of the Windows folder.
    #[symbol("GetWindowsDirectoryW")]
    #[check(ret != 0)]
    #[last_error]
    fn windows_directory(
        &self,
        #[wide]
        #[out(cap = 260)]
        path: String,
        #[len_of(path)] capacity: u32,
    ) -> u32;

    /// Opens a file. It returns `INVALID_HANDLE_VALUE`, which is -1, if it fails.
    #[symbol("CreateFileW")]
    #[allow(clippy::too_many_arguments, reason = "the native function has these parameters")]
    #[check(ret != -1)]
    #[last_error]
    fn create_file(
        &self,
        #[wide] path: &str,
        access: u32,
        share: u32,
        security: Address,
        disposition: u32,
        flags: u32,
        template: Address,
    ) -> i32;

    /// Calls a closure for each installed locale, until it returns false. The callback is also `__stdcall`.
    #[symbol("EnumSystemLocalesW")]
    #[check(ret.0)]
    #[last_error]
    fn each_locale(&self, visit: fn(#[wide] id: &str) -> Bool32, flags: u32) -> Bool32;

    /// Closes a file.
    #[symbol("CloseHandle")]
    #[check(ret != 0)]
    #[last_error]
    fn close_handle(&self, handle: i32) -> i32;
}

/// `LCID_SUPPORTED`, for [`Kernel32::each_locale`].
pub const LCID_SUPPORTED: u32 = 2;

/// `OPEN_EXISTING`, for [`Kernel32::create_file`].
pub const OPEN_EXISTING: u32 = 3;

/// Windows' `SYSTEMTIME`: a date and a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Bridge)]
#[repr(C)]
#[bridge(size = 16)]
#[allow(missing_docs, reason = "the names describe the fields; Sunday is day 0 of the week")]
pub struct SystemTime {
    pub year: u16,
    pub month: u16,
    pub day_of_week: u16,
    pub day: u16,
    pub hour: u16,
    pub minute: u16,
    pub second: u16,
    pub milliseconds: u16,
}

/// Formats the date and time as in ISO 8601.
impl fmt::Display for SystemTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, milliseconds, .. } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}")
    }
}
