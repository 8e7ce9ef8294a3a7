//! Programs that must not compile, and their error messages.

use std::fs;
use std::path::{Path, PathBuf};

use trybuild::TestCases;

const MACRO: &str = "cases/macro";
const COMPILER: &str = "cases/compiler";

#[test]
fn the_macro_reports_mistakes() {
    TestCases::new().compile_fail(format!("{MACRO}/*.rs"));
}

/// A separate test, because the layout depends on the version of the compiler.
#[test]
fn the_compiler_reports_type_mistakes() {
    TestCases::new().compile_fail(format!("{COMPILER}/*.rs"));
}

/// Each mistake causes one message. The first line of a case with several mistakes gives their number.
#[test]
fn one_mistake_is_one_message() {
    for case in [MACRO, COMPILER].into_iter().flat_map(cases) {
        let source = read(&case);
        let expected = source.lines().next().and_then(|line| line.strip_prefix("// ")?.strip_suffix(" mistakes"));
        let expected = expected.map_or(1, |count| count.parse().expect("a number of mistakes"));
        let reported = messages(&case);
        assert_eq!(reported.len(), expected, "{}: {reported:#?}", case.display());
    }
}

/// A message is in lower case, without a full stop, and names the remedy after "; ".
#[test]
fn messages_have_one_style() {
    for case in cases(MACRO) {
        for message in messages(&case) {
            let (wrong, remedy) = message.split_once("; ").unwrap_or_else(|| panic!("no remedy: {message}"));
            assert!(!wrong.starts_with(char::is_uppercase) && !remedy.starts_with(char::is_uppercase), "{message}");
            assert!(!message.ends_with('.'), "{message}");
        }
    }
}

fn cases(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("a folder of cases");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let cases: Vec<_> = paths.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect();
    assert!(!cases.is_empty(), "no cases in {folder}");
    cases
}

/// The expected messages of a case, without spans and notes.
fn messages(case: &Path) -> Vec<String> {
    let text = read(&case.with_extension("stderr"));
    let starts = |line: &&str| line.starts_with("error") || line.starts_with("warning");
    let message = |line: &str| line.split_once(": ").expect("a message after its kind").1.to_owned();
    text.lines().filter(starts).map(message).collect()
}

#[allow(clippy::panic, reason = "a test that cannot read its case has failed")]
fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
