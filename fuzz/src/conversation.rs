//! Client and server, each with a stream that plays back the bytes of an input as the other side.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bridge32::{BatchMode, Bool32, RemoteBuffer};
use bridge32_runtime::testing;
use bridge32_runtime::testing::marshal::{Buffer, Decoder};
use bridge32_runtime::testing::transport::PipeTransport;
use bridge32_runtime::testing::wire::Fault;
use bridge32_runtime::testing::wire::{Joined, MemoryCall, Message, Secret, Start, frame};
use bridge32_tests::conversation::{ConversationClient, ConversationLibrary};
use bridge32_tests::vocabulary::{Color, Flags, Packed, Point, Polygon, Rectangle, Thing};

use crate::Input;
use crate::mutate::{framed, is_framed};

const SERVER: [u8; 16] = [0x5e; 16];
const CLIENT: [u8; 16] = [0xc1; 16];

/// The time-out of handshake and calls. A stream that plays back never makes a side wait.
const LIMIT: Duration = Duration::from_secs(60);

/// The start message of the client.
fn start() -> Start {
    let library = Some(env!("VOCABULARY_LIBRARY").to_owned());
    let library_dirs = vec![env!("CARGO_MANIFEST_DIR").to_owned()];
    Start { secret: CLIENT, library, library_dirs, args: Vec::new(), memory: None, for_c: false }
}

/// Called with the address and the secret when the side asks for an extra connection.
type OnOpen = Box<dyn FnOnce(String, Secret) + Send>;

/// A stream that plays back an input, one piece with each read, and records what is written.
struct Playback {
    on_open: Option<OnOpen>,
    pieces: std::vec::IntoIter<Vec<u8>>,
    piece: Vec<u8>,
    written: Arc<Mutex<Input>>,
}

impl Playback {
    fn new(input: &Input) -> (Self, Arc<Mutex<Input>>) {
        let written = Arc::<Mutex<Input>>::default();
        let pieces = input.clone().into_iter();
        (Self { on_open: None, pieces, piece: Vec::new(), written: Arc::clone(&written) }, written)
    }

    /// Decodes a frame that was written; `Err` if it is not a message.
    fn message(bytes: &[u8]) -> Result<Message, String> {
        let mut buffer = Buffer::default();
        buffer.extend(bytes).map_err(|error| error.to_string())?;
        Decoder::new(buffer.bytes_mut(), frame::HEADER).value().map_err(|error| error.to_string())
    }
}

impl Read for Playback {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.next() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let count = into.len().min(self.piece.len());
        into[..count].copy_from_slice(&self.piece[..count]);
        self.piece.drain(..count);
        Ok(count)
    }
}

