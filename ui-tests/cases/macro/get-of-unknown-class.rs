use bridge32::bridge32;

#[bridge32(dotnet = "meter")]
pub trait Meter {
    #[get]
    fn range(&self) -> f64;
}

fn main() -> Result<(), bridge32::Error> {
    MeterClient::launch()?;
    Ok(())
}
