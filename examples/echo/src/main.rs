//! Sends values to a 32-bit process, and prints what it returns.

use std::error::Error;

use bridge32::CallError;
use echo::{EchoArgs, EchoClient, Measurement, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let args = EchoArgs { name: "Narcissus".to_owned(), longest_text: Some(32) };
    let client = EchoClient::builder().start_args(args).launch()?;
    println!("{:?}, in a process of architecture {}", client.args()?, client.server_info().architecture);

    let measurement = Measurement {
        quantity: "length in metres".to_owned(),
        value: (1.25, 0.01),
        conditions: [("temperature".to_owned(), Value::Number(20.5)), ("humid".to_owned(), Value::Truth(false))].into(),
    };
    let list = vec![Value::Nothing, Value::Range(0..10), Value::Complex { re: 7.0, im: -2.5 }];
    for value in [Value::Truth(true), Value::List(list), Value::Measured(measurement)] {
        println!("{:#?}", client.echo(value)?);
    }

    let megabytes = client.echo_bytes(&vec![7; 16 << 20])?;
    println!("{} MiB of bytes", megabytes.len() >> 20);
    println!("{:?}", client.echo_text("Hello!")?);
    match client.echo_text("This is longer than the start arguments allow.") {
        Err(CallError::Method(too_long)) => println!("refused by the server: {too_long}"),
        other => println!("{:?}", other?),
    }
    client.ping()?;
    println!("methods served: {}", client.served()?);
    Ok(())
}
