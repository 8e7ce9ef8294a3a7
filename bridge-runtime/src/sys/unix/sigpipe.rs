//! Writing to a pipe whose reader may be gone.

use std::io;
use std::mem::MaybeUninit;
use std::ptr::null_mut;

use libc::{SIG_BLOCK, SIG_SETMASK, SIGPIPE, sigset_t};

/// Runs `write`, which writes to a pipe, without the signal `SIGPIPE` if the reader is gone. The signal would end a program that
/// does not ignore it, as Rust's own programs do.
pub(crate) fn without_sigpipe(write: impl FnOnce() -> io::Result<usize>) -> io::Result<usize> {
    let pipe = set_of_sigpipe();
    let mut before = MaybeUninit::<sigset_t>::uninit();
    // SAFETY: the pointers are to sets; this changes the mask of this thread only. It cannot fail with these arguments.
    unsafe { libc::pthread_sigmask(SIG_BLOCK, &raw const pipe, before.as_mut_ptr()) };
    // SAFETY: the call has written it.
    let before = unsafe { before.assume_init() };
    let was_pending = is_pending();
    let result = write();
    if !was_pending && result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // Takes the signal, which the write has sent to this thread. If it is ignored there is none.
        // SAFETY: the pointers are to a set and a time, and nothing else is asked for.
        while unsafe { libc::sigtimedwait(&raw const pipe, null_mut(), &raw const at_once) } < 0
            && io::Error::last_os_error().kind() == io::ErrorKind::Interrupted
        {}
    }
    // SAFETY: the pointer is to a set.
    unsafe { libc::pthread_sigmask(SIG_SETMASK, &raw const before, null_mut()) };
    result
}

fn set_of_sigpipe() -> sigset_t {
    let mut set = MaybeUninit::<sigset_t>::uninit();
    // SAFETY: the pointer is to a set, which this initializes.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    // SAFETY: as above; the signal exists.
    unsafe { libc::sigaddset(set.as_mut_ptr(), SIGPIPE) };
    // SAFETY: it was initialized.
    unsafe { set.assume_init() }
}

/// Whether the signal waits already, so that it is not the write's.
fn is_pending() -> bool {
    let mut set = MaybeUninit::<sigset_t>::uninit();
    // SAFETY: the pointer is to a set, which this initializes.
    unsafe { libc::sigpending(set.as_mut_ptr()) };
    // SAFETY: the pointer is to a set that was initialized.
    unsafe { libc::sigismember(set.as_ptr(), SIGPIPE) == 1 }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::ptr::null;

    use super::*;

    /// Rust's programs ignore the signal, so this checks the mask and the error; a C host checks the rest.
    #[test]
    fn the_mask_is_as_before() {
        let mask = || {
            let mut set = MaybeUninit::<sigset_t>::uninit();
            // SAFETY: the pointer is to a set, and no set is given.
            unsafe { libc::pthread_sigmask(SIG_BLOCK, null(), set.as_mut_ptr()) };
            // SAFETY: the call has written it.
            unsafe { libc::sigismember(set.as_ptr(), SIGPIPE) }
        };
        let (reader, mut writer) = io::pipe().unwrap();
        assert_eq!(without_sigpipe(|| writer.write(b"x")).unwrap(), 1);
        drop(reader);
        let error = without_sigpipe(|| writer.write(b"x")).unwrap_err();
        assert_eq!((error.kind(), mask(), is_pending()), (io::ErrorKind::BrokenPipe, 0, false));
    }
}
