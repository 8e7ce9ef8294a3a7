//! `test`: every test, on every pair of client and server that this machine can run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::build;
use crate::cli;
use crate::run::meet;
use crate::setup::{self, Needs};
use crate::target::{Pair, Target};
use crate::toolchain::Toolchains;
use crate::workspace::{Package, Workspace};

/// How a pair's tests went.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// All passed.
    Passed,
    /// No package is tested on it.
    Nothing,
    /// What it needs is not there, and could not be had.
    NotSetUp,
    /// Something failed: what.
    Failed(String),
}

/// Tests that do not apply to a pair, by the reason why they do not.
type Skipped = BTreeMap<String, BTreeSet<String>>;

/// What came of a pair.
#[derive(Debug)]
struct PairResult {
    pair: Pair,
    verdict: Verdict,
    skipped: Skipped,
    time: Duration,
}

/// Runs the subcommand.
///
/// # Errors
/// Where no pair can be run. That tests failed is in the exit status.
pub(crate) fn main(options: &cli::Test) -> Result<i32> {
    let toolchains = Toolchains::find()?;
    let host = crate::host(&toolchains)?;
    let pairs = choose(host, &options.pairs)?;
    let workspace = Workspace::load(options.cargo.manifest_path.as_deref())?;
    let packages = workspace.select(&options.packages, &build::folder(&options.cargo)?)?;

    let tested = |pair: Pair| -> Vec<&Package> {
        packages.iter().copied().filter(|package| workspace.is_tested_on(package, pair, host)).collect()
    };

    // All at once, so that what is missing is told once.
    let needs = pairs.iter().map(|pair| (*pair, tested(*pair))).filter(|(_, tested)| !tested.is_empty());
    let needs = needs.map(|(pair, tested)| needs_of(pair, host, &workspace, &tested));
    if let Err(error) = setup::ensure(&needs.collect(), host, &toolchains) {
        eprintln!("error: {error:#}");
    }

    let mut results = Vec::new();
    for pair in pairs {
        let started = Instant::now();
        let mut skipped = Skipped::new();
        let verdict = match tested(pair).as_slice() {
            [] => Ok(Verdict::Nothing),
            tested => test(pair, host, &workspace, tested, options, &toolchains, &mut skipped),
        };
        let verdict = verdict.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Verdict::Failed(first_line(&error))
        });
        results.push(PairResult { pair, verdict, skipped, time: started.elapsed() });
    }
    print!("{}{}", table(&results), skipped_tests(&results));
    let failed = results.iter().any(|result| matches!(result.verdict, Verdict::Failed(_) | Verdict::NotSetUp));
    Ok(if failed { crate::FAILURE } else { crate::SUCCESS })
}

/// The pairs to run: those asked for, or all that this host can run.
fn choose(host: Target, asked: &[Pair]) -> Result<Vec<Pair>> {
    let possible = Pair::on(host);
    if let Some(pair) = asked.iter().find(|pair| !possible.contains(pair)) {
        let names: Vec<_> = possible.iter().map(|pair| pair.name()).collect();
        bail!("the pair `{pair}` cannot be run on {host}; it can run {}", names.join(", "));
    }
    // In their own order, and none twice.
    Ok(possible.iter().copied().filter(|pair| asked.is_empty() || asked.contains(pair)).collect())
}

/// What a pair's tests of these packages need.
fn needs_of(pair: Pair, host: Target, workspace: &Workspace, packages: &[&Package]) -> Needs {
    let needs = Needs::to_run(host, pair.sides(host)).with(workspace.languages(packages));
    needs.with_packages(workspace.packages(packages))
}

