//! The server of the library of extremes.

bridge32::server_main!(bridge32_tests::extremes::ExtremesLibrary);
