//! What a server keeps for one client beside its lane: what it has registered, and the lane for events.

use std::collections::HashMap;
use std::io;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;

use super::line::{Ends, LaneTarget, Line, Refused, Serving, Target};
use crate::fault::Fault;
use crate::lane::LaneEnd;
use crate::native::Owner;
use crate::registration::Registration;

type Events = (Arc<Line>, Owner);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Link {
    /// For closures that are called outside of any call; and whom they are called for.
    events: Mutex<Option<Events>>,
    is_closed: AtomicBool,
    registrations: Mutex<HashMap<u32, Registration>>,
    /// The threads of the client's further lanes.
    lanes: Mutex<Vec<JoinHandle<()>>>,
}

impl Link {
    /// Takes the lane for events.
    pub(super) fn take_events(self: &Arc<Self>, lane: LaneEnd) {
        // Each holds the other until the client is gone.
        *self.events() = Some((Line::joined(lane, Arc::clone(self)), Owner::current()));
    }

    /// Serves a further lane of the client's in a thread of its own.
    pub(super) fn serve_lane(self: &Arc<Self>, lane: LaneEnd, LaneTarget(target): LaneTarget) -> io::Result<()> {
        let (line, owner) = (Line::joined(lane, Arc::clone(self)), Owner::current());
        let thread = std::thread::Builder::new().name("bridge32 lane".to_owned()).spawn(move || {
            let _acting = owner.enter();
            if let Err(error) = Serving::new(line, Rc::from(target as Box<dyn Target>)).serve() {
                Fault::Message(format!("a lane broke: {error}")).complain();
            }
        })?;
        let mut lanes = self.lanes();
        lanes.retain(|thread| !thread.is_finished());
        lanes.push(thread);
        Ok(())
    }

    pub(super) fn keep(&self, number: u32, registration: Registration) {
        // Its predecessor of the same number is dropped outside the lock: it may run code of the user's.
        let _earlier = self.registrations().insert(number, registration);
    }

    pub(super) fn unregister(&self, numbers: &[u32]) {
        let ended: Vec<_> = {
            let mut registrations = self.registrations();
            numbers.iter().map(|number| registrations.remove(number)).collect()
        };
        drop(ended);
    }

    /// Runs a closure on the lane for events: one at a time.
    pub(super) fn event(&self, registration: u32, ends: &mut dyn Ends) -> Result<(), Refused> {
        let mut events = self.events();
        let result = match &*events {
            Some((line, owner)) => line.event(*owner, registration, ends),
            None => return Err(io::Error::from(io::ErrorKind::NotConnected).into()),
        };
        if self.is_closed.load(Ordering::SeqCst) || matches!(result, Err(Refused::Line(_))) {
            *events = None;
        }
        result
    }

    /// The client is gone.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        match self.events.try_lock() {
            Ok(mut events) => *events = None,
            Err(TryLockError::Poisoned(poisoned)) => *poisoned.into_inner() = None,
            // Whoever uses it closes it then.
            Err(TryLockError::WouldBlock) => {}
        }
        let lanes = std::mem::take(&mut *self.lanes());
        for lane in lanes {
            // It ends with its lane, and has nothing more to say.
            let _ = lane.join();
        }
        let registrations = std::mem::take(&mut *self.registrations());
        drop(registrations);
    }

    fn lanes(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn events(&self) -> MutexGuard<'_, Option<Events>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn registrations(&self) -> MutexGuard<'_, HashMap<u32, Registration>> {
        self.registrations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