/// Tests packages on a pair; adds the tests that do not apply to it to `skipped`.
fn test(
    pair: Pair,
    host: Target,
    workspace: &Workspace,
    packages: &[&Package],
    options: &cli::Test,
    toolchains: &Toolchains,
    skipped: &mut Skipped,
) -> Result<Verdict> {
    let sides = pair.sides(host);
    if !setup::is_done(&needs_of(pair, host, workspace, packages), host, toolchains)? {
        return Ok(Verdict::NotSetUp);
    }
    eprintln!("pair {pair}: client {}, server {}", sides.client, sides.server);
    let servers = workspace.servers(packages);
    build::build(&servers, sides.server, workspace, &options.cargo, toolchains)?;

    let skipped_file = tempfile::NamedTempFile::new().context("no temporary file for the tests that are not run")?;
    let mut failures = Vec::new();
    for (transport, packages) in Workspace::by_transport(packages) {
        if let Some(transport) = transport {
            eprintln!("transport {}", transport.name());
        }
        let mut command = toolchains.cargo(sides.client)?;
        command.args(["test", "--no-fail-fast"]).args(options.cargo.args());
        for package in packages {
            command.args(["--package", &package.name]);
        }
        meet(&mut command, host, sides, workspace, &servers, &options.cargo)?;
        command.env("BRIDGE32_PAIR", pair.name()).env("BRIDGE32_SKIPPED", skipped_file.path());
        if let Some(transport) = transport {
            command.env("BRIDGE32_TRANSPORT", transport.name());
        }
        command.arg("--").args(&options.args);
        match (build::status(&mut command)?, transport) {
            (0, _) => {}
            (status, None) => failures.push(format!("cargo test ended with {status}")),
            (status, Some(transport)) => {
                failures.push(format!("cargo test ended with {status} on the {} transport", transport.name()))
            }
        }
    }
    *skipped = read_skipped(&fs::read_to_string(skipped_file.path())?);
    Ok(if failures.is_empty() { Verdict::Passed } else { Verdict::Failed(failures.join(", ")) })
}

fn first_line(error: &anyhow::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}

/// Reads what tests have written to `$BRIDGE32_SKIPPED`: a test, a tab and the reason on each line. A test that runs over
/// several transports has a line for each of them.
fn read_skipped(lines: &str) -> Skipped {
    let mut skipped = Skipped::new();
    for (test, reason) in lines.lines().filter_map(|line| line.split_once('\t')) {
        skipped.entry(reason.to_owned()).or_default().insert(test.to_owned());
    }
    skipped
}

/// The closing table: a pair, its result and its time on each line.
fn table(results: &[PairResult]) -> String {
    let mut text = String::from("\npair           result\n");
    for PairResult { pair, verdict, skipped, time } in results {
        let time = time.as_secs_f64();
        let skipped = match skipped.values().map(BTreeSet::len).sum() {
            0 => String::new(),
            1 => "; 1 test does not apply".to_owned(),
            count => format!("; {count} tests do not apply"),
        };
        text += &match verdict {
            Verdict::Passed => format!("{pair:<14} passed in {time:.1} s{skipped}\n"),
            Verdict::Nothing => format!("{pair:<14} nothing to test\n"),
            Verdict::NotSetUp => format!("{pair:<14} NOT SET UP; do what is said above, or choose pairs with --pair\n"),
            Verdict::Failed(why) => format!("{pair:<14} FAILED after {time:.1} s: {why}{skipped}\n"),
        };
    }
    text
}

/// The tests that were not run, pair by pair, with the reasons.
fn skipped_tests(results: &[PairResult]) -> String {
    let mut text = String::new();
    for PairResult { pair, skipped, .. } in results.iter().filter(|result| !result.skipped.is_empty()) {
        text += &format!("\nnot run on {pair}:\n");
        for (reason, tests) in skipped {
            text += &format!("  {reason}:\n");
            text.extend(tests.iter().map(|test| format!("    {test}\n")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_chosen_in_their_order() {
        assert_eq!(choose(Target::X64Linux, &[]).expect("all"), Pair::ALL);
        let asked = [Pair::LinuxWindows, Pair::Linux, Pair::Linux];
        assert_eq!(choose(Target::X64Linux, &asked).expect("both"), [Pair::Linux, Pair::LinuxWindows]);
        let error = choose(Target::X64WindowsGnu, &[Pair::Linux]).expect_err("not there").to_string();
        assert!(error.ends_with("it can run windows"), "{error}");
    }

    fn result(pair: Pair, verdict: Verdict, skipped: &str) -> PairResult {
        PairResult { pair, verdict, skipped: read_skipped(skipped), time: Duration::from_secs(1) }
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
                        linux-windows  NOT SET UP; do what is said above, or choose pairs with --pair\n";
        assert_eq!(table(&results), expected);
    }
}
