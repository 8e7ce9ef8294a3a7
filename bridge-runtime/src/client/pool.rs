//! Idle connections, for interfaces with `threads = "multi"`: the server has a thread for each connection.

use std::sync::{Arc, Mutex, MutexGuard};

use super::connection::{Connection, ConnectionState};
use super::instance::ServerInstance;
use crate::sync::LockExt as _;

/// Idle connections; `None` once the session is shut down.
#[derive(Debug)]
pub(super) struct ConnectionPool(Mutex<Option<Vec<Connection>>>);

impl ConnectionPool {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }

    /// Takes an idle connection to the current server, and drops those to earlier servers.
    pub(super) fn take(&self, current: &Arc<ServerInstance>) -> Option<PooledConnection<'_>> {
        if current.has_exited() {
            return None;
        }
        loop {
            let connection = self.connections().as_mut()?.pop()?;
            if Arc::ptr_eq(&connection.instance, current) {
                return Some(PooledConnection { pool: self, connection });
            }
        }
    }

    /// Wraps a connection that was just opened, to put it into the pool after use.
    pub(super) fn lend(&self, connection: Connection) -> PooledConnection<'_> {
        PooledConnection { pool: self, connection }
    }

    /// Drops all connections, and rejects those that come back later.
    pub(super) fn close(&self) {
        let connections = self.connections().take();
        drop(connections);
    }

    fn connections(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.0.lock_unpoisoned()
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
        if matches!(self.connection.state, ConnectionState::Open(_)) {
            let connection = self.connection.take();
            if let Some(connections) = self.pool.connections().as_mut() {
                connections.push(connection);
            }
        }
    }
}
