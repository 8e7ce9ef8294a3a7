//! Calls without end from several threads, while the server dies again and again: `soak [CALLS] [CRASH-EVERY] [THREADS]`.
//!
//! Says what it found, and fails if a call was lost, an answer was wrong, or something grew. A server ends once every
//! CRASH-EVERY calls; never, if that is 0.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bridge32::{Error, Restart};
use bridge32_tests::counting::Counting;
use bridge32_tests::processes::running;
use bridge32_tests::resources::Resources;
use bridge32_tests::soak::{LARGE, Outcome, SoakClient, call, end_server};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The run is cut into so many rounds. After each, every call has returned, and what is held is measured.
const ROUNDS: u64 = 10;

/// A connection keeps its buffers, and each of the two is doubled when it is too small for a message. When that is, and whether long
/// arrays are in messages still, depends on the calls that come first after a start: it may come in any round, once.
const BUFFERS: u64 = 2 * 8 * LARGE;

/// What may be held more later than when everything has its size. The client keeps the last 64 KiB of both outputs of the
/// server, in buffers that double.
const GROWTH: Resources =
    Resources { pid: 0, heap: (160 << 10) + BUFFERS, resident: 8 << 20, descriptors: 0, threads: 0 };

/// No call takes this long; if none returns for so long, one is lost.
const LOST: Duration = Duration::from_secs(60);

