use bridge32::bridge32;

#[bridge32(dotnet = "meter", abi = "stdcall", class = "Vendor.Meter")]
pub trait Meter {
    fn read(&self) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
