//! The 32-bit server: a type that implements the interface.

use std::cell::Cell;
use std::error::Error;

use bridge32::{Serve, ServerContext};
use echo::{Echo, EchoArgs, TooLong, Value};

struct EchoServer {
    args: EchoArgs,
    served: Cell<u64>,
}

impl EchoServer {
    fn count<T>(&self, value: T) -> T {
        self.served.set(self.served.get() + 1);
        value
    }
}

impl Echo for EchoServer {
    fn ping(&self) {
        self.count(())
    }

    fn echo(&self, value: Value) -> Value {
        self.count(value)
    }

    fn echo_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        self.count(bytes.to_vec())
    }

    fn echo_text(&self, text: &str) -> Result<String, TooLong> {
        let length = text.len() as u64;
        self.count(match self.args.longest_text {
            Some(longest) if length > longest => Err(TooLong { length, longest }),
            _ => Ok(text.to_owned()),
        })
    }

    fn args(&self) -> EchoArgs {
        self.count(self.args.clone())
    }

    fn served(&self) -> u64 {
        self.count(());
        self.served.get()
    }
}

impl Serve for EchoServer {
    type Interface = dyn Echo;

    fn start(context: ServerContext<EchoArgs>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let args = context.into_args();
        if args.name.is_empty() {
            return Err("a server must have a name".into());
        }
        Ok(Self { args, served: Cell::new(0) })
    }
}

bridge32::server_main!(EchoServer);
