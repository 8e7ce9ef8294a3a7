//! Every kind of argument and result, in a real 32-bit process with a real library.

use bridge32::CallError;
use bridge32_tests::interfaces::{FixtureClient, Grouping, OddNumber};
use bridge32_tests::watchdog::Watchdog;

type Result = std::result::Result<(), Box<dyn std::error::Error>>;

#[test]
fn scalars_keep_their_extreme_values() -> Result {
    let _watchdog = Watchdog::new("scalars");
    let client = FixtureClient::launch()?;
    macro_rules! integers {
        ($($method:ident: $type:ty),*) => {$(
            for value in [<$type>::MIN, <$type>::MIN + 1, 0, 1, 42, <$type>::MAX - 1, <$type>::MAX] {
                assert_eq!(client.$method(value)?, value);
            }
        )*};
    }
    integers!(echo_i8: i8, echo_i16: i16, echo_i32: i32, echo_i64: i64);
    integers!(echo_u8: u8, echo_u16: u16, echo_u32: u32, echo_u64: u64);
    macro_rules! floats {
        ($($method:ident: $type:ident),*) => {$(
            for value in [0.0, -0.0, 1.5, <$type>::MIN, <$type>::MAX, <$type>::MIN_POSITIVE, <$type>::INFINITY] {
                assert_eq!(client.$method(value)?.to_bits(), value.to_bits());
                assert_eq!(client.$method(-value)?.to_bits(), (-value).to_bits());
            }
            assert!(client.$method(<$type>::NAN)?.is_nan());
        )*};
    }
    floats!(echo_f32: f32, echo_f64: f64);
    assert!(client.echo_bool(true)?);
    assert!(!client.echo_bool(false)?);
    assert!(client.sloppy_true()?, "any byte that is not zero is true");
    Ok(())
}

#[test]
fn arguments_of_all_widths_arrive_in_their_positions() -> Result {
    let _watchdog = Watchdog::new("widths");
    let client = FixtureClient::launch()?;
    assert_eq!(client.sum_of_all(-1, 0.5, 2, -1 << 40, 0.25, 3, true, u32::MAX)?, {
        -1.0 + 0.5 + 2.0 - (1u64 << 40) as f64 + 0.25 + 3.0 + 1.0 + f64::from(u32::MAX)
    });
    assert_eq!(client.renamed(1)?, 2);
    assert_eq!(client.scaled(&2.5, &-4.0)?, -10.0);
    Ok(())
}

#[test]
fn functions_of_other_calling_conventions_are_called() -> Result {
    let _watchdog = Watchdog::new("conventions");
    let client = FixtureClient::launch()?;
    // Many calls, so that a convention that is off by a stack slot corrupts the stack noticeably.
    for i in 0..1000 {
        assert_eq!(client.minus_stdcall(i, 7)?, i - 7);
        assert_eq!(client.minus_fastcall(i, 7, 100)?, i - 107);
    }
    Ok(())
}

#[test]
fn the_library_runs_in_32_bits() -> Result {
    let _watchdog = Watchdog::new("bits");
    let client = FixtureClient::launch()?;
    assert_eq!(client.pointer_bits()?, 32);
    assert_eq!(client.server_info().architecture, "x86");
    assert_ne!(client.server_info().pid, std::process::id());
    let library = client.server_info().library.clone().unwrap();
    assert!(library.to_string_lossy().contains("fixture"), "{}", library.display());
    Ok(())
}

#[test]
fn text_is_passed_and_returned() -> Result {
    let _watchdog = Watchdog::new("text");
    let client = FixtureClient::launch()?;
    assert_eq!(client.text_length("")?, 0);
    assert_eq!(client.text_length("naïve")?, 6);
    assert_eq!(client.text_length(&"x".repeat(1 << 20))?, 1 << 20);
    assert_eq!(client.optional_text_length(None)?, -1);
    assert_eq!(client.optional_text_length(Some("abc"))?, 3);
    assert_eq!(client.greeting()?, "grüß dich");
    assert_eq!(client.maybe_greeting()?.as_deref(), Some("grüß dich"));
    assert_eq!(client.maybe_no_text()?, None);
    client.keep_text("kept 🦀")?;
    assert_eq!(client.kept_text()?, "kept 🦀");
    Ok(())
}

