//! Tests values, callbacks and errors.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use bridge32::{Address, CallError, Error, Handle, Registration};
use sqlite::{
    ABORT, BUSY, CANTOPEN, CONSTRAINT, Context, DONE, Database, ERROR, OK, Operation, RANGE, ROW, SqlError,
    SqliteClient, Statement, TRANSIENT, Type, UTF8, Value,
};

fn open() -> (SqliteClient, Handle<Database>) {
    let client = SqliteClient::launch().unwrap();
    let (code, database) = client.sqlite3_open(":memory:").unwrap();
    assert_eq!(code, OK);
    (client, database)
}

fn exec(client: &SqliteClient, database: Handle<Database>, sql: &str) -> Result<i32, Error> {
    client.sqlite3_exec(database, sql, |_, _| 0).map(|(code, _)| code)
}

/// Defines an SQL function with any number of arguments.
fn define(
    client: &SqliteClient,
    database: Handle<Database>,
    name: &str,
    function: impl FnMut(Handle<Context>, &[Handle<Value>]) + Send + 'static,
) -> Registration {
    let (null, no_step, no_finish) = (Address::NULL, None::<fn(_, &[_])>, None::<fn(_)>);
    let defined =
        client.sqlite3_create_function_v2(database, name, -1, UTF8, null, Some(function), no_step, no_finish, null);
    defined.unwrap().1
}

