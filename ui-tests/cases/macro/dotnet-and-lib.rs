use bridge32::bridge32;

#[bridge32(lib = "meter", dotnet = "meter", class = "Vendor.Meter")]
pub trait Meter {
    fn read(&self) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
