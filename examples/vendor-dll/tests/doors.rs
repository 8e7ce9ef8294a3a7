//! Calls every function, and runs the program. `cargo bridge32 test -p vendor-dll` does so on both pairs with a Windows server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::process::Command;
use std::sync::mpsc::channel;

use bridge32::{Bool16, Callback, Error};
use vendor_dll::{Card, CardId, CardKind, DoorsClient, Event, Hooks};

fn launch() -> DoorsClient {
    DoorsClient::launch().unwrap()
}

fn card(number: u32, holder: &str) -> Card {
    Card {
        kind: CardKind::Number,
        id: CardId { number },
        holder: holder.to_owned(),
        title: "größte Łódź".to_owned(),
        active: Bool16(true),
    }
}

#[track_caller]
fn assert_os_error<T: std::fmt::Debug>(result: Result<T, Error>, code: i32) {
    let error = result.unwrap_err();
    let Error::Status { value: 0, os_error: Some(reason), .. } = &error else { panic!("{error:?}") };
    assert_eq!(reason.code, Some(code), "{error}");
}

#[track_caller]
fn assert_status<T: std::fmt::Debug>(result: Result<T, Error>, code: i64, words: Option<&str>) {
    match result.unwrap_err() {
        Error::Status { value, text, .. } => assert_eq!((value, text.as_deref()), (code, words)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn both_kinds_of_exported_names_are_found() {
    let client = launch();
    assert_eq!(client.version().unwrap(), 104, "exported with a decorated name");
    assert_eq!(client.name(1).unwrap().as_deref(), Some("Entrance"));
    assert_eq!(client.name(2).unwrap().as_deref(), Some("Café"));
    assert_eq!(client.name(3).unwrap(), None);
}

#[test]
fn a_bstr_is_changed_in_the_server() {
    let client = launch();
    let formatted = |code: &str| client.format_code(code).unwrap();
    assert_eq!(formatted("4711 ab12 c").as_deref(), Some("4711-AB12-C"));
    assert_eq!(formatted("").as_deref(), Some(""));
    assert_eq!(formatted(&"a".repeat(10_000)).map(|code| code.len()), Some(12_499));
    assert_eq!(formatted("ä"), None);

    // The library frees the text that it gets, so its handle is closed, and that of the new text is open.
    let mut bstr = client.sys_alloc_string("12-345").unwrap();
    let before = bstr;
    assert_eq!(client.format_bstr(&mut bstr).unwrap(), Bool16(true));
    assert_eq!(client.text_of(bstr).unwrap(), "1234-5");
    let error = client.text_of(before).unwrap_err();
    assert!(error.to_string().contains("is a handle that was closed"), "{error}");
    client.sys_free_string(bstr).unwrap();
    assert!(matches!(client.sys_free_string(bstr), Err(Error::Argument { .. })));
}

#[test]
fn packed_records_arrive_and_return() {
    let client = launch();
    let zoe = card(7, "Zoë Müller");
    client.add_card(&zoe).unwrap();
    let site = Card {
        kind: CardKind::Site,
        id: CardId { site: [3, 500] },
        holder: "n".repeat(31),
        title: "w".repeat(31),
        active: Bool16(false),
    };
    client.add_card(&site).unwrap();
    assert_eq!(client.find_card(7).unwrap().1, zoe);
    let (_, found) = client.find_card(500 << 16 | 3).unwrap();
    assert_eq!(found, site);
    assert_eq!((found.id.site(), found.id.number()), ([3, 500], 0x01f4_0003));

    assert_os_error(client.add_card(&card(7, "")), 183);
    assert_os_error(client.find_card(8), 1168);
    match client.add_card(&card(9, &"n".repeat(32))).unwrap_err() {
        Error::Argument { parameter, reason, .. } => {
            assert_eq!(parameter, "card.Card.holder");
            assert!(reason.contains("needs 33 code units with its NUL, and there is room for 32"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn hooks_are_asked_and_informed() {
    let client = launch();
    client.add_card(&card(7, "Zoë")).unwrap();
    client.add_card(&card(8, "Max")).unwrap();
    let (lines, log) = channel();
    let log_hook = client.log(move |line: &str| lines.send(line.to_owned()).unwrap()).unwrap();
    let allow = client.allow(|door, card: &Card| Bool16(door == 2 && card.holder == "Zoë")).unwrap();
    client.set_hooks(Some(&Hooks::new(Some(&allow), Some(&log_hook)))).unwrap();
    client.present(2, 7).unwrap();
    let refused = Some("the card does not open this door");
    assert_status(client.present(1, 7), -3, refused);
    assert_status(client.present(2, 8), -3, refused);
    assert_status(client.present(2, 9), -2, Some("the card is unknown"));
    assert_status(client.present(0, 7), -1, Some("there is no such door"));
    assert_eq!(
        log.try_iter().collect::<Vec<_>>(),
        ["Café: opened for Zoë", "Entrance: refused", "Café: refused", "Café: refused"]
    );

    let panics = client.allow(|_, _: &Card| panic!("no answer")).unwrap();
    client.set_hooks(Some(&Hooks::new(Some(&panics), None))).unwrap();
    let error = client.present(2, 7).unwrap_err();
    assert!(matches!(&error, Error::Callback { reason, .. } if reason == "panicked: no answer"), "{error}");
    client.set_hooks(None).unwrap();
    client.present(1, 8).unwrap();
    assert_eq!(log.try_iter().count(), 0);
}

#[test]
fn a_handler_is_uninstalled_by_its_pointers() {
    let client = launch();
    client.add_card(&card(7, "Zoë")).unwrap();
    let (events, seen) = channel();
    let handler = |name: &'static str| {
        let events = events.clone();
        client.event_handler(move |event, door| events.send((name, event, door)).unwrap()).unwrap()
    };
    let (first, second) = (handler("first"), handler("second"));
    let install = |mask, handler: &Callback| client.install(mask, handler.address(), handler.context()).unwrap();
    let uninstall = |handler: &Callback| client.uninstall(handler.address(), handler.context());
    let (opened, refused) = (Event::Opened as i32, Event::Refused as i32);
    assert_eq!((install(opened, &first), install(opened | refused, &second)), (1, 2));
    client.present(1, 7).unwrap();
    client.present(2, 8).unwrap_err();
    assert_eq!(uninstall(&first).unwrap(), 1);
    client.present(2, 7).unwrap();
    assert_status(uninstall(&first), -1, None);
    assert_eq!(uninstall(&second).unwrap(), 0);
    client.present(2, 7).unwrap();
    assert_eq!(
        seen.try_iter().collect::<Vec<_>>(),
        [
            ("first", Event::Opened, 1),
            ("second", Event::Opened, 1),
            ("second", Event::Refused, 2),
            ("second", Event::Opened, 2),
        ]
    );
}

#[test]
fn an_interface_is_called_by_its_table() {
    let client = launch();
    client.add_card(&card(7, "Zoë Müller")).unwrap();
    let (_, reader) = client.reader(2).unwrap();
    assert_eq!(client.reader_last_holder(reader).unwrap(), (1, None), "S_FALSE");
    client.present(2, 7).unwrap();
    client.present(1, 7).unwrap();
    client.present(2, 7).unwrap();
    assert_eq!(client.reader_count(reader).unwrap(), (0, 2));
    assert_eq!(client.reader_last_holder(reader).unwrap(), (0, Some("Zoë Müller".to_owned())));
    assert_eq!(client.add_ref(reader).unwrap(), 2);
    assert_eq!(client.release(reader).unwrap(), 1);
    assert_eq!(client.reader_count(reader).unwrap(), (0, 2), "one reference is left");
    assert_eq!(client.release(reader).unwrap(), 0, "there are no references left");
    assert!(matches!(client.reader_count(reader), Err(Error::Argument { .. })), "the handle is closed");
    assert_status(client.reader(3), i64::from(0x8007_0057_u32.cast_signed()), None);
}

#[test]
fn the_program_opens_doors() {
    let output = Command::new(env!("CARGO_BIN_EXE_vendor-dll")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "code: Some(\"4711-AB12-C\")",
        "  log: Café: opened for Zoë Müller",
        "  event: Opened, door 2",
        "  `present` failed: the library reports -3: the card does not open this door",
        "door 2 was opened 1 time, the last time by Zoë Müller",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}
