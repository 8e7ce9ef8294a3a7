//! `RemoteBuffer`: memory in the server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bridge32::{
    Address, Bool16, Bool32, Error, Handle, IntPtr, Long, RemoteBuffer, Restart, SSize, Size, UIntPtr, ULong,
};
use bridge32_tests::devices::{Device, DevicesClient, Sample, State};
use bridge32_tests::pair::{self, Pair};
use bridge32_tests::skip::NO_LISTENING;
use bridge32_tests::skip_on;
use bridge32_tests::watchdog::Watchdog;

const MINUTE: Duration = Duration::from_secs(60);

fn launch(test: &'static str) -> (Watchdog, DevicesClient) {
    (Watchdog::new(test), DevicesClient::launch().unwrap())
}

/// Checks that the argument was refused, by method, parameter and reason.
fn assert_refused<T: std::fmt::Debug>(result: Result<T, Error>, expected: (&str, &str, &str)) {
    match result {
        Err(Error::Argument { method, parameter, reason, .. }) => {
            assert_eq!((&*method, &*parameter, &*reason), expected)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn values_are_shared_with_the_library() {
    let (_watchdog, client) = launch("remote memory");
    let values = RemoteBuffer::<f64>::allocate(&client, 1000).unwrap();
    assert_eq!((values.len(), values.is_empty()), (1000, false));
    assert_eq!(values.address().get() % 8, 0);
    assert_eq!(values.read(0, 1000).unwrap(), [0.0; 1000], "zero at first");
    values.write(10, &[1.5, f64::MAX, -0.0]).unwrap();
    assert_eq!(values.read(9, 5).unwrap(), [0.0, 1.5, f64::MAX, -0.0, 0.0]);
    values.write(11, &[2.5]).unwrap();
    assert_eq!(client.sum_at(values.address(), 1000).unwrap(), 4.0);
    assert_eq!(client.sum_at(values.address().offset(80), 1).unwrap(), 1.5);
    client.keep_at(values.address()).unwrap();
    client.bump_kept(999).unwrap();
    assert_eq!(values.read(999, 1).unwrap(), [0.5], "the library has changed it between the calls");
    values.write(1000, &[]).unwrap();
    assert!(values.read(1000, 0).unwrap().is_empty());
    values.free().unwrap();

    let none = RemoteBuffer::<u8>::allocate(&client, 0).unwrap();
    assert!(none.is_empty() && !none.address().is_null() && none.read(0, 0).unwrap().is_empty());
}

#[test]
fn every_scalar_can_be_stored() {
    let (_watchdog, client) = launch("remote scalars");
    macro_rules! check {
        ($($ty:ty: $values:expr;)*) => {$({
            let memory = RemoteBuffer::<$ty>::allocate(&client, 3).unwrap();
            memory.write(0, &$values).unwrap();
            assert_eq!(memory.read(0, 3).unwrap(), $values);
        })*};
    }
    check! {
        u8: [0, 1, u8::MAX]; i8: [i8::MIN, 0, i8::MAX];
        u16: [0, 1, u16::MAX]; i16: [i16::MIN, 0, i16::MAX];
        u32: [0, 1, u32::MAX]; i32: [i32::MIN, 0, i32::MAX];
        u64: [0, 1, u64::MAX]; i64: [i64::MIN, 0, i64::MAX];
        f32: [f32::MIN, f32::MIN_POSITIVE, f32::INFINITY]; f64: [f64::MIN, f64::MIN_POSITIVE, f64::NEG_INFINITY];
        bool: [true, false, true];
        Bool32: [Bool32(true), Bool32(false), Bool32(true)];
        Address: [Address::new(0), Address::new(1), Address::new(u32::MAX)];
        Bool16: [Bool16(true), Bool16(false), Bool16(true)];
        Size: [Size(0), Size(1), Size(u32::MAX.into())]; SSize: [SSize(i32::MIN.into()), SSize(0), SSize(1)];
        Long: [Long(i32::MIN.into()), Long(0), Long(1)]; ULong: [ULong(0), ULong(1), ULong(u32::MAX.into())];
        IntPtr: [IntPtr(i32::MIN.into()), IntPtr(0), IntPtr(1)];
        UIntPtr: [UIntPtr(0), UIntPtr(1), UIntPtr(u32::MAX.into())];
    }
    let flags = RemoteBuffer::<bool>::allocate(&client, 2).unwrap();
    client.fill_at(flags.address(), 2, 0xaa).unwrap();
    assert_eq!(flags.read(0, 2).unwrap(), [true, true], "any byte but zero is true");
}

#[test]
fn structs_have_the_layout_of_the_server_s_compiler() {
    let (_watchdog, client) = launch("remote structs");
    let device = client.open_device("a").unwrap();
    client.open_channel(device, 1).unwrap();
    let samples = RemoteBuffer::<Sample>::allocate(&client, 3).unwrap();
    let sample = |channel, time, device| Sample { channel, time, state: State::New, device };
    assert_eq!(samples.read(2, 1).unwrap(), [sample(0, 0.0, None)]);
    samples.write(0, &[sample(2, 0.25, Some(device)), sample(255, 2.0, None)]).unwrap();
    assert_eq!(client.advance_samples(samples.address(), 3).unwrap(), 0.5 + 1.0 + 510.0);
    let seen = |sample: Sample| Sample { time: sample.time + 1.0, state: State::Seen, ..sample };
    let expected = [sample(2, 0.25, Some(device)), sample(255, 2.0, None), sample(0, 0.0, None)].map(seen);
    assert_eq!(samples.read(0, 3).unwrap(), expected);
    let size = client.sample_size().unwrap();
    assert_eq!(size, if Pair::current().is_windows_server() { 24 } else { 20 });

    let states = RemoteBuffer::<State>::allocate(&client, 1).unwrap();
    client.fill_at(states.address(), 1, 1).unwrap();
    let error = states.read(0, 1).unwrap_err();
    assert!(matches!(&error, Error::Fault { reason, .. } if reason.contains("not a `State`")), "{error:?}");
    states.write(0, &[State::Seen]).unwrap();
    assert_eq!(states.read(0, 1).unwrap(), [State::Seen]);

    let all = RemoteBuffer::<Option<Handle<Device>>>::allocate(&client, 2).unwrap();
    all.write(1, &[Some(device)]).unwrap();
    assert_eq!(client.name_lengths_at(all.address(), 2).unwrap(), 101);
    assert_eq!(all.read(0, 2).unwrap(), [None, Some(device)]);
    client.close_device(device).unwrap();
    assert_refused(all.write(0, &[Some(device)]), ("RemoteBuffer::write", "values", "is a handle that was closed"));
    let closed = sample(0, 0.0, Some(device));
    let why = "is a handle that was closed";
    assert_refused(samples.write(0, &[closed]), ("RemoteBuffer::write", "values.Sample.device", why));
}

#[test]
fn accesses_out_of_bounds_are_refused() {
    let (_watchdog, client) = launch("remote bounds");
    let memory = RemoteBuffer::<i32>::allocate(&client, 4).unwrap();
    memory.write(0, &[1, 2, 3, 4]).unwrap();
    let write = "RemoteBuffer::write";
    assert_refused(memory.write(3, &[0, 0]), (write, "values", "has 2 elements, and there is room for 1"));
    assert_refused(memory.write(5, &[]), (write, "offset", "is beyond the 4 elements there are"));
    assert_refused(memory.write(usize::MAX, &[0]), (write, "offset", "is beyond the 4 elements there are"));
    let read = "RemoteBuffer::read";
    assert_refused(memory.read(2, 3), (read, "count", "is more than the 2 elements there are"));
    assert_refused(memory.read(1 << 40, 1), (read, "offset", "is beyond the 4 elements there are"));
    assert_refused(memory.read(0, usize::MAX), (read, "count", "is more than the 4 elements there are"));
    assert_eq!(memory.read(0, 4).unwrap(), [1, 2, 3, 4]);
}

#[test]
fn an_allocation_beyond_32_bits_is_refused_and_the_server_survives() {
    let (_watchdog, client) = launch("remote limits");
    for count in [3usize << 30, 1 << 32, usize::MAX] {
        let error = RemoteBuffer::<u64>::allocate(&client, count).unwrap_err();
        let Error::Argument { method, parameter, reason, .. } = &error else { panic!("{error:?}") };
        assert_eq!((&**method, &**parameter), ("RemoteBuffer::allocate", "count"));
        assert!(reason.ends_with("bytes, which the server does not have"), "{reason}");
    }
    // Allocates until memory runs out. Each buffer is really allocated.
    let mut pieces = Vec::new();
    let error = loop {
        match RemoteBuffer::<u8>::allocate(&client, 256 << 20) {
            Ok(piece) => pieces.push(piece),
            Err(error) => break error,
        }
        assert!(pieces.len() < 16, "more than a 32-bit address space holds");
    };
    assert!(matches!(error, Error::Argument { .. }), "{error:?}");
    assert!(!pieces.is_empty());
    pieces.clear();
    let large = RemoteBuffer::<f64>::allocate(&client, 2 << 20).unwrap();
    let values: Vec<f64> = (0..2 << 20).map(f64::from).collect();
    large.write(0, &values).unwrap();
    assert_eq!(client.sum_at(large.address(), 2 << 20).unwrap(), values.iter().sum::<f64>());
    assert!(large.read(0, 2 << 20).unwrap() == values);
    assert_eq!(client.server_info().generation, 1);
}

#[test]
fn a_dropped_buffer_is_freed() {
    let (_watchdog, client) = launch("remote drop");
    // Far more in total than fits at once.
    for _ in 0..40 {
        let piece = RemoteBuffer::<u8>::allocate(&client, 256 << 20).unwrap();
        piece.write((256 << 20) - 1, &[1]).unwrap();
    }
    for _ in 0..40 {
        RemoteBuffer::<u8>::allocate(&client, 256 << 20).unwrap().free().unwrap();
    }
}

#[test]
fn a_buffer_keeps_its_server_alive_until_shutdown() {
    let (_watchdog, client) = launch("remote and its server");
    let memory = RemoteBuffer::<u8>::allocate(&client, 1).unwrap();
    let pid = client.server_info().pid;
    drop(client);
    memory.write(0, &[7]).unwrap();
    assert_eq!(memory.read(0, 1).unwrap(), [7]);
    drop(memory);
    assert!(bridge32_tests::processes::is_gone(pid, MINUTE));

    let client = DevicesClient::launch().unwrap();
    let memory = RemoteBuffer::<u8>::allocate(&client, 1).unwrap();
    client.shutdown().unwrap();
    assert!(matches!(memory.read(0, 1), Err(Error::Shutdown)));
    assert!(matches!(memory.free(), Err(Error::Shutdown)));
}

#[test]
fn after_a_restart_a_buffer_is_stale() {
    let _watchdog = Watchdog::new("stale memory");
    let restart = Restart::OnFailure { max: 1, within: MINUTE, backoff: Duration::ZERO };
    let client = DevicesClient::builder().restart(restart).launch().unwrap();
    let old = RemoteBuffer::<u8>::allocate(&client, 1).unwrap();
    let dropped = RemoteBuffer::<u8>::allocate(&client, 1).unwrap();
    client.die().unwrap_err();
    drop(dropped);
    assert_eq!(client.server_info().generation, 1, "dropping a buffer does not restart the server");
    let new = RemoteBuffer::<u8>::allocate(&client, 1).unwrap();
    assert_eq!(client.server_info().generation, 2);
    new.write(0, &[1]).unwrap();
    for result in [old.write(0, &[2]), old.read(0, 1).map(drop), old.free()] {
        assert!(matches!(&result, Err(Error::StaleHandle { parameter, .. }) if parameter == "memory"), "{result:?}");
    }
    assert_eq!(new.read(0, 1).unwrap(), [1]);
}

/// A server that is killed at the end of the test.
struct Listening(Child);

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_listening_server_frees_the_buffers_of_disconnected_clients() {
    skip_on!(Pair::LinuxWindows, NO_LISTENING);
    let _watchdog = Watchdog::new("memory of several clients");
    let name = format!("bridge32-remote-{}", std::process::id());
    let mut command = Command::new(pair::server("devices"));
    let server = Listening(command.args(["--listen", &name]).stderr(Stdio::null()).spawn().unwrap());
    let connect = || {
        let deadline = Instant::now() + MINUTE;
        loop {
            match DevicesClient::connect(&name) {
                Err(Error::Connect { .. }) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                result => return result.unwrap(),
            }
        }
    };
    let lasting_client = connect();
    let lasting_buffer = RemoteBuffer::<u8>::allocate(&lasting_client, 1).unwrap();
    lasting_buffer.write(0, &[9]).unwrap();
    for _ in 0..20 {
        let client = connect();
        // The buffer is never dropped, but freed with its client; the server may free it a moment later.
        let deadline = Instant::now() + MINUTE;
        let piece = loop {
            match RemoteBuffer::<u8>::allocate(&client, 512 << 20) {
                Err(Error::Argument { .. }) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                result => break result.unwrap(),
            }
        };
        client.shutdown().unwrap();
        std::mem::forget(piece);
    }
    assert_eq!(lasting_buffer.read(0, 1).unwrap(), [9]);
    drop(lasting_buffer);
    drop(lasting_client);
    drop(server);
}
