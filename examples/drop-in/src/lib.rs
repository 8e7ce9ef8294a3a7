//! The interface of a voltmeter's driver, from which `cargo bridge32 drop-in` makes a 64-bit library of the same name.

use bridge32::{Handle, UserData, bridge32};

/// The functions of `meter.dll`, or `libmeter.so`.
#[bridge32(lib = "meter")]
pub trait Meter {
    /// `int meter_open(int channel, struct meter **meter);`
    #[check(ret == 0)]
    fn meter_open(&self, channel: i32, #[out] meter: Handle<Device>) -> i32;

    /// `int meter_read(struct meter *meter, double *values, int capacity);`
    #[check(ret >= 0)]
    fn meter_read(
        &self,
        meter: Handle<Device>,
        #[out(cap = capacity, len = ret)] values: Vec<f64>,
        capacity: i32,
    ) -> i32;

    /// `int meter_watch(struct meter *meter, int (*on_value)(double value, void *user), void *user);`
    ///
    /// Calls a function for each value, until it returns 0. Returns how many values there were.
    #[check(ret >= 0)]
    fn meter_watch(
        &self,
        meter: Handle<Device>,
        on_value: fn(value: f64, user: UserData) -> i32,
        user: UserData,
    ) -> i32;

    /// `const char *meter_unit(struct meter *meter);`
    fn meter_unit(&self, meter: Handle<Device>) -> String;

    /// `void meter_close(struct meter *meter);`
    fn meter_close(&self, #[closes] meter: Handle<Device>);

    /// `int pointer_bits(void);`
    fn pointer_bits(&self) -> i32;
}

/// A `struct meter`.
#[derive(Debug)]
pub enum Device {}
