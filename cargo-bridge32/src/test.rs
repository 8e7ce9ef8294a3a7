//! `test`: runs every test on every pair of client and server that this machine can run.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::exit_status::{self, FAILURE, SUCCESS};
use crate::package::Package;
use crate::setup::{self, Needs};
use crate::target::{Pair, Target};
use crate::toolchain::Toolchains;
use crate::workspace::Workspace;
use crate::{build, cli, client_side};

/// The result of a pair's tests.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Passed,
    /// No package is tested on this pair.
    NothingToTest,
    /// Something that the pair needs could not be installed.
    NotSetUp,
    /// A build or a test failed, for this reason.
    Failed(String),
}

/// Runs the subcommand. The exit status says whether tests failed.
///
/// # Errors
/// Fails if a requested pair cannot be run, or the workspace cannot be read.
pub(crate) fn main(options: &cli::Test) -> Result<i32> {
    let toolchains = Toolchains::find()?;
    let host = toolchains.host()?;
    let pairs = choose(host, &options.pairs)?;
    let workspace = Workspace::load(options.cargo.manifest_path.as_deref())?;
    let packages = workspace.select(&options.packages, &options.cargo.working_folder()?)?;

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
        let verdict = match tested(pair).as_slice() {
            [] => Ok(Verdict::NothingToTest),
            tested => test(pair, host, &workspace, tested, options, &toolchains),
        };
        let verdict = verdict.unwrap_or_else(|error| {
            eprintln!("error: {error:#}");
            Verdict::Failed(first_line(&error))
        });
        results.push((pair, verdict, started.elapsed()));
    }
    print!("{}", table(&results));
    let failed = results.iter().any(|(_, verdict, _)| matches!(verdict, Verdict::Failed(_) | Verdict::NotSetUp));
    Ok(if failed { FAILURE } else { SUCCESS })
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
) -> Result<Verdict> {
    let sides = pair.sides(host);
    if !setup::is_done(&needs_of(pair, host, workspace, packages), host, toolchains)? {
        return Ok(Verdict::NotSetUp);
    }
    eprintln!("pair {pair}: client {}, server {}", sides.client, sides.server);
    let servers = workspace.servers(packages);
    build::build(&servers, sides.server, workspace, &options.cargo, toolchains)?;

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
        client_side::configure(&mut command, host, sides, workspace, &servers, &options.cargo)?;
        command.env("BRIDGE32_PAIR", pair.name());
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
    Ok(if failures.is_empty() { Verdict::Passed } else { Verdict::Failed(failures.join(", ")) })
}

fn first_line(error: &anyhow::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().trim_end_matches(':').to_owned()
}

/// Formats the results as a table.
fn table(results: &[(Pair, Verdict, Duration)]) -> String {
    let mut text = String::from("\npair           result\n");
    for (pair, verdict, time) in results {
        let time = time.as_secs_f64();
        text += &match verdict {
            Verdict::Passed => format!("{pair:<14} passed in {time:.1} s\n"),
            Verdict::NothingToTest => format!("{pair:<14} nothing to test\n"),
            Verdict::NotSetUp => format!("{pair:<14} NOT SET UP; see above, or choose pairs with --pair\n"),
            Verdict::Failed(why) => format!("{pair:<14} FAILED after {time:.1} s: {why}\n"),
        };
    }
    text
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

    #[test]
    fn the_table_names_what_failed() {
        let second = Duration::from_secs(1);
        let results = [
            (Pair::Linux, Verdict::Passed, second),
            (Pair::Windows, Verdict::Failed("cargo test ended with 101".into()), second),
            (Pair::LinuxWindows, Verdict::NotSetUp, second),
        ];
        let expected = "\npair           result\n\
                        linux          passed in 1.0 s\n\
                        windows        FAILED after 1.0 s: cargo test ended with 101\n\
                        linux-windows  NOT SET UP; see above, or choose pairs with --pair\n";
        assert_eq!(table(&results), expected);
    }
}
