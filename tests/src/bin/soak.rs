//! Soak test: makes calls from several threads while the server dies repeatedly. `soak [CALLS] [CRASH-EVERY] [THREADS]`
//!
//! Prints a report, and fails if a call is lost, a result is wrong, or the use of a resource grows. The server is ended once every
//! CRASH-EVERY calls, or never if that is 0.

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

/// The number of rounds. After each, when every call has returned, the resources in use are measured.
const ROUNDS: u64 = 10;

/// The growth of a connection's two buffers. A buffer that is too small for a message is doubled and keeps its size. This happens at
/// most once after a start, but in any round, because it depends on the first calls and on whether long arrays are in messages.
const BUFFERS: u64 = 2 * 8 * LARGE;

/// The growth that is allowed after the first rounds. The client keeps the last 64 KiB of both outputs of the server, in buffers that
/// are doubled when they are full.
const GROWTH: Resources =
    Resources { pid: 0, heap: (160 << 10) + BUFFERS, resident: 8 << 20, descriptors: 0, threads: 0 };

/// If no call returns for this long, a call is lost.
const LOST: Duration = Duration::from_secs(60);

/// The state that the threads share.
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
    /// The resources of the current server after half of its calls.
    half: Mutex<Option<Resources>>,
    /// Held while a server is ended.
    ending: Mutex<()>,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let mut argument = |default| arguments.next().unwrap_or(Ok(default));
    let (Ok(calls), Ok(crash_every), Ok(threads)) = (argument(1_000_000), argument(10_000), argument(8)) else {
        eprintln!("usage: soak [CALLS] [CRASH-EVERY] [THREADS]");
        return ExitCode::from(2);
    };
    // A separate folder, because other programs use the system's folder for temporary files at the same time.
    let folder = std::env::temp_dir().join(format!("soak-{}", std::process::id()));
    if let Err(error) = std::fs::create_dir(&folder) {
        eprintln!("{} cannot be created: {error}", folder.display());
        return ExitCode::FAILURE;
    }
    let variable = if cfg!(windows) { "TMP" } else { "TMPDIR" };
    // SAFETY: no other thread has been started yet.
    unsafe { std::env::set_var(variable, &folder) };
    let result = run(calls, crash_every, threads);
    // Files of bridge32 were reported above. Others may be Wine's, and it does not matter if they cannot be removed.
    let _ = std::fs::remove_dir_all(&folder);
    match result {
        Ok(faults) if faults.is_empty() => {
            println!("no call was lost, no result was wrong, and no resource grew");
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

/// Runs the soak test and returns what was wrong.
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
        // First of all, because this starts a new server if the last one has just been ended.
        let of_server = soak.server_resources()?;
        let of_client =
            settled(rounds.get(1).unwrap_or(&Resources { threads: u64::MAX, descriptors: u64::MAX, ..of_server }));
        let (processes, files) = (servers(&path) - processes_before, files());
        println!(
            "{:8} {:6} {:4} {processes:10} {files:5}{}{}",
            soak.next.load(Ordering::SeqCst) - 1,
            soak.ends.load(Ordering::SeqCst),
            begin.elapsed().as_secs(),
            columns(&of_client),
            columns(&of_server)
        );
        if (processes, files) != (1, 0) {
            soak.fault(format!("{processes} processes and {files} files after round {round}"));
        }
        rounds.push(of_client);
    }
    let (first, second) = rounds.split_at(rounds.len() / 2);
    soak.compare("the client, from the first half of the rounds to the second", &most(first), &most(second));
    let generations = u64::from(soak.client.server_info().generation);
    let (right, failed, ends) =
        [&soak.right, &soak.failed, &soak.ends].map(|count| count.load(Ordering::SeqCst)).into();
    println!(
        "{right} right results, {failed} calls failed with their server, {ends} servers ended, {generations} started, \
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
        soak.fault("the number of new servers is not that of ended ones".to_owned());
    }
    soak.client.shutdown()?;
    drop(soak.client);
    let allowed = Resources {
        threads: before.threads + LASTING_THREADS,
        descriptors: before.descriptors + LASTING_THREADS,
        ..before
    };
    let after = settled(&allowed);
    println!("before {}", columns(&before));
    println!("after  {}", columns(&after));
    let mut faults = soak.faults.into_inner().expect("no thread has panicked");
    if after.threads > allowed.threads || after.descriptors > allowed.descriptors {
        faults.push("threads or descriptors are left behind".to_owned());
    }
    if (servers(&path), files()) != (processes_before, 0) {
        faults.push("processes or files are left behind".to_owned());
    }
    Ok(faults)
}

/// The number of threads that outlive all clients. On Windows, the crate `interprocess` closes pipes on one thread, which never ends
/// and has one handle.
const LASTING_THREADS: u64 = if cfg!(windows) { 1 } else { 0 };

/// Waits for at most a second until this process uses no more than `at_most`, and returns what it uses. The threads that watch a
/// server end a moment after it, and later still if processes of Wine keep its output open.
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

/// The maximum of each resource.
fn most(rounds: &[Resources]) -> Resources {
    let most = |figure: fn(&Resources) -> u64| rounds.iter().map(figure).max().unwrap_or_default();
    Resources {
        pid: 0,
        heap: most(|used| used.heap),
        resident: most(|used| used.resident),
        descriptors: most(|used| used.descriptors),
        threads: most(|used| used.threads),
    }
}

impl Soak {
    /// Makes calls until `until` calls have been made in total.
    fn round(&self, until: u64, threads: u64) {
        let (running, returned) = (AtomicU64::new(threads), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(number) = self.next_number(until) {
                        self.make_call(number);
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

    fn next_number(&self, until: u64) -> Option<u64> {
        let next =
            self.next.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |next| (next <= until).then_some(next + 1));
        next.ok()
    }

    fn make_call(&self, number: u64) {
        if self.crash_every > 0 && number.is_multiple_of(self.crash_every) {
            return self.end();
        }
        match call(&self.client, number) {
            Outcome::Right => {
                self.right.fetch_add(1, Ordering::SeqCst);
            }
            // The call was running when the server was killed.
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

    /// Ends the server, after checking its resources.
    fn end(&self) {
        let _one_by_one = self.ending.lock().expect("no thread has panicked");
        let half = self.half.lock().expect("no thread has panicked").take();
        match (half, self.server_resources()) {
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

    /// The resources of the server. The first call may fail, because the client has not noticed the last death yet.
    fn server_resources(&self) -> Result<Resources, Error> {
        self.client.resources().or_else(|_| self.client.resources())
    }

    fn fault(&self, what: String) {
        self.faults.lock().expect("no thread has panicked").push(what);
    }
}

fn columns(used: &Resources) -> String {
    let Resources { heap, resident, descriptors, threads, .. } = used;
    format!(" {:9} {:9} {descriptors:11} {threads:7}", heap >> 10, resident >> 10)
}

/// The number of running servers with this path. On Windows only the name is known, so servers of other programs count, too.
fn servers(path: &Path) -> usize {
    // Wine shows the command as it was written, without the drive.
    let path = path.to_string_lossy().replace('\\', "/");
    let path = path.strip_prefix("Z:").unwrap_or(&path);
    let name = if cfg!(windows) { path.rsplit('/').next().unwrap_or(path) } else { path };
    running().iter().filter(|process| process.command.replace('\\', "/").contains(name)).count()
}

/// The number of files of bridge32 in the folder for temporary files.
fn files() -> usize {
    let entries = std::env::temp_dir().read_dir().into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("bridge32-")).count()
}
