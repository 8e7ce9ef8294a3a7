//! A server whose main thread has already entered another apartment when it starts.

use std::process::ExitCode;

fn main() -> ExitCode {
    #[cfg(windows)]
    // SAFETY: the reserved pointer is null.
    unsafe {
        windows_sys::Win32::System::Com::CoInitializeEx(
            std::ptr::null(),
            windows_sys::Win32::System::Com::COINIT_MULTITHREADED.cast_unsigned(),
        );
    }
    bridge32::serve::<bridge32_tests::messages::StaLibrary>()
}
