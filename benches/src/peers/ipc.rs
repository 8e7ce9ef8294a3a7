//! ipc-channel: the channels of Rust, between processes.

use ipc_channel::ipc::{IpcOneShotServer, IpcReceiver, IpcSender, channel};

use crate::Result;
use crate::measure::Case;
use crate::process::start;

/// What the other process says first: where its calls go, and where its answers come from.
type Ends = (IpcSender<(i32, i32)>, IpcReceiver<i32>);

pub(super) fn add(name: &str) -> Result<Case> {
    let (server, address) = IpcOneShotServer::<Ends>::new()?;
    let other = start("ipc-channel", &[&address])?;
    let (_, (calls, answers)) = server.accept()?;
    Ok(Case::new(name, move || {
        let _ = &other;
        calls.send((1, 2)).expect("the other process lives");
        assert_eq!(answers.recv().expect("the other process lives"), 3);
    }))
}

pub(super) fn serve(address: &str) -> Result<()> {
    let ((to_this, calls), (answers, from_this)) = (channel()?, channel()?);
    IpcSender::<Ends>::connect(address.to_owned())?.send((to_this, from_this))?;
    while let Ok((a, b)) = calls.recv() {
        let sum: i32 = i32::wrapping_add(a, b);
        answers.send(sum)?;
    }
    Ok(())
}
