//! How much of a core a program uses that makes a call now and then.

use std::time::{Duration, Instant};
use std::{fs, io};

use bridge32_benches::MeasuredClient;

use crate::bridge::{self, TRANSPORTS};
use crate::result::Result;

/// Returns a sentence with the shares of a core that both sides use, for each transport.
pub(crate) fn measure() -> Result<String> {
    let mut shares = Vec::new();
    for (name, transport) in TRANSPORTS {
        let client = bridge::launch(transport)?;
        shares.push(format!("{:.1} % with {name}", share(&client)? * 100.0));
    }
    Ok(format!("A call every millisecond uses this part of a core, on both sides together: {}.\n\n", shares.join(", ")))
}

fn share(client: &MeasuredClient) -> Result<f64> {
    const TIME: Duration = Duration::from_secs(3);
    let processes = [std::process::id(), client.server_info().pid];
    let used = || -> Result<u64> { processes.iter().map(|&process| nanoseconds(process)).sum() };
    let (begin, before) = (Instant::now(), used()?);
    while begin.elapsed() < TIME {
        std::thread::sleep(Duration::from_millis(1));
        client.add(1, 2)?;
    }
    Ok(used()?.saturating_sub(before) as f64 / begin.elapsed().as_nanos() as f64)
}

/// The processor time of all threads of a process that run still.
fn nanoseconds(process: u32) -> Result<u64> {
    let mut sum = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let statistics = match fs::read_to_string(thread?.path().join("schedstat")) {
            Ok(statistics) => statistics,
            // It has ended since the folder was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error.into()),
        };
        sum += statistics.split(' ').next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(sum)
}
