//! The server of a library of Windows' own.

bridge32::server_main!(bridge32_tests::system::WinsockLibrary);
