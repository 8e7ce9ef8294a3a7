//! The tables: which cases are measured and compared.

use std::time::Duration;

use bridge32::Transport;

use crate::bridge::{self, PIPE, SHARED_MEMORY, TRANSPORTS};
use crate::measure::{Case, Timing, measure};
use crate::one_core::OneCore;
use crate::result::Result;
use crate::{drop_in, exchange, limits, peers};

/// The limit of two processes.
pub(crate) const EXCHANGE: &str = "raw exchange with a 32-bit process";

/// Cases that are compared with each other.
pub(crate) struct Table {
    pub(crate) title: &'static str,
    /// Whether both sides run on the same core, so that the choice of a core by the system's scheduler does not matter.
    on_one_core: bool,
    /// Makes the cases. The others are compared with the first one, which is usually a limit of the machine.
    cases: fn() -> Result<Vec<Case>>,
}

/// A table with its figures.
pub(crate) struct MeasuredTable {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Timing>,
}

impl Table {
    fn new(title: &'static str, cases: fn() -> Result<Vec<Case>>) -> Self {
        Self { title, on_one_core: false, cases }
    }

    fn on_one_core(self) -> Self {
        Self { on_one_core: true, ..self }
    }

    pub(crate) fn measure(&self) -> Result<MeasuredTable> {
        let _pinned = self.on_one_core.then(OneCore::enter).transpose()?;
        Ok(MeasuredTable { title: self.title, rows: measure((self.cases)()?) })
    }
}

impl MeasuredTable {
    /// Returns how many times longer a row takes than the first one.
    pub(crate) fn ratio(&self, row: usize) -> f64 {
        self.rows[row].ratio(&self.rows[0])
    }
}

/// Returns all tables, in the order of the report; the first one is plotted.
pub(crate) fn all() -> Vec<Table> {
    vec![
        Table::new("`add(1, 2)`", add),
        Table::new("`add(1, 2)` from C", add_from_c),
        Table::new("`add(1, 2)` after a pause", after_pauses),
        Table::new("a burst of 20 000 calls, for each call", bursts),
        Table::new("`add(1, 2)` without spinning", add_without_spinning),
        Table::new("`add(1, 2)`, on one core", add_on_one_core).on_one_core(),
        Table::new("a text of 100 bytes", text),
        Table::new("`scalar_multiply` of 10 doubles", || scalar_multiply(10)),
        Table::new("`scalar_multiply` of 1 000 doubles", || scalar_multiply(1000)),
        Table::new("`scalar_multiply` of 100 000 doubles", || scalar_multiply(100_000)),
        Table::new("`scalar_multiply` of 1 000 000 doubles", || scalar_multiply(1_000_000)),
        Table::new("`scale` of 10 doubles, in place", || scale(10)),
        Table::new("`scale` of 1 000 doubles, in place", || scale(1000)),
        Table::new("`scale` of 100 000 doubles, in place", || scale(100_000)),
        Table::new("`scale` of 1 000 000 doubles, in place", || scale(1_000_000)),
        Table::new("1 000 000 doubles there and back", doubles_in_place),
        Table::new("16 MiB there and back", mebibytes_in_place_and_copied),
        Table::new("`add(1, 2)` in batches, for each call, shared memory", || batches(Transport::SharedMemory)),
        Table::new("`add(1, 2)` in batches, for each call, pipe", || batches(Transport::Pipe)),
        Table::new("a call with 10 callbacks, shared memory", || callbacks(Transport::SharedMemory)),
        Table::new("a call with 10 callbacks, pipe", || callbacks(Transport::Pipe)),
        Table::new("`add(1, 2)` by several threads of one client, shared memory", || threads(Transport::SharedMemory)),
        Table::new("`add(1, 2)` by several threads of one client, pipe", || threads(Transport::Pipe)),
        Table::new("start to first answer", start),
    ]
}

fn add() -> Result<Vec<Case>> {
    let mut cases = vec![
        exchange::add(EXCHANGE)?,
        bridge::add(SHARED_MEMORY, Transport::SharedMemory)?,
        bridge::native("the function itself, in this process")?,
        limits::spinning_socket("spinning on a socket", 16)?,
    ];
    cases.extend(peers::add()?);
    Ok(cases)
}

/// A program in any language calls the drop-in library.
fn add_from_c() -> Result<Vec<Case>> {
    let mut cases = vec![bridge::add("`client.add(1, 2)`, shared memory", Transport::SharedMemory)?];
    match drop_in::add("the drop-in library, shared memory") {
        Ok(case) => cases.push(case),
        Err(error) => eprintln!("the drop-in library is left out: {error}"),
    }
    cases.push(bridge::native("the function itself, in this process")?);
    Ok(cases)
}

fn add_without_spinning() -> Result<Vec<Case>> {
    Ok(vec![limits::socket("blocking on a socket", 16)?, bridge::add(PIPE, Transport::Pipe)?])
}