/// What the threads share.
struct Soak {
    client: SoakClient,
    calls: u64,
    crash_every: u64,
    next: AtomicU64,
    right: AtomicU64,
    ends: AtomicU64,
    /// Calls that were not carried out because the server was ended.
    failed: AtomicU64,
    faults: Mutex<Vec<String>>,
    /// What the server held when it had made half of its calls.
    half: Mutex<Option<Resources>>,
    /// One server is ended after the other.
    ending: Mutex<()>,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let mut argument = |default| arguments.next().unwrap_or(Ok(default));
    let (Ok(calls), Ok(crash_every), Ok(threads)) = (argument(1_000_000), argument(10_000), argument(8)) else {
        eprintln!("usage: soak [CALLS] [CRASH-EVERY] [THREADS]");
        return ExitCode::from(2);
    };
    // Others may use the system's folder for temporary files at the same time.
    let folder = std::env::temp_dir().join(format!("soak-{}", std::process::id()));
    if let Err(error) = std::fs::create_dir(&folder) {
        eprintln!("{} cannot be made: {error}", folder.display());
        return ExitCode::FAILURE;
    }
    let variable = if cfg!(windows) { "TMP" } else { "TMPDIR" };
    // SAFETY: this is the only thread so far.
    unsafe { std::env::set_var(variable, &folder) };
    let result = run(calls, crash_every, threads);
    // Wine may have put something there, too. What bridge32 left was found; what cannot be removed is in nobody's way.
    let _ = std::fs::remove_dir_all(&folder);
    match result {
        Ok(faults) if faults.is_empty() => {
            println!("nothing was lost, nothing was wrong, nothing grew");
            ExitCode::SUCCESS
        }
        Ok(faults) => {
            for fault in faults {
                println!("FAULT: {fault}");
            }
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("FAULT: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns what was wrong.
fn run(calls: u64, crash_every: u64, threads: u64) -> Result<Vec<String>, Error> {
    let begin = Instant::now();
    let before = Resources::now();
    let restart = Restart::OnFailure { max: u32::MAX, within: Duration::from_secs(3600), backoff: Duration::ZERO };
    let soak = Soak {
        client: SoakClient::builder().restart(restart).launch()?,
        calls,
        crash_every,
        next: AtomicU64::new(1),
        right: AtomicU64::new(0),
        ends: AtomicU64::new(0),
        failed: AtomicU64::new(0),
        faults: Mutex::default(),
        half: Mutex::default(),
        ending: Mutex::default(),
    };
    let path = soak.client.server_info().path;
    let processes_before = servers(&path) - 1;
    println!("{calls} calls from {threads} threads; the server is ended every {crash_every} calls");
    println!("                                                    client:                              server:");
    println!(
        "   calls  ended    s  processes files   heap KiB   RSS KiB descriptors threads  heap KiB   RSS KiB descriptors threads"
    );
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        soak.round(calls * round / ROUNDS, threads);
        // In this order: where the server has just been ended, this starts another.
        let held = soak.server()?;
        let own = settled(rounds.get(1).unwrap_or(&Resources { threads: u64::MAX, descriptors: u64::MAX, ..held }));
        let (processes, files) = (servers(&path) - processes_before, files());
        println!(
            "{:8} {:6} {:4} {processes:10} {files:5}{}{}",
            soak.next.load(Ordering::SeqCst) - 1,
            soak.ends.load(Ordering::SeqCst),
            begin.elapsed().as_secs(),
            columns(&own),
            columns(&held)
        );
        if (processes, files) != (1, 0) {
            soak.fault(format!("{processes} processes and {files} files after round {round}"));
        }
        rounds.push(own);
    }
    let (first, second) = rounds.split_at(rounds.len() / 2);
    soak.compare("the client, from the first half of the rounds to the second", &most(first), &most(second));
    let generations = u64::from(soak.client.server_info().generation);
    let (right, failed, ends) =
        [&soak.right, &soak.failed, &soak.ends].map(|count| count.load(Ordering::SeqCst)).into();
    println!(
        "{right} right answers, {failed} errors of calls that a killed server had, {ends} servers ended, {generations} started, \
         {:.1} s",
        begin.elapsed().as_secs_f64()
    );
    if right + failed + ends != calls {
        soak.fault(format!("{} calls are missing", calls - right - failed - ends));
    }
    if failed > ends {
        soak.fault("more than one call failed for one end of a server".to_owned());
    }
    if generations != ends + 1 {
        soak.fault("not one new server for each that ended".to_owned());
    }
    soak.client.shutdown()?;
    drop(soak.client);
    let allowed =
        Resources { threads: before.threads + KEPT_THREADS, descriptors: before.descriptors + KEPT_THREADS, ..before };
    let after = settled(&allowed);
    println!("before {}", columns(&before));
    println!("after  {}", columns(&after));
    let mut faults = soak.faults.into_inner().expect("no thread has panicked");
    if after.threads > allowed.threads || after.descriptors > allowed.descriptors {
        faults.push("threads or descriptors are left".to_owned());
    }
    if (servers(&path), files()) != (processes_before, 0) {
        faults.push("processes or files are left".to_owned());
    }
    Ok(faults)
}

/// The thread of interprocess's in which Windows pipes are closed: there is one, whatever was done, and it stays, with a
/// handle of its own.
const KEPT_THREADS: u64 = if cfg!(windows) { 1 } else { 0 };

/// What this process holds, once it is no more than this; or after a second. What watches over a server may take a moment
/// longer than the server, and longer still where Wine's own processes hold on to its output.
fn settled(at_most: &Resources) -> Resources {
    let deadline = Instant::now() + Duration::from_secs(1);
    loop {
        let now = Resources::now();
        let is_settled = now.threads <= at_most.threads && now.descriptors <= at_most.descriptors;
        if is_settled || Instant::now() > deadline {
            return now;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The most that was held of each.
fn most(rounds: &[Resources]) -> Resources {
    let most = |figure: fn(&Resources) -> u64| rounds.iter().map(figure).max().unwrap_or_default();
    Resources {
        pid: 0,
        heap: most(|held| held.heap),
        resident: most(|held| held.resident),
        descriptors: most(|held| held.descriptors),
        threads: most(|held| held.threads),
    }
}

impl Soak {
    /// Makes calls until that many have been made in all.
    fn round(&self, until: u64, threads: u64) {
        let (running, returned) = (AtomicU64::new(threads), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(number) = self.take(until) {
                        self.one(number);
                        returned.store(true, Ordering::Relaxed);
                    }
                    running.fetch_sub(1, Ordering::SeqCst);
                });
            }
            let mut since = Instant::now();
            while running.load(Ordering::SeqCst) > 0 {
                std::thread::sleep(Duration::from_millis(5));
                if returned.swap(false, Ordering::Relaxed) {
                    since = Instant::now();
                } else if since.elapsed() > LOST {
                    println!("FAULT: no call has returned for {LOST:?}");
                    std::process::exit(1);
                }
            }
        });
    }

    fn take(&self, until: u64) -> Option<u64> {
        let next =
            self.next.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |next| (next <= until).then_some(next + 1));
        next.ok()
    }

    fn one(&self, number: u64) {
        if self.crash_every > 0 && number.is_multiple_of(self.crash_every) {
            return self.end();
        }
        match call(&self.client, number) {
            Outcome::Right => {
                self.right.fetch_add(1, Ordering::SeqCst);
            }
            // One that was on its way when the server was killed.
            Outcome::Failed(Error::ServerDied { .. }) => {
                self.failed.fetch_add(1, Ordering::SeqCst);
            }
            Outcome::Failed(error) => self.fault(format!("call {number} of {}: {error:?}", self.calls)),
            Outcome::Wrong(what) => self.fault(format!("call {number} of {}: {what}", self.calls)),
        }
        if self.crash_every > 0 && number % self.crash_every == self.crash_every / 2 {
            *self.half.lock().expect("no thread has panicked") = self.client.resources().ok();
        }
    }

    /// Ends the server, after a look at what it holds.
    fn end(&self) {
        let _one_by_one = self.ending.lock().expect("no thread has panicked");
        let half = self.half.lock().expect("no thread has panicked").take();
        match (half, self.server()) {
            (Some(half), Ok(end)) if half.pid == end.pid => {
                self.compare("a server, from half of its calls to its last", &half, &end);
            }
            (_, Ok(_)) => {}
            (_, Err(error)) => self.fault(format!("there is no server to end: {error:?}")),
        }
        let number = self.ends.fetch_add(1, Ordering::SeqCst);
        if let Err(what) = end_server(&self.client, number) {
            self.fault(format!("end {number} of the server: {what}"));
        }
    }

    fn compare(&self, whose: &str, before: &Resources, after: &Resources) {
        let figures = |of: &Resources| [of.heap, of.resident, of.descriptors, of.threads];
        let (before, after, allowed) = (figures(before), figures(after), figures(&GROWTH));
        if before.iter().zip(after).zip(allowed).any(|((before, after), allowed)| after > before + allowed) {
            self.fault(format!("{whose} has grown: heap, RSS, descriptors, threads from {before:?} to {after:?}"));
        }
    }

    /// What the server holds. The last one may have been killed just now, and not be known to have ended.
    fn server(&self) -> Result<Resources, Error> {
        self.client.resources().or_else(|_| self.client.resources())
    }

    fn fault(&self, what: String) {
        self.faults.lock().expect("no thread has panicked").push(what);
    }
}

fn columns(held: &Resources) -> String {
    let Resources { heap, resident, descriptors, threads, .. } = held;
    format!(" {:9} {:9} {descriptors:11} {threads:7}", heap >> 10, resident >> 10)
}

/// The servers of this program that run, other than where only names are known: others may run from elsewhere.
fn servers(path: &Path) -> usize {
    // Wine shows a command as it was given, and its own name for the drive is no part of that.
    let path = path.to_string_lossy().replace('\\', "/");
    let path = path.strip_prefix("Z:").unwrap_or(&path);
    let name = if cfg!(windows) { path.rsplit('/').next().unwrap_or(path) } else { path };
    running().iter().filter(|process| process.command.replace('\\', "/").contains(name)).count()
}

/// What bridge32 has in the folder for temporary files.
fn files() -> usize {
    let entries = std::env::temp_dir().read_dir().into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("bridge32-")).count()
}