#[test]
fn slices_of_every_scalar_are_passed() -> Result {
    let _watchdog = Watchdog::new("slices");
    let client = FixtureClient::launch()?;
    macro_rules! sums {
        ($($method:ident: $type:ty),*) => {$(
            assert_eq!(client.$method(&[])?, 0.0);
            assert_eq!(client.$method(&[<$type>::MAX])?, <$type>::MAX as f64);
            let values: Vec<$type> = (0..100u8).map(|i| i as $type).collect();
            assert_eq!(client.$method(&values)?, 4950.0);
        )*};
    }
    sums!(sum_i8: i8, sum_i16: i16, sum_i32: i32, sum_i64: i64, sum_u8: u8, sum_u16: u16, sum_u32: u32, sum_u64: u64);
    sums!(sum_f32: f32, sum_f64: f64);
    // 16 MiB in one call, then a small call on the same connection.
    assert_eq!(client.sum_f64(&vec![0.5; 2 << 20])?, f64::from(1 << 20));
    assert_eq!(client.sum_f64(&[1.0])?, 1.0);
    Ok(())
}

#[test]
fn lengths_may_come_first_by_reference_or_be_shared() -> Result {
    let _watchdog = Watchdog::new("lengths");
    let client = FixtureClient::launch()?;
    assert_eq!(client.count_small(&[])?, 0);
    assert_eq!(client.count_small(&[7; 255])?, 255);
    assert_eq!(client.dot(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])?, 32.0);
    Ok(())
}

#[test]
fn methods_with_a_body_run_in_the_server() -> Result {
    let _watchdog = Watchdog::new("bodies");
    let client = FixtureClient::launch()?;
    assert_eq!(client.count_many(1000)?, 1000);
    client.count()?;
    assert_eq!(client.counted()?, 1001);
    assert_eq!(client.doubled(&[1.0, 2.5])?, [2.0, 5.0]);

    let words = ["to", "be", "or", "not"].map(str::to_owned).to_vec();
    let by_length = client.group(words.clone(), &Grouping::Length)?;
    assert_eq!(by_length["2"], ["be", "or", "to"]);
    assert_eq!(client.group(words, &Grouping::Prefix { letters: 1 })?["n"], ["not"]);
    Ok(())
}

#[test]
fn a_method_s_error_is_distinguished_from_a_bridge_error() -> Result {
    let _watchdog = Watchdog::new("errors");
    let client = FixtureClient::launch()?;
    assert_eq!(client.halve(8)?, 4);
    let error = client.halve(7).unwrap_err();
    assert!(matches!(error, CallError::Method(OddNumber { value: 7 })), "{error:?}");
    Ok(())
}

#[test]
fn optional_functions_may_be_missing() -> Result {
    let _watchdog = Watchdog::new("optional");
    let client = FixtureClient::launch()?;
    assert_eq!(client.present()?, 1);
    let error = client.absent(1).unwrap_err();
    assert_eq!(error.to_string(), "`absent`: the library does not export `absent`");
    Ok(())
}

#[test]
fn threads_and_clones_share_one_server() -> Result {
    let _watchdog = Watchdog::new("threads");
    let client = FixtureClient::launch()?;
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let client = client.clone();
            scope.spawn(move || {
                for i in 0..200 {
                    let value = thread * 1000 + i;
                    assert_eq!(client.echo_i32(value).unwrap(), value);
                }
            });
        }
    });
    for _ in 0..3 {
        client.count()?;
    }
    assert_eq!(client.clone().counted()?, 3);
    Ok(())
}