impl Write for Playback {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).push(bytes.to_vec());
        if self.on_open.is_some()
            && let Ok(Message::OpenConnection(open)) = Self::message(bytes)
            && let Some(on_open) = self.on_open.take()
        {
            on_open(open.address, open.secret);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a server whose client sends this; `Err` if something in it panicked that must not.
pub(crate) fn server(input: &Input) -> Result<(), String> {
    let (stream, written) = Playback::new(input);
    // The connection always breaks in the end.
    let _ = testing::serve::<ConversationLibrary>(PipeTransport::new(stream), SERVER, CLIENT);
    for message in &*written.lock().unwrap_or_else(PoisonError::into_inner) {
        match Playback::message(message) {
            Ok(Message::Fault(fault)) => match *fault {
                Fault::Panic { location, message } if !location.contains("conversation.rs") => {
                    return Err(format!("it panicked at {location}: {message}"));
                }
                _ => {}
            },
            Ok(_) => {}
            Err(error) => return Err(format!("it sent something that is not a message: {error}")),
        }
    }
    Ok(())
}

/// Runs a client whose server sends this, and that makes a call of every kind.
pub(crate) fn client(input: &Input) -> Result<(), String> {
    let (stream, _) = Playback::new(input);
    // The handshake may fail.
    if let Ok(client) = testing::client(PipeTransport::new(stream), SERVER, start(), (LIMIT, None)) {
        call_all(&client);
    }
    Ok(())
}

/// Runs a client whose server sends this on the event connection, while a closure is registered.
pub(crate) fn events(input: &Input) -> Result<(), String> {
    static ANSWERS: OnceLock<Input> = OnceLock::new();
    let (mut stream, _) = Playback::new(ANSWERS.get_or_init(|| record_registered().1));
    let (done, playing) = channel();
    let input = input.clone();
    stream.on_open = Some(Box::new(move |address, secret| {
        // The client may close the connection before everything was sent.
        std::thread::spawn(move || drop(done.send(send_events(&address, secret, &input))));
    }));
    if let Ok(client) = testing::client(PipeTransport::new(stream), SERVER, start(), (LIMIT, None)) {
        register(&client, || drop(playing.recv()));
    }
    Ok(())
}

/// Connects the event connection and sends this on it. The connection is returned, still open: on Windows, a pipe that is closed before
/// the client has checked its peer is lost.
fn send_events(address: &str, secret: Secret, input: &Input) -> io::Result<impl Send + use<>> {
    let path = address.strip_prefix("local:").ok_or(io::ErrorKind::InvalidInput)?;
    #[cfg(unix)]
    let mut stream = std::os::unix::net::UnixStream::connect(path)?;
    #[cfg(windows)]
    let mut stream = std::fs::OpenOptions::new().read(true).write(true).open(path)?;
    let joined = postcard::to_allocvec(&Message::Joined(Box::new(Joined { secret, refused: None })))
        .map_err(io::Error::other)?;
    stream.write_all(&framed(&joined))?;
    let mut is_in_step = true;
    for piece in input {
        stream.write_all(piece)?;
        // The client answers a whole message that follows others, or closes the connection.
        is_in_step &= is_framed(piece);
        if is_in_step && stream.read(&mut [0; 4096])? == 0 {
            break;
        }
    }
    Ok(stream)
}

/// Events, with and without nesting, and for a closure that is not registered.
pub(crate) fn event_seeds() -> Vec<Input> {
    let event = |message: &Message, count: i32| {
        let mut bytes = postcard::to_allocvec(message).unwrap_or_default();
        bytes.extend(postcard::to_allocvec(&count).unwrap_or_default());
        framed(&bytes)
    };
    let plain = Message::Event { registration: 1 };
    let nesting = Message::NestingEvent { registration: 1 };
    let unknown = Message::Event { registration: 7 };
    vec![vec![event(&plain, 1), event(&nesting, -70_000)], vec![event(&unknown, 0), event(&plain, 2)]]
}

/// Makes a call of every kind. Each may fail.
fn call_all(client: &ConversationClient) {
    let point = Point { x: 1.5, y: -2.0 };
    let mut number = 5;
    let mut small = [1, -2, 300];
    let mut flags = [true, false];
    let mut points = [point; 2];
    let mut rectangle = Rectangle { corners: [point; 2], layer: 7 };
    let mut words = ["b".to_owned(), "a".to_owned()];
    let thing = Thing { id: 3, name: Some("name".to_owned()), place: Some(Box::new(point)), weight: 0.5 };
    let mut counter = 0;
    let _ = client.negate(Bool32(true));
    let _ = client.advance(&mut number, &7);
    let _ = client.split(2.5);
    let _ = client.scalar_multiply(2.0, &[1.0, 2.0, 3.0]);
    let _ = client.double_all(&mut small);
    let _ = client.invert_all(&mut flags);
    let _ = client.read_samples();
    let _ = client.table();
    let _ = client.upper("grüß dich");
    let _ = client.wide_length(Some("wörter"));
    let _ = client.wide_length(None);
    let _ = client.latin_name();
    let _ = client.midpoint(point, point);
    let _ = client.grow(&mut rectangle, 1.0);
    let _ = client.flip_all(&mut points);
    let _ = client.polygon_sum(Polygon { n: 0, points: vec![point; 3] });
    let _ = client.thing_sum(&thing);
    let _ = client.some_thing();
    let _ = client.repack(&Packed { kind: 1, size: 2, flags: 3 });
    let _ = client.next_color(Color::Red);
    let _ = client.next_color(Color::Blue);
    let _ = client.toggle(Flags(12), Flags(10));
    let _ = client.checked(1);
    let _ = client.checked(-1);
    let _ = client.absent(1);
    let _ = client.sort(&mut words, &mut counter);
    let _ = client.tally(vec![Some("a".to_owned()), None]);
    let _ = client.parse("12");
    let _ = client.parse("twelve");
    let _ = client.panic("on purpose");
    let _ =
        client.batch(|b| (b.scalar_multiply(0.5, &[1.0, 2.0]), b.double_all(&mut small), b.checked(-1), b.parse("no")));
    let _ = client.batch_with(BatchMode::StopOnError, |b| [b.next_color(Color::Red), b.next_color(Color::Blue)]);
    let _ = client.add_up(&[1, 2, 3], |sum, value| sum.wrapping_add(value));
    let _ = client.add_up(&[1], |_, value| client.add_up(&[value], |_, value| value).unwrap_or_default());
    let _ = client.each_word(|word, numbers| drop((word.to_owned(), numbers.to_vec())));
    let _ = client.fill_in(|| "name".to_owned());
    if let Ok(counter) = client.open_counter(5) {
        let _ = client.count_by(counter, 1);
        let _ = client.close_counter(counter);
    }
}

/// Uses memory of the server. A server with 64-bit addresses refuses to allocate any.
fn use_memory(client: &ConversationClient) {
    if let Ok(memory) = RemoteBuffer::<Point>::allocate(client, 3) {
        let _ = memory.write(1, &[Point { x: 1.5, y: -2.0 }]);
        let _ = memory.read(0, 3);
    }
}

/// Whether the input may ask the server for memory, which allocates as much as it is asked for.
pub(crate) fn asks_for_memory(input: &Input) -> bool {
    let number = postcard::to_allocvec(&MemoryCall::Allocate.number()).unwrap_or_default();
    input.concat().windows(number.len()).any(|bytes| bytes == number)
}

/// Registers a closure, which opens the event connection, and calls `meanwhile` before it is released.
fn register(client: &ConversationClient, meanwhile: impl FnOnce()) {
    let Ok(counter) = client.open_counter(7) else { return };
    let watched = client.watch_counter(counter, |count| count.wrapping_mul(2));
    meanwhile();
    drop(watched);
    let _ = client.close_counter(counter);
}

/// One end of a stream between two threads, which records what is written.
struct RecordedStream {
    sender: Sender<Vec<u8>>,
    receiver: Receiver<Vec<u8>>,
    sent: Arc<Mutex<Input>>,
}

impl Read for RecordedStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // No message of the conversation is longer than a read.
        let Ok(bytes) = self.receiver.recv() else { return Ok(0) };
        into[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}

impl Write for RecordedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(bytes.to_vec());
        self.sender.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Records what client and server send in a conversation with a call of every kind.
pub(crate) fn record() -> (Input, Input) {
    record_with(call_all)
}

/// Records what client and server send in a conversation with a registered closure.
pub(crate) fn record_registered() -> (Input, Input) {
    record_with(|client| {
        register(client, || {});
        if let Ok(counter) = client.open_counter(1) {
            // It is called on the thread of the call, and on a thread of the library.
            let _watched = client.watch_counter(counter, |count| count.wrapping_mul(2));
            let _ = client.count_by(counter, 1);
            let _ = client.count_apart(counter, 1);
        }
    })
}

/// Records what client and server send in a conversation about memory of the server.
pub(crate) fn record_memory() -> (Input, Input) {
    record_with(use_memory)
}

fn record_with(calls: fn(&ConversationClient)) -> (Input, Input) {
    let ((to_server, from_client), (to_client, from_server)) = (channel(), channel());
    let (requests, replies) = (Arc::<Mutex<Input>>::default(), Arc::<Mutex<Input>>::default());
    let client_end = RecordedStream { sender: to_server, receiver: from_server, sent: Arc::clone(&requests) };
    let server_end = RecordedStream { sender: to_client, receiver: from_client, sent: Arc::clone(&replies) };
    let serving =
        std::thread::spawn(|| testing::serve::<ConversationLibrary>(PipeTransport::new(server_end), SERVER, CLIENT));
    let client = testing::client(PipeTransport::new(client_end), SERVER, start(), (LIMIT, None));
    calls(&client.expect("the handshake of an undamaged conversation succeeds"));
    serving.join().expect("the server does not panic").expect("an undamaged conversation ends without an error");
    let take = |of: &Mutex<Input>| of.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (take(&requests), take(&replies))
}
