#[cfg(target_os = "linux")]
mod orders;

use std::thread;
use std::time::{Duration, Instant};

use super::*;
use crate::transport::{Channel, LocalListener, connect_local};
use crate::wire::Message;

/// Two ends in two threads, as two processes have them.
fn pair() -> (Channel, Channel) {
    let listener = LocalListener::random().unwrap();
    let path = listener.path().to_owned();
    let connected = thread::spawn(move || connect_local(&path).unwrap());
    let (mut client, _) = listener.accept().unwrap();
    let mut server = connected.join().unwrap();
    let (end, offer) = SharedMemoryEnd::offer().unwrap();
    server.upgrade(SharedMemoryEnd::open(&offer.address()).unwrap(), 0).unwrap();
    client.upgrade(end, 0).unwrap();
    (client, server)
}

/// Says a message with as many bytes behind it.
fn say(channel: &mut Channel, bytes: &[u8]) -> io::Result<()> {
    channel.begin(&Message::Return).unwrap().slice(bytes).unwrap();
    channel.send()
}

fn hear(channel: &mut Channel) -> io::Result<Vec<u8>> {
    let (_, mut decoder) = channel.receive()?;
    Ok(decoder.vec::<u8>().unwrap())
}

/// Answers with what it hears, until the connection ends.
fn echo(mut channel: Channel) -> thread::JoinHandle<io::Error> {
    thread::spawn(move || {
        loop {
            match hear(&mut channel).and_then(|bytes| say(&mut channel, &bytes)) {
                Ok(()) => {}
                Err(error) => return error,
            }
        }
    })
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|i| (i * 31 + count) as u8).collect()
}

#[test]
fn messages_of_every_length_arrive() {
    let (mut client, server) = pair();
    let server = echo(server);
    let slot = SLOT * ALIGNMENT;
    let ring = RING * ALIGNMENT;
    let around = |center: usize| center - 40..center + 10;
    let lengths = (0..100).chain(around(slot)).chain(around(slot + PIECE * ALIGNMENT)).chain(around(slot + ring));
    for length in lengths.chain([3 * ring + 5, 5, 20 << 20]) {
        let sent = bytes(length);
        say(&mut client, &sent).unwrap();
        assert!(hear(&mut client).unwrap() == sent, "{length} bytes");
    }
    drop(client);
    assert!(is_end(&server.join().unwrap()));
}

#[test]
fn pauses_of_every_length_lose_no_message() {
    let (mut client, server) = pair();
    let server = echo(server);
    for i in 0..2000u32 {
        // Around the time that is spent looking.
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_nanos(u64::from(i % 100) * 1200) {
            std::hint::spin_loop();
        }
        if i % 500 == 0 {
            thread::sleep(Duration::from_millis(20));
        }
        say(&mut client, &i.to_le_bytes()).unwrap();
        assert_eq!(hear(&mut client).unwrap(), i.to_le_bytes());
    }
    drop(client);
    server.join().unwrap();
}

#[test]
fn the_other_side_s_end_is_noticed_wherever_it_comes() {
    let ended_while = |busy: &dyn Fn(Channel) -> io::Error| {
        let (client, server) = pair();
        let end = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            drop(server);
        });
        let error = busy(client);
        assert!(is_end(&error), "{error}");
        end.join().unwrap();
    };
    ended_while(&|mut client| hear(&mut client).unwrap_err());
    // More than there is room for, which nobody takes.
    ended_while(&|mut client| say(&mut client, &bytes(2 * RING * ALIGNMENT)).unwrap_err());
}

fn is_end(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}

/// Whatever stands in the memory, and whenever it changes, there is an error or a message, and nothing else.
#[test]
fn nonsense_in_the_memory_is_an_error_or_a_message() {
    for seed in 1..200u64 {
        let (mut client, server) = pair();
        let (end, offer) = SharedMemoryEnd::offer().unwrap();
        let memory = SharedMemory::<Layout>::open(&offer.address()).unwrap();
        client.upgrade(end, 0).unwrap();
        let vandal = thread::spawn(move || {
            let mut state = seed;
            let mut random = move || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state
            };
            let (channel, other) = (incoming(&memory, Side::Client), outgoing(&memory, Side::Client));
            for _ in 0..500 {
                let (number, what) = (random(), random() % 8);
                match what {
                    0 => channel.turn.store(1, Ordering::Relaxed),
                    1 => drop(channel.turn.fetch_add(1, Ordering::Relaxed)),
                    2 => channel.written.0.store(number as u32 % (2 * RING as u32), Ordering::Relaxed),
                    3 => channel.written.0.store(number as u32, Ordering::Relaxed),
                    4 => drop(channel.write_slot(&[number % (1 << 22)])),
                    5 => drop(channel.write_slot(&[number])),
                    6 => memory.asleep[number as usize % 2].0.store(number as u32 % 4, Ordering::Relaxed),
                    _ => other.taken.0.store(number as u32 % (2 * RING as u32), Ordering::Relaxed),
                }
            }
            drop(server);
        });
        let _ = say(&mut client, &bytes(300_000));
        while let Ok(()) = client.wait() {
            let _ = client.received().map(|(_, mut decoder)| decoder.vec::<u64>().map(drop));
        }
        vandal.join().unwrap();
    }
}
