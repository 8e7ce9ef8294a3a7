//! Sleeping until the other end has done something, and waking it.
//!
//! Each end has a flag in the shared memory that says what it sleeps for. Before it sleeps, an end raises its flag and looks
//! once more for what it waits for. After an end has published something, it looks at the other end's flag; if that is raised
//! for this, it lowers it and rings the doorbell, one byte on the stream.
//!
//! **No wake-up is lost.** The sleeper raises its flag, then looks; the waker publishes, then reads the flag. Each has a
//! sequentially consistent fence between its two steps, and all such fences have one order:
//!
//! - If the sleeper's fence comes first, the waker reads a raised flag, and rings.
//! - If the waker's fence comes first, the sleeper's last look finds what was published, and it does not sleep.
//!
//! **No ring is left over.** A raised flag is lowered by one compare-and-swap, so only one end succeeds: the waker, which then
//! rings, or the sleeper whose last look was successful. A sleeper that fails to lower its flag knows that a ring is on its
//! way, and waits for it. After every wait, therefore, as many bytes have been read from the stream as were written.
//!
//! A malicious peer can ring at any time, or never. A false ring makes this end look once more; a missing one makes it wait
//! as it would for any peer that does not answer.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering, fence};

use crate::transport::Doorbell;

/// What an end sleeps for: the value of its raised flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum WaitingFor {
    /// A frame, or words in the ring.
    Data = 1,
    /// Space in the ring.
    Space = 2,
}

/// The value of a flag that is not raised.
pub(super) const AWAKE: u32 = 0;

/// A sleep flag. It is a trait so that a model checker can replace the atomic by its own.
pub(super) trait SleepFlag {
    /// Says that this end sleeps, or is about to, and for what.
    fn raise(&self, waiting_for: WaitingFor);

    /// Lowers the flag if it is raised for `waiting_for`; returns whether it was.
    fn lower(&self, waiting_for: WaitingFor) -> bool;

    /// A sequentially consistent fence.
    fn fence(&self);
}

/// Implements [`SleepFlag`] for an atomic and its fence: those of the standard library, and those of the model checker.
macro_rules! impl_sleep_flag {
    ($atomic:ty, $fence:path) => {
        impl SleepFlag for $atomic {
            fn raise(&self, waiting_for: WaitingFor) {
                self.store(waiting_for as u32, Ordering::Relaxed);
            }

            fn lower(&self, waiting_for: WaitingFor) -> bool {
                // The flag is rarely raised, and a load is cheaper than a failed compare-and-swap.
                let raised = waiting_for as u32;
                self.load(Ordering::Relaxed) == raised
                    && self.compare_exchange(raised, AWAKE, Ordering::Relaxed, Ordering::Relaxed).is_ok()
            }

            fn fence(&self) {
                $fence(Ordering::SeqCst);
            }
        }
    };
}

impl_sleep_flag!(AtomicU32, fence);

#[cfg(all(test, target_os = "linux"))]
pub(super) use impl_sleep_flag;

/// Sleeps until `look` finds what this end waits for.
///
/// # Errors
/// As [`Doorbell::wait`].
pub(super) fn sleep<T>(
    own: &impl SleepFlag,
    waiting_for: WaitingFor,
    doorbell: &mut (impl Doorbell + ?Sized),
    mut look: impl FnMut() -> Option<T>,
) -> io::Result<T> {
    loop {
        own.raise(waiting_for);
        own.fence();
        if let Some(found) = look() {
            if !own.lower(waiting_for) {
                doorbell.wait()?;
            }
            return Ok(found);
        }
        let rung = doorbell.wait();
        // Look even after an error: the other end may have published something before it ended.
        match (look(), rung) {
            (Some(found), _) => return Ok(found),
            (None, Ok(())) => {}
            (None, Err(error)) => return Err(error),
        }
    }
}

/// Wakes the other end if it sleeps for what this end has just published; returns whether it did.
///
/// # Errors
/// As [`Doorbell::ring`].
#[inline]
pub(super) fn wake(
    other: &impl SleepFlag,
    waiting_for: WaitingFor,
    doorbell: &mut (impl Doorbell + ?Sized),
) -> io::Result<bool> {
    other.fence();
    let sleeps = other.lower(waiting_for);
    if sleeps {
        doorbell.ring()?;
    }
    Ok(sleeps)
}
