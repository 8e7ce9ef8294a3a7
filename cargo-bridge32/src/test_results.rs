//! The results of `test`, and how they are printed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::target::Pair;

/// The result of a pair's tests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    /// No package is tested on this pair.
    NothingToTest,
    /// Something that the pair needs could not be installed.
    NotSetUp,
    /// A build or a test failed, for this reason.
    Failed(String),
}

/// Tests that do not apply to a pair, by the reason why they do not.
#[derive(Debug, Default)]
pub(crate) struct SkippedTests(BTreeMap<String, BTreeSet<String>>);

impl SkippedTests {
    /// Parses what tests have written to `$BRIDGE32_SKIPPED`: each line has a test, a tab and the reason. A test that runs over
    /// several transports has a line for each of them.
    pub(crate) fn parse(lines: &str) -> Self {
        let mut skipped = BTreeMap::<_, BTreeSet<_>>::new();
        for (test, reason) in lines.lines().filter_map(|line| line.split_once('\t')) {
            skipped.entry(reason.to_owned()).or_default().insert(test.to_owned());
        }
        Self(skipped)
    }

    fn count(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }
}

/// The result of a pair.
#[derive(Debug)]
pub(crate) struct PairResult {
    pub(crate) pair: Pair,
    pub(crate) verdict: Verdict,
    pub(crate) skipped: SkippedTests,
    pub(crate) time: Duration,
}

impl PairResult {
    pub(crate) fn is_success(&self) -> bool {
        matches!(self.verdict, Verdict::Passed | Verdict::NothingToTest)
    }
}

/// Formats the results as a table, and lists the tests that were skipped.
pub(crate) fn report(results: &[PairResult]) -> String {
    table(results) + &skipped_tests(results)
}

fn table(results: &[PairResult]) -> String {
    let mut text = String::from("\npair           result\n");
    for PairResult { pair, verdict, skipped, time } in results {
        let time = time.as_secs_f64();
        let skipped = match skipped.count() {
            0 => String::new(),
            1 => "; 1 test does not apply".to_owned(),
            count => format!("; {count} tests do not apply"),
        };
        text += &match verdict {
            Verdict::Passed => format!("{pair:<14} passed in {time:.1} s{skipped}\n"),
            Verdict::NothingToTest => format!("{pair:<14} nothing to test\n"),
            Verdict::NotSetUp => format!("{pair:<14} NOT SET UP; see above, or choose pairs with --pair\n"),
            Verdict::Failed(why) => format!("{pair:<14} FAILED after {time:.1} s: {why}{skipped}\n"),
        };
    }
    text
}

/// Lists the skipped tests of each pair, by reason.
fn skipped_tests(results: &[PairResult]) -> String {
    let mut text = String::new();
    for PairResult { pair, skipped, .. } in results.iter().filter(|result| result.skipped.count() > 0) {
        text += &format!("\nnot run on {pair}:\n");
        for (reason, tests) in &skipped.0 {
            text += &format!("  {reason}:\n");
            text.extend(tests.iter().map(|test| format!("    {test}\n")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(pair: Pair, verdict: Verdict, skipped: &str) -> PairResult {
        PairResult { pair, verdict, skipped: SkippedTests::parse(skipped), time: Duration::from_secs(1) }
    }

    #[test]
    fn tests_that_do_not_apply_are_listed_once_with_their_reason() {
        let lines =
            "messages::b\tno messages\nsystem::c\tno numbers\nmessages::a\tno messages\nmessages::b\tno messages\n";
        let one = "messages::a\tno messages\n";
        let results = [
            result(Pair::Linux, Verdict::Passed, lines),
            result(Pair::Windows, Verdict::Passed, ""),
            result(Pair::LinuxWindows, Verdict::Failed("cargo test ended with 101".into()), one),
        ];
        let expected = "\npair           result\n\
                        linux          passed in 1.0 s; 3 tests do not apply\n\
                        windows        passed in 1.0 s\n\
                        linux-windows  FAILED after 1.0 s: cargo test ended with 101; 1 test does not apply\n";
        assert_eq!(table(&results), expected);
        let expected = "\nnot run on linux:\n  no messages:\n    messages::a\n    messages::b\n  no numbers:\n    system::c\n\
                        \nnot run on linux-windows:\n  no messages:\n    messages::a\n";
        assert_eq!(skipped_tests(&results), expected);
    }

    #[test]
    fn the_table_names_what_failed() {
        let results = [
            result(Pair::Linux, Verdict::Passed, ""),
            result(Pair::Windows, Verdict::Failed("cargo test ended with 101".into()), ""),
            result(Pair::LinuxWindows, Verdict::NotSetUp, ""),
        ];
        let expected = "\npair           result\n\
                        linux          passed in 1.0 s\n\
                        windows        FAILED after 1.0 s: cargo test ended with 101\n\
                        linux-windows  NOT SET UP; see above, or choose pairs with --pair\n";
        assert_eq!(table(&results), expected);
    }
}
