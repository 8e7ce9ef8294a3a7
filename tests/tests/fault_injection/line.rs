//! A line between two threads, whose bytes a fault happens to.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use bridge32_runtime::testing::transport::{Disconnector, PipeTransport};

use crate::fault::{Direction, Fault, Filter, Step};

/// One direction.
#[derive(Debug, Default)]
struct Way {
    state: Mutex<State>,
    changed: Condvar,
    /// Bytes that were put into it.
    sent: AtomicUsize,
}

#[derive(Debug, Default)]
struct State {
    bytes: VecDeque<u8>,
    is_closed: bool,
}

impl Way {
    fn put(&self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        if state.is_closed {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        state.bytes.extend(bytes);
        self.changed.notify_all();
        Ok(())
    }

    fn close(&self) {
        self.state.lock().unwrap().is_closed = true;
        self.changed.notify_all();
    }
}

/// One end.
#[derive(Debug)]
pub(crate) struct End {
    incoming: Arc<Way>,
    outgoing: Arc<Way>,
    filter: Filter,
}

/// How many bytes went each way.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    to_server: Arc<Way>,
    to_client: Arc<Way>,
}

impl Counts {
    pub(crate) fn now(&self) -> (usize, usize) {
        (self.to_server.sent.load(Ordering::SeqCst), self.to_client.sent.load(Ordering::SeqCst))
    }
}

/// The client's end, the server's, and what went between them.
pub(crate) fn line(fault: Option<Fault>) -> (End, End, Counts) {
    let (to_server, to_client) = (Arc::<Way>::default(), Arc::<Way>::default());
    let end = |incoming: &Arc<Way>, outgoing: &Arc<Way>, direction| End {
        incoming: Arc::clone(incoming),
        outgoing: Arc::clone(outgoing),
        filter: Filter::new(direction, fault),
    };
    let client = end(&to_client, &to_server, Direction::ToServer);
    let server = end(&to_server, &to_client, Direction::ToClient);
    (client, server, Counts { to_server, to_client })
}

impl End {
    pub(crate) fn transport(self) -> PipeTransport<Self> {
        PipeTransport::with_disconnector(self, |end| {
            let (incoming, outgoing) = (Arc::clone(&end.incoming), Arc::clone(&end.outgoing));
            Disconnector::new(move || {
                incoming.close();
                outgoing.close();
            })
        })
    }
}

impl Read for End {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let state = self.incoming.state.lock().unwrap();
        let mut state =
            self.incoming.changed.wait_while(state, |state| state.bytes.is_empty() && !state.is_closed).unwrap();
        let count = into.len().min(state.bytes.len());
        for (place, byte) in into.iter_mut().zip(state.bytes.drain(..count)) {
            *place = byte;
        }
        Ok(count)
    }
}

impl Write for End {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outgoing.sent.fetch_add(bytes.len(), Ordering::SeqCst);
        for step in self.filter.pass(bytes) {
            match step {
                Step::Deliver(bytes) => self.outgoing.put(&bytes)?,
                Step::Wait(time) => std::thread::sleep(time),
                Step::CloseThis => self.outgoing.close(),
                Step::CloseBoth => {
                    self.outgoing.close();
                    self.incoming.close();
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.outgoing.close();
        self.incoming.close();
    }
}
