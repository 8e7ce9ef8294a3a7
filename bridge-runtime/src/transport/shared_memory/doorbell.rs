//! Sleeping until the other side has something, and waking it.
//!
//! Each side has a flag, which says what it is asleep for. Whoever falls asleep raises its flag and looks once more at
//! what it waits for; whoever has written something then looks at the other side's flag, and where it is raised lowers
//! it and rings: one byte on the pipe.
//!
//! No wake-up is lost. Between its two steps each side has a fence, and fences of this kind have one order that both
//! sides see alike. If the sleeper's is first, the waker's look comes after the flag was raised, and it rings. If the
//! waker's is first, the sleeper's last look comes after the write, and it does not sleep.
//!
//! No ring is left over. A raised flag is lowered by one of the two, in one step that only one can take: by the waker,
//! who then rings, or by the sleeper whose last look was a success. If the sleeper finds that the waker was quicker, a
//! ring is on its way, and is waited for. So after every wait as many bytes were read as were written.
//!
//! A peer that lies can ring at any time, or never. Then this side looks once more for nothing, or waits for as long as
//! for a peer that does not answer.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering, fence};

/// The pipe, as what wakes: one byte is one ring.
pub(crate) trait Doorbell {
    /// Wakes the other side.
    fn ring(&mut self) -> io::Result<()>;

    /// Sleeps until the other side rings.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] when the other side is gone, else what the system says.
    fn wait(&mut self) -> io::Result<()>;
}

/// What a side is asleep for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Cause {
    /// Something to read.
    Words = 1,
    /// Room to write.
    Room = 2,
}

/// Not asleep.
pub(super) const AWAKE: u32 = 0;

/// A flag; a trait, so that the states of both sides can be tried in every order.
pub(super) trait Flag {
    fn raise(&self, cause: u32);
    /// Lowers it, if it is raised for this cause, and only then.
    fn lower(&self, cause: u32) -> bool;
    /// See the module.
    fn fence(&self);
}

/// The flag of an atomic and its fence: the ones in use, and those of the tests that try every order.
macro_rules! flag_of {
    ($atomic:ty, $fence:path) => {
        impl Flag for $atomic {
            fn raise(&self, cause: u32) {
                self.store(cause, Ordering::Relaxed);
            }

            fn lower(&self, cause: u32) -> bool {
                // Nearly always it is not raised, and a look costs less.
                self.load(Ordering::Relaxed) == cause
                    && self.compare_exchange(cause, AWAKE, Ordering::Relaxed, Ordering::Relaxed).is_ok()
            }

            fn fence(&self) {
                $fence(Ordering::SeqCst);
            }
        }
    };
}

flag_of!(AtomicU32, fence);

#[cfg(all(test, target_os = "linux"))]
pub(super) use flag_of;

/// Sleeps until `look` finds what this side waits for.
///
/// # Errors
/// As [`Doorbell::wait`].
pub(super) fn sleep<T>(
    own: &impl Flag,
    cause: Cause,
    doorbell: &mut (impl Doorbell + ?Sized),
    mut look: impl FnMut() -> Option<T>,
) -> io::Result<T> {
    loop {
        own.raise(cause as u32);
        own.fence();
        if let Some(found) = look() {
            if !own.lower(cause as u32) {
                doorbell.wait()?;
            }
            return Ok(found);
        }
        // Whoever ends has perhaps written before.
        let rung = doorbell.wait();
        match (look(), rung) {
            (Some(found), _) => return Ok(found),
            (None, Ok(())) => {}
            (None, Err(error)) => return Err(error),
        }
    }
}

/// Wakes the other side, if it is asleep for what was just written.
///
/// # Errors
/// As [`Doorbell::ring`].
pub(super) fn wake(other: &impl Flag, cause: Cause, doorbell: &mut (impl Doorbell + ?Sized)) -> io::Result<()> {
    other.fence();
    if other.lower(cause as u32) { doorbell.ring() } else { Ok(()) }
}
