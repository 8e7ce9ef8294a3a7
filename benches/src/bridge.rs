//! The cases of bridge32: a 64-bit client calls a real 32-bit server.

use std::fmt::Debug;
use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use bridge32::{Error, Transport};
use bridge32_benches::{Measured as _, MeasuredClient, MeasuredLibrary};

use crate::measure::Case;
use crate::result::Result;

pub(crate) const SHARED_MEMORY: &str = "bridge32, shared memory";
pub(crate) const PIPE: &str = "bridge32, pipe";

/// Both transports, with their names in the tables.
pub(crate) const TRANSPORTS: [(&str, Transport); 2] =
    [(SHARED_MEMORY, Transport::SharedMemory), (PIPE, Transport::Pipe)];

pub(crate) fn launch(transport: Transport) -> Result<MeasuredClient> {
    Ok(MeasuredClient::builder().transport(transport).launch()?)
}

/// Loads the 64-bit build of the library into this process.
fn library() -> Result<MeasuredLibrary> {
    let file = std::env::current_exe()?.with_file_name("libmeasured.so");
    // SAFETY: the file is built from the C source that the interface describes.
    Ok(unsafe { MeasuredLibrary::load_from(file) }?)
}

/// Calls the library's function directly.
pub(crate) fn native(name: &str) -> Result<Case> {
    let library = library()?;
    Ok(Case::new(name, move || {
        assert_eq!(library.add(black_box(1), black_box(2)), 3);
    }))
}

pub(crate) fn add(name: &str, transport: Transport) -> Result<Case> {
    let client = launch(transport)?;
    Ok(Case::new(name, move || assert_eq!(client.add(1, 2).expect("the server is running"), 3)))
}

/// Makes calls after a pause, and returns the time of the last of them.
pub(crate) fn after_pause(name: &str, pause: Duration, calls: u32) -> Result<Case> {
    let client = launch(Transport::SharedMemory)?;
    let add = move || assert_eq!(client.add(1, 2).expect("the server is running"), 3);
    Ok(Case::after_pause(name, pause, calls, add))
}

/// Makes 20 000 calls, after a second with calls at this interval if there is one; the time is that of one of the calls.
pub(crate) fn burst(name: &str, interval: Option<Duration>) -> Result<Case> {
    const CALLS: u32 = 20_000;
    let client = launch(Transport::SharedMemory)?;
    let call = move || assert_eq!(client.add(1, 2).expect("the server is running"), 3);
    let burst = move || {
        let begin = Instant::now();
        while let Some(interval) = interval.filter(|_| begin.elapsed() < Duration::from_secs(1)) {
            std::thread::sleep(interval);
            call();
        }
        let begin = Instant::now();
        (0..CALLS).for_each(|_| call());
        begin.elapsed() / CALLS
    };
    Ok(Case::self_timed(name, burst).singly())
}

/// Makes `calls` calls in one batch; the time is that of one of them.
pub(crate) fn batch(name: &str, transport: Transport, calls: u32) -> Result<Case> {
    let client = launch(transport)?;
    Ok(Case::self_timed_batch(name, move |count| {
        let begin = Instant::now();
        for _ in 0..count {
            let sums =
                client.batch(|b| (0..calls).map(|_| b.add(1, 2)).collect::<Vec<_>>()).expect("the server is running");
            assert!(sums.into_iter().all(|sum| sum.expect("the call is made") == 3));
        }
        begin.elapsed() / calls
    }))
}

/// Makes one call, which calls a closure `count` times.
pub(crate) fn callbacks(name: &str, transport: Transport, count: i32) -> Result<Case> {
    let client = launch(transport)?;
    Ok(Case::new(name, move || {
        assert_eq!(client.add_up(count, |index| index).expect("the server is running"), count * (count - 1) / 2);
    }))
}

pub(crate) fn text(name: &str, transport: Transport) -> Result<Case> {
    let client = launch(transport)?;
    let text = "x".repeat(100);
    Ok(Case::new(name, move || assert_eq!(client.text_length(&text).expect("the server is running"), 100)))
}

