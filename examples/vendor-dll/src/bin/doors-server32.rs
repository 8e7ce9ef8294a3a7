//! The 32-bit server of this example.

bridge32::server_main!(vendor_dll::DoorsLibrary);
