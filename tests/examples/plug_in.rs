//! A plug-in with clients: tests load it themselves, and in a program in C, `native/host.c`.

use std::ffi::{CStr, c_char};
use std::sync::{Mutex, PoisonError};

use bridge32_tests::faults::FaultsClient;
use bridge32_tests::pair::Pair;
use bridge32_tests::surroundings::SurroundingsClient;

/// They live as long as the library.
static CLIENTS: Mutex<Vec<FaultsClient>> = Mutex::new(Vec::new());

/// Launches a server, and returns its process id, or 0.
///
/// # Safety
/// The path ends with a zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn plugin_launch(server: *const c_char) -> u32 {
    // SAFETY: guaranteed by the caller.
    let server = unsafe { CStr::from_ptr(server) }.to_string_lossy().into_owned();
    let Ok(client) = FaultsClient::builder().server(server).launch() else { return 0 };
    let pid = client.server_info().pid;
    CLIENTS.lock().unwrap_or_else(PoisonError::into_inner).push(client);
    pid
}

/// Calls a server by its process id; returns 0 if the call has succeeded.
#[unsafe(no_mangle)]
pub extern "C" fn plugin_call(pid: u32) -> i32 {
    let clients = CLIENTS.lock().unwrap_or_else(PoisonError::into_inner);
    let client = clients.iter().find(|client| client.server_info().pid == pid);
    client.is_none_or(|client| client.set_mode(1).is_err()).into()
}

/// Launches the server, and writes the path of its program to `buffer`; returns its length.
///
/// # Safety
/// `buffer` has room for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn server_path(buffer: *mut u8, capacity: usize) -> usize {
    let mut builder = SurroundingsClient::builder().ignore_environment();
    if Pair::current() == Pair::LinuxWindows {
        builder = builder.runner(["wine"]);
    }
    let path = match builder.launch() {
        Ok(client) => client.server_info().path.display().to_string(),
        Err(error) => error.to_string(),
    };
    let length = path.len().min(capacity);
    // SAFETY: guaranteed by the caller: the buffer has room for `capacity` bytes, and `length` is at most that.
    unsafe { buffer.copy_from_nonoverlapping(path.as_ptr(), length) };
    length
}
