//! The server of the Windows sockets library.

bridge32::server_main!(bridge32_tests::system::WinsockLibrary);
