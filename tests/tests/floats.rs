//! Libraries that change the processor's floating-point state.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32_tests::floats::{FloatThreadsClient, FloatsClient};
use bridge32_tests::watchdog::Watchdog;

/// Masks all exceptions.
const MASKED: u32 = 0x1f80;
/// Treats denormal numbers as zero, and rounds them to zero.
const FLUSHED: u32 = MASKED | 0x8040;
/// Raises an exception for invalid operations, divisions by zero and overflows, as code from Delphi does.
const UNMASKED: u32 = MASKED & !0x0680;
/// Rounds towards zero.
const TRUNCATED: u32 = MASKED | 0x6000;
/// The flags of past exceptions.
const FLAGS: u32 = 0x3f;
/// The same as `UNMASKED` for the x87 unit.
const UNMASKED_X87: u16 = 0x1372;

/// 0.1 rounded up, and towards zero.
const A_TENTH: (f64, f64) = (0.1, 0.099_999_999_999_999_99);

fn launch(test: &'static str) -> (Watchdog, FloatsClient) {
    (Watchdog::new(test), FloatsClient::launch().unwrap())
}

#[test]
fn a_state_that_the_library_sets_when_it_is_loaded_is_its_own() {
    let (_watchdog, client) = launch("the state from loading");
    assert_eq!(client.divide(1.0, 10.0).unwrap(), A_TENTH.1);
    assert_eq!(client.divide_in_rust(1.0, 10.0).unwrap(), A_TENTH.0);
    assert_eq!(client.divide_around_a_call(1.0, 10.0).unwrap(), (A_TENTH.0, A_TENTH.0, A_TENTH.1));
    assert_eq!(client.sse_state().unwrap() & !FLAGS, TRUNCATED);
}

#[test]
fn rust_code_does_not_lose_denormal_numbers() {
    let (_watchdog, client) = launch("denormal numbers");
    let half = f64::MIN_POSITIVE / 2.0;
    client.set_sse_state(FLUSHED).unwrap();
    for _ in 0..3 {
        assert_eq!(client.divide_in_rust(f64::MIN_POSITIVE, 2.0).unwrap(), half);
        assert_eq!(client.divide(f64::MIN_POSITIVE, 2.0).unwrap(), 0.0);
        assert_eq!(client.divide_around_a_call(f64::MIN_POSITIVE, 2.0).unwrap(), (0.0, half, 0.0));
    }
    assert_eq!(client.sse_state().unwrap() & !FLAGS, FLUSHED);
}

#[test]
fn exceptions_that_the_library_unmasks_do_not_end_the_server() {
    let (_watchdog, client) = launch("unmasked exceptions");
    client.set_sse_state(UNMASKED).unwrap();
    client.set_x87_state(UNMASKED_X87).unwrap();
    for _ in 0..3 {
        assert!(client.divide_in_rust(0.0, 0.0).unwrap().is_nan());
        assert_eq!(client.divide_in_rust(1.0, 0.0).unwrap(), f64::INFINITY);
        assert_eq!(client.divide(6.0, 2.0).unwrap(), 3.0);
    }
    assert_eq!(client.sse_state().unwrap() & !FLAGS, UNMASKED);
    assert_eq!(client.x87_state().unwrap(), UNMASKED_X87);
}

#[test]
fn closures_run_with_rust_s_state_and_the_library_gets_its_own_back() {
    let (_watchdog, client) = launch("callbacks");
    for _ in 0..3 {
        let (state, quotient) = client.divide_in_callback(UNMASKED, 0.0, 0.0).unwrap();
        assert!(quotient.is_nan());
        assert_eq!(state & !FLAGS, UNMASKED);
        let (state, quotient) = client.divide_in_callback(FLUSHED, f64::MIN_POSITIVE, 2.0).unwrap();
        assert_eq!((state & !FLAGS, quotient), (FLUSHED, f64::MIN_POSITIVE / 2.0));
        // The closure is the client's, and calls the library itself.
        let set_another = |value: f64| {
            assert_eq!(client.sse_state().unwrap() & !FLAGS, FLUSHED);
            client.set_sse_state(MASKED).unwrap();
            assert_eq!(client.divide_in_rust(value, 2.0).unwrap(), f64::MIN_POSITIVE / 2.0);
            value
        };
        let (state, _) = client.state_after(FLUSHED, set_another, f64::MIN_POSITIVE).unwrap();
        assert_eq!(state & !FLAGS, MASKED);
        assert_eq!(client.sse_state().unwrap() & !FLAGS, TRUNCATED);
    }
}

#[test]
fn each_thread_of_the_server_has_its_own_state() {
    let _watchdog = Watchdog::new("threads");
    let client = FloatThreadsClient::launch().unwrap();
    // The other thread calls while this connection is busy, so that its call is executed by another thread of the server.
    let in_another_thread = || {
        std::thread::scope(|scope| {
            let state = scope.spawn(|| {
                let truncated = client.divide_in_rust(1.0, 10.0).unwrap();
                assert_eq!(truncated, A_TENTH.0);
                client.sse_state().unwrap() & !FLAGS
            });
            state.join().unwrap()
        })
    };
    let mut states = (0, 0);
    let keep_busy = |value: f64| {
        states = (client.sse_state().unwrap() & !FLAGS, in_another_thread());
        value
    };
    client.state_after(UNMASKED, keep_busy, 1.0).unwrap();
    assert_eq!(states.0, UNMASKED);
    // On Linux a thread begins with the state of the thread that makes it, on Windows with the default.
    assert!([MASKED, TRUNCATED].contains(&states.1), "{:#x}", states.1);
}
