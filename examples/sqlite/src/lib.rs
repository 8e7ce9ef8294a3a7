//! The interface of SQLite. Each method's documentation begins with its declaration in `sqlite3.h`.

use bridge32::{Address, Bridge, Handle, UserData, bridge32};
use serde::{Deserialize, Serialize};

/// A part of SQLite. The methods have the names and parameters of the C functions, but lengths and contexts are filled in, and
/// outputs through pointers are returned.
#[cfg_attr(windows, bridge32(lib = "sqlite3.dll"))]
#[cfg_attr(not(windows), bridge32(lib = "libsqlite3.so.0"))]
pub trait Sqlite {
    /// `const char *sqlite3_libversion(void);`
    fn sqlite3_libversion(&self) -> String;

    /// `int sqlite3_open(const char *filename, sqlite3 **ppDb);`
    ///
    /// Not checked: even if it fails, it returns a database, which has the error message and must be closed.
    fn sqlite3_open(&self, filename: &str, #[out] database: Handle<Database>) -> i32;

    /// `int sqlite3_close(sqlite3 *);`
    ///
    /// Fails with [`BUSY`], and closes nothing, if a statement is not finalized.
    #[check(ret == OK)]
    fn sqlite3_close(&self, #[closes] database: Handle<Database>) -> i32;

    /// `const char *sqlite3_errmsg(sqlite3 *);`
    ///
    /// Returns the error message of the last call that failed.
    fn sqlite3_errmsg(&self, database: Handle<Database>) -> String;

    /// `int sqlite3_exec(sqlite3 *, const char *sql, int (*callback)(void *, int, char **, char **), void *, char **errmsg);`
    ///
    /// Calls a closure for each row, until it returns a value other than 0. A failure has the message.
    #[check(ret == OK, text = message.clone().unwrap_or_default())]
    fn sqlite3_exec(
        &self,
        database: Handle<Database>,
        sql: &str,
        row: fn(
            context: UserData,
            #[len_of(values, names)] count: i32,
            values: &[Option<String>],
            names: &[String],
        ) -> i32,
        context: UserData,
        #[out(pointer)]
        #[free_with("sqlite3_free")]
        message: Option<String>,
    ) -> i32;

    /// `int sqlite3_prepare_v2(sqlite3 *, const char *sql, int length, sqlite3_stmt **statement, const char **tail);`
    ///
    /// Returns the first statement, and the text after it. A text without a statement, such as a comment, is not an error.
    fn sqlite3_prepare_v2(
        &self,
        database: Handle<Database>,
        sql: &str,
        #[len_of(sql)] length: i32,
        #[out] statement: Option<Handle<Statement>>,
        #[out] tail: Option<String>,
    ) -> i32;

    /// Returns the first statement of a text, or an error with SQLite's message. A method with a body runs in the server, so that
    /// two calls of SQLite take one round trip.
    fn prepare(&self, database: Handle<Database>, sql: &str) -> Result<Handle<Statement>, SqlError> {
        match self.sqlite3_prepare_v2(database, sql) {
            (OK, Some(statement), _) => Ok(statement),
            (OK, None, _) => Err(SqlError { code: OK, message: "there is no statement in this text".to_owned() }),
            (code, ..) => Err(SqlError { code, message: self.sqlite3_errmsg(database) }),
        }
    }

    /// `int sqlite3_finalize(sqlite3_stmt *);`
    ///
    /// Not checked: it returns the result of the last step, and closes the statement in any case.
    fn sqlite3_finalize(&self, #[closes] statement: Handle<Statement>) -> i32;

    /// `int sqlite3_bind_int(sqlite3_stmt *, int index, int value);`
    ///
    /// The first parameter of a statement has the index 1.
    #[check(ret == OK)]
    fn sqlite3_bind_int(&self, statement: Handle<Statement>, index: i32, value: i32) -> i32;

    /// `int sqlite3_bind_int64(sqlite3_stmt *, int index, sqlite3_int64 value);`
    #[check(ret == OK)]
    fn sqlite3_bind_int64(&self, statement: Handle<Statement>, index: i32, value: i64) -> i32;

    /// `int sqlite3_bind_double(sqlite3_stmt *, int index, double value);`
    #[check(ret == OK)]
    fn sqlite3_bind_double(&self, statement: Handle<Statement>, index: i32, value: f64) -> i32;

    /// `int sqlite3_bind_text(sqlite3_stmt *, int index, const char *text, int length, void (*destructor)(void *));`
    ///
    /// The destructor is [`TRANSIENT`].
    #[check(ret == OK)]
    fn sqlite3_bind_text(
        &self,
        statement: Handle<Statement>,
        index: i32,
        text: &str,
        #[len_of(text)] length: i32,
        destructor: Address,
    ) -> i32;

    /// `int sqlite3_bind_blob(sqlite3_stmt *, int index, const void *bytes, int length, void (*destructor)(void *));`
    ///
    /// The destructor is [`TRANSIENT`].
    #[check(ret == OK)]
    fn sqlite3_bind_blob(
        &self,
        statement: Handle<Statement>,
        index: i32,
        bytes: &[u8],
        #[len_of(bytes)] length: i32,
        destructor: Address,
    ) -> i32;

    /// `int sqlite3_bind_null(sqlite3_stmt *, int index);`
    #[check(ret == OK)]
    fn sqlite3_bind_null(&self, statement: Handle<Statement>, index: i32) -> i32;

    /// `int sqlite3_step(sqlite3_stmt *);`
    ///
    /// Returns [`ROW`], or [`DONE`] after the last row.
    #[check(ret == ROW || ret == DONE)]
    fn sqlite3_step(&self, statement: Handle<Statement>) -> i32;

    /// `int sqlite3_reset(sqlite3_stmt *);`
    ///
    /// Not checked, like [`Sqlite::sqlite3_finalize`].
    fn sqlite3_reset(&self, statement: Handle<Statement>) -> i32;

    /// `int sqlite3_column_count(sqlite3_stmt *);`
    fn sqlite3_column_count(&self, statement: Handle<Statement>) -> i32;

    /// `const char *sqlite3_column_name(sqlite3_stmt *, int column);`
    ///
    /// The first column is 0. A column that does not exist has no name.
    fn sqlite3_column_name(&self, statement: Handle<Statement>, column: i32) -> Option<String>;

    /// `int sqlite3_column_type(sqlite3_stmt *, int column);`
    fn sqlite3_column_type(&self, statement: Handle<Statement>, column: i32) -> Type;

    /// `sqlite3_int64 sqlite3_column_int64(sqlite3_stmt *, int column);`
    fn sqlite3_column_int64(&self, statement: Handle<Statement>, column: i32) -> i64;

    /// `double sqlite3_column_double(sqlite3_stmt *, int column);`
    fn sqlite3_column_double(&self, statement: Handle<Statement>, column: i32) -> f64;

    /// `const unsigned char *sqlite3_column_text(sqlite3_stmt *, int column);`
    fn sqlite3_column_text(&self, statement: Handle<Statement>, column: i32) -> Option<String>;

    /// `const void *sqlite3_column_blob(sqlite3_stmt *, int column);`
    #[returns(len = self.sqlite3_column_bytes(statement, column))]
    fn sqlite3_column_blob(&self, statement: Handle<Statement>, column: i32) -> Vec<u8>;

    /// `int sqlite3_column_bytes(sqlite3_stmt *, int column);`
    fn sqlite3_column_bytes(&self, statement: Handle<Statement>, column: i32) -> i32;

    /// `void *sqlite3_update_hook(sqlite3 *, void (*)(void *, int, char const *, char const *, sqlite3_int64), void *);`
    ///
    /// Calls a closure for each change of a row, with the operation, the database, the table, and the row's number. Returns the
    /// context of the previous closure.
    fn sqlite3_update_hook(
        &self,
        database: Handle<Database>,
        #[registered] hook: fn(context: UserData, operation: Operation, database: &str, table: &str, row: i64),
        context: UserData,
    ) -> Address;

    /// `int sqlite3_create_function_v2(sqlite3 *, const char *name, int count, int flags, void *app, void (*function)(…),`
    /// `void (*step)(…), void (*final)(…), void (*destroy)(void *));`
    ///
    /// Defines an SQL function with `count` arguments: by `function`, or an aggregate function by `step` and `finish`.
    #[allow(clippy::too_many_arguments, reason = "the native function has these parameters")]
    #[check(ret == OK)]
    fn sqlite3_create_function_v2(
        &self,
        database: Handle<Database>,
        name: &str,
        count: i32,
        flags: i32,
        app: Address,
        #[registered] function: Option<
            fn(context: Handle<Context>, #[len_of(arguments)] count: i32, arguments: &[Handle<Value>]),
        >,
        #[registered] step: Option<
            fn(context: Handle<Context>, #[len_of(arguments)] count: i32, arguments: &[Handle<Value>]),
        >,
        #[registered] finish: Option<fn(context: Handle<Context>)>,
        destroy: Address,
    ) -> i32;

    /// `int sqlite3_value_type(sqlite3_value *);`
    fn sqlite3_value_type(&self, value: Handle<Value>) -> Type;

    /// `double sqlite3_value_double(sqlite3_value *);`
    fn sqlite3_value_double(&self, value: Handle<Value>) -> f64;

    /// `const unsigned char *sqlite3_value_text(sqlite3_value *);`
    fn sqlite3_value_text(&self, value: Handle<Value>) -> Option<String>;

    /// `void sqlite3_result_double(sqlite3_context *, double value);`
    fn sqlite3_result_double(&self, context: Handle<Context>, value: f64);

    /// `void sqlite3_result_text(sqlite3_context *, const char *text, int length, void (*destructor)(void *));`
    ///
    /// The destructor is [`TRANSIENT`].
    fn sqlite3_result_text(
        &self,
        context: Handle<Context>,
        text: &str,
        #[len_of(text)] length: i32,
        destructor: Address,
    );

    /// `void sqlite3_result_error(sqlite3_context *, const char *message, int length);`
    fn sqlite3_result_error(&self, context: Handle<Context>, message: &str, #[len_of(message)] length: i32);
}

/// A `sqlite3`.
#[derive(Debug)]
pub enum Database {}

/// A `sqlite3_stmt`.
#[derive(Debug)]
pub enum Statement {}

/// A `sqlite3_context`: takes the result of an SQL function. It is only valid during the call.
#[derive(Debug)]
pub enum Context {}

/// A `sqlite3_value`: an argument of an SQL function. It is only valid during the call.
#[derive(Debug)]
pub enum Value {}

/// SQLite's error for SQL that cannot be prepared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
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

/// `SQLITE_OK`
pub const OK: i32 = 0;
/// `SQLITE_ERROR`: a mistake in the SQL, or in a function that it calls.
pub const ERROR: i32 = 1;
/// `SQLITE_ABORT`: a closure stopped the query.
pub const ABORT: i32 = 4;
/// `SQLITE_BUSY`
pub const BUSY: i32 = 5;
/// `SQLITE_CANTOPEN`
pub const CANTOPEN: i32 = 14;
/// `SQLITE_CONSTRAINT`: a constraint of the table was violated.
pub const CONSTRAINT: i32 = 19;
/// `SQLITE_RANGE`: no parameter has this index.
pub const RANGE: i32 = 25;
/// `SQLITE_ROW`
pub const ROW: i32 = 100;
/// `SQLITE_DONE`
pub const DONE: i32 = 101;
/// `SQLITE_UTF8`: the encoding of an SQL function's text arguments.
pub const UTF8: i32 = 1;
/// `SQLITE_TRANSIENT`, which is -1: SQLite makes a copy before the call returns.
pub const TRANSIENT: Address = Address::new(u32::MAX);
