use bridge32::bridge32;
use bridge32::dotnet::{Class, Object};

#[bridge32(dotnet = "meter", class = "Vendor.Meter")]
pub trait Meter {
    #[release]
    fn close(&self, one: Object<Channel>, other: Object<Channel>);
}

pub enum Channel {}

impl Class for Channel {
    const NAME: &'static str = "Vendor.Channel";
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
