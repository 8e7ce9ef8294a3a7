//! The server of the lengths library.

bridge32::server_main!(bridge32_tests::lengths::LengthsLibrary);
