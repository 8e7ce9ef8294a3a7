//! Measures what an interface costs by the number of its methods: macro expansion, compilation, and the size of both programs.
//!
//! Each interface is a crate of its own, which rustc compiles against a release build of bridge32. The time of the expansion is
//! rustc's own figure (`macro_expand_crate` of `-Ztime-passes`), minus that of an interface without methods; it includes the name
//! resolution that rustc does at the same time. The other times are those of the whole process. Expansion and check are the minimum
//! of several runs; the programs are compiled once, optimized and stripped.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::format::duration;
use crate::result::Result;

mod interface;

/// The numbers of methods to measure.
const SIZES: [usize; 4] = [50, 100, 250, 500];

/// How often the expansion and the check are timed.
const RUNS: u32 = 5;

/// The target of the server.
const TARGET: &str = "i686-unknown-linux-gnu";

/// A build of bridge32 to compile interfaces against.
struct Runtime {
    target_dir: PathBuf,
    /// The folder of the interfaces.
    folder: tempfile::TempDir,
}

/// The figures of an interface.
struct Cost {
    expansion: Duration,
    /// The size of the expanded source, in bytes.
    expanded: u64,
    check: Duration,
    client: Program,
    server: Program,
}

/// A program's compile time, and its size in bytes.
struct Program {
    time: Duration,
    size: u64,
}

/// Measures all sizes and prints the table; also writes it to the documentation if `write` is set.
pub(crate) fn run(write: bool) -> Result<()> {
    let runtime = Runtime::build()?;
    let none = runtime.measure(0)?;
    let mut text =
        "| methods | expansion | check | program, release | server, release | expanded | program | server |\n\
                    |---|---|---|---|---|---|---|---|\n"
            .to_owned();
    print!("{text}");
    let mut row = |name: &str, cost: &Cost| {
        let time = |time: Duration| duration(time.as_nanos() as f64);
        let line = format!(
            "| {name} | {} | {} | {} | {} | {} KiB | {} KiB | {} KiB |\n",
            time(cost.expansion.saturating_sub(none.expansion)),
            time(cost.check),
            time(cost.client.time),
            time(cost.server.time),
            cost.expanded >> 10,
            cost.client.size >> 10,
            cost.server.size >> 10,
        );
        print!("{line}");
        text += &line;
    };
    row("none", &none);
    let mut all = Vec::new();
    for size in SIZES {
        let cost = runtime.measure(size)?;
        row(&size.to_string(), &cost);
        all.push((size, cost));
    }
    let summary = summary(&none, &all);
    print!("{summary}");
    text += &summary;
    if write {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("docs");
        fs::write(docs.join("macro.md"), text)?;
    }
    Ok(())
}

/// Says what one method adds, and how the costs grow with the number of methods.
fn summary(none: &Cost, all: &[(usize, Cost)]) -> String {
    let [(few, smallest), .., (many, largest)] = all else { return String::new() };
    let each = |of: fn(&Cost) -> u64| of(largest).saturating_sub(of(none)) / *many as u64;
    let growth = |of: fn(&Cost) -> Duration| {
        of(largest).saturating_sub(of(none)).as_secs_f64() / of(smallest).saturating_sub(of(none)).as_secs_f64()
    };
    let mut text = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "\nA method adds {} bytes of expanded source, {} bytes to a program that calls it, and {} bytes to the server.",
        each(|cost| cost.expanded),
        each(|cost| cost.client.size),
        each(|cost| cost.server.size),
    );
    let _ = writeln!(
        text,
        "From {few} methods to {many}, {:.0} times as many, the expansion takes {:.1} times as long, the check {:.1} times, the \
         program {:.1} times, the server {:.1} times.",
        *many as f64 / *few as f64,
        growth(|cost| cost.expansion),
        growth(|cost| cost.check),
        growth(|cost| cost.client.time),
        growth(|cost| cost.server.time),
    );
    text
}

