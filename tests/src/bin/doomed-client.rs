//! A client that is to be killed. It says which process its server is, and does what its argument says until then.

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
    if let [_, deed, log] = arguments.as_slice()
        && deed == "handles"
    {
        return leave_handles_open(log);
    }
    // From a thread that ends: the server must not notice.
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
