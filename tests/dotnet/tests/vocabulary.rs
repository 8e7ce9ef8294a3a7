//! Every type of a .NET interface, passed and returned.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use bridge32::Error;
use bridge32::dotnet::Matrix;
use bridge32_dotnet_tests::{Dog, ManagedClient, Range, Sides};

fn launch() -> ManagedClient {
    ManagedClient::launch().unwrap()
}

macro_rules! come_back {
    ($client:ident, $($method:ident $methods:ident [$($value:expr),*];)*) => {$(
        let values = [$($value),*];
        for value in values {
            assert_eq!($client.$method(value).unwrap(), value, stringify!($method));
        }
        let mut reversed = values;
        reversed.reverse();
        assert_eq!($client.$methods(&values).unwrap(), reversed, stringify!($methods));
        assert_eq!($client.$methods(&[]).unwrap(), [values[0]; 0], stringify!($methods));
    )*};
}

#[test]
fn scalars_and_their_arrays_are_passed_and_returned() {
    let client = launch();
    come_back! { client,
        bool bools [true, false, false];
        i8 i8s [i8::MIN, -1, 0, i8::MAX];
        u8 u8s [0, 1, u8::MAX];
        i16 i16s [i16::MIN, -1, i16::MAX];
        u16 u16s [0, 1, u16::MAX];
        i32 i32s [i32::MIN, -1, i32::MAX];
        u32 u32s [0, 1, u32::MAX];
        i64 i64s [i64::MIN, -1, i64::MAX];
        u64 u64s [0, 1, u64::MAX];
        f32 f32s [f32::MIN, -0.5, f32::INFINITY, f32::MIN_POSITIVE];
        f64 f64s [f64::MIN, -0.5, f64::INFINITY, f64::MIN_POSITIVE];
    }
    assert!(client.f64(f64::NAN).unwrap().is_nan());
}

#[test]
fn large_arrays_are_passed_and_returned() {
    let client = launch();
    let values: Vec<f64> = (0..2 << 20).map(f64::from).collect();
    let reversed: Vec<f64> = values.iter().rev().copied().collect();
    assert_eq!(client.f64s(&values).unwrap(), reversed);
    let bytes: Vec<u8> = (0..=255).cycle().take(16 << 20).collect();
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    assert_eq!(client.u8s(&bytes).unwrap(), reversed);
}

#[test]
fn text_is_utf_16_and_may_contain_nul() {
    let client = launch();
    for text in ["", "a", "naïve", "a\0b", "😀", "\u{feff}x"] {
        assert_eq!(client.string(text).unwrap(), text);
        assert_eq!(client.optional_string(Some(text)).unwrap().as_deref(), Some(text));
    }
    let long = "ü".repeat(1 << 20);
    assert_eq!(client.string(&long).unwrap(), long);
    assert_eq!(client.optional_string(None).unwrap(), None);
    let error = client.string_or_fault(None).unwrap_err().to_string();
    assert_eq!(error, "`string_or_fault`: the library returned null for string");
    let error = client.half_a_character().unwrap_err().to_string();
    assert_eq!(error, "`half_a_character`: the library returned text that is not UTF-16");

    let texts = ["", "a\0", "😀", "ü"].map(str::to_owned);
    assert_eq!(client.strings(&texts).unwrap(), ["ü", "😀", "a\0", ""]);
    assert_eq!(client.strings(&[]).unwrap(), [""; 0]);
    let error = client.holes().unwrap_err().to_string();
    assert_eq!(error, "`holes`: the library returned an array of text with null in it");
}

#[test]
fn a_null_array_is_none_or_a_fault() {
    let client = launch();
    assert_eq!(client.optional_array(true).unwrap(), None);
    assert_eq!(client.optional_array(false).unwrap(), Some(Vec::new()));
    let error = client.no_array(true).unwrap_err();
    assert!(matches!(error, Error::Fault { .. }), "{error:?}");
    assert_eq!(error.to_string(), "`no_array`: the library returned null for double[]");
}

