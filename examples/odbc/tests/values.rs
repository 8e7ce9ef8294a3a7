//! Tests values, truncated data, rows in arrays, parameters and diagnostics.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::fs;
use std::path::Path;
use std::process::Command;

use bridge32::{Address, Error, RemoteBuffer, SSize, Size};
use odbc::{
    ATTR_ODBC_VERSION, ATTR_ROW_ARRAY_SIZE, ATTR_ROWS_FETCHED_PTR, CType, ConnectionHandle, DRIVER, Direction, ERROR,
    EnvironmentHandle, NO_DATA, NULL_DATA, OV_ODBC3, OdbcClient, SUCCESS, SUCCESS_WITH_INFO, SqlType, StatementHandle,
};

fn environment() -> (OdbcClient, EnvironmentHandle) {
    let client = OdbcClient::launch().unwrap();
    let (_, environment) = client.alloc_environment().unwrap();
    client.set_environment_attribute(environment, ATTR_ODBC_VERSION, OV_ODBC3).unwrap();
    (client, environment)
}

fn connect(database: &str) -> (OdbcClient, ConnectionHandle) {
    let (client, environment) = environment();
    let (_, connection) = client.alloc_connection(environment).unwrap();
    client.driver_connect(connection, &format!("DRIVER={DRIVER};Database={database}")).unwrap();
    (client, connection)
}

/// A statement that was executed with an empty database.
fn execute(sql: &[&str]) -> (OdbcClient, StatementHandle) {
    let (client, connection) = connect(":memory:");
    let (_, statement) = client.alloc_statement(connection).unwrap();
    for sql in sql {
        client.exec_direct(statement, sql).unwrap();
    }
    (client, statement)
}

