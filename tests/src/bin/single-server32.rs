//! The server of a library that only the main thread may call.

bridge32::server_main!(bridge32_tests::threads::SingleLibrary);