#[test]
fn matrices_are_passed_and_returned() {
    let client = launch();
    let transposed = client.transposed(&Matrix::new(2, 3, vec![1, 2, 3, 4, 5, -6]).unwrap()).unwrap();
    assert_eq!(transposed, Matrix::new(3, 2, vec![1, 4, 2, 5, 3, -6]).unwrap());
    for (rows, columns) in [(0, 0), (0, 7), (7, 0)] {
        let transposed = client.transposed(&Matrix::new(rows, columns, Vec::new()).unwrap()).unwrap();
        assert_eq!((transposed.rows(), transposed.columns()), (columns, rows));
    }
    let large = client.transposed(&Matrix::new(1000, 2000, vec![7; 2_000_000]).unwrap()).unwrap();
    assert_eq!((large.rows(), large.columns(), large.values()[1_999_999]), (2000, 1000, 7));
}

#[test]
fn arrays_and_references_are_changed_in_place() {
    let client = launch();
    let mut values = [1.0, -2.5];
    client.negate(&mut values).unwrap();
    assert_eq!(values, [-1.0, 2.5]);
    client.negate(&mut []).unwrap();
    let mut flags = [true, false, true];
    client.not(&mut flags).unwrap();
    assert_eq!(flags, [false, true, false]);
    let (mut a, mut b) = (1, -2);
    client.swap(&mut a, &mut b).unwrap();
    assert_eq!((a, b), (-2, 1));
}

#[test]
fn out_parameters_are_returned() {
    let client = launch();
    assert_eq!(client.divide(7, 2).unwrap(), (true, 3, 3.5));
    assert_eq!(client.divide(7, 0).unwrap(), (false, 0, f64::INFINITY));
    let (squares, text, table) = client.squares(3).unwrap();
    assert_eq!((squares.as_slice(), text.as_str()), (&[0.0, 1.0, 4.0][..], "3 squares"));
    assert_eq!(table, Matrix::new(3, 2, vec![0, 0, 1, 1, 2, 4]).unwrap());
}

#[test]
fn enums_are_passed_as_integers() {
    let client = launch();
    assert_eq!(client.other_range(1).unwrap(), 10);
    assert_eq!(client.other_range(10).unwrap(), 1);
}

#[test]
fn enums_are_passed_as_enums_of_rust() {
    let client = launch();
    assert_eq!(client.other_range_by_name(Range::Low).unwrap(), Range::High);
    assert_eq!(client.opposite(Sides(1)).unwrap(), Sides(2));
    let mut range = Range::Low;
    assert_eq!(client.toggle(&mut range).unwrap(), Sides(10));
    assert_eq!(range, Range::High);
}

#[test]
fn outputs_and_references_may_be_null() {
    let client = launch();
    let (powers, text, none) = client.powers(4).unwrap();
    assert_eq!((powers, &*text, none), (vec![1.0, 2.0, 4.0, 8.0], "4 powers", None));
    let mut name = Some("old".to_owned());
    assert_eq!(client.rename(&mut name).unwrap(), Some("old".to_owned()));
    assert_eq!((client.rename(&mut name).unwrap(), name), (None, Some("new".to_owned())));
    let mut pet = None;
    assert_eq!(client.exchange(&mut pet).unwrap(), None);
    let old = client.exchange(&mut pet).unwrap().unwrap();
    assert_eq!((client.sound(&old).unwrap(), pet), ("woof".to_owned(), None));
    let mut values = Some(vec![1.5]);
    client.grow(&mut values).unwrap();
    assert_eq!(values, Some(vec![1.5, 0.0]));
    assert_eq!(client.lengths(None, 1).unwrap(), None);
    let words = ["", "two"].map(str::to_owned);
    assert_eq!(client.lengths(Some(words.into()), 1).unwrap(), Some(vec![1.0, 4.0]));
}

#[test]
fn structs_of_net_are_objects() {
    let client = launch();
    let empty = client.span().unwrap();
    assert_eq!(client.length(&empty).unwrap(), 0.0);
    client.set_end(&empty, 2.5).unwrap();
    client.shift(&empty, 1.0).unwrap();
    assert_eq!((client.start(&empty).unwrap(), client.length(&empty).unwrap()), (1.0, 2.5));
    assert_eq!(client.sum_of_ends(&client.span_of(3.0, 4.0).unwrap()).unwrap(), 7.0);
}