pub(crate) fn scalar_multiply(name: &str, transport: Transport, count: usize) -> Result<Case> {
    let client = launch(transport)?;
    let values: Vec<_> = (0..count).map(|i| i as f64).collect();
    Ok(Case::new(name, move || {
        let products = client.scalar_multiply(2.0, &values).expect("the server is running");
        assert_eq!((products.len(), products[count - 1]), (count, values[count - 1] * 2.0));
    }))
}

pub(crate) fn scale(name: &str, transport: Transport, count: usize) -> Result<Case> {
    let client = launch(transport)?;
    let mut values = vec![1.0; count];
    Ok(Case::new(name, move || {
        let before = values[count - 1];
        client.scale(-1.0, &mut values).expect("the server is running");
        assert_eq!(values[count - 1], -before);
    }))
}

/// Makes the two copies that a call to another process needs, and calls the library's function directly in between.
pub(crate) fn scalar_multiply_here(name: &str, count: usize) -> Result<Case> {
    let library = library()?;
    let values: Vec<_> = (0..count).map(|i| i as f64).collect();
    let (mut copy_there, mut copy_back) = (values.clone(), values.clone());
    Ok(Case::new(name, move || {
        copy_there.copy_from_slice(black_box(&values));
        let products = library.scalar_multiply(2.0, &copy_there);
        copy_back.copy_from_slice(&products);
        assert_eq!(copy_back[count - 1], values[count - 1] * 2.0);
    }))
}

pub(crate) fn copy_bytes(name: &str, transport: Transport, count: usize) -> Result<Case> {
    let client = launch(transport)?;
    let bytes = vec![7; count];
    Ok(Case::new(name, move || {
        let copy = client.copy_bytes(&bytes).expect("the server is running");
        assert_eq!((copy.len(), copy[count - 1]), (count, 7));
    }))
}

/// Sends `count` values and gets them back; the library changes the last one in place.
pub(crate) fn touch<T: Copy + PartialEq + Debug + 'static>(
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
        touch(&client, &mut values).expect("the server is running");
        assert_eq!((values[0], values[count - 1]), (before, after));
    }))
}

/// Starts a server and makes the first call; the server's end is not part of the time.
pub(crate) fn start(name: &str, transport: Transport) -> Case {
    Case::self_timed(name, move || {
        let begin = Instant::now();
        let client = launch(transport).expect("the server starts");
        assert_eq!(client.add(1, 2).expect("the server is running"), 3);
        let time = begin.elapsed();
        drop(client);
        time
    })
}

/// Makes the same number of calls on each of `count` threads, which share a client; the result is the total time divided by the
/// number of all calls.
pub(crate) fn threads(name: &str, transport: Transport, count: usize) -> Result<Case> {
    let client = launch(transport)?;
    Ok(of_threads(name, vec![client; count]))
}

/// As [`threads`], but each thread has a client with a server of its own.
pub(crate) fn threads_with_clients(name: &str, transport: Transport, count: usize) -> Result<Case> {
    let clients = (0..count).map(|_| launch(transport)).collect::<Result<_>>()?;
    Ok(of_threads(name, clients))
}

/// Makes calls of each client on a thread of its own.
fn of_threads(name: &str, clients: Vec<MeasuredClient>) -> Case {
    const CALLS: u32 = 1000;
    let once = move || {
        let barrier = Barrier::new(clients.len());
        // Each thread reads the clock itself: a separate timing thread might not be scheduled in time.
        let calls = |client: &MeasuredClient| {
            barrier.wait();
            let begin = Instant::now();
            for _ in 0..CALLS {
                assert_eq!(client.add(1, 2).expect("the server is running"), 3);
            }
            (begin, Instant::now())
        };
        let (begins, ends): (Vec<_>, Vec<_>) = std::thread::scope(|scope| {
            let threads: Vec<_> = clients.iter().map(|client| scope.spawn(|| calls(client))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no call fails")).unzip()
        });
        let time = ends.into_iter().max().zip(begins.into_iter().min()).map(|(end, begin)| end - begin);
        time.unwrap_or_default() / (clients.len() as u32 * CALLS)
    };
    Case::self_timed(name, once)
}
