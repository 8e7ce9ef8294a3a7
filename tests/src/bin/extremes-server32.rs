//! The server of the library that takes extreme values.

bridge32::server_main!(bridge32_tests::extremes::ExtremesLibrary);
