//! A client that waits to be killed. It prints the process id of its server, then performs the action that its argument names.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use bridge32::{CallError, Error};
use bridge32_tests::devices::{DevicesClient, leave_open};
use bridge32_tests::faults::FaultsClient;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    let arguments: Vec<_> = std::env::args().collect();
    if let [_, action, log] = arguments.as_slice()
        && action == "handles"
    {
        return leave_handles_open(log);
    }
    // Launched on a thread that ends, which must not end the server.
    let launched = std::thread::spawn(FaultsClient::launch).join();
    let client = launched.unwrap_or(Err(Error::Shutdown))?;
    println!("{}", client.server_info().pid);
    let _ = std::io::stdout().flush();
    match arguments.get(1).map(String::as_str) {
        Some("nap") => client.nap(600_000),
        Some("spin") => client.spin(),
        Some("print") => client.print_without_end(),
        _ => {
            std::thread::sleep(Duration::from_secs(600));
            client.nap(0)
        }
    }
}

fn leave_handles_open(log: &str) -> Result<(), Error> {
    let client = DevicesClient::launch()?;
    client.log_to(log)?;
    if let Err(CallError::Bridge(error)) = leave_open(&client) {
        return Err(error);
    }
    std::thread::sleep(Duration::from_secs(600));
    Ok(())
}
