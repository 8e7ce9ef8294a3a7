//! Keeps a table of planets in a 32-bit SQLite.

use std::error::Error;
use std::f64::consts::PI;

use bridge32::{Address, Handle, Registration};
use sqlite::{Database, Operation, ROW, SqliteClient, TRANSIENT, UTF8, Value};

const PLANETS: [(&str, f64, i64); 4] =
    [("Mercury", 2_439.7, 0), ("Earth", 6_371.0, 1), ("Mars", 3_389.5, 2), ("Jupiter", 69_911.0, 95)];

fn main() -> Result<(), Box<dyn Error>> {
    let client = SqliteClient::launch()?;
    println!("SQLite {}, {}", client.sqlite3_libversion()?, client.server_info().architecture);
    let (_, database) = client.sqlite3_open(":memory:")?;
    let create = "create table planets (name text primary key, radius real, moons integer)";
    client.sqlite3_exec(database, create, |_, _| 0)?;

    // A closure is called until its `Registration` is dropped.
    let print = |operation: Operation, _: &str, table: &str, row| println!("  {operation:?} of row {row} of {table}");
    let (_, _hook) = client.sqlite3_update_hook(database, print)?;
    let _volume = define_volume(&client, database)?;

    let insert = client.prepare(database, "insert into planets values (?, ?, ?)")?;
    for (name, radius, moons) in PLANETS {
        client.sqlite3_bind_text(insert, 1, name, TRANSIENT)?;
        client.sqlite3_bind_double(insert, 2, radius)?;
        client.sqlite3_bind_int64(insert, 3, moons)?;
        client.sqlite3_step(insert)?;
        client.sqlite3_reset(insert)?;
    }
    client.sqlite3_finalize(insert)?;

    let select = client.prepare(database, "select name, volume(radius) from planets order by 2")?;
    while client.sqlite3_step(select)? == ROW {
        let name = client.sqlite3_column_text(select, 0)?.unwrap_or_default();
        println!("{name:>8}: {:.3e} km³", client.sqlite3_column_double(select, 1)?);
    }
    client.sqlite3_finalize(select)?;

    if let Err(error) = client.prepare(database, "select mass from planets") {
        println!("{error}");
    }
    client.sqlite3_close(database)?;
    Ok(())
}

/// Defines an SQL function that runs in this program: the volume of a sphere.
fn define_volume(client: &SqliteClient, database: Handle<Database>) -> Result<Registration, bridge32::Error> {
    let sqlite = client.clone();
    let volume = move |context, arguments: &[Handle<Value>]| {
        let radius = sqlite.sqlite3_value_double(arguments[0]).expect("the server waits for the result");
        let volume = 4.0 / 3.0 * PI * radius.powi(3);
        sqlite.sqlite3_result_double(context, volume).expect("the server waits for the result");
    };
    let (null, no_step, no_finish) = (Address::NULL, None::<fn(_, &[_])>, None::<fn(_)>);
    let (_, registration, ..) =
        client.sqlite3_create_function_v2(database, "volume", 1, UTF8, null, Some(volume), no_step, no_finish, null)?;
    Ok(registration)
}
