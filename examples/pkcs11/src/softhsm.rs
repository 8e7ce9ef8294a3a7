//! SoftHSM, a token made of software.

use std::error::Error;
use std::fs;
use std::path::Path;

use crate::{Pkcs11Client, RW_SESSION, SERIAL_SESSION, SlotId, TOKEN_INITIALIZED, User};

/// The module, where Debian has it for 32-bit programs.
const MODULE: &str = "/usr/lib/i386-linux-gnu/softhsm/libsofthsm2.so";

/// Launches a server with SoftHSM, which keeps its tokens in a folder.
///
/// # Errors
/// That of the launch; or the folder cannot be written to.
pub fn launch(folder: &Path) -> Result<Pkcs11Client, Box<dyn Error>> {
    let configuration = folder.join("softhsm2.conf");
    fs::write(&configuration, format!("directories.tokendir = {}\n", folder.display()))?;
    Ok(Pkcs11Client::builder().library(MODULE).env("SOFTHSM2_CONF", configuration).launch()?)
}

/// Initializes the token in the first slot that has none yet, and the PIN of its user. Returns the slot.
///
/// # Errors
/// That of the call that failed; or there is no such slot.
pub fn make_token(
    client: &Pkcs11Client,
    label: &str,
    officer_pin: &str,
    user_pin: &str,
) -> Result<SlotId, Box<dyn Error>> {
    let (_, slots) = client.get_slot_list(true)?;
    let infos = client.batch(|b| slots.iter().map(|slot| b.get_token_info(*slot)).collect::<Vec<_>>())?;
    for (slot, info) in slots.into_iter().zip(infos) {
        if info?.1.flags & TOKEN_INITIALIZED == 0 {
            client.init_token(slot, officer_pin, format!("{label:32}").as_bytes())?;
            let (_, session) = client.open_session(slot, SERIAL_SESSION | RW_SESSION)?;
            client.login(session, User::SecurityOfficer, officer_pin)?;
            client.init_pin(session, user_pin)?;
            client.close_session(session)?;
            return Ok(slot);
        }
    }
    Err("every slot has a token".into())
}
