//! The trait that `import` wrote for SQLite, and what the example has besides its functions: shorter names, the types of what are
//! numbers in C, and a method in Rust.

use bridge32::{Bridge, CallError, Error, Handle};

#[allow(missing_docs, reason = "written from the header")]
pub mod imported;

pub use imported::{
    SQLITE_ABORT as ABORT, SQLITE_BUSY as BUSY, SQLITE_CANTOPEN as CANTOPEN, SQLITE_CONSTRAINT as CONSTRAINT,
    SQLITE_DONE as DONE, SQLITE_ERROR as ERROR, SQLITE_OK as OK, SQLITE_RANGE as RANGE, SQLITE_ROW as ROW,
    SQLITE_TRANSIENT as TRANSIENT, SQLITE_UTF8 as UTF8, Sqlite, Sqlite3 as Database, Sqlite3Context as Context,
    Sqlite3Stmt as Statement, Sqlite3Value as Value, SqliteClient, SqliteLibrary,
};

impl SqliteClient {
    /// Returns the first statement of a text.
    ///
    /// # Errors
    /// Fails with SQLite's message.
    pub fn prepare(&self, database: Handle<Database>, sql: &str) -> Result<Handle<Statement>, CallError<SqlError>> {
        let (code, message) = match self.sqlite3_prepare_v2(database, sql) {
            Ok((_, Some(statement), _)) => return Ok(statement),
            Ok((code, None, _)) => (code, "there is no statement in this text".to_owned()),
            Err(Error::Status { value, .. }) => (value as i32, self.sqlite3_errmsg(database)?),
            Err(error) => return Err(error.into()),
        };
        Err(CallError::Method(SqlError { code, message }))
    }
}

/// SQLite's error for SQL that cannot be prepared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (SQLite's error {code})")]
pub struct SqlError {
    /// SQLite's result code.
    pub code: i32,
    /// SQLite's error message.
    pub message: String,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(i32)]
#[allow(missing_docs, reason = "the names describe the variants")]
pub enum Type {
    Integer = 1,
    Float = 2,
    Text = 3,
    Blob = 4,
    Null = 5,
}

/// A change of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(i32)]
#[allow(missing_docs, reason = "the names describe the variants")]
pub enum Operation {
    Delete = 9,
    Insert = 18,
    Update = 23,
}
