//! The run: every group of cases, as a table, with the ratio to the limit that stands first.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bridge32::Transport;

use crate::cases::{self, PIPE, SHARED_MEMORY, TRANSPORTS};
use crate::measure::{Case, Time, measure};
use crate::process::OneCore;
use crate::{Result, limits, peers, plot};

/// Cases that do the same.
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) times: Vec<Time>,
}

impl Group {
    /// By the limit, which stands first.
    fn ratio(&self, row: usize) -> f64 {
        self.times[row].median / self.times[0].median
    }
}

/// Measures the groups whose titles contain `filter`, and prints them.
pub(crate) fn print(filter: &str) -> Result<()> {
    print!("{}", machine());
    run(filter)?;
    print!("{}", server()?);
    Ok(())
}

/// Measures everything twice, prints it, and writes it into the documentation, with what both runs agree on.
pub(crate) fn write() -> Result<()> {
    let mut text = machine();
    print!("{text}");
    let groups = run("")?;
    println!("Once more.\n");
    let again = run("")?;
    let agreement = agreement(&groups, &again) + &server()?;
    print!("{agreement}");

    text.extend(groups.iter().zip(&again).map(|(group, again)| table(group, Some(again))));
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("docs");
    fs::write(docs.join("benchmark.md"), text + &agreement)?;
    fs::write(docs.join("benchmark.svg"), plot::bars(&groups[0]))?;
    Ok(())
}

fn run(filter: &str) -> Result<Vec<Group>> {
    let mut groups = Vec::new();
    for (title, cases) in all().into_iter().filter(|(title, _)| title.contains(filter)) {
        let one_core = (title == ON_ONE_CORE).then(OneCore::enter).transpose()?;
        let group = Group { title: title.to_owned(), times: measure(cases()?) };
        drop(one_core);
        print!("{}", table(&group, None));
        groups.push(group);
    }
    Ok(groups)
}

type Cases = fn() -> Result<Vec<Case>>;

/// The groups. The first case of each is what the others are compared with.
fn all() -> Vec<(&'static str, Cases)> {
    vec![
        ("`add(1, 2)`", || {
            let mut cases = vec![
                limits::memory("spinning on shared memory")?,
                cases::add(SHARED_MEMORY, Transport::SharedMemory)?,
                cases::native("the function itself, in this process")?,
                limits::spinning_socket("spinning on a socket", 16)?,
            ];
            cases.extend(peers::add()?);
            Ok(cases)
        }),
        ("`add(1, 2)` without spinning", || {
            Ok(vec![limits::socket("blocking on a socket", 16)?, cases::add(PIPE, Transport::Pipe)?])
        }),
        (ON_ONE_CORE, || Ok(vec![limits::socket("blocking on a socket", 16)?, cases::add(PIPE, Transport::Pipe)?])),
        ("a text of 100 bytes", || {
            let mut all = vec![limits::socket("blocking on a socket", 100)?];
            for (name, transport) in TRANSPORTS {
                all.push(cases::text(name, transport)?);
            }
            Ok(all)
        }),
        ("`scalar_multiply` of 10 doubles", || scalar_multiply(10)),
        ("`scalar_multiply` of 1 000 doubles", || scalar_multiply(1000)),
        ("`scalar_multiply` of 100 000 doubles", || scalar_multiply(100_000)),
        ("`scalar_multiply` of 1 000 000 doubles", || scalar_multiply(1_000_000)),
        ("1 000 000 doubles there and back", || {
            let length = 1_000_000;
            let mut all = vec![limits::copies("two copies", length * size_of::<f64>())];
            for (name, transport) in TRANSPORTS {
                all.push(cases::touched(&in_place(name), transport, length, (7.0, 8.0), |client, values| {
                    client.touch_numbers(values)
                })?);
            }
            Ok(all)
        }),
        ("16 MiB there and back", || {
            let mut all = vec![limits::copies("two copies", MANY), limits::socket("a socket, there and back", MANY)?];
            for (name, transport) in TRANSPORTS {
                all.push(cases::touched(&in_place(name), transport, MANY, (7, 8), |client, bytes| {
                    client.touch_bytes(bytes)
                })?);
                all.push(cases::bytes(&anew(name), transport, MANY)?);
            }
            Ok(all)
        }),
        ("`add(1, 2)` in batches, for each call, shared memory", || batches(Transport::SharedMemory)),
        ("`add(1, 2)` in batches, for each call, pipe", || batches(Transport::Pipe)),
        ("a call with 10 callbacks, shared memory", || callbacks(Transport::SharedMemory)),
        ("a call with 10 callbacks, pipe", || callbacks(Transport::Pipe)),
        ("`add(1, 2)` by several threads of one client, shared memory", || threads(Transport::SharedMemory)),
        ("`add(1, 2)` by several threads of one client, pipe", || threads(Transport::Pipe)),
        ("start to first answer", || {
            let mut all = vec![limits::spawn("an empty process, to its end")];
            all.extend(TRANSPORTS.map(|(name, transport)| cases::start(name, transport)));
            Ok(all)
        }),
    ]
}

