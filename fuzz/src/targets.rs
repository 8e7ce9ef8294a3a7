//! The fuzz targets: everything that decodes.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bridge32::Handle;
use bridge32::dotnet::{Matrix, Object, Scalar};
use bridge32_runtime::testing;
use bridge32_runtime::testing::marshal::{ArenaView, Buffer, DecodeError, Decoder, SharedArena};
use bridge32_runtime::testing::transport::{FrameTransport as _, PipeTransport};
use bridge32_runtime::testing::wire::tag::{batch, call, hello_version, is_results};
use bridge32_runtime::testing::wire::{Allocation, Message, next_part};
use bridge32_tests::conversation::Counter;
use bridge32_tests::vocabulary::{Color, Flags, Packed, Polygon, Thing};

use crate::{Input, conversation};

/// A fuzz target.
#[derive(Debug)]
pub struct Target {
    /// Its name, and that of the folder of its seeds, if it has one.
    pub name: &'static str,
    /// Runs it with an input; `Err` with what it did wrong.
    pub run: fn(&Input) -> Result<(), String>,
    /// Whether each piece should be a frame, for fuzzers whose inputs have no frame headers.
    pub takes_frames: bool,
    /// Its seeds.
    pub seeds: fn() -> Vec<Input>,
}

/// All targets.
pub static TARGETS: [Target; 9] = [
    Target {
        name: "frame",
        run: frames,
        takes_frames: false,
        seeds: || vec![conversation::record().0, conversation::record().1],
    },
    Target { name: "message", run: message, takes_frames: false, seeds: || files("message") },
    Target { name: "values", run: values, takes_frames: false, seeds: value_seeds },
    Target { name: "arena", run: arena, takes_frames: false, seeds: arena_seeds },
    Target {
        name: "server",
        run: conversation::server,
        takes_frames: true,
        seeds: || vec![conversation::record().0, conversation::record_registered().0, conversation::record_memory().0],
    },
    Target { name: "client", run: conversation::client, takes_frames: true, seeds: || vec![conversation::record().1] },
    Target { name: "events", run: conversation::events, takes_frames: true, seeds: conversation::event_seeds },
    Target { name: "greeting", run: greeting, takes_frames: false, seeds: || files("greeting") },
    Target { name: "image", run: image, takes_frames: false, seeds: || files("image") },
];

/// The files of a folder below `seeds`, each an input of one piece.
fn files(folder: &str) -> Vec<Input> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(folder);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic_without_seeds(&folder, &error));
    let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
    // The order does not depend on the file system, for reproducible inputs.
    paths.sort();
    paths
        .iter()
        .map(|path| vec![std::fs::read(path).unwrap_or_else(|error| panic_without_seeds(path, &error))])
        .collect()
}

#[allow(clippy::panic, reason = "a target needs seeds")]
fn panic_without_seeds(path: &Path, error: &io::Error) -> ! {
    panic!("{} cannot be read: {error}", path.display())
}

/// A stream that reads some bytes and discards what is written.
struct ReadOnly(Cursor<Vec<u8>>);