#[test]
fn an_object_is_passed_as_one_of_its_base_class() {
    let client = launch();
    let dog = client.dog().unwrap();
    assert_eq!(client.kind_of_animal(dog.cast()).unwrap(), "animal");
    assert_eq!(client.sound(dog.cast()).unwrap(), "woof");
    let animal = client.make_or_fault("dog").unwrap();
    assert_eq!(client.age(animal.cast::<Dog>()).unwrap(), 0);
    let error = client.plus(dog.cast(), 1).unwrap_err();
    assert!(matches!(error, Error::Exception { .. }), "{error:?}");
}

#[test]
fn overloads_are_chosen_by_parameter_types() {
    let client = launch();
    assert_eq!(client.kind_of_range(Range::Low).unwrap(), "range");
    assert_eq!(client.kind_of_unsigned(1).unwrap(), "uint", "rather than the enum, which is declared before");
    assert_eq!(client.kind_of_int(1).unwrap(), "int");
    assert_eq!(client.kind_of_long(1).unwrap(), "long");
    assert_eq!(
        client.kind_of_text("a").unwrap(),
        "object",
        "without a closer overload, a string is passed as an object"
    );
    let dog = client.make_or_fault("dog").unwrap();
    assert_eq!(client.kind_of_animal(&dog).unwrap(), "animal");
}

#[test]
fn objects_are_held_until_they_are_released() {
    let client = launch();
    let animal = client.make("dog").unwrap().unwrap();
    assert_eq!(client.sound(&animal).unwrap(), "woof");
    let same = client.same(&animal).unwrap();
    assert_ne!(same, animal, "each returned object is a new reference");
    assert_eq!(client.sound(&same).unwrap(), "woof");
    assert!(client.is_same(&animal, Some(same)).unwrap(), "to the same object");
    assert!(!client.is_same(&animal, None).unwrap());
    assert_eq!(client.make("cat").unwrap(), None);
    let error = client.make_or_fault("cat").unwrap_err().to_string();
    assert_eq!(error, "`make_or_fault`: the library returned null for an object");

    let (one, other) = (client.dog().unwrap(), client.dog().unwrap());
    client.set_age(&one, 7).unwrap();
    client.collect().unwrap();
    assert_eq!((client.age(&one).unwrap(), client.age(&other).unwrap()), (7, 0));
    assert_eq!(client.sound_of_dog(&one).unwrap(), "woof");
    let demanding = client.demanding(40).unwrap();
    assert_eq!(client.plus(&demanding, 2).unwrap(), 42);
}

#[test]
fn an_object_of_another_server_is_refused() {
    let client = launch();
    client.release_dog(client.dog().unwrap()).unwrap();
    let strange = launch().dog().unwrap();
    let error = client.age(&strange).unwrap_err();
    assert!(matches!(error, Error::Argument { .. }), "{error:?}");
    let text = "`age`: the argument `dog` is not an object of this server; it was released, or is another server's";
    assert_eq!(error.to_string(), text);
    let error = client.release_dog(strange).unwrap_err().to_string();
    assert!(error.starts_with("`release_dog`: the argument `dog` is not an object"), "{error}");
    assert_eq!(client.i32(1).unwrap(), 1, "the server still runs");
}

#[test]
fn an_exception_is_an_error_with_its_class_and_stack_trace() {
    let client = launch();
    let error = client.throw("no paper").unwrap_err();
    let Error::Exception { class, message, stack_trace, .. } = &error else { panic!("{error:?}") };
    assert_eq!((class.as_str(), message.as_str()), ("Fixture.Failure", "no paper"));
    for part in ["Fixture.Faults.Throw", "\ncaused by System.ArgumentNullException"] {
        assert!(stack_trace.contains(part), "{stack_trace}");
    }
    let error = client.dereference(None).unwrap_err();
    let Error::Exception { class, .. } = &error else { panic!("{error:?}") };
    assert_eq!(class, "System.NullReferenceException");
    let error = client.throw_unspeakable().unwrap_err();
    let Error::Exception { class, stack_trace, .. } = &error else { panic!("{error:?}") };
    assert_eq!(class, "Fixture.Unspeakable");
    assert!(stack_trace.contains("its description failed with System.InvalidOperationException"), "{error:?}");
    assert_eq!(client.throw_wordless().unwrap_err().to_string(), "`throw_wordless` threw Fixture.Wordless: ");
    assert_eq!(client.i32(1).unwrap(), 1, "the server still runs");
}