/// Asserts that a call has failed with `SQL_ERROR`, and that the driver's text has this part.
#[track_caller]
fn assert_fails<T: std::fmt::Debug>(result: Result<T, Error>, part: &str) {
    match result {
        Err(Error::Status { value, text: Some(text), .. }) => {
            assert_eq!(value, ERROR.into());
            assert!(text.contains(part), "{text}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_of_every_type_are_read() {
    let (client, statement) = execute(&["select 9007199254740993, 'größer als 🦀', x'00ff10', null, -0.1"]);
    assert_eq!(client.num_result_cols(statement).unwrap().1, 5);
    client.fetch(statement).unwrap();
    assert_eq!(client.get_i64(statement, 1).unwrap(), (SUCCESS, 9_007_199_254_740_993, SSize(8)));
    assert_eq!(client.get_text(statement, 2).unwrap(), (SUCCESS, "größer als 🦀".to_owned(), SSize(17)));
    assert_eq!(client.get_bytes(statement, 3, SSize(8)).unwrap(), (SUCCESS, vec![0, 255, 16], SSize(3)));
    assert_eq!(client.get_bytes(statement, 4, SSize(8)).unwrap(), (SUCCESS, vec![], NULL_DATA));
    assert_eq!(client.get_text(statement, 5).unwrap().1, "-0.1");
    assert_eq!(client.fetch(statement).unwrap(), NO_DATA);
}

#[test]
fn truncated_data_is_read_piece_by_piece() {
    let (client, statement) = execute(&["select x'000102030405060708090a0b0c0d0e0f10111213'"]);
    client.fetch(statement).unwrap();
    let get = || client.get_bytes(statement, 1, SSize(8)).unwrap();
    assert_eq!(get(), (SUCCESS_WITH_INFO, (0..8).collect(), SSize(20)));
    let diagnostics = client.statement_diagnostics(statement).unwrap();
    assert!(diagnostics.starts_with("01004 "), "{diagnostics}");
    assert_eq!(get(), (SUCCESS_WITH_INFO, (8..16).collect(), SSize(12)));
    assert_eq!(get(), (SUCCESS, (16..20).collect(), SSize(4)));
    assert_eq!(get().0, NO_DATA);
}

#[test]
fn rows_are_fetched_into_arrays() {
    let (client, statement) = execute(&[
        "create table t (i integer, s varchar(10))",
        "insert into t values (1, 'one'), (2, null), (3, 'drei'), (4, ''), (5, 'cinq')",
    ]);
    assert_eq!(client.row_count(statement).unwrap().1, SSize(5));
    let numbers = RemoteBuffer::<i64>::allocate(&client, 2).unwrap();
    let texts = RemoteBuffer::<u8>::allocate(&client, 2 * 10).unwrap();
    let lengths = RemoteBuffer::<SSize>::allocate(&client, 2).unwrap();
    let fetched = RemoteBuffer::<Size>::allocate(&client, 1).unwrap();
    client.set_statement_attribute(statement, ATTR_ROW_ARRAY_SIZE, Size(2)).unwrap();
    client.set_statement_pointer(statement, ATTR_ROWS_FETCHED_PTR, fetched.address()).unwrap();
    client.bind_col(statement, 1, CType::BigInt, numbers.address(), SSize(8), Address::NULL).unwrap();
    client.bind_col(statement, 2, CType::Char, texts.address(), SSize(10), lengths.address()).unwrap();
    client.exec_direct(statement, "select i, s from t order by i").unwrap();
    let mut rows = Vec::new();
    while client.fetch(statement).unwrap() != NO_DATA {
        let count = usize::try_from(fetched.read(0, 1).unwrap()[0]).unwrap();
        let texts = texts.read(0, 20).unwrap();
        for row in 0..count {
            let number = numbers.read(row, 1).unwrap()[0];
            let length = usize::try_from(lengths.read(row, 1).unwrap()[0]).ok();
            let text = length.map(|length| String::from_utf8(texts[10 * row..][..length].to_vec()).unwrap());
            rows.push((count, number, text));
        }
    }
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(rows, [(2, 1, text("one")), (2, 2, None), (2, 3, text("drei")), (2, 4, text("")), (1, 5, text("cinq"))]);
}

#[test]
fn parameters_are_read_when_the_statement_is_executed() {
    let (client, statement) = execute(&["create table t (a integer, b varchar(20), c blob)"]);
    let number = RemoteBuffer::<i64>::allocate(&client, 1).unwrap();
    let text = RemoteBuffer::<u8>::allocate(&client, 20).unwrap();
    let bytes = RemoteBuffer::<u8>::allocate(&client, 4).unwrap();
    let lengths: Vec<_> = (0..3).map(|_| RemoteBuffer::<SSize>::allocate(&client, 1).unwrap()).collect();
    let bind = |parameter: u16, c, sql, size, address: Address, capacity| {
        let length = lengths[usize::from(parameter) - 1].address();
        client.bind_parameter(statement, parameter, c, sql, size, address, capacity, length).unwrap();
    };
    client.prepare(statement, "insert into t values (?, ?, ?)").unwrap();
    bind(1, CType::BigInt, SqlType::BigInt, Size(19), number.address(), SSize(8));
    bind(2, CType::Char, SqlType::VarChar, Size(20), text.address(), SSize(20));
    bind(3, CType::Binary, SqlType::VarBinary, Size(4), bytes.address(), SSize(4));
    let set = |values: [i64; 3]| {
        for (length, value) in lengths.iter().zip(values) {
            length.write(0, &[SSize(value)]).unwrap();
        }
    };
    text.write(0, "ÄÖÜ and more".as_bytes()).unwrap();
    for (value, lengths) in [(i64::MIN, [8, 6, 4]), (7, [8, -1, 4])] {
        number.write(0, &[value]).unwrap();
        bytes.write(0, &value.to_le_bytes()[..4]).unwrap();
        set(lengths);
        client.execute(statement).unwrap();
        assert_eq!(client.row_count(statement).unwrap().1, SSize(1));
    }
    client.exec_direct(statement, "select a, b, c from t order by a").unwrap();
    client.fetch(statement).unwrap();
    assert_eq!(client.get_i64(statement, 1).unwrap().1, i64::MIN);
    assert_eq!(client.get_text(statement, 2).unwrap().1, "ÄÖÜ");
    assert_eq!(client.get_bytes(statement, 3, SSize(8)).unwrap().1, [0; 4]);
    client.fetch(statement).unwrap();
    assert_eq!(client.get_i64(statement, 1).unwrap().1, 7);
    assert_eq!(client.get_text(statement, 2).unwrap().2, NULL_DATA);
    assert_eq!(client.get_bytes(statement, 3, SSize(8)).unwrap().1, [7, 0, 0, 0]);
}

#[test]
fn the_error_of_a_failed_call_has_the_diagnostics() {
    let (client, statement) = execute(&["create table t (a integer primary key)", "insert into t values (1)"]);
    assert_fails(client.exec_direct(statement, "selec 1"), "near \"selec\": syntax error");
    assert_fails(client.exec_direct(statement, "select b from t"), "no such column: b");
    assert_fails(client.exec_direct(statement, "insert into t values (1)"), "UNIQUE constraint failed: t.a");
    client.exec_direct(statement, "select a from t").unwrap();
    assert_fails(client.get_i64(statement, 1), "24000 ");
    assert!(client.free_statement(statement).is_ok());
    let closed = client.fetch(statement).unwrap_err();
    assert!(closed.to_string().contains("is a handle that was closed"), "{closed}");
}

#[test]
fn a_connection_that_fails_says_why() {
    let (client, environment) = environment();
    let (_, connection) = client.alloc_connection(environment).unwrap();
    assert_fails(client.driver_connect(connection, "DSN=no such source"), "IM002 ");
    assert_fails(client.disconnect(connection), "08003 ");
    assert_fails(client.alloc_statement(connection), "08003 ");
    client.free_connection(connection).unwrap();
    client.free_environment(environment).unwrap();
}

#[test]
fn a_connection_that_is_left_open_is_reported() {
    let (client, statement) = execute(&["select 1"]);
    client.fetch(statement).unwrap();
    // The server frees the statement, and cannot free a connection that nobody has closed.
    let exit = client.shutdown().unwrap();
    assert!(exit.status.unwrap().success());
    let mut lines = exit.stderr.lines();
    let connection = lines.next().unwrap();
    assert!(
        connection.starts_with("an abandoned handle of `Connection`: the library reports -1: HY010 "),
        "{connection}"
    );
    assert_eq!(lines.next(), Some("an abandoned handle of `Environment`: the library reports -1"));
    assert_eq!(lines.next(), None);
}

#[test]
fn drivers_are_listed_with_their_attributes() {
    // A path that is the same for programs of Linux and for those under Wine.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("drivers");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("odbcinst.ini"), format!("[Example]\nDescription = SQLite\nDriver = {DRIVER}\n")).unwrap();
    let client = OdbcClient::builder().env("ODBCSYSINI", &folder).launch().unwrap();
    let (_, environment) = client.alloc_environment().unwrap();
    client.set_environment_attribute(environment, ATTR_ODBC_VERSION, OV_ODBC3).unwrap();
    let (_, description, _, attributes, _) = client.next_driver(environment, Direction::First).unwrap();
    assert_eq!(description, "Example");
    assert_eq!(attributes, ["Description=SQLite".to_owned(), format!("Driver={DRIVER}")]);
    assert_eq!(client.next_driver(environment, Direction::Next).unwrap().0, NO_DATA);
    let (_, connection) = client.alloc_connection(environment).unwrap();
    client.driver_connect(connection, "DRIVER={Example};Database=:memory:").unwrap();
    assert_fails(client.free_connection(connection), "HY010 ");
    client.disconnect(connection).unwrap();
    client.free_connection(connection).unwrap();
}

#[test]
fn the_program_prints_rows() {
    let output = Command::new(env!("CARGO_BIN_EXE_odbc")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["3 rows:", "2 rows:", "Earth: 6371 km", "Planet Nine: unknown", "no such column: mass"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}