/// Which core the system wakes the other side on is left out of this one.
const ON_ONE_CORE: &str = "`add(1, 2)` without spinning, on one core";

const MANY: usize = 16 << 20;

/// What goes there and comes back is the same array.
fn in_place(name: &str) -> String {
    format!("{name}, in place")
}

/// The library copies it into another one.
fn anew(name: &str) -> String {
    format!("{name}, as a copy by the library")
}

fn scalar_multiply(count: usize) -> Result<Vec<Case>> {
    let mut all = vec![
        limits::copies("two copies", count * size_of::<f64>()),
        cases::scalar_multiply_here("two copies and the function itself, in this process", count)?,
    ];
    for (name, transport) in TRANSPORTS {
        all.push(cases::scalar_multiply(name, transport, count)?);
        all.push(cases::scale(&in_place(name), transport, count)?);
    }
    Ok(all)
}

fn batches(transport: Transport) -> Result<Vec<Case>> {
    let by_itself = cases::add("by itself", transport);
    let batch = |count: u32| cases::batch(&format!("{count} in a batch"), transport, count);
    std::iter::once(by_itself).chain([1, 10, 100, 1000].map(batch)).collect()
}

fn callbacks(transport: Transport) -> Result<Vec<Case>> {
    Ok(vec![cases::add("`add(1, 2)`", transport)?, cases::callbacks("10 callbacks", transport, 10)?])
}

fn threads(transport: Transport) -> Result<Vec<Case>> {
    [1, 2, 4, 8].into_iter().map(|count| cases::threads(&format!("{count} threads"), transport, count)).collect()
}

/// What ran it.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("?", |(_, m)| m);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!("{cores} cores of {model}; load at the beginning: {load}. Medians; half of all times are in the range.\n\n")
}

/// A group, and if there is one the ratios of another run.
fn table(group: &Group, again: Option<&Group>) -> String {
    let (head, rule) = if again.is_some() { (" again |", "---|") } else { ("", "") };
    let mut text =
        format!("| {} | median | half of all | least | ratio |{head}\n|---|---|---|---|---|{rule}\n", group.title);
    for (row, time) in group.times.iter().enumerate() {
        let (low, high) = time.quartiles;
        let (median, least) = (duration(time.median), duration(time.least));
        let (low, high) = (duration(low), duration(high));
        let again = again.map(|again| format!(" {:.2} |", again.ratio(row))).unwrap_or_default();
        // Writing to a string does not fail.
        let _ =
            writeln!(text, "| {} | {median} | {low} – {high} | {least} | {:.2} |{again}", time.name, group.ratio(row));
    }
    text + "\n"
}

/// How far the ratios of two runs are apart, as parts of the lower ones.
fn agreement(groups: &[Group], again: &[Group]) -> String {
    let mut apart: Vec<_> = groups
        .iter()
        .zip(again)
        .flat_map(|(group, again)| (1..group.times.len()).map(|row| (group.ratio(row), again.ratio(row))))
        .map(|(first, second)| first.max(second) / first.min(second) - 1.0)
        .collect();
    apart.sort_by(f64::total_cmp);
    let at = |part: f64| {
        apart.get((apart.len().saturating_sub(1) as f64 * part) as usize).map_or(0.0, |apart| apart * 100.0)
    };
    format!(
        "The ratios of a second run stand beside those of the first. Half of them differ by less than {:.0} %, nine of ten by \
         less than {:.0} %, and none by more than {:.0} %.\n\n",
        at(0.5),
        at(0.9),
        at(1.0)
    )
}

/// Nanoseconds, for reading.
pub(crate) fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        small if small < 1e3 => format!("{small:.1} ns"),
        small if small < 1e6 => format!("{:.1} µs", small / 1e3),
        large => format!("{:.2} ms", large / 1e6),
    }
}

/// The server's program and its memory.
fn server() -> Result<String> {
    let client = cases::launch(Transport::SharedMemory)?;
    client.add(1, 2)?;
    let info = client.server_info();
    let size = info.path.metadata()?.len() >> 10;
    let status = fs::read_to_string(format!("/proc/{}/status", info.pid))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("?").trim();
    Ok(format!("The server: {size} KiB with its symbols, {resident} resident after one call.\n"))
}
