//! Opens doors with the library of a door controller.

use bridge32::{Bool16, Error};
use vendor_dll::{Card, CardId, CardKind, DoorsClient, Event, Hooks};

fn main() -> Result<(), Error> {
    let client = DoorsClient::launch()?;
    println!("library {}, {}", client.version()?, client.server_info().architecture);
    println!("door 2 is {:?}", client.name(2)?.unwrap_or_default());
    println!("code: {:?}", client.format_code("4711 ab12 c")?);

    let card = |number, holder: &str| Card {
        kind: CardKind::Number,
        id: CardId { number },
        holder: holder.to_owned(),
        title: "Dr.".to_owned(),
        active: Bool16(true),
    };
    client.add_card(&card(7, "Zoë Müller"))?;
    client.add_card(&card(8, "Max Meier"))?;
    if let Err(error) = client.add_card(&card(7, "somebody else")) {
        // With its source, which is what `GetLastError` returned.
        println!("{error:?}");
    }

    // The library asks the one hook and informs the other.
    let allow = client.allow(|door, card: &Card| Bool16(door == 1 || card.id.number() == 7))?;
    let log = client.log(|line: &str| println!("  log: {line}"))?;
    client.set_hooks(Some(&Hooks::new(Some(&allow), Some(&log))))?;
    let handler = client.event_handler(|event, door| println!("  event: {event:?}, door {door}"))?;
    let events = Event::Opened as i32 | Event::Refused as i32;
    client.install(events, handler.address(), handler.context())?;

    let (_, reader) = client.reader(2)?;
    for number in [7, 8, 9] {
        println!("card {number} at door 2:");
        if let Err(error) = client.present(2, number) {
            println!("  {error}");
        }
    }
    let (_, count) = client.reader_count(reader)?;
    let (_, holder) = client.reader_last_holder(reader)?;
    println!("door 2 was opened {count} time, the last time by {}", holder.unwrap_or_default());
    client.release(reader)?;

    client.uninstall(handler.address(), handler.context())?;
    client.set_hooks(None)?;
    Ok(())
}
