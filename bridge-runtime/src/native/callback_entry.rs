//! One closure while C may call it: it runs on one thread at a time, and its first failure is kept for the call.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::c_closure::ClosureStorage;
use super::native_frame::{FailedCall, Payload, fail_call, failed_call};
use super::scope::Scope;
use crate::exclusive::Exclusive;
use crate::fault::Fault;
use crate::sync::LockExt as _;

/// A closure while C may call it.
pub(super) struct CallbackEntry {
    running: Exclusive<Running>,
    failure: ClosureFailure,
    /// Whether there has been a failure, for a quick look before and after each call.
    has_failed: AtomicBool,
}

/// How the closure has failed.
enum ClosureFailure {
    /// Why the call that the closure is lent for has failed.
    Lent(Mutex<Option<Payload>>),
    /// The last native call in which the registered closure has failed.
    Registered(Mutex<Option<FailedCall>>),
}

#[derive(Default)]
struct Running {
    /// `None` once the call that the closure was lent for is over.
    closure: Option<ClosureStorage>,
    /// Memory that its results point to, oldest first. C may read that of a lent closure until the call ends, and that of a
    /// registered one until there are [`RESULTS_KEPT`] later ones.
    returned: ReturnedMemory,
}

/// How many results of a registered closure are kept that point to memory.
const RESULTS_KEPT: usize = 64;

#[derive(Default)]
struct ReturnedMemory(VecDeque<Scope>);

// SAFETY: the memory is plain, and the only thing done with it on another thread is to free it.
unsafe impl Send for ReturnedMemory {}

impl ReturnedMemory {
    fn keep(&mut self, scope: Scope, is_registered: bool) {
        if scope.is_empty() {
            return;
        }
        if is_registered && self.0.len() == RESULTS_KEPT {
            self.0.pop_front();
        }
        match self.0.front_mut().filter(|_| !is_registered) {
            Some(all) => all.append(scope),
            None => self.0.push_back(scope),
        }
    }
}

/// Runs a closure of any type; returns whether it is of the type that is asked for.
pub(super) type RunClosure<'r> = &'r mut dyn FnMut(&mut (dyn Any + Send), &mut Scope) -> Result<bool, Box<Fault>>;

impl CallbackEntry {
    pub(super) fn new(closure: ClosureStorage) -> Self {
        let failure = match closure {
            ClosureStorage::Lent(_) => ClosureFailure::Lent(Mutex::default()),
            ClosureStorage::Owned(_) => ClosureFailure::Registered(Mutex::default()),
        };
        let running = Running { closure: Some(closure), ..Running::default() };
        Self { running: Exclusive::new(running), failure, has_failed: AtomicBool::new(false) }
    }

    /// Runs the closure if it is still there; returns whether it was, with the type that `run` asks for. `None` if this
    /// thread is running it already. `payload` makes a fault the payload of a panic.
    pub(super) fn run(
        &self,
        run: RunClosure<'_>,
        payload: impl FnOnce(Box<Fault>) -> Payload,
    ) -> Option<Result<bool, Payload>> {
        self.running.enter(|Running { closure, returned }| {
            let Some(closure) = closure else { return Ok(false) };
            let mut scope = Scope::new();
            let called = || run(closure.closure(), &mut scope).map_err(payload);
            // State that a panic leaves inconsistent is the user's own.
            let result = catch_unwind(AssertUnwindSafe(called)).unwrap_or_else(Err);
            returned.keep(scope, matches!(self.failure, ClosureFailure::Registered(_)));
            result
        })
    }

    /// Whether it has failed in the call that it is lent for, or in the native call that this thread is making: C goes on, but the
    /// closure is not run again.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
            && match &self.failure {
                ClosureFailure::Lent(_) => true,
                ClosureFailure::Registered(failed_in) => {
                    failed_in.lock_unpoisoned().is_some_and(|call| failed_call() == Some(call))
                }
            }
    }

    /// Keeps the failure of a lent closure for its call, and reports that of a registered one to the native call that this
    /// thread is making.
    pub(super) fn fail(&self, payload: Payload) {
        match &self.failure {
            ClosureFailure::Lent(failure) => {
                failure.lock_unpoisoned().get_or_insert(payload);
            }
            ClosureFailure::Registered(failed_in) => *failed_in.lock_unpoisoned() = fail_call(payload),
        }
        self.has_failed.store(true, Ordering::Relaxed);
    }

    /// Takes the failure of a lent closure.
    pub(super) fn take_failure(&self) -> Option<Payload> {
        match &self.failure {
            ClosureFailure::Lent(failure) if self.has_failed.load(Ordering::Relaxed) => {
                failure.lock_unpoisoned().take()
            }
            _ => None,
        }
    }

    /// Drops the closure, once no other thread is running it; from then on it is not called. Returns `false`, and does
    /// nothing, if this thread is running it.
    pub(super) fn clear(&self) -> bool {
        self.running.enter(|running| *running = Running::default()).is_some()
    }
}
