//! The connections of a session whose server has a thread for each: taken out for a call, and put back.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::connection::{Connection, State};
use super::instance::ServerInstance;

/// Connections that nobody uses; none any more once the session is shut down.
#[derive(Debug)]
pub(super) struct ConnectionPool(Mutex<Option<Vec<Connection>>>);

impl ConnectionPool {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Some(Vec::new())))
    }

    /// A connection to the server that is current; those to others are of no use.
    pub(super) fn take(&self, current: &Arc<ServerInstance>) -> Option<PooledConnection<'_>> {
        if current.has_ended() {
            return None;
        }
        loop {
            let connection = self.connections().as_mut()?.pop()?;
            if Arc::ptr_eq(&connection.instance, current) {
                return Some(PooledConnection { pool: self, connection });
            }
        }
    }

    /// A connection that was opened.
    pub(super) fn lend(&self, connection: Connection) -> PooledConnection<'_> {
        PooledConnection { pool: self, connection }
    }

    /// Drops all connections, and takes none back.
    pub(super) fn close(&self) {
        let connections = self.connections().take();
        drop(connections);
    }

    fn connections(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection for the time of a call.
#[derive(Debug)]
pub(super) struct PooledConnection<'p> {
    pool: &'p ConnectionPool,
    pub(super) connection: Connection,
}

impl Drop for PooledConnection<'_> {
    fn drop(&mut self) {
        if matches!(self.connection.state, State::Open(_)) {
            let connection = self.connection.take();
            if let Some(connections) = self.pool.connections().as_mut() {
                connections.push(connection);
            }
        }
    }
}
