use bridge32::bridge32;

#[bridge32(dotnet = "meter", class = "Vendor.Meter")]
pub trait Meter {
    fn read(&self) -> Reading;
}

#[derive(Clone, bridge32::Bridge)]
#[repr(C)]
pub struct Reading {
    pub value: f64,
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
