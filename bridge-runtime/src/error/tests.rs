use std::error::Error as _;

use super::*;
use crate::fault::Fault;

/// One error of each variant, with what [`Error::was_called`] says of it.
fn every_variant() -> Vec<(Error, Option<bool>)> {
    let io = || io::Error::other("the reason");
    let (text, after) = (String::new, Duration::from_secs(1));
    let status = || ExitStatus::from(std::process::ExitStatus::default());
    let library = || LibraryError::NotALibrary { path: text(), found: text(), os: text() };
    let method = || "add".to_owned();
    let died =
        |was_called| Error::ServerDied { method: None, status: status(), stdout: text(), stderr: text(), was_called };
    let broken = |was_called| Error::Disconnected { method: None, source: io(), was_called };
    let given_up = |was_called| Error::GivenUp { method: method(), after, was_called };
    let aborted = |was_called| Error::Aborted { method: None, was_called };
    let fault = |fault| Error::from_fault("add", fault);
    let no = Some(false);
    vec![
        (Error::ServerNotFound { server: text(), variable: text(), searched: Vec::new() }, no),
        (Error::ServerNotAProgram { path: PathBuf::new(), found: text(), remedy: text() }, no),
        (Error::Spawn { command: text(), source: io() }, no),
        (Error::Endpoint { source: io() }, no),
        (Error::Accept { source: io() }, no),
        (Error::Random { source: io() }, no),
        (Error::thread("bridge32 events")(io()), no),
        (Error::CurrentDir { source: io() }, no),
        (Error::Path { path: PathBuf::new(), reason: text() }, no),
        (Error::Environment { variable: text(), reason: text() }, no),
        (Error::Transport { source: io() }, no),
        (Error::ServerNotReady { command: text(), status: status(), stdout: text(), stderr: text() }, no),
        (Error::StartTimeout { command: text(), after, stdout: text(), stderr: text() }, no),
        (Error::Connect { name: text(), server: text(), source: io() }, no),
        (Error::ConnectTimeout { name: text(), after }, no),
        (Error::Impostor { reason: text() }, no),
        (Error::ProtocolVersion { client: 1, server: 2 }, no),
        (Error::InterfaceMismatch { interface: text(), differences: Vec::new() }, no),
        (Error::Library(library()), no),
        (Error::Args { interface: text(), reason: text() }, no),
        (Error::ServerStart { reason: text(), stdout: text(), stderr: text() }, no),
        (Error::argument("add", "a", ""), no),
        (fault(Fault::Argument { parameter: text(), reason: text() }), None),
        (fault(Fault::Argument { parameter: text(), reason: text() }).of_one_function(), no),
        (fault(Fault::StaleHandle { parameter: text() }), None),
        (fault(Fault::StaleHandle { parameter: text() }).of_one_function(), no),
        (fault(Fault::SymbolMissing { symbol: text(), similar: Vec::new() }), None),
        (fault(Fault::SymbolMissing { symbol: text(), similar: Vec::new() }).of_one_function(), no),
        (fault(Fault::Panic { message: text(), location: text() }), None),
        (fault(Fault::Status { value: -1, os_error: None, text: None }).of_one_function(), Some(true)),
        (
            fault(Fault::CallingConvention { function: text(), declared: text(), popped: 8, finding: text() }),
            Some(true),
        ),
        (fault(Fault::Exception { class: text(), message: text(), stack_trace: text() }), None),
        (fault(Fault::Callback { callback: text(), reason: text() }), Some(true)),
        (fault(Fault::Value(text())), None),
        (fault(Fault::Message(text())), None),
        (fault(Fault::Result(text())).of_one_function(), None),
        (died(None), None),
        (died(None).of_one_function(), None),
        (died(None).before_call(), no),
        (Error::Timeout { method: method(), after }, None),
        (given_up(None), None),
        (given_up(None).before_call(), no),
        (aborted(None), None),
        (aborted(None).before_call(), no),
        (Error::Busy { method: method(), after }, no),
        (Error::NotCalled { method: method(), failed: text(), index: 0 }, no),
        (Error::OtherBatch { method: method() }, None),
        (broken(None), None),
        (broken(None).before_call(), no),
        (Error::disconnected(io()), no),
        (Error::protocol(""), None),
        (Error::protocol("").before_call(), no),
        (Error::closed_by_protocol("the connection is closed"), None),
        (Error::Forked, no),
        (Error::Shutdown, None),
        (Error::Shutdown.before_call(), None),
    ]
}

#[test]
fn every_error_knows_whether_the_function_may_have_run() {
    for (error, expected) in every_variant() {
        assert_eq!(error.was_called(), expected, "{error:?}");
    }
}

#[test]
fn an_error_about_a_call_names_its_method() {
    for (error, _) in every_variant() {
        let in_text = error.to_string().contains("`add`").then_some("add");
        assert_eq!(error.method(), in_text, "{error:?}");
    }
    let broken = Error::Disconnected { method: Some("add".into()), source: io::Error::other("x"), was_called: None };
    assert_eq!(broken.method(), Some("add"));
    assert_eq!(broken.to_string(), "the connection to the server broke in a call of `add`");
}

