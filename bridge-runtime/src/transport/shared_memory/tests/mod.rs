//! Tests of the transport over real shared memory, and of its wake-ups in a model checker.

#[cfg(target_os = "linux")]
mod orders;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use std::{io, thread};

use super::SharedMemoryEnd;
use super::end::{Side, incoming, outgoing};
use super::layout::{Layout, PIECE, RING, SLOT};
use crate::marshal::ALIGNMENT;
use crate::sys::SharedMemory;
use crate::transport::{Channel, LocalListener, connect_local};
use crate::wire::Message;

/// Both ends of a connection, as two processes have them.
fn pair() -> (Channel, Channel) {
    let listener = LocalListener::random(None).unwrap();
    let path = listener.path().to_owned();
    let connected = thread::spawn(move || connect_local(&path).unwrap());
    let (mut client, _) = listener.accept().unwrap();
    let mut server = connected.join().unwrap();
    let (end, offer) = SharedMemoryEnd::offer().unwrap();
    server.upgrade(SharedMemoryEnd::open(&offer.address(str::to_owned)).unwrap(), 0).unwrap();
    client.upgrade(end, 0).unwrap();
    (client, server)
}

/// Sends a message with these bytes in it.
fn send(channel: &mut Channel, bytes: &[u8]) -> io::Result<()> {
    channel.begin(&Message::Return).unwrap().slice(bytes).unwrap();
    channel.send()
}

/// Receives a message with bytes in it.
fn receive(channel: &mut Channel) -> io::Result<Vec<u8>> {
    let (_, mut decoder) = channel.receive()?;
    Ok(decoder.vec::<u8>().unwrap())
}

/// Sends back what it receives, until the connection ends; returns the error that ends it.
fn echo(mut channel: Channel) -> thread::JoinHandle<io::Error> {
    thread::spawn(move || {
        loop {
            match receive(&mut channel).and_then(|bytes| send(&mut channel, &bytes)) {
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
        send(&mut client, &sent).unwrap();
        assert!(receive(&mut client).unwrap() == sent, "{length} bytes");
    }
    drop(client);
    assert!(is_end(&server.join().unwrap()));
}

#[test]
fn no_message_is_lost_after_pauses_of_any_length() {
    let (mut client, server) = pair();
    let server = echo(server);
    for i in 0..2000u32 {
        // Around the limit of a poll.
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_nanos(u64::from(i % 100) * 1200) {
            std::hint::spin_loop();
        }
        if i % 500 == 0 {
            thread::sleep(Duration::from_millis(20));
        }
        send(&mut client, &i.to_le_bytes()).unwrap();
        assert_eq!(receive(&mut client).unwrap(), i.to_le_bytes());
    }
    drop(client);
    server.join().unwrap();
}

#[test]
fn a_peer_that_ends_is_noticed_in_every_wait() {
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
    ended_while(&|mut client| receive(&mut client).unwrap_err());
    // More than the ring holds, which is not read.
    ended_while(&|mut client| send(&mut client, &bytes(2 * RING * ALIGNMENT)).unwrap_err());
}

fn is_end(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}

/// Whatever the memory holds, and whenever it changes, each wait ends with an error or a message.
#[test]
fn corrupt_memory_is_an_error_or_a_message() {
    for seed in 1..200u64 {
        let (mut client, server) = pair();
        let (end, offer) = SharedMemoryEnd::offer().unwrap();
        let memory = SharedMemory::<Layout>::open(&offer.address(str::to_owned)).unwrap();
        client.upgrade(end, 0).unwrap();
        let attacker = thread::spawn(move || {
            let mut state = seed;
            let mut random = move || {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state
            };
            let (channel, other) = (incoming(&memory, Side::Client), outgoing(&memory, Side::Client));
            for _ in 0..500 {
                let (number, what) = (random(), random() % 9);
                match what {
                    0 => channel.frames.store(1, Ordering::Relaxed),
                    1 => drop(channel.frames.fetch_add(1, Ordering::Relaxed)),
                    2 => channel.written.0.store(number as u32 % (2 * RING as u32), Ordering::Relaxed),
                    3 => channel.written.0.store(number as u32, Ordering::Relaxed),
                    4 => drop(channel.write_slot(&[number % (1 << 22)])),
                    5 => drop(channel.write_slot(&[number])),
                    6 => memory.ends[number as usize % 2].0.sleep_flag.store(number as u32 % 4, Ordering::Relaxed),
                    7 => memory.ends[number as usize % 2].0.processor.store(number as u32, Ordering::Relaxed),
                    _ => other.read.0.store(number as u32 % (2 * RING as u32), Ordering::Relaxed),
                }
            }
            drop(server);
        });
        let _ = send(&mut client, &bytes(300_000));
        while let Ok(()) = client.wait() {
            let _ = client.decode_message().map(|(_, mut decoder)| decoder.vec::<u64>().map(drop));
        }
        attacker.join().unwrap();
    }
}
