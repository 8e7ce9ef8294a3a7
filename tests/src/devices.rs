//! Objects that a library passes as opaque pointers.

use bridge32::{Address, Bridge, CallError, Handle, bridge32};

/// The tag of a device's handle.
#[derive(Debug)]
pub enum Device {}

/// The tag of a channel's handle.
#[derive(Debug)]
pub enum Channel {}

/// An object that no function closes. A tag may be any type.
pub struct Port(#[allow(dead_code, reason = "a tag is never constructed")] *mut String);

/// An object that two functions can close.
#[derive(Debug)]
pub enum File {}

/// An object whose close function writes a null pointer.
#[derive(Debug)]
pub enum Stream {}

/// An alias of a handle.
pub type DeviceHandle = Handle<Device>;

/// The devices library.
#[bridge32(lib = "devices", remote = [Sample, State, Option<Handle<Device>>])]
#[allow(missing_docs, reason = "each method is the native function of its name")]
pub trait Devices {
    fn log_to(&self, path: &str);
    fn calls_seen(&self) -> i32;

    fn open_device(&self, name: &str) -> Handle<Device>;
    #[symbol("open_device")]
    fn try_open_device(&self, name: &str) -> Option<Handle<Device>>;
    #[symbol("open_device")]
    #[check(ret.is_some())]
    fn open_device_or_fail(&self, name: &str) -> Option<Handle<Device>>;
    #[check(ret == 0)]
    fn open_into(&self, name: &str, #[out] device: Handle<Device>) -> i32;
    #[symbol("open_into")]
    fn try_open_into(&self, name: &str, #[out] device: Option<Handle<Device>>) -> i32;
    fn find_device(&self, name: &str) -> Option<DeviceHandle>;
    fn open_several(&self, #[out(len = n)] opened: Vec<Handle<Device>>, n: i32);

    fn device_name(&self, device: Handle<Device>) -> String;
    #[symbol("device_name")]
    fn any_device_name(&self, device: Option<Handle<Device>>) -> Option<String>;
    fn name_lengths(&self, all: &[Handle<Device>], #[len_of(all)] n: i32) -> i32;
    #[symbol("name_lengths")]
    fn name_lengths_at(&self, all: Address, n: i32) -> i32;
    #[symbol("name_lengths")]
    fn any_name_lengths(&self, all: &mut [Option<Handle<Device>>], #[len_of(all)] n: i32) -> i32;
    fn swap_pair(&self, pair: DevicePair) -> DevicePair;
    fn lock_device(&self, device: Handle<Device>, locked: i32);

    #[check(ret == 0)]
    fn close_device(&self, #[closes] device: DeviceHandle) -> i32;
    #[check(ret == 0)]
    fn close_any_device(&self, #[closes] device: Option<Handle<Device>>, even_if_locked: i32) -> i32;
    #[check(ret == 0)]
    fn free_device(&self, #[closes] device: &mut Option<Handle<Device>>, even_if_locked: i32) -> i32;
    fn reopen_device(&self, #[closes] device: Handle<Device>, name: &str) -> Handle<Device>;

    fn open_channel(&self, device: Handle<Device>, number: i32) -> Handle<Channel>;
    fn channel_number(&self, channel: Handle<Channel>) -> i32;
    fn close_channel(&self, #[closes] channel: Handle<Channel>);

    fn default_port(&self) -> Handle<Port>;
    fn port_is_default(&self, port: Handle<Port>) -> bool;
    fn open_file(&self) -> Handle<File>;
    fn close_file(&self, #[closes] file: Handle<File>);
    fn delete_file(&self, #[closes] file: Handle<File>);

    fn open_stream(&self) -> Handle<Stream>;
    fn close_stream(&self, #[closes] stream: &mut Option<Handle<Stream>>);

    fn sum_at(&self, values: Address, n: i32) -> f64;
    fn fill_at(&self, bytes: Address, n: i32, value: u8);
    fn advance_samples(&self, samples: Address, n: i32) -> f64;
    fn sample_size(&self) -> i32;
    fn keep_at(&self, values: Address);
    fn bump_kept(&self, index: i32);
    fn die(&self);

    /// Handles pass through methods with a body like any other value.
    fn open_with_channel(&self, name: &str) -> Result<(Handle<Device>, Handle<Channel>), String> {
        let device = self.try_open_device(name).ok_or("there is no such device")?;
        Ok((device, self.open_channel(device, 7)))
    }

    /// A method with a body may close handles.
    fn close_both(&self, device: Handle<Device>, channel: Option<Handle<Channel>>) -> i32 {
        if let Some(channel) = channel {
            self.close_channel(channel);
        }
        self.close_device(device)
    }
}

/// Handles in a struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(C)]
#[bridge(size = 12)]
#[allow(missing_docs)]
pub struct DevicePair {
    pub first: Handle<Device>,
    pub weight: i32,
    pub second: Option<Handle<Device>>,
}

/// A struct that can be stored in memory of the server. Its layout differs between systems.
#[derive(Debug, Clone, Copy, PartialEq, Bridge)]
#[repr(C)]
#[allow(missing_docs)]
pub struct Sample {
    pub channel: u8,
    pub time: f64,
    pub state: State,
    pub device: Option<Handle<Device>>,
}

/// The state of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Bridge)]
#[repr(i32)]
#[allow(missing_docs)]
pub enum State {
    New,
    Seen = 2,
}

/// Opens one object of each kind, and closes one of them.
///
/// # Errors
/// The errors of the calls.
pub fn leave_open(client: &DevicesClient) -> Result<(), CallError<String>> {
    let closed = client.open_device("closed")?;
    client.close_device(closed)?;
    client.open_with_channel("first")?;
    client.open_device("second")?;
    // The library returns it twice; it must be closed once.
    client.find_device("first")?;
    let locked = client.open_device("locked")?;
    client.lock_device(locked, 1)?;
    client.default_port()?;
    client.open_file()?;
    client.open_stream()?;
    Ok(())
}