fn add_on_one_core() -> Result<Vec<Case>> {
    let mut cases = add_without_spinning()?;
    cases.push(bridge::add(SHARED_MEMORY, Transport::SharedMemory)?);
    Ok(cases)
}

/// The first call after a pause wakes the other side. The next ones should be as fast as any other, but the processors need some
/// time to be as fast as before: the raw exchange shows how much of it is theirs.
fn after_pauses() -> Result<Vec<Case>> {
    let mut cases = vec![bridge::add("without a pause", Transport::SharedMemory)?];
    for milliseconds in [1, 10, 100] {
        let pause = Duration::from_millis(milliseconds);
        cases.push(exchange::after_pause(&format!("the second raw exchange after {milliseconds} ms"), pause, 2)?);
        for (number, nth) in [(1, "first"), (2, "second"), (10, "tenth")] {
            cases.push(bridge::after_pause(&format!("the {nth} call after {milliseconds} ms"), pause, number)?);
        }
    }
    Ok(cases)
}

fn bursts() -> Result<Vec<Case>> {
    let after = |milliseconds: u64| {
        let name = format!("after 1 s with a call every {milliseconds} ms");
        bridge::burst(&name, Some(Duration::from_millis(milliseconds)))
    };
    Ok(vec![bridge::burst("without calls before", None)?, after(1)?, after(5)?])
}

fn text() -> Result<Vec<Case>> {
    let mut cases = vec![limits::socket("blocking on a socket", 100)?];
    for (name, transport) in TRANSPORTS {
        cases.push(bridge::text(name, transport)?);
    }
    Ok(cases)
}

fn scalar_multiply(count: usize) -> Result<Vec<Case>> {
    let mut cases = vec![
        exchange::scalar_multiply(EXCHANGE, count)?,
        limits::copies("two copies", count * size_of::<f64>()),
        bridge::scalar_multiply_here("two copies and the function itself, in this process", count)?,
    ];
    for (name, transport) in TRANSPORTS {
        cases.push(bridge::scalar_multiply(name, transport, count)?);
    }
    Ok(cases)
}

fn scale(count: usize) -> Result<Vec<Case>> {
    let mut cases = vec![exchange::scale(EXCHANGE, count)?];
    for (name, transport) in TRANSPORTS {
        cases.push(bridge::scale(name, transport, count)?);
    }
    Ok(cases)
}

fn doubles_in_place() -> Result<Vec<Case>> {
    let count = 1_000_000;
    let mut cases = vec![limits::copies("two copies", count * size_of::<f64>())];
    for (name, transport) in TRANSPORTS {
        let touch =
            bridge::touch(&in_place(name), transport, count, (7.0, 8.0), |client, values| client.touch_numbers(values));
        cases.push(touch?);
    }
    Ok(cases)
}

fn mebibytes_in_place_and_copied() -> Result<Vec<Case>> {
    let length = 16 << 20;
    let mut cases = vec![limits::copies("two copies", length), limits::socket("a socket, there and back", length)?];
    for (name, transport) in TRANSPORTS {
        let touch =
            bridge::touch(&in_place(name), transport, length, (7, 8), |client, bytes| client.touch_bytes(bytes));
        cases.push(touch?);
        cases.push(bridge::copy_bytes(&copied(name), transport, length)?);
    }
    Ok(cases)
}

/// The name of a case that sends an array and gets the same one back.
fn in_place(name: &str) -> String {
    format!("{name}, in place")
}

/// The name of a case in which the library writes to a second array.
fn copied(name: &str) -> String {
    format!("{name}, as a copy by the library")
}

fn batches(transport: Transport) -> Result<Vec<Case>> {
    let single = bridge::add("by itself", transport);
    let batch = |calls: u32| bridge::batch(&format!("{calls} in a batch"), transport, calls);
    std::iter::once(single).chain([1, 2, 5, 10, 100, 1000].map(batch)).collect()
}

fn callbacks(transport: Transport) -> Result<Vec<Case>> {
    Ok(vec![bridge::add("`add(1, 2)`", transport)?, bridge::callbacks("10 callbacks", transport, 10)?])
}

fn threads(transport: Transport) -> Result<Vec<Case>> {
    let shared = |count| bridge::threads(&format!("{count} threads"), transport, count);
    let mut cases = [1, 2, 4, 8].into_iter().map(shared).collect::<Result<Vec<_>>>()?;
    cases.push(bridge::threads_with_clients("2 threads with a client each", transport, 2)?);
    Ok(cases)
}

fn start() -> Result<Vec<Case>> {
    let mut cases = vec![limits::spawn("an empty process, to its end")];
    cases.extend(TRANSPORTS.map(|(name, transport)| bridge::start(name, transport)));
    Ok(cases)
}
