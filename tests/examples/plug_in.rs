//! A plug-in for programs in any language, which contains a client.

use bridge32_tests::surroundings::SurroundingsClient;

/// Launches the server, and writes the path of its program to `buffer`; returns its length.
///
/// # Safety
/// `buffer` has room for `capacity` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn server_path(buffer: *mut u8, capacity: usize) -> usize {
    let path = match SurroundingsClient::builder().ignore_environment().launch() {
        Ok(client) => client.server_info().path.display().to_string(),
        Err(error) => error.to_string(),
    };
    let length = path.len().min(capacity);
    // SAFETY: guaranteed by the caller: the buffer has room for `capacity` bytes, and `length` is at most that.
    unsafe { buffer.copy_from_nonoverlapping(path.as_ptr(), length) };
    length
}
