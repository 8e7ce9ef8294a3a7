use bridge32::bridge32;

#[bridge32(dotnet = "meter", class = "Vendor.Meter")]
pub trait Meter {
    fn read(&self, #[this] channel: &i32) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
