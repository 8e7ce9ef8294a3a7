//! `test`: runs every test on every pair of client and server that this machine can run.

use std::fs;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::exit_status::{self, FAILURE, SUCCESS};
use crate::package::Package;
use crate::setup::{self, Needs};
use crate::target::{Pair, Target};
use crate::test_results::{self, PairResult, SkippedTests, Verdict};
use crate::toolchain::Toolchains;
use crate::workspace::Workspace;
use crate::{build, cli, client_side};

/// Runs the subcommand. The exit status says whether tests failed.
///
/// # Errors
/// Fails if a requested pair cannot be run, or the workspace cannot be read.
pub(crate) fn main(options: &cli::Test) -> Result<i32> {
    let toolchains = Toolchains::find()?;
    let host = toolchains.host()?;
    let pairs = choose(host, &options.pairs)?;
    let workspace = Workspace::load(options.cargo.manifest_path.as_deref())?;
    let mut packages = workspace.select(&options.packages, &options.cargo.working_folder()?)?;
    for excluded in &options.exclude {
        let excluded = workspace.named(excluded)?;
        packages.retain(|package| package.name != excluded.name);
    }

    let tested = |pair: Pair| -> Vec<&Package> {
        packages.iter().copied().filter(|package| workspace.is_tested_on(package, pair, host)).collect()
    };

    // For all pairs at once, so that what is missing is listed once.
    let needs = pairs.iter().map(|pair| (*pair, tested(*pair))).filter(|(_, tested)| !tested.is_empty());
    let needs = needs.map(|(pair, tested)| needs_of(pair, host, &workspace, &tested));
    if let Err(error) = setup::ensure(&needs.collect(), host, &toolchains) {
        eprintln!("error: {error:#}");
    }

    let mut results = Vec::new();
    for pair in pairs {
        let started = Instant::now();
        let result = match tested(pair).as_slice() {
            [] => Ok((Verdict::NothingToTest, SkippedTests::default())),
            tested => test(pair, host, &workspace, tested, options, &toolchains),
        };
        let (verdict, skipped) = result.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            (Verdict::Failed(first_line(&error)), SkippedTests::default())
        });
        results.push(PairResult { pair, verdict, skipped, time: started.elapsed() });
    }
    print!("{}", test_results::report(&results));
    Ok(if results.iter().all(PairResult::is_success) { SUCCESS } else { FAILURE })
}

/// Returns the pairs to run: the requested ones, or all that this host can run.
fn choose(host: Target, requested: &[Pair]) -> Result<Vec<Pair>> {
    let possible = Pair::on(host);
    if let Some(pair) = requested.iter().find(|pair| !possible.contains(pair)) {
        let names: Vec<_> = possible.iter().map(|pair| pair.name()).collect();
        bail!("the pair `{pair}` cannot be run on {host}; it can run {}", names.join(", "));
    }
    // In the order of `possible`, each once.
    Ok(possible.iter().copied().filter(|pair| requested.is_empty() || requested.contains(pair)).collect())
}

/// Returns what the tests of these packages on a pair need.
fn needs_of(pair: Pair, host: Target, workspace: &Workspace, packages: &[&Package]) -> Needs {
    let needs = Needs::to_run(host, pair.sides(host)).with_languages(workspace.languages(packages));
    needs.with_packages(workspace.system_packages(packages))
}

/// Tests these packages on a pair.
fn test(
    pair: Pair,
    host: Target,
    workspace: &Workspace,
    packages: &[&Package],
    options: &cli::Test,
    toolchains: &Toolchains,
) -> Result<(Verdict, SkippedTests)> {
    let sides = pair.sides(host);
    if !setup::is_done(&needs_of(pair, host, workspace, packages), host, toolchains)? {
        return Ok((Verdict::NotSetUp, SkippedTests::default()));
    }
    eprintln!("pair {pair}: client {}, server {}", sides.client, sides.server);
    let servers = workspace.servers(packages);
    build::build(&servers, sides.server, workspace, &options.cargo, toolchains)?;

    let skipped_file = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    let mut failures = Vec::new();
    for (transport, packages) in Workspace::by_transport(packages) {
        if let Some(transport) = transport {
            eprintln!("transport {}", transport.name());
        }
        let mut command = workspace.cargo(toolchains, sides.client)?;
        command.args(["test", "--no-fail-fast"]).args(options.cargo.args());
        for package in packages {
            command.args(["--package", &package.name]);
        }
        client_side::configure(&mut command, host, sides, workspace, &servers, &options.cargo)?;
        command.env("BRIDGE32_PAIR", pair.name()).env("BRIDGE32_SKIPPED", skipped_file.path());
        if let Some(transport) = transport {
            command.env("BRIDGE32_TRANSPORT", transport.name());
        }
        command.arg("--").args(&options.args);
        match (exit_status::of(&mut command)?, transport) {
            (SUCCESS, _) => {}
            (status, None) => failures.push(format!("cargo test ended with {status}")),
            (status, Some(transport)) => {
                failures.push(format!("cargo test ended with {status} on the {} transport", transport.name()))
            }
        }
    }
    let skipped = fs::read_to_string(skipped_file.path()).context("cannot read a temporary file")?;
    let verdict = if failures.is_empty() { Verdict::Passed } else { Verdict::Failed(failures.join(", ")) };
    Ok((verdict, SkippedTests::parse(&skipped)))
}

fn first_line(error: &anyhow::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_chosen_in_their_order() {
        assert_eq!(choose(Target::X64Linux, &[]).expect("all"), Pair::ALL);
        let requested = [Pair::LinuxWindows, Pair::Linux, Pair::Linux];
        assert_eq!(choose(Target::X64Linux, &requested).expect("both"), [Pair::Linux, Pair::LinuxWindows]);
        let error = choose(Target::X64WindowsGnu, &[Pair::Linux]).expect_err("Windows cannot run it").to_string();
        assert!(error.ends_with("it can run windows"), "{error}");
    }
}
