//! Apartments of COM, and the messages of windows and timers.
//!
//! Few servers need either, so `ole32.dll` and `user32.dll` are loaded by those that do: the others start sooner.

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

use crate::interface::Apartment;

/// This thread in an apartment, until it is dropped.
pub(crate) struct InApartment {
    leave: Symbol<unsafe extern "system" fn()>,
    /// The thread leaves that has entered.
    _thread: PhantomData<*const ()>,
    _ole32: Library,
}

/// Has this thread enter an apartment.
///
/// # Errors
/// What COM says: above all, that the thread is in the other one already.
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

/// What a thread waits with that has windows, or timers: it dispatches their messages until somebody wakes it.
pub(crate) struct Pump {
    /// Resets itself.
    woken: OwnedHandle,
    wait: Symbol<unsafe extern "system" fn(u32, *const HANDLE, u32, u32, u32) -> u32>,
    peek: Symbol<unsafe extern "system" fn(*mut MSG, HWND, u32, u32, u32) -> i32>,
    translate: Symbol<unsafe extern "system" fn(*const MSG) -> i32>,
    dispatch: Symbol<unsafe extern "system" fn(*const MSG) -> isize>,
    _user32: Library,
}

impl Pump {
    /// `None` where the system has no such messages.
    ///
    /// # Errors
    /// What the system says.
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

    /// Ends a wait, this one or the next.
    pub(crate) fn wake(&self) {
        // SAFETY: the handle is open. It cannot fail with one that is.
        unsafe { SetEvent(self.woken.as_raw_handle()) };
    }

    /// Sleeps until somebody wakes this thread, or until there is a message for it.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn wait(&self) -> io::Result<()> {
        // "Input available": messages that were seen and left count, too.
        // SAFETY: one handle is there, and it is open.
        let ended = unsafe { (self.wait)(1, &self.woken.as_raw_handle(), INFINITE, QS_ALLINPUT, MWMO_INPUTAVAILABLE) };
        if ended == WAIT_FAILED { Err(io::Error::last_os_error()) } else { Ok(()) }
    }

    /// Dispatches the messages of this thread's windows and timers, so many at most: a window that sends itself one for
    /// each that it gets would keep the thread for ever.
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
            // What other threads send and wait for is carried out in here, whether or not there is a message.
            // SAFETY: the pointer is to a message, and every window of this thread's is meant.
            if unsafe { (self.peek)(&raw mut message, null_mut(), 0, 0, PM_REMOVE) } == 0 {
                return;
            }
            // That a library wants its program's loop to end is not its client's wish.
            if message.message != WM_QUIT {
                // SAFETY: the message is what the system has put there.
                unsafe { (self.translate)(&raw const message) };
                // SAFETY: as above. What a window does with it is the library's, as in every program with a loop.
                unsafe { (self.dispatch)(&raw const message) };
            }
        }
    }
}

/// A library of the system's own.
fn system_library(name: &str) -> io::Result<Library> {
    // SAFETY: the system's library, from its own folder.
    let library = unsafe { Library::load_with_flags(name, LOAD_LIBRARY_SEARCH_SYSTEM32) };
    library.map_err(io::Error::other)
}

/// A function of it.
///
/// # Safety
/// `F` is its type, and it is called while the library is loaded.
unsafe fn function<F>(library: &Library, name: &str) -> io::Result<Symbol<F>> {
    // SAFETY: the caller's promise is passed on.
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
    fn who_waits_is_woken_also_before_it_does() {
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
