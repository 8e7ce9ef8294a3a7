use bridge32::bridge32;
use bridge32::dotnet::Matrix;

#[bridge32(dotnet = "meter", class = "Vendor.Meter")]
pub trait Meter {
    fn read(&self, flags: &Matrix<bool>) -> i32;
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
