//! Two sides that sleep and wake each other, in every order of their steps.

use std::io;

use loom::cell::UnsafeCell;
use loom::sync::atomic::{AtomicU32, Ordering, fence};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;

use crate::transport::shared_memory::doorbell::{AWAKE, Cause, Doorbell, Flag, flag_of, sleep, wake};

flag_of!(AtomicU32, fence);

/// Rings that were not heard yet.
#[derive(Default)]
struct Rings(Mutex<u32>, Condvar);

/// One side's end of the pipe.
struct Pipe {
    own: Arc<Rings>,
    other: Arc<Rings>,
}

impl Doorbell for Pipe {
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

/// What both sides have: a counter that each publishes with, and a value that is read and written without order.
struct Shared {
    asleep: [AtomicU32; 2],
    published: [AtomicU32; 2],
    value: UnsafeCell<u32>,
}

// SAFETY: the model checks every access to the cell.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

/// One side.
struct Side {
    shared: Arc<Shared>,
    pipe: Pipe,
    number: usize,
    cause: Cause,
}

impl Side {
    fn publish(&mut self, count: u32, cause: Cause) {
        self.shared.published[self.number].store(count, Ordering::Release);
        wake(&self.shared.asleep[1 - self.number], cause, &mut self.pipe).unwrap();
    }

    fn await_count(&mut self, count: u32) {
        let (shared, other) = (&self.shared, 1 - self.number);
        let look = || (shared.published[other].load(Ordering::Acquire) >= count).then_some(());
        sleep(&shared.asleep[self.number], self.cause, &mut self.pipe, look).unwrap();
    }

    fn add_one(&self) {
        // SAFETY: the model checks that nobody else has it.
        self.shared.value.with_mut(|value| unsafe { *value += 1 });
    }
}

/// Runs both sides in every order that the language's memory model allows; where `switches` says so, those in which a
/// side is interrupted no more often than that. A wake-up that is lost is a deadlock,
/// which the model reports, and a ring too many is left over at the end.
fn in_every_order(switches: Option<usize>, causes: [Cause; 2], first: fn(&mut Side), second: fn(&mut Side), sum: u32) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = switches;
    model.check(move || {
        let shared = Arc::new(Shared {
            asleep: [AtomicU32::new(AWAKE), AtomicU32::new(AWAKE)],
            published: [AtomicU32::new(0), AtomicU32::new(0)],
            value: UnsafeCell::new(0),
        });
        let rings = [Arc::new(Rings::default()), Arc::new(Rings::default())];
        let side = |number: usize| Side {
            shared: Arc::clone(&shared),
            pipe: Pipe { own: Arc::clone(&rings[number]), other: Arc::clone(&rings[1 - number]) },
            number,
            cause: causes[number],
        };
        let (mut mine, mut other) = (side(0), side(1));
        let thread = thread::spawn(move || second(&mut other));
        first(&mut mine);
        thread.join().unwrap();
        for ring in &rings {
            assert_eq!(*ring.0.lock().unwrap(), 0, "a ring is left over");
        }
        // SAFETY: the other side has ended.
        shared.value.with(|value| assert_eq!(unsafe { *value }, sum));
    });
}

#[test]
fn a_call_and_its_answer_in_every_order() {
    let client = |side: &mut Side| {
        side.add_one();
        side.publish(1, Cause::Words);
        side.await_count(1);
        side.add_one();
    };
    let server = |side: &mut Side| {
        side.await_count(1);
        side.add_one();
        side.publish(1, Cause::Words);
    };
    in_every_order(None, [Cause::Words; 2], client, server, 3);
}

#[test]
fn the_next_call_in_every_order() {
    let client = |side: &mut Side| {
        side.add_one();
        side.publish(1, Cause::Words);
        side.await_count(1);
        side.add_one();
        side.publish(2, Cause::Words);
    };
    let server = |side: &mut Side| {
        side.await_count(1);
        side.add_one();
        side.publish(1, Cause::Words);
        side.await_count(2);
        side.add_one();
    };
    in_every_order(Some(3), [Cause::Words; 2], client, server, 4);
}

/// A ring with room for one piece.
#[test]
fn pieces_and_room_for_them_in_every_order() {
    let sender = |side: &mut Side| {
        side.add_one();
        side.publish(1, Cause::Words);
        side.await_count(1);
        side.add_one();
        side.publish(2, Cause::Words);
    };
    let receiver = |side: &mut Side| {
        side.await_count(1);
        side.add_one();
        side.publish(1, Cause::Room);
        side.await_count(2);
        side.add_one();
    };
    in_every_order(Some(3), [Cause::Room, Cause::Words], sender, receiver, 4);
}

/// The last piece is taken while the sender waits for something else.
#[test]
fn room_wakes_nobody_who_waits_for_words() {
    let client = |side: &mut Side| {
        side.publish(1, Cause::Words);
        side.await_count(2);
    };
    let server = |side: &mut Side| {
        side.await_count(1);
        side.publish(1, Cause::Room);
        side.publish(2, Cause::Words);
    };
    in_every_order(None, [Cause::Words; 2], client, server, 0);
}
