use bridge32::bridge32;
use bridge32::dotnet::Object;

#[bridge32(dotnet = "meter", class = "Vendor.Meter")]
pub trait Meter {
    fn read(&self, #[this] channel: &Object<Channel>) -> i32;
}

pub enum Channel {}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
