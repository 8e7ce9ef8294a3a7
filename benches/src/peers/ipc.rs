//! ipc-channel: Rust's channels between processes.

use ipc_channel::ipc::{IpcOneShotServer, IpcReceiver, IpcSender, channel};

use crate::measure::Case;
use crate::other_process::start;
use crate::result::Result;

/// The role of the server process.
pub(super) const ROLE: &str = "ipc-channel";

/// The first message of the server process: the ends of the channels for calls and for results.
type Channels = (IpcSender<(i32, i32)>, IpcReceiver<i32>);

pub(super) fn add(name: &str) -> Result<Case> {
    let (server, address) = IpcOneShotServer::<Channels>::new()?;
    let other = start(ROLE, &[&address])?;
    let (_, (calls, results)) = server.accept()?;
    Ok(Case::new(name, move || {
        let _ = &other;
        calls.send((1, 2)).expect("the other process is running");
        assert_eq!(results.recv().expect("the other process is running"), 3);
    }))
}

pub(super) fn serve(address: &str) -> Result<()> {
    let ((call_sender, calls), (results, result_receiver)) = (channel()?, channel()?);
    IpcSender::<Channels>::connect(address.to_owned())?.send((call_sender, result_receiver))?;
    while let Ok((a, b)) = calls.recv() {
        let sum: i32 = i32::wrapping_add(a, b);
        results.send(sum)?;
    }
    Ok(())
}
