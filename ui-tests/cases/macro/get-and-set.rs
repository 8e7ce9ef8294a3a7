use bridge32::bridge32;

#[bridge32(dotnet = "meter", class = "Vendor.Meter")]
pub trait Meter {
    #[get]
    #[set]
    #[symbol("Range")]
    fn range(&self) -> f64;
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
