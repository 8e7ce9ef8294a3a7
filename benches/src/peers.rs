//! The same call in other projects.

use crate::measure::Case;
use crate::result::Result;

#[cfg(feature = "peers")]
mod ipc;
mod msl;
#[cfg(feature = "peers")]
mod rpc;

/// Returns the call `add(1, 2)` of every peer that this build has and this machine can run.
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

/// Runs the server process of a peer.
pub(crate) fn serve(role: &str, arguments: &[&str]) -> Result<()> {
    match (role, arguments) {
        #[cfg(feature = "peers")]
        (rpc::ROLE, [path]) => rpc::serve(path),
        #[cfg(feature = "peers")]
        (ipc::ROLE, [name]) => ipc::serve(name),
        _ => Err(format!("there is no role `{role}` with {arguments:?}").into()),
    }
}
