//! Calculates the standard deviation of some values, with each weighting.

use bridge32::{CallError, Error};
use labview::LabviewClient;

fn main() -> Result<(), Error> {
    let client = LabviewClient::launch()?;
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
    println!("{values:?}");
    for weighting in 0..3 {
        match client.stdev(&values, weighting) {
            Ok(statistics) => println!("weighting {weighting}: {statistics:?}"),
            Err(CallError::Method(error)) => println!("weighting {weighting}: {error}"),
            Err(CallError::Bridge(error)) => return Err(error),
        }
    }
    Ok(())
}
