//! A connection between two threads that injects a fault into the bytes it carries.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use bridge32_runtime::testing::transport::{Disconnector, PipeTransport};

use crate::fault::{Direction, Fault, Filter, Step};

/// The bytes under way in one direction.
#[derive(Debug, Default)]
struct ByteQueue {
    state: Mutex<QueueState>,
    changed: Condvar,
    /// The number of bytes that were written, before the fault.
    sent: AtomicUsize,
}

#[derive(Debug, Default)]
struct QueueState {
    bytes: VecDeque<u8>,
    is_closed: bool,
}

impl ByteQueue {
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

/// One end of a connection.
#[derive(Debug)]
pub(crate) struct ConnectionEnd {
    incoming: Arc<ByteQueue>,
    outgoing: Arc<ByteQueue>,
    filter: Filter,
}

/// ByteCounts the bytes written in each direction.
#[derive(Debug, Clone)]
pub(crate) struct ByteCounts {
    to_server: Arc<ByteQueue>,
    to_client: Arc<ByteQueue>,
}

impl ByteCounts {
    /// Returns the numbers of bytes written so far, to the server and to the client.
    pub(crate) fn now(&self) -> (usize, usize) {
        (self.to_server.sent.load(Ordering::SeqCst), self.to_client.sent.load(Ordering::SeqCst))
    }
}

/// Makes a connection. Returns the client's end, the server's end, and the counts of the bytes between them.
pub(crate) fn connection(fault: Option<Fault>) -> (ConnectionEnd, ConnectionEnd, ByteCounts) {
    let (to_server, to_client) = (Arc::<ByteQueue>::default(), Arc::<ByteQueue>::default());
    let end = |incoming: &Arc<ByteQueue>, outgoing: &Arc<ByteQueue>, direction| ConnectionEnd {
        incoming: Arc::clone(incoming),
        outgoing: Arc::clone(outgoing),
        filter: Filter::new(direction, fault),
    };
    let client = end(&to_client, &to_server, Direction::ToServer);
    let server = end(&to_server, &to_client, Direction::ToClient);
    (client, server, ByteCounts { to_server, to_client })
}

impl ConnectionEnd {
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

impl Read for ConnectionEnd {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let state = self.incoming.state.lock().unwrap();
        let mut state =
            self.incoming.changed.wait_while(state, |state| state.bytes.is_empty() && !state.is_closed).unwrap();
        let count = into.len().min(state.bytes.len());
        for (target, byte) in into.iter_mut().zip(state.bytes.drain(..count)) {
            *target = byte;
        }
        Ok(count)
    }
}

impl Write for ConnectionEnd {
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

impl Drop for ConnectionEnd {
    fn drop(&mut self) {
        self.outgoing.close();
        self.incoming.close();
    }
}