#[test]
fn an_optional_method_may_be_missing() {
    let error = launch().not_there(1).unwrap_err();
    assert!(matches!(error, Error::SymbolMissing { .. }), "{error:?}");
    let text = "`not_there`: the library does not export `int Fixture.Faults.not_there(int x)`";
    assert_eq!(error.to_string(), text);
}

#[test]
fn the_class_library_and_methods_with_a_body_are_called() {
    let client = launch();
    assert_eq!(client.pow(2.0, 10.0).unwrap(), 1024.0);
    assert_eq!(client.sum(&[1, 2, 3]).unwrap(), 6);
}

#[test]
fn one_thread_makes_all_calls_and_output_is_captured() {
    let client = launch();
    let id = client.thread_id().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(client.thread_id().unwrap(), id));
        }
    });
    client.print("from managed code").unwrap();
    let exit = client.shutdown().unwrap();
    assert!(exit.status.is_some_and(|status| status.success()), "{exit:?}");
    assert_eq!(exit.stdout.trim_end(), "from managed code");
}

#[test]
fn managed_code_that_exits_is_reported() {
    let client = launch();
    let error = client.exit(7).unwrap_err();
    let Error::ServerDied { status, .. } = &error else { panic!("{error:?}") };
    assert_eq!(status.code(), Some(7));
}

/// The crash is reported as without Mono, whose own signal handlers would write a crash file.
#[cfg(unix)]
#[test]
fn native_code_that_crashes_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let client = ManagedClient::builder().current_dir(folder.path()).launch().unwrap();
    assert!(client.dereference(None).is_err(), "managed code that reads a null pointer throws");
    let error = client.crash().unwrap_err();
    let Error::ServerDied { status, .. } = &error else { panic!("{error:?}") };
    assert_eq!(status.name(), Some("SIGSEGV"), "{error}");
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

/// Pinned values and released objects are freed.
#[test]
fn many_calls_do_not_leak() {
    let client = launch();
    let values = vec![1.0; 100_000];
    // 400 MB in each direction would fit in a 32-bit process, but not with all temporary copies.
    for _ in 0..500 {
        client.f64s(&values).unwrap();
        client.release_dog(client.dog().unwrap()).unwrap();
    }
}

/// The .NET Framework 4 then loads assemblies of .NET 2.0 to 3.5 that contain native code.
#[cfg(windows)]
#[test]
fn the_framework_is_used_for_older_versions_too() {
    assert!(launch().is_bound_for_older_versions().unwrap());
}

#[test]
fn fields_and_properties_are_read_and_written() {
    let client = launch();
    let members = client.members().unwrap();
    assert_eq!(client.number_of(&members).unwrap(), 1);
    client.set_number_of(&members, -5).unwrap();
    assert_eq!(client.number_of(&members).unwrap(), -5);
    assert_eq!(client.own_number().unwrap(), 1, "of the object that the server has made");
    client.set_own_number(2).unwrap();
    assert_eq!((client.own_number().unwrap(), client.number_of(&members).unwrap()), (2, -5));

    assert_eq!(client.text_of(&members).unwrap(), None);
    client.set_text_of(&members, Some("naïve")).unwrap();
    assert_eq!(client.text_of(&members).unwrap().as_deref(), Some("naïve"));
    client.set_text_of(&members, None).unwrap();
    assert_eq!(client.text_of(&members).unwrap(), None);

    assert!(client.pet_of(&members).unwrap().is_none());
    client.set_pet_of(&members, &client.dog().unwrap()).unwrap();
    assert_eq!(client.sound(&client.pet_of(&members).unwrap().unwrap()).unwrap(), "woof");

    assert_eq!(client.values().unwrap(), [1.0, 2.0]);
    client.set_values(&[3.0]).unwrap();
    assert_eq!(client.values().unwrap(), [3.0]);
    assert_eq!(client.range().unwrap(), 1);
    client.set_range(10).unwrap();
    assert_eq!(client.range().unwrap(), 10);
    assert_eq!((client.limit().unwrap(), client.serial().unwrap()), (7, 9));
    assert_eq!(client.title().unwrap(), "title");
    client.set_title("another").unwrap();
    assert_eq!(client.title().unwrap(), "another");
    let Error::Exception { class, message, .. } = client.is_ready().unwrap_err() else { panic!("no exception") };
    assert_eq!((class.as_str(), message.as_str()), ("Fixture.Failure", "not yet"));
}
