use std::ffi::c_void;

use bridge32::Bridge;

#[derive(Clone, Bridge)]
#[repr(C)]
pub struct Hooks {
    pub context: *mut c_void,
}

fn main() {}
