//! COM apartments, and the messages of windows and timers.
//!
//! Few servers need them, so `ole32.dll` and `user32.dll` are loaded on demand; the other servers start faster.

use std::io;
use std::marker::PhantomData;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::ptr::{null, null_mut};

use libloading::os::windows::{LOAD_LIBRARY_SEARCH_SYSTEM32, Library, Symbol};
use windows_sys::Win32::Foundation::{HANDLE, HWND, LPARAM, WAIT_FAILED, WPARAM};
use windows_sys::Win32::System::Com::{COINIT_APARTMENTTHREADED, COINIT_MULTITHREADED};
use windows_sys::Win32::System::Threading::{CreateEventW, INFINITE, SetEvent};
use windows_sys::Win32::UI::WindowsAndMessaging::{MSG, MWMO_INPUTAVAILABLE, PM_REMOVE, QS_ALLINPUT, WM_QUIT};
use windows_sys::core::HRESULT;

use super::super::float_state;
use crate::interface::Apartment;

/// Keeps this thread in an apartment until it is dropped.
pub(crate) struct InApartment {
    leave: Symbol<unsafe extern "system" fn()>,
    /// Not `Send`: the thread that entered has to leave.
    _thread: PhantomData<*const ()>,
    _ole32: Library,
}

/// Enters an apartment on this thread.
///
/// # Errors
/// COM's; most likely that the thread is in the other apartment already.
pub(crate) fn enter_apartment(apartment: Apartment) -> io::Result<InApartment> {
    type Enter = unsafe extern "system" fn(*const std::ffi::c_void, u32) -> HRESULT;
    let ole32 = system_library("ole32.dll")?;
    // SAFETY: `HRESULT CoInitializeEx(LPVOID, DWORD)`.
    let enter = unsafe { function::<Enter>(&ole32, "CoInitializeEx") }?;
    // SAFETY: `void CoUninitialize(void)`.
    let leave = unsafe { function(&ole32, "CoUninitialize") }?;
    let model = match apartment {
        Apartment::Sta => COINIT_APARTMENTTHREADED,
        Apartment::Mta => COINIT_MULTITHREADED,
    };
    // SAFETY: the reserved pointer is null, and the flag one of those there are.
    let result = unsafe { enter(null(), model.cast_unsigned()) };
    // "It is in this one already" is a success, which is left once more as well.
    if result < 0 {
        return Err(io::Error::from_raw_os_error(result));
    }
    Ok(InApartment { leave, _thread: PhantomData, _ole32: ole32 })
}

impl Drop for InApartment {
    fn drop(&mut self) {
        // SAFETY: this thread has entered once, and leaves once; the library is still loaded.
        unsafe { (self.leave)() };
    }
}

/// Waits on a thread with windows or timers, and dispatches their messages.
pub(crate) struct Pump {
    /// An auto-reset event.
    woken: OwnedHandle,
    wait: Symbol<unsafe extern "system" fn(u32, *const HANDLE, u32, u32, u32) -> u32>,
    peek: Symbol<unsafe extern "system" fn(*mut MSG, HWND, u32, u32, u32) -> i32>,
    translate: Symbol<unsafe extern "system" fn(*const MSG) -> i32>,
    dispatch: Symbol<unsafe extern "system" fn(*const MSG) -> isize>,
    _user32: Library,
}

