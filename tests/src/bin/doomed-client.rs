//! A client that is to be killed. It says which process its server is, and does what its argument says until then.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use bridge32::Error;
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
    // From a thread that ends: the server must not notice.
    let launched = std::thread::spawn(FaultsClient::launch).join();
    let client = launched.unwrap_or(Err(Error::Shutdown))?;
    println!("{}", client.server().pid);
    let _ = std::io::stdout().flush();
    match std::env::args().nth(1).as_deref() {
        Some("nap") => client.nap(600_000),
        Some("spin") => client.spin(),
        Some("print") => client.print_without_end(),
        _ => {
            std::thread::sleep(Duration::from_secs(600));
            client.nap(0)
        }
    }
}
