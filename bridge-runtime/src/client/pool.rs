//! Idle connections, for interfaces with `threads = "multi"`: the server has a thread for each connection.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::connection::{Connection, ConnectionState};
use super::instance::ServerInstance;
use crate::sync::LockExt as _;

/// The connections of a session, which its calls share.
#[derive(Debug)]
pub(super) struct ConnectionPool {
    connections: Mutex<Connections>,
    /// Notified when no call uses a connection any more.
    is_idle: Condvar,
}

#[derive(Debug)]
struct Connections {
    /// `None` once the session is shut down.
    idle: Option<Vec<Connection>>,
    /// The number of connections that calls are using.
    in_use: usize,
}

impl ConnectionPool {
    pub(super) fn new() -> Self {
        let connections = Mutex::new(Connections { idle: Some(Vec::new()), in_use: 0 });
        Self { connections, is_idle: Condvar::new() }
    }

    /// Takes an idle connection to the current server, and drops those to earlier servers.
    pub(super) fn take(&self, current: &Arc<ServerInstance>) -> Option<PooledConnection<'_>> {
        if current.has_exited() {
            return None;
        }
        loop {
            let mut connections = self.connections();
            let connection = connections.idle.as_mut()?.pop()?;
            if Arc::ptr_eq(&connection.instance, current) {
                connections.in_use += 1;
                return Some(PooledConnection { pool: self, connection });
            }
            // Before it is dropped, which closes it.
            drop(connections);
        }
    }

    /// Wraps a connection that was just opened, to put it into the pool after use.
    pub(super) fn lend(&self, connection: Connection) -> PooledConnection<'_> {
        self.connections().in_use += 1;
        PooledConnection { pool: self, connection }
    }

    /// Drops all connections, and rejects those that come back later.
    pub(super) fn close(&self) {
        let connections = self.connections().idle.take();
        drop(connections);
    }

    /// Takes the idle connections, in a fork of the process that has made them.
    pub(super) fn take_all(&mut self) -> Vec<Connection> {
        self.connections.get_mut().unwrap_or_else(PoisonError::into_inner).idle.take().unwrap_or_default()
    }

    /// Waits until no call uses a connection, for `patience` at most; returns whether that is so.
    pub(super) fn wait_until_idle(&self, patience: Duration) -> bool {
        let connections = self.connections();
        let waited = self.is_idle.wait_timeout_while(connections, patience, |connections| connections.in_use > 0);
        let (connections, _) = waited.unwrap_or_else(PoisonError::into_inner);
        connections.in_use == 0
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock_unpoisoned()
    }
}

/// A connection that returns to the pool when it is dropped, unless it is closed by then.
#[derive(Debug)]
pub(super) struct PooledConnection<'p> {
    pool: &'p ConnectionPool,
    pub(super) connection: Connection,
}

impl Drop for PooledConnection<'_> {
    fn drop(&mut self) {
        let is_open = matches!(self.connection.state, ConnectionState::Open(_));
        // Dropped after the lock is released, if the pool does not take it.
        let mut connection = is_open.then(|| self.connection.take());
        let mut connections = self.pool.connections();
        if let Some(idle) = &mut connections.idle {
            idle.extend(connection.take());
        }
        connections.in_use -= 1;
        if connections.in_use == 0 {
            self.pool.is_idle.notify_all();
        }
    }
}
