//! Pins the measurement to one core.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::result::Result;

/// Pins this thread, and the processes that it starts, to one core until it is dropped.
pub(crate) struct OneCore {
    previous: CpuSet,
}

impl OneCore {
    pub(crate) fn enter() -> Result<Self> {
        let previous = sched_getaffinity(None)?;
        let mut one = CpuSet::new();
        one.set((0..CpuSet::MAX_CPU).rfind(|&core| previous.is_set(core)).unwrap_or_default());
        sched_setaffinity(None, &one)?;
        Ok(Self { previous })
    }
}

impl Drop for OneCore {
    fn drop(&mut self) {
        sched_setaffinity(None, &self.previous).expect("the thread was allowed on these cores before");
    }
}
