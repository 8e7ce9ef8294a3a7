//! What others build, at the same call.

use crate::Result;
use crate::measure::Case;

#[cfg(feature = "peers")]
mod ipc;
mod msl;
#[cfg(feature = "peers")]
mod rpc;

/// The call `add(1, 2)` of every peer that this machine and this build have.
pub(crate) fn add() -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    #[cfg(feature = "peers")]
    cases.extend([rpc::add("tarpc, Unix socket")?, ipc::add("ipc-channel")?]);
    #[cfg(not(feature = "peers"))]
    eprintln!("tarpc and ipc-channel are left out; give cargo `--features peers`");
    match msl::add("msl-loadlib") {
        Ok(case) => cases.push(case),
        Err(error) => eprintln!("msl-loadlib is left out: {error}"),
    }
    Ok(cases)
}

/// The other process of a peer.
pub(crate) fn play(role: &str, arguments: &[&str]) -> Result<()> {
    match (role, arguments) {
        #[cfg(feature = "peers")]
        ("tarpc", [path]) => rpc::serve(path),
        #[cfg(feature = "peers")]
        ("ipc-channel", [name]) => ipc::serve(name),
        _ => Err(format!("there is no role `{role}` with {arguments:?}").into()),
    }
}
