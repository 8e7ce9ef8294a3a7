//! Keeps a table of planets in a database, by a 32-bit ODBC driver.

use std::error::Error;

use bridge32::{RemoteBuffer, SSize, Size};
use odbc::{
    ATTR_ODBC_VERSION, ATTR_ROW_ARRAY_SIZE, ATTR_ROWS_FETCHED_PTR, CType, DRIVER, NO_DATA, NULL_DATA, OV_ODBC3,
    OdbcClient, SqlType, StatementHandle,
};

/// The room for a name, with its NUL.
const NAME: usize = 20;

const PLANETS: [(&str, Option<f64>); 5] = [
    ("Mercury", Some(2_439.7)),
    ("Earth", Some(6_371.0)),
    ("Mars", Some(3_389.5)),
    ("Jupiter", Some(69_911.0)),
    ("Planet Nine", None),
];

fn main() -> Result<(), Box<dyn Error>> {
    let driver = std::env::args().nth(1).unwrap_or_else(|| DRIVER.to_owned());
    let client = OdbcClient::launch()?;
    let (_, environment) = client.alloc_environment()?;
    client.set_environment_attribute(environment, ATTR_ODBC_VERSION, OV_ODBC3)?;
    let (_, connection) = client.alloc_connection(environment)?;
    client.driver_connect(connection, &format!("DRIVER={driver};Database=:memory:"))?;
    println!("connected, in a process for {}", client.server_info().architecture);

    let (_, statement) = client.alloc_statement(connection)?;
    client.exec_direct(statement, "create table planets (name varchar(20), radius double)")?;
    insert(&client, statement)?;
    client.free_statement(statement)?;

    let (_, statement) = client.alloc_statement(connection)?;
    print(&client, statement)?;
    // The text of the error is what the driver says.
    if let Err(error) = client.exec_direct(statement, "select mass from planets") {
        println!("{error}");
    }
    client.free_statement(statement)?;
    client.disconnect(connection)?;
    client.free_connection(connection)?;
    client.free_environment(environment)?;
    Ok(())
}

/// Inserts all planets with one statement. The driver keeps pointers to its parameters, and reads them when it is executed.
fn insert(client: &OdbcClient, statement: StatementHandle) -> Result<(), bridge32::Error> {
    let name = RemoteBuffer::<u8>::allocate(client, NAME)?;
    let name_length = RemoteBuffer::<SSize>::allocate(client, 1)?;
    let radius = RemoteBuffer::<f64>::allocate(client, 1)?;
    let radius_length = RemoteBuffer::<SSize>::allocate(client, 1)?;
    client.prepare(statement, "insert into planets values (?, ?)")?;
    let (value, length) = (name.address(), name_length.address());
    client.bind_parameter(statement, 1, CType::Char, SqlType::VarChar, Size(20), value, SSize(NAME as i64), length)?;
    let (value, length) = (radius.address(), radius_length.address());
    client.bind_parameter(statement, 2, CType::Double, SqlType::Double, Size(15), value, SSize(8), length)?;
    for (text, value) in PLANETS {
        name.write(0, text.as_bytes())?;
        name_length.write(0, &[SSize(text.len() as i64)])?;
        radius.write(0, &[value.unwrap_or_default()])?;
        radius_length.write(0, &[value.map_or(NULL_DATA, |_| SSize(8))])?;
        client.execute(statement)?;
    }
    Ok(())
}

/// Prints all planets. The driver keeps pointers to memory for some rows, and `SQLFetch` fills it in.
fn print(client: &OdbcClient, statement: StatementHandle) -> Result<(), Box<dyn Error>> {
    const ROWS: usize = 3;
    let names = RemoteBuffer::<u8>::allocate(client, ROWS * NAME)?;
    let name_lengths = RemoteBuffer::<SSize>::allocate(client, ROWS)?;
    let radii = RemoteBuffer::<f64>::allocate(client, ROWS)?;
    let radius_lengths = RemoteBuffer::<SSize>::allocate(client, ROWS)?;
    let fetched = RemoteBuffer::<Size>::allocate(client, 1)?;
    client.set_statement_attribute(statement, ATTR_ROW_ARRAY_SIZE, Size(ROWS as u64))?;
    client.set_statement_pointer(statement, ATTR_ROWS_FETCHED_PTR, fetched.address())?;
    client.bind_col(statement, 1, CType::Char, names.address(), SSize(NAME as i64), name_lengths.address())?;
    client.bind_col(statement, 2, CType::Double, radii.address(), SSize(8), radius_lengths.address())?;
    client.exec_direct(statement, "select name, radius from planets order by radius")?;
    while client.fetch(statement)? != NO_DATA {
        let count = usize::try_from(fetched.read(0, 1)?[0])?;
        println!("{count} rows:");
        let (names, lengths) = (names.read(0, count * NAME)?, name_lengths.read(0, count)?);
        let (radii, radius_lengths) = (radii.read(0, count)?, radius_lengths.read(0, count)?);
        for row in 0..count {
            let name = &names[row * NAME..][..usize::try_from(lengths[row])?];
            let radius =
                if radius_lengths[row] == NULL_DATA { "unknown".to_owned() } else { format!("{} km", radii[row]) };
            println!("  {}: {radius}", String::from_utf8_lossy(name));
        }
    }
    Ok(())
}
