//! Functions of public headers, written down as users of these libraries would, with callers that show what they get. That it
//! compiles is the test; the libraries are not needed.

#![allow(dead_code, unreachable_pub, reason = "nothing runs it")]

mod headers {
    pub mod ftd2xx;
    pub mod modbus;
    pub mod nidaqmx;
    pub mod pcan;
    pub mod portaudio;
}

#[test]
fn each_header_has_ten_functions_without_an_untyped_pointer() {
    for (header, source) in [
        ("ftd2xx.h", include_str!("headers/ftd2xx.rs")),
        ("modbus.h", include_str!("headers/modbus.rs")),
        ("NIDAQmx.h", include_str!("headers/nidaqmx.rs")),
        ("PCANBasic.h", include_str!("headers/pcan.rs")),
        ("portaudio.h", include_str!("headers/portaudio.rs")),
    ] {
        let functions = source.matches("(&self").count();
        let functions = functions + source.matches("(\n        &self").count();
        assert!(functions >= 10, "{header} has {functions} functions");
        assert!(!source.contains("Address"), "{header}");
        assert!(!source.contains("unsafe"), "{header}");
    }
}