impl Runtime {
    /// Builds bridge32 for both sides, in this program's target folder.
    fn build() -> Result<Self> {
        let program = std::env::current_exe()?;
        let target_dir = program.ancestors().nth(2).ok_or("this program is not in a target folder")?.to_owned();
        for target in [None, Some(TARGET)] {
            let mut cargo = Command::new("cargo");
            cargo.args(["build", "--release", "--quiet", "--package", "bridge32", "--target-dir"]).arg(&target_dir);
            cargo.args(target.map(|target| format!("--target={target}"))).current_dir(env!("CARGO_MANIFEST_DIR"));
            succeed(&mut cargo)?;
        }
        Ok(Self { target_dir, folder: tempfile::tempdir()? })
    }

    fn measure(&self, methods: usize) -> Result<Cost> {
        let library = self.source("lib", &interface::trait_of(methods))?;
        let client = self.source("client", &interface::program(methods))?;
        let server = self.source("server", &interface::server(methods))?;
        let expanded = self.rustc(&library, None).args(["--crate-type=lib", "-Zunpretty=expanded"]).output()?.stdout;
        let check = || {
            let mut rustc = self.rustc(&library, None);
            rustc
                .args(["--crate-type=lib", "--emit=metadata", "-Ztime-passes"])
                .arg("-o")
                .arg(self.folder.path().join("m"));
            rustc
        };
        Ok(Cost {
            expansion: minimum(|| expansion(&succeed(&mut check())?))?,
            expanded: expanded.len() as u64,
            check: minimum(|| time(&mut check()))?,
            client: self.program(&client, None)?,
            server: self.program(&server, Some(TARGET))?,
        })
    }

    /// Compiles a program.
    fn program(&self, source: &Path, target: Option<&str>) -> Result<Program> {
        let program = source.with_extension("");
        let mut rustc = self.rustc(source, target);
        rustc.args(["-Copt-level=3", "-Cstrip=symbols", "-o"]).arg(&program);
        let time = time(&mut rustc)?;
        Ok(Program { time, size: program.metadata()?.len() })
    }

    fn rustc(&self, source: &Path, target: Option<&str>) -> Command {
        let host = self.target_dir.join("release");
        let built = target.map_or(host.clone(), |target| self.target_dir.join(target).join("release"));
        let mut rustc = Command::new("rustc");
        // Enables the `-Z` options of a stable compiler; it does not change what is compiled.
        rustc.env("RUSTC_BOOTSTRAP", "1").env("CARGO_PKG_VERSION", "1.0.0");
        rustc.arg(source).args(["--edition=2024", "--cap-lints=allow"]);
        rustc.args(target.map(|target| format!("--target={target}")));
        rustc.arg("--extern").arg(format!("bridge32={}", built.join("libbridge32.rlib").display()));
        // The macro is built for the host.
        for deps in [built.join("deps"), host.join("deps")] {
            rustc.arg("-L").arg(format!("dependency={}", deps.display()));
        }
        rustc
    }

    fn source(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.folder.path().join(name).with_extension("rs");
        fs::write(&path, text)?;
        Ok(path)
    }
}

fn minimum(mut time: impl FnMut() -> Result<Duration>) -> Result<Duration> {
    let mut minimum = time()?;
    for _ in 1..RUNS {
        minimum = minimum.min(time()?);
    }
    Ok(minimum)
}

/// Runs a command, and returns how long that took.
fn time(command: &mut Command) -> Result<Duration> {
    let begin = Instant::now();
    succeed(command)?;
    Ok(begin.elapsed())
}

/// Runs a command, and returns its output.
fn succeed(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    if output.status.success() { Ok(text) } else { Err(format!("{command:?} failed:\n{text}").into()) }
}

/// Parses the time of the expansion, as in `time:   0.015; rss:   57MB ->   62MB (   +5MB) macro_expand_crate`.
fn expansion(passes: &str) -> Result<Duration> {
    let line =
        passes.lines().find(|line| line.ends_with("macro_expand_crate")).ok_or("rustc does not print its passes")?;
    let seconds = line.split([':', ';']).nth(1).ok_or("a pass without a time")?.trim().parse()?;
    Ok(Duration::from_secs_f64(seconds))
}