#[test]
fn timeouts_and_lost_servers_are_recognized() {
    let texts = |is: fn(&Error) -> bool| {
        let found = every_variant().into_iter().filter(|(error, _)| is(error)).map(|(error, _)| error.to_string());
        let mut found: Vec<_> = found.map(|text| text.chars().take(30).collect::<String>()).collect();
        found.dedup();
        found
    };
    let timeouts = [
        "the server `` was not ready wi",
        "the server that listens as `` ",
        "`add` took longer than 1s, and",
        "`add` was not called: the serv",
    ];
    assert_eq!(texts(Error::is_timeout), timeouts);
    let gone = [
        "the server died: it ended with",
        "`add` took longer than 1s, and",
        "the server was given up, becau",
        "the server was aborted by this",
        "the connection to the server b",
        "what the server sent cannot be",
        "this process is a fork of the ",
        "the client was shut down",
    ];
    assert_eq!(texts(Error::is_server_gone), gone);
    assert!(!Error::protocol("a result").is_server_gone());
}

#[test]
fn debug_shows_the_text_and_every_cause() {
    let source = SystemError::new(Some(2), "no such file".to_owned());
    let library = LibraryError::load("x.dll".into(), source);
    let expected = "x.dll could not be loaded\ncaused by: no such file";
    assert_eq!(format!("{library:?}"), expected);
    assert_eq!(format!("{:?}", Error::Library(library.clone())), expected);
    assert_eq!(format!("{:?}", CallError::<String>::Bridge(library.into())), expected);
    assert_eq!(format!("{:?}", Error::Shutdown), "the client was shut down");
}

#[test]
fn a_cause_is_the_source_and_not_a_part_of_the_text() {
    for (error, _) in every_variant() {
        if let Some(source) = error.source() {
            assert!(!error.to_string().contains(&source.to_string()), "{error}");
        }
    }
}

#[test]
fn a_status_is_in_hexadecimal_if_headers_write_it_so() {
    let shown = |value| Error::from_fault("read", Fault::Status { value, os_error: None, text: None }).to_string();
    assert_eq!(shown(-2_147_467_259), "`read` failed: the library reports -2147467259 (0x80004005)");
    assert_eq!(shown(0xc000_0005), "`read` failed: the library reports 3221225477 (0xc0000005)");
    assert!(shown(-0x1_0000).ends_with("(0xffff0000)"));
    for small in [0, 1, -1, -7, -0xffff, 0x7fff_ffff, 1 << 40, i64::MIN] {
        assert_eq!(shown(small), format!("`read` failed: the library reports {small}"));
    }
}

#[test]
fn both_outputs_are_shown_and_none_that_is_empty() {
    let start = |stdout: &str, stderr: &str| {
        let error = Error::ServerStart { reason: "no paper".into(), stdout: String::new(), stderr: String::new() };
        error.with_output(stdout.into(), stderr.into()).to_string()
    };
    assert_eq!(start("", "\n"), "the server could not begin: no paper");
    assert_eq!(start("no licence\r\n", ""), "the server could not begin: no paper; it wrote:\nno licence");
    assert_eq!(start("", "no key\n"), "the server could not begin: no paper; it wrote:\nno key");
    let both = "the server could not begin: no paper; it wrote:\nno key\nand on its standard output:\nno licence";
    assert_eq!(start("no licence\n", "no key\n"), both);
    let library = Error::Library(LibraryError::load("x.dll".into(), SystemError::new(None, "it refused".to_owned())));
    let library = library.with_output("no licence".into(), String::new());
    assert_eq!(format!("{library:?}"), "x.dll could not be loaded; it wrote:\nno licence\ncaused by: it refused");
}

#[derive(Debug, thiserror::Error)]
#[error("the frame is damaged")]
struct Damaged(#[source] SystemError);

#[test]
fn a_method_s_own_error_passes_its_source_on() {
    let damaged = Damaged(SystemError::new(None, "bit 3 is set".to_owned()));
    let error = crate::__method_result!(Damaged, Err::<(), _>(damaged)).unwrap_err();
    assert!(matches!(&error, CallError::Method(Damaged(_))));
    assert_eq!(error.to_string(), "the frame is damaged");
    assert_eq!(error.source().unwrap().to_string(), "bit 3 is set");

    let error = crate::__method_result!(String, Err::<(), _>("no such channel".to_owned())).unwrap_err();
    let error: Box<dyn std::error::Error> = error.into();
    assert_eq!((error.to_string().as_str(), error.source().is_none()), ("no such channel", true));

    let broken: CallError<String> = Error::Endpoint { source: io::Error::other("no room") }.into();
    assert_eq!(broken.source().unwrap().to_string(), "no room");
}

#[test]
fn what_the_library_says_is_in_the_text_of_a_fault_and_of_its_error() {
    let fault = Fault::Status { value: 5, os_error: None, text: Some("database is locked".to_owned()) };
    assert_eq!(fault.to_string(), "the library reports 5: database is locked");
    let error = Error::from_fault("close", fault);
    assert_eq!(error.to_string(), "`close` failed: the library reports 5: database is locked");
}
