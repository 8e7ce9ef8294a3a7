//! What is measured of bridge32: a 64-bit client, and a real 32-bit server.

use std::fmt::Debug;
use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

use bridge32::{Error, Transport};
use bridge32_benches::{Measured as _, MeasuredClient, MeasuredLibrary};

use crate::Result;
use crate::measure::Case;

pub(crate) const SHARED_MEMORY: &str = "bridge32, shared memory";
pub(crate) const PIPE: &str = "bridge32, pipe";

/// Both transports, by name.
pub(crate) const TRANSPORTS: [(&str, Transport); 2] =
    [(SHARED_MEMORY, Transport::SharedMemory), (PIPE, Transport::Pipe)];

pub(crate) fn launch(transport: Transport) -> Result<MeasuredClient> {
    Ok(MeasuredClient::builder().transport(transport).launch()?)
}

/// A 64-bit build of the library, in this process.
fn library() -> Result<MeasuredLibrary> {
    let file = std::env::current_exe()?.with_file_name("libmeasured.so");
    // SAFETY: the file is built from the C source that the interface describes.
    Ok(unsafe { MeasuredLibrary::load_from(file) }?)
}

/// The function itself.
pub(crate) fn native(name: &str) -> Result<Case> {
    let library = library()?;
    Ok(Case::new(name, move || {
        assert_eq!(library.add(black_box(1), black_box(2)), 3);
    }))
}

pub(crate) fn add(name: &str, transport: Transport) -> Result<Case> {
    let client = launch(transport)?;
    Ok(Case::new(name, move || assert_eq!(client.add(1, 2).expect("the server lives"), 3)))
}

/// So many calls in one batch; the time of each of them.
pub(crate) fn batch(name: &str, transport: Transport, calls: u32) -> Result<Case> {
    let client = launch(transport)?;
    Ok(Case::told(name, move |count| {
        let begin = Instant::now();
        for _ in 0..count {
            let sums = client.batch(|b| (0..calls).map(|_| b.add(1, 2)).collect::<Vec<_>>()).expect("the server lives");
            assert!(sums.into_iter().all(|sum| sum.expect("the call is made") == 3));
        }
        begin.elapsed() / calls
    }))
}

/// One call, and so many calls back.
pub(crate) fn callbacks(name: &str, transport: Transport, count: i32) -> Result<Case> {
    let client = launch(transport)?;
    Ok(Case::new(name, move || {
        assert_eq!(client.add_up(count, |place| place).expect("the server lives"), count * (count - 1) / 2);
    }))
}

pub(crate) fn text(name: &str, transport: Transport) -> Result<Case> {
    let client = launch(transport)?;
    let text = "x".repeat(100);
    Ok(Case::new(name, move || assert_eq!(client.text_length(&text).expect("the server lives"), 100)))
}

pub(crate) fn scalar_multiply(name: &str, transport: Transport, count: usize) -> Result<Case> {
    let client = launch(transport)?;
    let values: Vec<_> = (0..count).map(|i| i as f64).collect();
    Ok(Case::new(name, move || {
        let products = client.scalar_multiply(2.0, &values).expect("the server lives");
        assert_eq!((products.len(), products[count - 1]), (count, values[count - 1] * 2.0));
    }))
}

pub(crate) fn scale(name: &str, transport: Transport, count: usize) -> Result<Case> {
    let client = launch(transport)?;
    let mut values = vec![1.0; count];
    Ok(Case::new(name, move || {
        let before = values[count - 1];
        client.scale(-1.0, &mut values).expect("the server lives");
        assert_eq!(values[count - 1], -before);
    }))
}

/// The copies that a call cannot do without, with the function itself between them, in this process.
pub(crate) fn scalar_multiply_here(name: &str, count: usize) -> Result<Case> {
    let library = library()?;
    let values: Vec<_> = (0..count).map(|i| i as f64).collect();
    let (mut there, mut back) = (values.clone(), values.clone());
    Ok(Case::new(name, move || {
        there.copy_from_slice(black_box(&values));
        let products = library.scalar_multiply(2.0, &there);
        back.copy_from_slice(&products);
        assert_eq!(back[count - 1], values[count - 1] * 2.0);
    }))
}

pub(crate) fn bytes(name: &str, transport: Transport, count: usize) -> Result<Case> {
    let client = launch(transport)?;
    let bytes = vec![7; count];
    Ok(Case::new(name, move || {
        let copy = client.copy_bytes(&bytes).expect("the server lives");
        assert_eq!((copy.len(), copy[count - 1]), (count, 7));
    }))
}

/// So many values there and back, the last of which the library changes in place.
pub(crate) fn touched<T: Copy + PartialEq + Debug + 'static>(
    name: &str,
    transport: Transport,
    count: usize,
    (before, after): (T, T),
    touch: fn(&MeasuredClient, &mut [T]) -> std::result::Result<(), Error>,
) -> Result<Case> {
    let client = launch(transport)?;
    let mut values = vec![before; count];
    Ok(Case::new(name, move || {
        values[count - 1] = before;
        touch(&client, &mut values).expect("the server lives");
        assert_eq!((values[0], values[count - 1]), (before, after));
    }))
}

/// From the start of the server's process to the answer of the first call; its end is not counted.
pub(crate) fn start(name: &str, transport: Transport) -> Case {
    Case::timed(name, move || {
        let begin = Instant::now();
        let client = launch(transport).expect("the server starts");
        assert_eq!(client.add(1, 2).expect("the server lives"), 3);
        let time = begin.elapsed();
        drop(client);
        time
    })
}

/// As many threads on one client, each of which makes the same number of calls; the time that passes for each call.
pub(crate) fn threads(name: &str, transport: Transport, count: u32) -> Result<Case> {
    const CALLS: u32 = 1000;
    let client = launch(transport)?;
    let once = move || {
        let barrier = Barrier::new(count as usize);
        // Each thread looks at the clock itself: another one would perhaps be given a core too late for that.
        let calls = || {
            barrier.wait();
            let begin = Instant::now();
            for _ in 0..CALLS {
                assert_eq!(client.add(1, 2).expect("the server lives"), 3);
            }
            (begin, Instant::now())
        };
        let (begins, ends): (Vec<_>, Vec<_>) = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..count).map(|_| scope.spawn(calls)).collect();
            threads.into_iter().map(|thread| thread.join().expect("its calls succeed")).unzip()
        });
        let time = ends.into_iter().max().zip(begins.into_iter().min()).map(|(end, begin)| end - begin);
        time.unwrap_or_default() / (count * CALLS)
    };
    Ok(Case::timed(name, once))
}
