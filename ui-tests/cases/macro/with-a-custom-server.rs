use std::error::Error;
use std::fs;

use bridge32::{Serve, ServerContext, bridge32};

#[bridge32(args = u32)]
pub trait Files: Send {
    fn size(&self, path: &str) -> usize {
        fs::read(path).map_or(0, |bytes| bytes.len())
    }
    fn seed(&self) -> u32;
}

pub struct Server(u32);

impl Files for Server {
    fn seed(&self) -> u32 {
        self.0
    }
}

impl Serve for Server {
    type Interface = dyn Files;

    fn start(context: ServerContext<u32>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self(context.into_args()))
    }
}

bridge32::server_main!(Server);
