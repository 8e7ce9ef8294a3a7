//! A custom server: no library, typed start arguments, a state, and a hook before shutdown.

use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error;

use bridge32::{Serve, ServerContext};
use bridge32_tests::interfaces::{Store, StoreArgs};

struct MapStore {
    args: StoreArgs,
    entries: RefCell<HashMap<String, String>>,
}

impl Store for MapStore {
    fn put(&self, key: &str, value: &str) -> Option<String> {
        self.entries.borrow_mut().insert(key.to_owned(), value.to_owned())
    }

    fn get(&self, key: &str) -> Option<String> {
        self.entries.borrow().get(key).cloned()
    }

    fn capacity(&self) -> u32 {
        self.args.capacity
    }
}

impl Serve for MapStore {
    type Interface = dyn Store;

    fn start(context: ServerContext<StoreArgs>) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let args = context.into_args();
        if args.capacity == 0 {
            println!("the store has looked for its capacity");
            return Err("a store without capacity is of no use".into());
        }
        let entries = RefCell::new(args.entries.iter().cloned().collect());
        Ok(Self { args, entries })
    }

    fn before_shutdown(&self) {
        if let Some(path) = &self.args.farewell
            && let Err(error) = std::fs::write(path, "farewell")
        {
            eprintln!("the shutdown hook cannot write: {error}");
        }
    }
}

bridge32::server_main!(MapStore);
