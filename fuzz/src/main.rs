//! Fuzzes for some time: `bridge32-fuzz [SECONDS] [TARGET] [RANDOM]`. Without a target, all targets share the time.
//! `bridge32-fuzz corpus FOLDER` writes the seeds of all targets for a coverage-guided fuzzer.

use std::io;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bridge32_fuzz::{TARGETS, Target, flat, fuzz};
use bridge32_tests::counting::Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|first| first == "corpus").is_some() {
        let folder = arguments.next().unwrap_or_else(|| "corpus".to_owned());
        return match write_corpus(Path::new(&folder)) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{folder}: {error}");
                ExitCode::FAILURE
            }
        };
    }
    let seconds = arguments.next().map_or(Ok(60), |seconds| seconds.parse::<u64>());
    let named = arguments.next();
    let random = arguments.next().map_or(Ok(now()), |random| random.parse::<u64>());
    let targets: Vec<_> =
        TARGETS.iter().filter(|target| named.as_ref().is_none_or(|name| name == target.name)).collect();
    let (Ok(seconds), Ok(random), false) = (seconds, random, targets.is_empty()) else {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!(
            "usage: bridge32-fuzz [SECONDS] [TARGET] [RANDOM], or bridge32-fuzz corpus FOLDER; targets: {}",
            names.join(", ")
        );
        return ExitCode::from(2);
    };
    let time = Duration::from_secs(seconds) / u32::try_from(targets.len()).unwrap_or(1);
    println!("random numbers from {random}");
    let results: Vec<_> = targets.into_iter().map(|target| fuzz_for(target, time, random)).collect();
    if results.into_iter().all(|is_fine| is_fine) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Fuzzes one target for some time; returns whether no failure was found.
fn fuzz_for(target: &'static Target, time: Duration, random: u64) -> bool {
    let begin = Instant::now();
    let (runs, failure) = fuzz(target, random, |_| begin.elapsed() < time);
    println!("{:10} {runs:10} inputs in {:.0} s", target.name, begin.elapsed().as_secs_f64());
    if let Some(failure) = &failure {
        println!("FOUND: {}: {:?}", failure.description, failure.input);
    }
    failure.is_none()
}

/// Writes the seeds of all targets, each as a file in the folder of its target.
fn write_corpus(folder: &Path) -> io::Result<()> {
    for target in &TARGETS {
        let folder = folder.join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), flat::from_input(seed))?;
        }
    }
    Ok(())
}

/// The time, as a random seed that differs from run to run.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs()
}
