//! The server of the devices library.

bridge32::server_main!(bridge32_tests::devices::DevicesLibrary);
