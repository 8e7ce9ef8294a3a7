//! What a thread is executing, for the report of its crash.

use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// The name of what a thread executes while it dispatches window messages.
pub(crate) static WINDOW_MESSAGE: &str = "a window message";

/// The thread that was the last one to begin something; 0 for none. There is one for all threads, because the report of a crash may
/// neither allocate nor lock, as thread-local variables do on some targets. So it is not always known what a thread executes while
/// others execute something, too.
static THREAD: AtomicU32 = AtomicU32::new(NO_THREAD);

/// What that thread executes.
static NAME: AtomicPtr<&'static str> = AtomicPtr::new(null_mut());

const NO_THREAD: u32 = 0;

/// Notes what this thread executes, until it is dropped.
#[derive(Debug)]
pub(crate) struct Executing {
    thread: u32,
    /// What this thread executed before, and does again afterwards.
    outer: Option<*mut &'static str>,
}

impl Executing {
    #[inline]
    pub(crate) fn begin(name: &'static &'static str) -> Self {
        let thread = current_thread();
        let outer = (THREAD.load(Ordering::Relaxed) == thread).then(|| NAME.load(Ordering::Relaxed));
        note(thread, (&raw const *name).cast_mut());
        Self { thread, outer }
    }
}

impl Drop for Executing {
    #[inline]
    fn drop(&mut self) {
        if THREAD.load(Ordering::Relaxed) == self.thread {
            match self.outer {
                Some(name) => note(self.thread, name),
                None => THREAD.store(NO_THREAD, Ordering::Relaxed),
            }
        }
    }
}

#[inline]
fn note(thread: u32, name: *mut &'static str) {
    // Release: who sees the thread sees the name.
    THREAD.store(NO_THREAD, Ordering::Relaxed);
    NAME.store(name, Ordering::Release);
    THREAD.store(thread, Ordering::Release);
}

/// The id of this thread.
#[cfg(target_os = "linux")]
#[inline]
pub(super) fn current_thread() -> u32 {
    use std::cell::Cell;

    thread_local! {
        static ID: Cell<u32> = const { Cell::new(NO_THREAD) };
    }
    if ID.get() == NO_THREAD {
        ID.set(rustix::thread::gettid().as_raw_pid().cast_unsigned());
    }
    ID.get()
}

/// The id of this thread.
#[cfg(windows)]
#[inline]
pub(super) fn current_thread() -> u32 {
    // SAFETY: takes nothing.
    unsafe { windows_sys::Win32::System::Threading::GetCurrentThreadId() }
}

/// Nothing is reported on other systems.
#[cfg(not(any(target_os = "linux", windows)))]
pub(super) fn current_thread() -> u32 {
    NO_THREAD
}

/// Returns what a thread executes, if it is known.
pub(super) fn executed_by(thread: u32) -> Option<&'static str> {
    let is_noted = || THREAD.load(Ordering::Acquire) == thread;
    let name = is_noted().then(|| NAME.load(Ordering::Acquire)).filter(|name| !name.is_null())?;
    // SAFETY: the pointer was made from a static reference.
    is_noted().then(|| unsafe { *name })
}
