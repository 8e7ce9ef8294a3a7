//! Two ends that sleep and wake each other, in every order of their steps that the memory model allows (with loom).

use std::io;

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicU32, Ordering, fence};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use crate::transport::Doorbell;
use crate::transport::shared_memory::wakeup::{AWAKE, SleepFlag, WaitingFor, impl_sleep_flag, sleep, wake};

impl_sleep_flag!(AtomicU32, fence);

/// Rings that no wait has taken yet.
#[derive(Default)]
struct Rings(Mutex<u32>, Condvar);

/// One end's doorbell.
struct ModelDoorbell {
    own: Arc<Rings>,
    other: Arc<Rings>,
}

impl Doorbell for ModelDoorbell {
    fn ring(&mut self) -> io::Result<()> {
        *self.other.0.lock().unwrap() += 1;
        self.other.1.notify_one();
        Ok(())
    }

    fn wait(&mut self) -> io::Result<()> {
        let mut rings = self.own.0.lock().unwrap();
        while *rings == 0 {
            rings = self.own.1.wait(rings).unwrap();
        }
        *rings -= 1;
        Ok(())
    }
}

/// What both ends share: the counter that each publishes, and a value without synchronization of its own.
struct ModelMemory {
    sleep_flags: [AtomicU32; 2],
    published: [AtomicU32; 2],
    value: UnsafeCell<u32>,
}

// SAFETY: loom reports every access to the cell that is not synchronized.
unsafe impl Sync for ModelMemory {}
// SAFETY: as above.
unsafe impl Send for ModelMemory {}

/// One end.
struct ModelEnd {
    shared: Arc<ModelMemory>,
    doorbell: ModelDoorbell,
    number: usize,
    waiting_for: WaitingFor,
}

impl ModelEnd {
    fn publish(&mut self, count: u32, waiting_for: WaitingFor) {
        self.shared.published[self.number].store(count, Ordering::Release);
        wake(&self.shared.sleep_flags[1 - self.number], waiting_for, &mut self.doorbell).unwrap();
    }

    fn await_count(&mut self, count: u32) {
        let (shared, other) = (&self.shared, 1 - self.number);
        let look = || (shared.published[other].load(Ordering::Acquire) >= count).then_some(());
        sleep(&shared.sleep_flags[self.number], self.waiting_for, &mut self.doorbell, look).unwrap();
    }

    fn add_one(&self) {
        // SAFETY: loom reports an access at the same time.
        self.shared.value.with_mut(|value| unsafe { *value += 1 });
    }
}

/// Runs both ends in every order that the memory model allows, or in those with at most `preemptions` preemptions. A lost
/// wake-up is a deadlock, which loom reports; a superfluous ring is left over at the end.
fn in_every_order(
    preemptions: Option<usize>,
    waiting_for: [WaitingFor; 2],
    first: fn(&mut ModelEnd),
    second: fn(&mut ModelEnd),
    sum: u32,
) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = preemptions;
    model.check(move || {
        let shared = Arc::new(ModelMemory {
            sleep_flags: [AtomicU32::new(AWAKE), AtomicU32::new(AWAKE)],
            published: [AtomicU32::new(0), AtomicU32::new(0)],
            value: UnsafeCell::new(0),
        });
        let rings = [Arc::new(Rings::default()), Arc::new(Rings::default())];
        let end = |number: usize| ModelEnd {
            shared: Arc::clone(&shared),
            doorbell: ModelDoorbell { own: Arc::clone(&rings[number]), other: Arc::clone(&rings[1 - number]) },
            number,
            waiting_for: waiting_for[number],
        };
        let (mut mine, mut other) = (end(0), end(1));
        let thread = thread::spawn(move || second(&mut other));
        first(&mut mine);
        thread.join().unwrap();
        for ring in &rings {
            assert_eq!(*ring.0.lock().unwrap(), 0, "a ring is left over");
        }
        // SAFETY: the other thread has been joined.
        shared.value.with(|value| assert_eq!(unsafe { *value }, sum));
    });
}

#[test]
fn a_call_and_its_answer_in_every_order() {
    let client = |end: &mut ModelEnd| {
        end.add_one();
        end.publish(1, WaitingFor::Data);
        end.await_count(1);
        end.add_one();
    };
    let server = |end: &mut ModelEnd| {
        end.await_count(1);
        end.add_one();
        end.publish(1, WaitingFor::Data);
    };
    in_every_order(None, [WaitingFor::Data; 2], client, server, 3);
}

#[test]
fn the_next_call_in_every_order() {
    let client = |end: &mut ModelEnd| {
        end.add_one();
        end.publish(1, WaitingFor::Data);
        end.await_count(1);
        end.add_one();
        end.publish(2, WaitingFor::Data);
    };
    let server = |end: &mut ModelEnd| {
        end.await_count(1);
        end.add_one();
        end.publish(1, WaitingFor::Data);
        end.await_count(2);
        end.add_one();
    };
    in_every_order(Some(3), [WaitingFor::Data; 2], client, server, 4);
}

/// A ring with space for one piece.
#[test]
fn pieces_and_space_for_them_in_every_order() {
    let sender = |end: &mut ModelEnd| {
        end.add_one();
        end.publish(1, WaitingFor::Data);
        end.await_count(1);
        end.add_one();
        end.publish(2, WaitingFor::Data);
    };
    let receiver = |end: &mut ModelEnd| {
        end.await_count(1);
        end.add_one();
        end.publish(1, WaitingFor::Space);
        end.await_count(2);
        end.add_one();
    };
    in_every_order(Some(3), [WaitingFor::Space, WaitingFor::Data], sender, receiver, 4);
}

/// The last piece is read while the sender waits for an answer.
#[test]
fn space_does_not_wake_an_end_that_waits_for_data() {
    let client = |end: &mut ModelEnd| {
        end.publish(1, WaitingFor::Data);
        end.await_count(2);
    };
    let server = |end: &mut ModelEnd| {
        end.await_count(1);
        end.publish(1, WaitingFor::Space);
        end.publish(2, WaitingFor::Data);
    };
    in_every_order(None, [WaitingFor::Data; 2], client, server, 0);
}
