use bridge32::bridge32;

#[bridge32(dotnet = "meter", class = "Vendor.Meter")]
pub trait Meter {
    #[set]
    #[symbol("Range")]
    fn set_range(&self, range: f64) -> f64;
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
