//! Interfaces whose methods are named like those of a client, and generic code over `bridge32::Client`.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed, also in its helpers")]

use std::fmt::Debug;

use bridge32::{BatchMode, Client, Dispatch, LoadLibrary, Pending, bridge32};

/// Functions as vendor libraries export them: all names that `Client` and `LoadLibrary` have, and some of Rust's traits.
#[bridge32(lib = "my_lib")]
trait Vendor {
    fn launch(&self, rocket: i32) -> i32;
    fn builder(&self) -> i32;
    #[symbol("SQLDriverConnectW")]
    fn connect(&self, name: &str) -> i32;
    fn in_process(&self, process: i32) -> bool;
    fn shutdown(&self, mode: i32) -> i32;
    fn server_info(&self, server: i32) -> i32;
    fn batch(&self, record: i32) -> i32;
    fn batch_with(&self, mode: i32, values: &[i32], #[len_of(values)] n: i32) -> i32;
    fn session(&self) -> i32;
    fn from_session(&self, session: i32) -> i32;
    fn wrap_batch(&self) -> i32;
    fn unwrap_batch(&self) -> i32;
    fn load(&self, x: i32) -> i32;
    fn load_from(&self, path: &str) -> i32;
    fn open(&self) -> i32;
    fn new(&self) -> i32;
    fn clone(&self) -> i32;
    fn fmt(&self, f: i32) -> i32;
    fn drop(&self) -> i32;
    fn send(&self, to: i32) -> i32;
}

struct Mock;

impl Vendor for Mock {
    fn launch(&self, rocket: i32) -> i32 {
        rocket
    }
    fn builder(&self) -> i32 {
        2
    }
    fn connect(&self, name: &str) -> i32 {
        name.len() as i32
    }
    fn in_process(&self, process: i32) -> bool {
        process == 4
    }
    fn shutdown(&self, mode: i32) -> i32 {
        mode
    }
    fn server_info(&self, server: i32) -> i32 {
        server
    }
    fn batch(&self, record: i32) -> i32 {
        record
    }
    fn batch_with(&self, mode: i32, values: &[i32]) -> i32 {
        mode + values.iter().sum::<i32>()
    }
    fn session(&self) -> i32 {
        9
    }
    fn from_session(&self, session: i32) -> i32 {
        session
    }
    fn wrap_batch(&self) -> i32 {
        11
    }
    fn unwrap_batch(&self) -> i32 {
        12
    }
    fn load(&self, x: i32) -> i32 {
        x
    }
    fn load_from(&self, path: &str) -> i32 {
        path.len() as i32
    }
    fn open(&self) -> i32 {
        15
    }
    fn new(&self) -> i32 {
        16
    }
    fn clone(&self) -> i32 {
        17
    }
    fn fmt(&self, f: i32) -> i32 {
        f
    }
    fn drop(&self) -> i32 {
        19
    }
    fn send(&self, to: i32) -> i32 {
        to
    }
}

#[test]
fn methods_may_have_the_names_of_a_clients_own() {
    let client = <VendorClient as Client>::in_process(Mock);
    assert_eq!(client.launch(1).unwrap(), 1);
    assert_eq!(client.builder().unwrap(), 2);
    assert_eq!(client.connect("abc").unwrap(), 3);
    assert!(client.in_process(4).unwrap());
    assert_eq!(client.shutdown(5).unwrap(), 5);
    assert_eq!(client.server_info(6).unwrap(), 6);
    assert_eq!(client.batch(7).unwrap(), 7);
    assert_eq!(client.batch_with(1, &[3, 4]).unwrap(), 8);
    assert_eq!(client.session().unwrap(), 9);
    assert_eq!(client.from_session(10).unwrap(), 10);
    assert_eq!(client.wrap_batch().unwrap(), 11);
    assert_eq!(client.unwrap_batch().unwrap(), 12);
    assert_eq!(client.load(13).unwrap(), 13);
    assert_eq!(client.load_from("/14").unwrap(), 3);
    assert_eq!(client.open().unwrap(), 15);
    assert_eq!(client.new().unwrap(), 16);
    assert_eq!(client.clone().unwrap(), 17);
    assert_eq!(client.fmt(18).unwrap(), 18);
    assert_eq!(client.drop().unwrap(), 19);
    assert_eq!(client.send(20).unwrap(), 20);
}

/// The client's methods can still be called, through the trait.
#[test]
fn the_methods_of_the_trait_are_called_by_its_name() {
    let client = <VendorClient as Client>::in_process(Mock);
    let other = Clone::clone(&client);
    assert_eq!(Client::server_info(&client).pid, std::process::id());
    let (connected, loaded) = Client::batch(&client, |b| (b.connect("ab"), b.load(4))).unwrap();
    assert_eq!((connected.unwrap(), loaded.unwrap()), (2, 4));
    let [cloned] = Client::batch_with(&client, BatchMode::StopOnError, |b| [b.clone()]).unwrap();
    assert_eq!(cloned.unwrap(), 17);
    Client::shutdown(&other).unwrap();
    assert!(client.launch(1).is_err());
    assert!(<VendorClient as Client>::connect("nobody-listens-here").is_err());
    assert!(<VendorClient as Client>::builder().server("/nowhere/server").launch().is_err());
    // SAFETY: there is no such file, so nothing is loaded.
    assert!(unsafe { <VendorLibrary as LoadLibrary>::load_from("/nowhere/my_lib") }.is_err());
}

#[bridge32(lib = "my_lib")]
trait Adder {
    fn add(&self, a: i32, b: i32) -> i32;
    #[cfg(not(test))]
    fn connect(&self, name: &str) -> i32;
    #[cfg(test)]
    fn batch(&self, x: i32) -> i32;
}

impl Adder for Mock {
    fn add(&self, a: i32, b: i32) -> i32 {
        a + b
    }
    fn batch(&self, x: i32) -> i32 {
        x
    }
}

#[test]
fn a_method_that_is_configured_away_hides_nothing() {
    assert!(AdderClient::connect("nobody-listens-here").is_err());
    let client = AdderClient::in_process(Mock);
    assert_eq!(client.batch(3).unwrap(), 3);
    client.shutdown().unwrap();
}

/// Generic code that uses a client through the trait.
fn in_order<C, S>(
    server: S,
    call: impl Fn(&C) -> i32,
    record: impl Fn(&C::Batch<'static>) -> Pending<'static, i32>,
) -> i32
where
    C: Client<Interface: Dispatch<S>> + Debug,
    S: Send + 'static,
{
    let client = C::in_process(server);
    assert_eq!(client.server_info().pid, std::process::id());
    let first = call(&client.clone());
    let second = client.batch(|batch| record(batch)).unwrap().unwrap();
    let [third] = client.batch_with(BatchMode::StopOnError, |batch| [record(batch)]).unwrap();
    client.shutdown().unwrap();
    first + second + third.unwrap()
}

#[test]
fn generic_code_takes_any_client() {
    let add = in_order::<AdderClient, _>(Mock, |client| client.add(1, 2).unwrap(), |batch| batch.add(3, 4));
    assert_eq!(add, 17);
    let load = in_order::<VendorClient, _>(Mock, |client| client.load(1).unwrap(), |batch| batch.load(2));
    assert_eq!(load, 5);
}

#[test]
fn generic_code_starts_any_client() {
    fn start<C: Client>(server: &str) -> Result<C, bridge32::Error> {
        C::builder().server(server).launch()
    }
    assert!(start::<AdderClient>("/nowhere/server").is_err());
    assert!(start::<VendorClient>("/nowhere/server").is_err());
}
