//! Measures with the first instrument that is found.

use std::error::Error;
use std::sync::mpsc;

use instrument::{Config, Event, InstrumentClient, Outputs, explain};

fn main() -> Result<(), Box<dyn Error>> {
    let client = InstrumentClient::launch()?;
    let (major, minor) = client.version()?;
    println!("library {major}.{minor}");

    let (_, devices) = client.list_devices()?;
    for device in &devices {
        println!("{}: {}, up to {} Hz", device.serial(), device.model(), device.max_rate);
    }
    let first = devices.first().ok_or("there is no instrument")?;
    let (_, handle) = client.open(&first.serial())?;

    // The library calls the closure while it measures; the events arrive here.
    let (sender, events) = mpsc::channel();
    let (_, registration) = client.on_event(handle, move |event, channel, value| {
        let _ = sender.send((event, channel, value));
    })?;

    client.configure(handle, &Config::new(100.0, vec![1.0, 10.0]))?;
    client.acquire(handle, 50)?;
    for (event, channel, value) in events.try_iter() {
        match event {
            Event::Overload => println!("channel {channel} is overloaded: {value:.2}"),
            Event::Started => println!("measuring at {value} Hz"),
            Event::Finished => println!("{value} blocks were measured"),
        }
    }
    drop(registration);

    let mut count = 1000;
    let (_, samples) = client.read_samples(handle, &mut count)?;
    println!("{count} samples, the largest {:.3}", samples.iter().copied().fold(f64::MIN, f64::max));

    let (_, before) = client.set_outputs(handle, Outputs::LED)?;
    println!("the outputs were {before:?}");
    client.set_notes(handle, "calibrated in May")?;
    println!("notes: {}", client.notes(handle)?);

    // A failed check is an error; the library has words for it.
    if let Err(error) = client.configure(handle, &Config::new(100.0, vec![1.0])) {
        println!("{error}");
        println!("the library says: {}", explain(&client, &error).unwrap_or_default());
    }
    client.close(handle)?;
    client.shutdown()?;
    Ok(())
}
