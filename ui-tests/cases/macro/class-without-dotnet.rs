use bridge32::bridge32;

#[bridge32()]
pub trait Meter {
    #[class("Vendor.Meter")]
    fn read(&self) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
