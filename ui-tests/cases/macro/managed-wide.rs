use bridge32::bridge32;

#[bridge32(dotnet = "meter", class = "Vendor.Meter")]
pub trait Meter {
    fn rename(&self, #[wide] name: &str);
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
