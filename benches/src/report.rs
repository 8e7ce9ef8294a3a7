//! Measures tables, and reports them as Markdown.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bridge32::Transport;

use crate::format::duration;
use crate::result::Result;
use crate::tables::{self, MeasuredTable};
use crate::{bridge, plot, polling, tails};

/// Measures the tables whose titles contain `filter`, and prints them.
pub(crate) fn print(filter: &str) -> Result<()> {
    print!("{}", machine());
    run(filter)?;
    print!("{}", rest(filter)?);
    Ok(())
}

/// Measures everything twice, prints it, and writes it to the documentation, with how far the two runs agree.
pub(crate) fn write() -> Result<()> {
    let mut text = machine();
    print!("{text}");
    let first = run("")?;
    println!("The second run:\n");
    let second = run("")?;
    let end = agreement(&first, &second) + &rest("")?;
    print!("{end}");

    text.extend(first.iter().zip(&second).map(|(first, second)| markdown(first, Some(second))));
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("docs");
    fs::write(docs.join("benchmark.md"), text + &end)?;
    fs::write(docs.join("benchmark.svg"), plot::bars(&first[0]))?;
    Ok(())
}

/// Measures what is not compared in tables: the slowest calls, if their title contains `filter`, polling, and the server.
fn rest(filter: &str) -> Result<String> {
    let tails = if tails::TITLE.contains(filter) { tails::measure()? } else { String::new() };
    let polling = if filter.is_empty() { polling::measure()? } else { String::new() };
    Ok(tails + &polling + &server()?)
}

/// Measures the tables whose titles contain `filter`, and prints each when it is done.
fn run(filter: &str) -> Result<Vec<MeasuredTable>> {
    let selected = tables::all().into_iter().filter(|table| table.title.contains(filter));
    let measured = selected.map(|table| {
        let table = table.measure()?;
        print!("{}", markdown(&table, None));
        Ok(table)
    });
    measured.collect()
}

/// Describes the machine.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("?", |(_, m)| m);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "{cores} cores of {model}; load at the beginning: {load}. Medians; half of all times are in the range. A ratio is the \
         median of ten: each compares the first row with this one in turns of 0.1 s.\n\n"
    )
}

/// Formats a table, with the ratios of a second run if there is one.
fn markdown(table: &MeasuredTable, second: Option<&MeasuredTable>) -> String {
    let (head, rule) = if second.is_some() { (" again |", "---|") } else { ("", "") };
    let mut text =
        format!("| {} | median | half of all | least | ratio |{head}\n|---|---|---|---|---|{rule}\n", table.title);
    for (row, timing) in table.rows.iter().enumerate() {
        let (low, high) = timing.quartiles;
        let (median, minimum) = (duration(timing.median), duration(timing.minimum));
        let (low, high) = (duration(low), duration(high));
        let again = second.map(|second| format!(" {:.2} |", second.ratio(row))).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "| {} | {median} | {low} – {high} | {minimum} | {:.2} |{again}",
            timing.name,
            table.ratio(row)
        );
    }
    text + "\n"
}

/// Says by how much the ratios of two runs differ, relative to the lower ones.
fn agreement(first: &[MeasuredTable], second: &[MeasuredTable]) -> String {
    let mut differences: Vec<_> = first
        .iter()
        .zip(second)
        .flat_map(|(first, second)| (1..first.rows.len()).map(|row| (first.ratio(row), second.ratio(row))))
        .map(|(first, second)| first.max(second) / first.min(second) - 1.0)
        .collect();
    differences.sort_by(f64::total_cmp);
    let quantile = |part: f64| {
        let index = (differences.len().saturating_sub(1) as f64 * part) as usize;
        differences.get(index).map_or(0.0, |difference| difference * 100.0)
    };
    format!(
        "The last column has the ratios of a second run. Half of them differ by less than {:.0} % from the first run's, nine of \
         ten by less than {:.0} %, and none by more than {:.0} %.\n\n",
        quantile(0.5),
        quantile(0.9),
        quantile(1.0)
    )
}

/// Describes the server's program and its memory.
fn server() -> Result<String> {
    let client = bridge::launch(Transport::SharedMemory)?;
    client.add(1, 2)?;
    let info = client.server_info();
    let size = info.path.metadata()?.len() >> 10;
    let status = fs::read_to_string(format!("/proc/{}/status", info.pid))?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("?").trim();
    Ok(format!("The server: {size} KiB with its symbols, {resident} resident after one call.\n"))
}
