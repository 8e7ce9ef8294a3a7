use bridge32::bridge32;

#[bridge32(lib = "meter")]
pub trait Meter {
    #[class("Vendor.Meter")]
    fn read(&self) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
