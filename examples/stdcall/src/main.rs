//! Asks 32-bit Windows for the time and a few other things.

use bridge32::Address;
use stdcall::{Kernel32Client, LCID_SUPPORTED, OPEN_EXISTING};

fn main() -> Result<(), bridge32::Error> {
    let client = Kernel32Client::launch()?;
    println!("local time:  {}", client.local_time()?);
    println!("UTC:         {}", client.utc()?);
    println!("up for:      {} s", client.tick_count()? / 1000);
    println!("computer:    {}", client.computer_name()?.1);
    println!("Windows in:  {}", client.windows_directory()?.1);

    let mut locales = 0;
    client.each_locale(
        |_id| {
            locales += 1;
            true.into()
        },
        LCID_SUPPORTED,
    )?;
    println!("locales:     {locales}");

    let opened = client.create_file(r"C:\no\such.file", 0, 0, Address::NULL, OPEN_EXISTING, 0, Address::NULL);
    match opened {
        Ok(handle) => println!("a file that should not be there was opened as {handle}"),
        Err(bridge32::Error::Status { os_error: Some(reason), .. }) => println!("no such file: {reason}"),
        Err(other) => return Err(other),
    }
    Ok(())
}