impl Read for ReadOnly {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Write for ReadOnly {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Receives frames. Each piece is a stream.
fn frames(input: &Input) -> Result<(), String> {
    for piece in input {
        let mut transport = PipeTransport::new(ReadOnly(Cursor::new(piece.clone())));
        let mut frame = Buffer::default();
        // It may fail.
        let _ = transport.receive(&mut frame);
        // The first read, twice what has arrived, and what rounding up to words adds.
        let allowed = (128 << 10) + 4 * piece.len();
        if frame.capacity() > allowed {
            return Err(format!("{} bytes were allocated for {} that arrived", frame.capacity(), piece.len()));
        }
    }
    Ok(())
}

/// Decodes a message, and its parts, if it has any.
fn message(input: &Input) -> Result<(), String> {
    let mut bytes = input.concat();
    let (version, call, batch, is_results) = (hello_version(&bytes), call(&bytes), batch(&bytes), is_results(&bytes));
    let mut decoder = Decoder::new(&mut bytes, 0);
    let message = decoder.value::<Message>();
    if let Some((method, length)) = call
        && !matches!(&message, Ok(Message::Call { method: decoded }) if (*decoded, decoder.position()) == (method, length))
    {
        return Err(format!("{message:?} was decoded as a call of {method} of {length} bytes"));
    }
    if let Some((stop, length)) = batch
        && !matches!(&message, Ok(Message::Batch { stop: decoded }) if (*decoded, decoder.position()) == (stop, length))
    {
        return Err(format!("{message:?} was decoded as a batch"));
    }
    if is_results && !matches!(message, Ok(Message::Results)) {
        return Err(format!("{message:?} was decoded as the results of a batch"));
    }
    if let Ok(message) = message {
        let _ = format!("{message:?}");
        if let (Message::Hello(hello), Some(version)) = (&message, version)
            && hello.protocol != version
        {
            return Err(format!("a hello of version {} was decoded as one of {version}", hello.protocol));
        }
        if matches!(message, Message::Batch { .. } | Message::Results) {
            while let Ok(Some(mut part)) = next_part(&mut decoder) {
                let _ = part.value::<Message>();
            }
        }
    }
    Ok(())
}

/// The words of an arena.
const WORDS: usize = 300;

/// An arena, in memory as another process would share it. Each word is made from its index.
fn shared_arena(word: fn(u64) -> u64) -> (Arc<[AtomicU64]>, ArenaView) {
    let memory: Arc<[AtomicU64]> = (0..WORDS as u64).map(|index| AtomicU64::new(word(index))).collect();
    let arena = SharedArena::new(Arc::clone(&memory));
    (memory, ArenaView::new(arena))
}

/// Reads arrays that a message claims to be in an arena: its bytes, if they are all inside, or else nothing. Of each 16 bytes of the input,
/// eight are the length of an array, and eight its offset.
fn arena(input: &Input) -> Result<(), String> {
    let bytes = input.concat();
    let (memory, view) = shared_arena(|index| (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let all: Vec<u8> = memory.iter().flat_map(|word| word.load(Ordering::Relaxed).to_ne_bytes()).collect();
    for claim in bytes.as_chunks::<16>().0 {
        let [length, offset] =
            [0, 8].map(|start| claim[start..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word)));
        let check = |size: usize, decode: DecodeBytes| {
            let claim = postcard::to_stdvec(&((length << 1) | 1, offset)).map_err(|error| error.to_string())?;
            let begin = u128::from(offset) * size_of::<u64>() as u128;
            let end = begin + u128::from(length << 1 >> 1) * size as u128;
            let range = usize::try_from(begin).ok().zip(usize::try_from(end).ok());
            let expected = range.and_then(|(begin, end)| all.get(begin..end));
            let mut message = claim;
            let read = decode(&mut Decoder::new(&mut message, 0).with_arena(&view)).ok();
            match read.as_deref() == expected {
                true => Ok(()),
                false => Err(format!("{length} elements of {size} bytes at {offset}: {read:?}")),
            }
        };
        check(1, |decoder| decoder.vec())?;
        check(1, |decoder| Ok(decoder.slice::<u8>()?.to_vec()))?;
        check(2, |decoder| Ok(decoder.vec()?.into_iter().flat_map(i16::to_ne_bytes).collect()))?;
        check(4, |decoder| Ok(decoder.slice()?.iter().copied().flat_map(u32::to_ne_bytes).collect()))?;
        check(8, |decoder| Ok(decoder.vec()?.into_iter().flat_map(i64::to_ne_bytes).collect()))?;
    }
    Ok(())
}

/// Decodes an array, and returns its bytes.
type DecodeBytes = fn(&mut Decoder<'_>) -> Result<Vec<u8>, DecodeError>;

/// Arrays at the limits of the arena, and far beyond them.
fn arena_seeds() -> Vec<Input> {
    let (words, most) = (WORDS as u64, u64::MAX);
    let claims = [
        (8, 0),
        (1, words - 1),
        (0, words),
        (0, words + 1),
        (words, 0),
        (words * 8, 0),
        (words * 8 + 1, 0),
        (100, 200),
        (most / 16, 1),
        (most / 2, most),
        (1, most),
        (1, most / 8 + 1),
    ];
    claims.map(|(length, offset): (u64, u64)| vec![[length.to_le_bytes(), offset.to_le_bytes()].concat()]).to_vec()
}

/// Decodes values of every type from the same bytes, at every alignment.
fn values(input: &Input) -> Result<(), String> {
    let bytes = input.concat();
    let (_, arena) = shared_arena(|_| u64::MAX);
    let mut buffer = Buffer::default();
    for position in 0..8.min(bytes.len()) {
        let mut all = |decode: fn(&mut Decoder<'_>) -> Result<(), DecodeError>| -> Result<(), String> {
            buffer.clear();
            buffer.extend(&bytes).map_err(|error| error.to_string())?;
            let mut decoder = Decoder::new(buffer.bytes_mut(), position).with_arena(&arena);
            // Until decoding fails. Every value takes at least one byte.
            let mut count = 0;
            while decode(&mut decoder).is_ok() {
                count += 1;
                if count > bytes.len() {
                    return Err("there were more values than bytes".to_owned());
                }
            }
            let _ = decoder.finish();
            Ok(())
        };
        all(|decoder| decoder.value::<u8>().map(drop))?;
        all(|decoder| decoder.value::<i64>().map(drop))?;
        all(|decoder| decoder.value::<f64>().map(drop))?;
        all(|decoder| decoder.value::<bool>().map(drop))?;
        all(|decoder| decoder.value::<String>().map(drop))?;
        all(|decoder| decoder.text().map(drop))?;
        all(|decoder| decoder.optional_text().map(drop))?;
        // All elements are read: they may be in the arena.
        all(|decoder| decoder.slice::<u8>().map(|values| drop(values.to_vec())))?;
        all(|decoder| decoder.slice::<f64>().map(|values| drop(values.to_vec())))?;
        all(|decoder| decoder.slice_mut::<i16>().map(|mut values| values.fill(1)))?;
        all(|decoder| decoder.slice_mut::<bool>().map(drop))?;
        all(|decoder| decoder.vec::<u64>().map(drop))?;
        all(|decoder| decoder.vec::<String>().map(drop))?;
        all(|decoder| decoder.value::<Color>().map(drop))?;
        all(|decoder| decoder.value::<Flags>().map(drop))?;
        all(|decoder| decoder.value::<Packed>().map(drop))?;
        all(|decoder| decoder.value::<Polygon>().map(drop))?;
        all(|decoder| decoder.value::<Thing>().map(drop))?;
        all(|decoder| decoder.value::<Vec<Vec<Option<String>>>>().map(drop))?;
        all(|decoder| decoder.value::<HashMap<u32, String>>().map(drop))?;
        all(|decoder| decoder.value::<BTreeMap<String, Vec<u8>>>().map(drop))?;
        all(|decoder| decoder.value::<Result<i32, String>>().map(drop))?;
        all(|decoder| decoder.value::<Option<Handle<Counter>>>().map(drop))?;
        all(|decoder| decoder.value::<Allocation>().map(drop))?;
        // Types of managed methods.
        all(|decoder| decoder.value::<Matrix<f64>>().map(|matrix| last(&matrix)))?;
        all(|decoder| decoder.value::<Matrix<i16>>().map(|matrix| last(&matrix)))?;
        all(|decoder| decoder.value::<Object<String>>().map(drop))?;
    }
    Ok(())
}

/// Reads the last element, which every matrix has that has any.
fn last<T: Scalar>(matrix: &Matrix<T>) {
    if let (Some(row), Some(column)) = (matrix.rows().checked_sub(1), matrix.columns().checked_sub(1)) {
        let _ = matrix[(row, column)];
    }
}

/// The messages of a conversation, and a matrix.
fn value_seeds() -> Vec<Input> {
    let (requests, replies) = conversation::record();
    let matrix = Matrix::new(2, 3, vec![1.5; 6]).map(|matrix| postcard::to_allocvec(&matrix).unwrap_or_default());
    requests.into_iter().chain(replies).chain(matrix).map(|message| vec![message]).collect()
}

fn greeting(input: &Input) -> Result<(), String> {
    let bytes = input.concat();
    if let Ok((server, client, address)) = testing::read_greeting(&bytes) {
        let text = String::from_utf8_lossy(&bytes);
        if !text.contains(&address) || server.len() + client.len() != 32 {
            return Err(format!("`{address}` was not in the greeting"));
        }
    }
    Ok(())
}

fn image(input: &Input) -> Result<(), String> {
    let _ = testing::read_image(&input.concat());
    Ok(())
}
