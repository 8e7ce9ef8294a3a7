use std::ffi::c_void;

use bridge32::bridge32;

#[bridge32(lib = "lib")]
pub trait Lib {
    fn close(&self, object: *mut c_void);
}

fn main() {}
