//! tarpc over a Unix socket, with bincode: its fastest transport between two processes.

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use tarpc::serde_transport::unix;
use tarpc::server::{BaseChannel, Channel as _};
use tarpc::tokio_serde::formats::Bincode;
use tarpc::{client, context};
use tokio::runtime::{Builder, Runtime};

use crate::measure::Case;
use crate::other_process::start;
use crate::result::Result;

/// The role of the server process.
pub(super) const ROLE: &str = "tarpc";

mod service {
    #![allow(missing_docs, reason = "generated code cannot be documented")]

    #[tarpc::service]
    pub(super) trait Adder {
        async fn add(a: i32, b: i32) -> i32;
    }
}
use service::{Adder, AdderClient};

#[derive(Clone)]
struct Server;

impl Adder for Server {
    async fn add(self, _: context::Context, a: i32, b: i32) -> i32 {
        a + b
    }
}

fn runtime() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

pub(super) fn add(name: &str) -> Result<Case> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("socket");
    let other = start(ROLE, &[path.to_str().ok_or("the path is not UTF-8")?])?;
    let runtime = runtime()?;
    let client = runtime.block_on(async {
        for _ in 0..500 {
            if let Ok(transport) = unix::connect(&path, Bincode::default).await {
                return Ok(AdderClient::new(client::Config::default(), transport).spawn());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err("the server of tarpc does not listen")
    })?;
    Ok(Case::new(name, move || {
        let _ = (&other, &dir);
        let sum = runtime.block_on(client.add(context::current(), 1, 2));
        assert_eq!(sum.expect("the other process is running"), 3);
    }))
}

pub(super) fn serve(path: &str) -> Result<()> {
    runtime()?.block_on(async {
        let mut incoming = unix::listen(path, Bincode::default).await?;
        if let Some(transport) = incoming.next().await {
            let mut requests = pin!(BaseChannel::with_defaults(transport?).execute(Server.serve()));
            while let Some(response) = requests.next().await {
                response.await;
            }
        }
        Ok(())
    })
}