/// Prepares a statement, and steps to its first row.
fn first_row(client: &SqliteClient, database: Handle<Database>, sql: &str) -> Handle<Statement> {
    let statement = client.prepare(database, sql).unwrap();
    assert_eq!(client.sqlite3_step(statement).unwrap(), ROW);
    statement
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> i64 {
    match result {
        Err(Error::Status { value, .. }) => value,
        other => panic!("{other:?}"),
    }
}

fn is_closed<T: std::fmt::Debug>(result: Result<T, Error>) {
    match result {
        Err(Error::Argument { reason, .. }) => assert_eq!(reason, "is a handle that was closed"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_type_of_value() {
    let (client, database) = open();
    let bytes: Vec<u8> = (0..1 << 20).map(|index: u32| (index % 251) as u8).collect();
    let statement = client.prepare(database, "select ?, ?, ?, ?, ?, ?, ? as last").unwrap();
    client.sqlite3_bind_int(statement, 1, i32::MIN).unwrap();
    client.sqlite3_bind_int64(statement, 2, i64::MAX).unwrap();
    client.sqlite3_bind_double(statement, 3, -0.1).unwrap();
    client.sqlite3_bind_text(statement, 4, "größer als 🦀", TRANSIENT).unwrap();
    client.sqlite3_bind_blob(statement, 5, &bytes, TRANSIENT).unwrap();
    client.sqlite3_bind_blob(statement, 6, &[], TRANSIENT).unwrap();
    client.sqlite3_bind_null(statement, 7).unwrap();
    assert_eq!(code(client.sqlite3_bind_null(statement, 8)), RANGE.into());

    assert_eq!(client.sqlite3_step(statement).unwrap(), ROW);
    assert_eq!(client.sqlite3_column_count(statement).unwrap(), 7);
    assert_eq!(client.sqlite3_column_name(statement, 6).unwrap().as_deref(), Some("last"));
    assert_eq!(client.sqlite3_column_name(statement, 7).unwrap(), None);
    let types = (0..7).map(|column| client.sqlite3_column_type(statement, column).unwrap());
    let expected = [Type::Integer, Type::Integer, Type::Float, Type::Text, Type::Blob, Type::Blob, Type::Null];
    assert_eq!(types.collect::<Vec<_>>(), expected);
    assert_eq!(client.sqlite3_column_int64(statement, 0).unwrap(), i32::MIN.into());
    assert_eq!(client.sqlite3_column_int64(statement, 1).unwrap(), i64::MAX);
    assert_eq!(client.sqlite3_column_double(statement, 2).unwrap(), -0.1);
    assert_eq!(client.sqlite3_column_text(statement, 3).unwrap().as_deref(), Some("größer als 🦀"));
    assert_eq!(client.sqlite3_column_bytes(statement, 3).unwrap(), 17);
    assert!(client.sqlite3_column_blob(statement, 4).unwrap() == bytes);
    assert_eq!(client.sqlite3_column_blob(statement, 5).unwrap(), []);
    assert_eq!(client.sqlite3_column_text(statement, 6).unwrap(), None);
    // SQLite converts a value to the requested type.
    assert_eq!(client.sqlite3_column_text(statement, 0).unwrap().as_deref(), Some("-2147483648"));
    assert_eq!(client.sqlite3_column_blob(statement, 0).unwrap(), b"-2147483648");
    assert_eq!(client.sqlite3_step(statement).unwrap(), DONE);
    client.sqlite3_finalize(statement).unwrap();
    client.sqlite3_close(database).unwrap();
}

#[test]
fn a_text_of_several_statements() {
    let (client, database) = open();
    let (code, first, rest) = client.sqlite3_prepare_v2(database, "select 1; select 2").unwrap();
    assert_eq!((code, first.is_some(), rest.as_deref()), (OK, true, Some(" select 2")));
    let (code, none, rest) = client.sqlite3_prepare_v2(database, "-- nothing").unwrap();
    assert_eq!((code, none, rest.as_deref()), (OK, None, Some("")));
}

#[test]
fn rows_in_a_closure() {
    let (client, database) = open();
    exec(&client, database, "create table t (a, b); insert into t values (1, null), ('zwei', x'414243')").unwrap();
    let mut rows = Vec::new();
    let row = |values: &[Option<String>], names: &[String]| {
        assert_eq!(names, ["a", "b"]);
        rows.push(values.to_vec());
        0
    };
    client.sqlite3_exec(database, "select a, b from t", row).unwrap();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(rows, [[text("1"), None], [text("zwei"), text("ABC")]]);

    let mut count = 0;
    let row = |_: &[_], _: &[_]| {
        count += 1;
        1
    };
    let stopped = client.sqlite3_exec(database, "select a from t", row);
    assert_eq!((code(stopped), count), (ABORT.into(), 1));

    // A query for each row of another one.
    let mut sum = 0;
    let outer = |values: &[Option<String>], _: &[_]| {
        let sql = format!("select {} * i from n", values[0].as_deref().unwrap());
        let inner = |values: &[Option<String>], _: &[_]| {
            sum += values[0].as_deref().unwrap().parse::<i32>().unwrap();
            0
        };
        client.sqlite3_exec(database, &sql, inner).unwrap().0
    };
    exec(&client, database, "create table n (i); insert into n values (1), (2), (3)").unwrap();
    client.sqlite3_exec(database, "select i from n", outer).unwrap();
    assert_eq!(sum, 36);
}

#[test]
fn a_panic_in_a_row() {
    let (client, database) = open();
    let panicked = client.sqlite3_exec(database, "select 1", |_, _| panic!("no rows today"));
    match panicked {
        Err(Error::Callback { callback, reason, .. }) => {
            assert_eq!((callback.as_str(), reason.as_str()), ("row", "panicked: no rows today"));
        }
        other => panic!("{other:?}"),
    }
    exec(&client, database, "select 1").unwrap();
    client.sqlite3_close(database).unwrap();
}

#[test]
fn changes_are_reported() {
    let (client, database) = open();
    exec(&client, database, "create table t (a)").unwrap();
    let (sender, changes) = channel();
    let hook = move |operation: Operation, database: &str, table: &str, row: i64| {
        sender.send((operation, format!("{database}.{table}"), row)).unwrap();
    };
    let (before, hook) = client.sqlite3_update_hook(database, hook).unwrap();
    assert_eq!(before, Address::NULL);
    let sql = "insert into t(rowid, a) values (7, 0), (5000000000, 1); update t set a = 2 where a = 1; delete from t where a = 0";
    exec(&client, database, sql).unwrap();
    let table = || "main.t".to_owned();
    let expected = [
        (Operation::Insert, table(), 7),
        (Operation::Insert, table(), 5_000_000_000),
        (Operation::Update, table(), 5_000_000_000),
        (Operation::Delete, table(), 7),
    ];
    assert_eq!(changes.try_iter().collect::<Vec<_>>(), expected);
    let (before, second_hook) = client.sqlite3_update_hook(database, |_, _, _, _| ()).unwrap();
    assert_ne!(before, Address::NULL, "SQLite returns the context of the first hook");
    drop(hook);
    exec(&client, database, "insert into t values (1)").unwrap();
    assert!(changes.recv().is_err(), "the first hook is removed");
    drop(second_hook);
}

#[test]
fn an_sql_function() {
    let (client, database) = open();
    let sqlite = client.clone();
    let _join = define(&client, database, "join_all", move |context, arguments| {
        let texts: Vec<String> = arguments
            .iter()
            .map(|argument| match sqlite.sqlite3_value_type(*argument).unwrap() {
                Type::Null => "nothing".to_owned(),
                Type::Float => format!("{:?}", sqlite.sqlite3_value_double(*argument).unwrap()),
                _ => sqlite.sqlite3_value_text(*argument).unwrap().unwrap(),
            })
            .collect();
        sqlite.sqlite3_result_text(context, &texts.join("·"), TRANSIENT).unwrap();
    });
    let statement = first_row(&client, database, "select join_all('a', 2, 0.5, null), join_all()");
    assert_eq!(client.sqlite3_column_text(statement, 0).unwrap().as_deref(), Some("a·2·0.5·nothing"));
    assert_eq!(client.sqlite3_column_text(statement, 1).unwrap().as_deref(), Some(""));

    let sqlite = client.clone();
    let _half = define(&client, database, "half", move |context, arguments| {
        let value = sqlite.sqlite3_value_double(arguments[0]).unwrap();
        sqlite.sqlite3_result_double(context, value / 2.0).unwrap();
    });
    let sql =
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) select sum(half(i)) from n";
    let statement = first_row(&client, database, sql);
    assert_eq!(client.sqlite3_column_double(statement, 0).unwrap(), 1_000_500.0);
}

#[test]
fn an_aggregate_function() {
    let (client, database) = open();
    let (null, no_function) = (Address::NULL, None::<fn(_, &[_])>);
    let lengths = Arc::new(Mutex::new(Vec::new()));
    let (sqlite, of_group) = (client.clone(), Arc::clone(&lengths));
    let step = move |_, arguments: &[Handle<Value>]| {
        let text = sqlite.sqlite3_value_text(arguments[0]).unwrap().unwrap_or_default();
        of_group.lock().unwrap().push(text.len());
    };
    let sqlite = client.clone();
    let finish = move |context| {
        let lengths = std::mem::take(&mut *lengths.lock().unwrap());
        sqlite.sqlite3_result_text(context, &format!("{lengths:?}"), TRANSIENT).unwrap();
    };
    let (_, _, _step, _finish) = client
        .sqlite3_create_function_v2(database, "lengths", 1, UTF8, null, no_function, Some(step), Some(finish), null)
        .unwrap();
    let sql = "select lengths(t) from (select 1 as g, 'one' as t union all select 2, 'three' union all select 2, '') group by g";
    let statement = first_row(&client, database, sql);
    assert_eq!(client.sqlite3_column_text(statement, 0).unwrap().as_deref(), Some("[3]"));
    assert_eq!(client.sqlite3_step(statement).unwrap(), ROW);
    assert_eq!(client.sqlite3_column_text(statement, 0).unwrap().as_deref(), Some("[5, 0]"));
}

#[test]
fn an_sql_function_that_fails() {
    let (client, database) = open();
    let sqlite = client.clone();
    let _root = define(&client, database, "root", move |context, arguments| {
        match sqlite.sqlite3_value_double(arguments[0]).unwrap() {
            negative @ ..0.0 => {
                sqlite.sqlite3_result_error(context, &format!("{negative} has no root")).unwrap();
            }
            value => sqlite.sqlite3_result_double(context, value.sqrt()).unwrap(),
        }
    });
    let statement = client.prepare(database, "select root(i) from (select 4 as i union all select -4)").unwrap();
    assert_eq!(client.sqlite3_step(statement).unwrap(), ROW);
    assert_eq!(client.sqlite3_column_double(statement, 0).unwrap(), 2.0);
    assert_eq!(code(client.sqlite3_step(statement)), ERROR.into());
    assert_eq!(client.sqlite3_errmsg(database).unwrap(), "-4 has no root");
    assert_eq!(client.sqlite3_finalize(statement).unwrap(), ERROR, "the result of the last step");

    let _broken = define(&client, database, "broken", |_, _| panic!("out of order"));
    let statement = client.prepare(database, "select broken()").unwrap();
    match client.sqlite3_step(statement) {
        Err(Error::Callback { callback, reason, .. }) => {
            assert_eq!((callback.as_str(), reason.as_str()), ("function", "panicked: out of order"));
        }
        other => panic!("{other:?}"),
    }
    client.sqlite3_finalize(statement).unwrap();
    client.sqlite3_close(database).unwrap();
}

#[test]
fn errors_in_sql() {
    let (client, database) = open();
    let error_of = |sql: &str| match client.prepare(database, sql) {
        Err(CallError::Method(error)) => error,
        other => panic!("{other:?}"),
    };
    let error = error_of("selec 1");
    assert_eq!(error, SqlError { code: ERROR, message: "near \"selec\": syntax error".to_owned() });
    assert_eq!(error.to_string(), "near \"selec\": syntax error (SQLite's error 1)");
    assert_eq!(error_of("-- nothing").message, "there is no statement in this text");
    match exec(&client, database, "select * from nowhere") {
        Err(Error::Status { value, text, .. }) => {
            assert_eq!((value, text.as_deref()), (ERROR.into(), Some("no such table: nowhere")));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(client.sqlite3_errmsg(database).unwrap(), "no such table: nowhere");

    exec(&client, database, "create table t (a integer primary key); insert into t values (1)").unwrap();
    let insert = client.prepare(database, "insert into t values (?)").unwrap();
    client.sqlite3_bind_int(insert, 1, 1).unwrap();
    assert_eq!(code(client.sqlite3_step(insert)), CONSTRAINT.into());
    assert_eq!(client.sqlite3_errmsg(database).unwrap(), "UNIQUE constraint failed: t.a");
    assert_eq!(client.sqlite3_reset(insert).unwrap(), CONSTRAINT);

    let (code, nowhere) = client.sqlite3_open("/no/such/folder/file.db").unwrap();
    assert_eq!(code, CANTOPEN);
    assert_eq!(client.sqlite3_errmsg(nowhere).unwrap(), "unable to open database file");
    client.sqlite3_close(nowhere).unwrap();
}

#[test]
fn closed_handles_are_rejected() {
    let (client, database) = open();
    let statement = first_row(&client, database, "select 1");
    assert_eq!(code(client.sqlite3_close(database)), BUSY.into());
    assert_eq!(client.sqlite3_column_int64(statement, 0).unwrap(), 1, "both are still open");
    client.sqlite3_finalize(statement).unwrap();
    client.sqlite3_close(database).unwrap();
    is_closed(client.sqlite3_step(statement));
    is_closed(client.sqlite3_finalize(statement));
    is_closed(client.sqlite3_column_blob(statement, 0));
    is_closed(client.sqlite3_errmsg(database));
    is_closed(client.sqlite3_close(database));
    is_closed(exec(&client, database, "select 1"));
    match client.prepare(database, "select 1") {
        Err(CallError::Bridge(error)) => is_closed::<()>(Err(error)),
        other => panic!("{other:?}"),
    }
    let (_, next) = client.sqlite3_open(":memory:").unwrap();
    assert_ne!(next, database, "even if it has the same address");
    client.sqlite3_close(next).unwrap();
}

#[test]
fn a_file_keeps_its_data_for_the_next_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("größe.db");
    let path = path.to_str().unwrap();
    let client = SqliteClient::launch().unwrap();
    let (_, database) = client.sqlite3_open(path).unwrap();
    exec(&client, database, "create table t (a); insert into t values (42)").unwrap();
    first_row(&client, database, "select a from t");
    // The server closes what is still open, the statement before its database.
    let exit = client.shutdown().unwrap();
    assert!(exit.status.unwrap().success());
    assert_eq!(exit.stderr, "");

    let client = SqliteClient::launch().unwrap();
    let (_, database) = client.sqlite3_open(path).unwrap();
    let statement = first_row(&client, database, "select a from t");
    assert_eq!(client.sqlite3_column_int64(statement, 0).unwrap(), 42);
}
