//! Long arrays. A connection with shared memory passes them in its arena, any other one in messages; the caller sees no difference.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics has failed, also in its helpers")]

use bridge32::{Error, Transport};
use bridge32_tests::arrays::{Arrays as _, ArraysClient, ArraysLibrary};
use bridge32_tests::pair;
use bridge32_tests::watchdog::Watchdog;

/// Launches two clients: of the native library, and of the same methods in Rust.
fn launch(test: &'static str) -> (Watchdog, [ArraysClient; 2]) {
    let rust = ArraysClient::builder().server(pair::server("rust-arrays"));
    (Watchdog::new(test), [ArraysClient::launch().unwrap(), rust.launch().unwrap()])
}

fn numbers(count: usize) -> Vec<f64> {
    (0..count).map(|i| i as f64).collect()
}

/// Lengths that fit in a message, in the arena, and in neither, and a small one last.
const COUNTS: [usize; 9] = [0, 1, 127, 128, 1000, 100_000, 3_000_000, 5_000_000, 10];

#[test]
fn arrays_of_every_length_arrive_unchanged() {
    let (_watchdog, clients) = launch("arrays of every length");
    for client in clients {
        for count in COUNTS {
            let values = numbers(count);
            // The first call may make the arena grow, so the second one may use more of it.
            for factor in [2.0, -1.0] {
                let products = client.scalar_multiply(factor, &values).unwrap();
                assert_eq!(products.len(), count);
                let wrong = products.iter().zip(&values).find(|(product, value)| **product != factor * **value);
                assert_eq!(wrong, None, "{count} by {factor}");
            }
        }
    }
}

#[test]
fn arrays_are_changed_in_place() {
    let (_watchdog, clients) = launch("arrays that are changed");
    for client in clients {
        for count in [1, 1000, 200_000, 200_000, 1000] {
            let mut values = vec![0.5f32; count];
            assert_eq!(client.negate_all(&mut values).unwrap(), 0.5 * count as f32);
            assert_eq!(client.negate_all(&mut values).unwrap(), -0.5 * count as f32);
            assert_eq!(values, vec![0.5; count]);
            // A method with a body, and a type with another representation in C.
            let mut values = vec![3i16; count];
            assert_eq!(client.fill(4, &mut values).unwrap(), (0..count).fold(0i16, |sum, _| sum.wrapping_add(3)));
            assert_eq!(values, vec![4; count]);
            let mut flags = vec![true; count];
            assert_eq!(client.invert_all(&mut flags).unwrap(), 0, "the number of flags that are set afterwards");
            assert_eq!(flags, vec![false; count]);
            let bytes: Vec<u8> = (0..count).map(|i| i as u8).collect();
            assert!(client.reversed(&bytes).unwrap().iter().eq(bytes.iter().rev()));
        }
    }
}

#[test]
fn the_library_may_report_the_length() {
    let (_watchdog, clients) = launch("arrays of the library's length");
    for client in clients {
        for _ in 0..3 {
            let (count, squares) = client.squares(20_001).unwrap();
            assert_eq!((count, squares.len(), squares.last()), (10_000, 10_000, Some(&99_980_001)));
            // The memory of the result was used by the previous call, and must be zeroed.
            let values = vec![2000.0; 3];
            let products = client.multiply_first(3.0, &values, 3).unwrap();
            assert_eq!((products.len(), &products[..4]), (2000, &[6000.0, 6000.0, 6000.0, 0.0][..]));
            assert!(products[3..].iter().all(|product| *product == 0.0));
        }
    }
}

#[test]
fn the_length_may_depend_on_the_elements() {
    let (_watchdog, clients) = launch("arrays whose length depends on elements");
    for client in clients {
        let mut values = vec![1.0; 3000];
        values[0] = 3000.0;
        for _ in 0..3 {
            let products = client.multiply_first(2.0, &values, 3000).unwrap();
            assert_eq!((products.len(), products[0], products[2999]), (3000, 6000.0, 2.0));
        }
    }
}

/// Calls that a closure makes must not overwrite the arrays of the call that runs it.
#[test]
fn nested_calls_leave_the_outer_call_s_arrays_alone() {
    let (_watchdog, clients) = launch("arrays of nested calls");
    for client in clients {
        for count in [5, 5000, 5000, 300_000, 300_000] {
            let values = numbers(count);
            let other = vec![-7.0; count];
            let (sum, mapped) = client
                .mapped_at_ends(&values, |value| {
                    let products = client.scalar_multiply(2.0, &other).unwrap();
                    assert!(products.iter().all(|product| *product == -14.0));
                    let (sum, deeper) = client.mapped_at_ends(&other, |value| value - 1.0).unwrap();
                    assert_eq!((sum, deeper[0], deeper[1]), (-7.0 * count as f64, -8.0, -7.0));
                    value + 0.5
                })
                .unwrap();
            assert_eq!(sum, values.iter().sum::<f64>());
            let mut expected = values.clone();
            expected[0] += 0.5;
            expected[count - 1] += 0.5;
            assert!(mapped == expected, "{count}");
        }
    }
}

#[test]
fn arrays_arrive_after_a_failed_call() {
    let (_watchdog, clients) = launch("arrays after a failure");
    for client in clients {
        let values = numbers(50_000);
        for _ in 0..3 {
            assert_eq!(client.scalar_multiply(1.0, &values).unwrap(), values);
            let error = client.squares(-1).unwrap_err();
            assert!(matches!(error, Error::Argument { .. } | Error::Panic { .. }), "{error}");
            let error = client.mapped_at_ends(&values, |_| panic!("on purpose")).unwrap_err();
            assert!(matches!(error, Error::Callback { .. }), "{error}");
        }
    }
}

#[test]
fn threads_may_pass_arrays_at_the_same_time() {
    let (_watchdog, clients) = launch("arrays of many threads");
    for client in &clients {
        std::thread::scope(|scope| {
            for thread in 1..=4 {
                scope.spawn(move || {
                    for round in 0..20 {
                        let values = vec![f64::from(thread); 1000 * round];
                        let products = client.scalar_multiply(2.0, &values).unwrap();
                        assert!(products.iter().all(|product| *product == f64::from(2 * thread)));
                        assert_eq!(products.len(), values.len());
                    }
                });
            }
        });
    }
}

#[test]
fn arrays_cross_every_transport_and_none() {
    let _watchdog = Watchdog::new("arrays over every transport");
    let values = numbers(100_000);
    for transport in [Transport::Pipe, Transport::SharedMemory, Transport::Auto] {
        let client = ArraysClient::builder().transport(transport).launch().unwrap();
        for _ in 0..3 {
            assert_eq!(client.scalar_multiply(1.0, &values).unwrap(), values);
        }
    }
    // The library in this process, called directly and through the client.
    let file = env!("FIXTURE_LIBRARY").replace("fixture", "vocabulary");
    // SAFETY: the library is built from the C source that the interface describes.
    let library = || unsafe { ArraysLibrary::load_from(&file) }.unwrap();
    assert_eq!(library().scalar_multiply(1.0, &values), values);
    assert_eq!(library().negate_all(&mut [1.0, 2.0]), 3.0);
    assert_eq!(ArraysClient::in_process(library()).scalar_multiply(1.0, &values).unwrap(), values);
}