impl Pump {
    /// Creates a pump; `None` on systems without window messages.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn new() -> io::Result<Option<Self>> {
        let user32 = system_library("user32.dll")?;
        // SAFETY: neither attributes nor a name are asked for.
        let event = unsafe { CreateEventW(null(), 0, 0, null()) };
        if event.is_null() {
            return Err(io::Error::last_os_error());
        }
        Ok(Some(Self {
            // SAFETY: the handle was just made, and is nobody else's.
            woken: unsafe { OwnedHandle::from_raw_handle(event) },
            // SAFETY: `DWORD MsgWaitForMultipleObjectsEx(DWORD, const HANDLE *, DWORD, DWORD, DWORD)`.
            wait: unsafe { function(&user32, "MsgWaitForMultipleObjectsEx") }?,
            // SAFETY: `BOOL PeekMessageW(LPMSG, HWND, UINT, UINT, UINT)`.
            peek: unsafe { function(&user32, "PeekMessageW") }?,
            // SAFETY: `BOOL TranslateMessage(const MSG *)`.
            translate: unsafe { function(&user32, "TranslateMessage") }?,
            // SAFETY: `LRESULT DispatchMessageW(const MSG *)`.
            dispatch: unsafe { function(&user32, "DispatchMessageW") }?,
            _user32: user32,
        }))
    }

    /// Ends the current wait or the next one.
    pub(crate) fn wake(&self) {
        // SAFETY: the handle is open, with which the call cannot fail.
        unsafe { SetEvent(self.woken.as_raw_handle()) };
    }

    /// Waits for [`Pump::wake`] or for a message of this thread.
    ///
    /// # Errors
    /// The system's.
    pub(crate) fn wait(&self) -> io::Result<()> {
        // `MWMO_INPUTAVAILABLE` also returns for messages that were seen before and left in the queue.
        // SAFETY: the pointer is to one open handle.
        let ended = unsafe { (self.wait)(1, &self.woken.as_raw_handle(), INFINITE, QS_ALLINPUT, MWMO_INPUTAVAILABLE) };
        if ended == WAIT_FAILED { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    /// Dispatches at most `most` messages of this thread's windows and timers. Without the limit a window that posts a message
    /// for each that it gets would keep the thread forever.
    pub(crate) fn dispatch(&self, most: usize) {
        let mut message = MSG {
            hwnd: null_mut(),
            message: 0,
            wParam: WPARAM::default(),
            lParam: LPARAM::default(),
            time: 0,
            pt: windows_sys::Win32::Foundation::POINT::default(),
        };
        for _ in 0..most {
            // This also handles messages that other threads send, whether or not one is in the queue.
            // SAFETY: the pointer is to a message, and every window of this thread's is meant.
            let has_message =
                float_state::in_library(|| unsafe { (self.peek)(&raw mut message, null_mut(), 0, 0, PM_REMOVE) }) != 0;
            if !has_message {
                return;
            }
            // A library that quits its message loop does not end the server.
            if message.message != WM_QUIT {
                // SAFETY: the message is what the system has put there.
                unsafe { (self.translate)(&raw const message) };
                // SAFETY: as above.
                float_state::in_library(|| unsafe { (self.dispatch)(&raw const message) });
            }
        }
    }
}

/// Loads a system library.
fn system_library(name: &str) -> io::Result<Library> {
    // SAFETY: the system's library, from its own folder.
    let library = unsafe { Library::load_with_flags(name, LOAD_LIBRARY_SEARCH_SYSTEM32) };
    library.map_err(io::Error::other)
}

/// A function of a library.
///
/// # Safety
/// `F` is the function's type, and it is called only while the library is loaded.
unsafe fn function<F>(library: &Library, name: &str) -> io::Result<Symbol<F>> {
    // SAFETY: guaranteed by the caller: `F` is the type of the function.
    let function = unsafe { library.get::<F>(name) };
    function.map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_is_in_one_apartment() {
        let outer = enter_apartment(Apartment::Mta).unwrap();
        // `RPC_E_CHANGED_MODE`.
        let error = enter_apartment(Apartment::Sta).err().unwrap();
        assert_eq!(error.raw_os_error(), Some(0x8001_0106_u32.cast_signed()), "{error}");
        drop(outer);
        drop(enter_apartment(Apartment::Sta).unwrap());
    }

    #[test]
    fn a_wake_before_the_wait_counts() {
        let pump = Pump::new().unwrap().unwrap();
        pump.wake();
        pump.wait().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(std::time::Duration::from_millis(100));
                pump.wake();
            });
            pump.wait().unwrap();
        });
    }
}
