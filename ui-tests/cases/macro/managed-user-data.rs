use bridge32::bridge32;

#[bridge32(dotnet = "meter", class = "Vendor.Meter")]
pub trait Meter {
    fn each(&self, context: bridge32::UserData);
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
